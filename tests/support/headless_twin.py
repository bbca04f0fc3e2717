"""Runs `bashu-tui` sub-commands against a market in memory, as a process would."""

import asyncio
import io
import json
from typing import Any

from msgspec import Struct

from bashu_daemon.bus.memory import MemoryHub
from bashu_tui.cli import read_arguments
from bashu_tui.headless.printing import Printer
from bashu_tui.headless.run import carry_out
from bashu_tui.i18n import Texts
from bashu_tui.settings import Settings

ENGLISH = ["--lang", "en"]


class Outcome(Struct, frozen=True):
    """What a process leaves behind."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The lines of `--json`."""
        return [json.loads(line) for line in self.out.splitlines()]


class RunningTwin:
    """A command that has begun; what it has written so far can be read."""

    def __init__(
        self,
        hub: MemoryHub,
        user: str,
        password: str,
        line: str,
        settings: Settings = Settings(),  # noqa: B008  it never changes
    ) -> None:
        words = line.split()
        options = read_arguments([*words, "--user", user, *([] if "--lang" in words else ENGLISH)])
        self._out, self._err = io.StringIO(), io.StringIO()
        printer = Printer(self._out, self._err, as_json=options.json)
        transport = hub.transport(user, password)
        self._task = asyncio.create_task(
            carry_out(options, settings, Texts(options.lang), printer, transport), name=line
        )

    @property
    def lines(self) -> list[str]:
        return self._out.getvalue().splitlines()

    def says(self, words: str) -> bool:
        """Whether a line has these words; a command that failed is not waited for."""
        if self._task.done():
            self._task.result()
        return any(words in line for line in self.lines)

    async def end(self) -> Outcome:
        code = await self._task
        return Outcome(int(code), self._out.getvalue(), self._err.getvalue())

    async def interrupt(self) -> None:
        """End it as ctrl+c does."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


async def run_twin(hub: MemoryHub, user: str, password: str, line: str) -> Outcome:
    """Run one command line as a user of a bus in memory; in English unless it says otherwise."""
    return await RunningTwin(hub, user, password, line).end()
