"""One terminal: a process of `bashu-tui` that speaks textual-serve's packets on its pipes."""

import asyncio
import contextlib
import json
import logging
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import msgspec
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from bashu_tui.web.packets import BELL
from bashu_tui.web.settings import WebSettings

logger = logging.getLogger(__name__)

PRELUDE: Final = b"__GANGLION__\n"
START_SECONDS: Final = 30.0
MAX_PACKET_BYTES: Final = 16 * 1024 * 1024
_KILL_SECONDS: Final = 2.0
_NOT_FOR_TERMINALS: Final = ("BASHU_PASSWORD", "TEXTUAL_FPS")
"""The operator's own password, and a frame rate that the terminal chooses better."""


class TerminalProcess(AppService):
    """textual-serve's service, without a shell, with a password and with an end.

    The password goes through a pipe that only the child inherits: not in its arguments, not in
    its environment.
    """

    def __init__(
        self,
        settings: WebSettings,
        user: str,
        password: str,
        language: str,
        *,
        write_bytes: Callable[[bytes], Awaitable[None]],
        write_str: Callable[[str], Awaitable[None]],
        close: Callable[[], Awaitable[None]],
    ) -> None:
        self.downloads = DownloadManager()
        super().__init__(
            "bashu-tui",
            write_bytes=write_bytes,
            write_str=write_str,
            close=close,
            download_manager=self.downloads,
        )
        self.delivery_keys: set[str] = set()
        """The files that this terminal offers for download."""
        self._settings = settings
        self._user = user
        self._password = password
        self._language = language

    @property
    def process_id(self) -> int:
        """0 before the start."""
        return self._process.pid if self._process is not None else 0

    async def stop(self) -> None:
        """Have the terminal log off; end it if it does not do so in time."""
        process, self._process = self._process, None
        task, self._task = self._task, None
        if process is None:
            return
        try:
            async with asyncio.timeout(self._settings.limits.grace_seconds):
                with contextlib.suppress(OSError):
                    await self.send_meta({"type": "quit"})
                await process.wait()
        except TimeoutError:
            await _end(process)
        finally:
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            await self.downloads.cancel_app_downloads(self.app_service_id)

    async def run(self) -> None:
        """Pass on what the terminal draws, until it ends or the browser is gone."""
        process = self._process
        assert process is not None  # noqa: S101  `start` made it
        assert process.stdout is not None  # noqa: S101  the same
        assert process.stderr is not None  # noqa: S101  the same
        complaints = asyncio.create_task(_read_complaints(process.stderr))
        try:
            await self._pass_on(process.stdout)
        except asyncio.IncompleteReadError:
            pass  # the terminal has ended
        except ConnectionError:
            # The browser is gone; the terminal may still want to say that it logs off.
            while await process.stdout.read(65_536):
                pass
        finally:
            complaints.cancel()
            await asyncio.gather(complaints, return_exceptions=True)
            with contextlib.suppress(ConnectionError):
                await self.remote_close()

    async def on_meta(self, data: bytes) -> None:
        meta = msgspec.json.decode(data)
        if meta.get("type") == BELL:
            await self.remote_write_str(json.dumps([BELL]))
            return
        if meta.get("type") == "deliver_file_start":
            self.delivery_keys.add(str(meta.get("key")))
        await super().on_meta(data)

    async def _pass_on(self, stdout: asyncio.StreamReader) -> None:
        async with asyncio.timeout(START_SECONDS):
            while await stdout.readuntil(b"\n") != PRELUDE:
                pass
        while True:
            head = await stdout.readexactly(5)
            size = int.from_bytes(head[1:], "big")
            if size > MAX_PACKET_BYTES:
                logger.error("A terminal of %s sent a packet of %d bytes.", self._user, size)
                return
            payload = await stdout.readexactly(size)
            if head[:1] == b"D":
                await self.on_data(payload)
            elif head[:1] == b"M":
                await self.on_meta(payload)
            elif head[:1] == b"P":
                await self.on_packed(payload)

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        readable, writable = os.pipe()
        try:
            os.write(writable, self._password.encode())  # far less than a pipe holds
            os.close(writable)
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bashu_tui.cli",
                "--broker", self._settings.broker,
                "--user", self._user,
                "--password-fd", str(readable),
                "--lang", self._language,
                *self._settings.terminal_options,
                stdin=PIPE, stdout=PIPE, stderr=PIPE,
                env=self._build_environment(width, height),
                pass_fds=(readable,),
                start_new_session=True,  # Ctrl-C on the server is the server's
            )  # fmt: skip
        finally:
            os.close(readable)
        self._process = process
        self._stdin = process.stdin
        return process

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        environment = super()._build_environment(width, height)
        for name in _NOT_FOR_TERMINALS:
            environment.pop(name, None)
        own = self._settings.folder.resolve() / self._user
        environment["TEXTUAL_DRIVER"] = "bashu_tui.web.driver:BrowserDriver"
        # The market's time, as on the board; in this form it needs no list of time zones.
        environment.setdefault("TZ", "CST-8")
        # One user's settings and files are not another's.
        for variable, name in (("XDG_CONFIG_HOME", "config"), ("XDG_DATA_HOME", "data")):
            environment[variable] = str(own / name)
        environment["PYTHONPATH"] = os.pathsep.join(
            [str(Path(__file__).parents[2]), *filter(None, [environment.get("PYTHONPATH", "")])]
        )
        return environment


async def _read_complaints(stderr: asyncio.StreamReader) -> None:
    """Log a failing terminal's last word only: a traceback may show what it worked with."""
    last = b""
    while chunk := await stderr.read(4096):
        lines = (last + chunk).rstrip().splitlines()
        last = lines[-1][-500:] if lines else b""
    if last:
        logger.warning("A terminal ended with: %s", last.decode("utf-8", "replace"))


async def _end(process: Process) -> None:
    for end in (process.terminate, process.kill):
        with contextlib.suppress(ProcessLookupError):
            end()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _KILL_SECONDS)
            return
