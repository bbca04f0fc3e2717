"""A venue of the harness's own: broker and `bashu serve` as child processes.

They are started as an operator would start them, by their commands, and stopped in order.
"""

import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

import msgspec

from bashu_daemon.errors import OperatorError
from bashu_daemon.rulebook import Rulebook, load_rulebook
from bashu_daemon.tools.load.session import Place

RULEBOOK: Final = Path(__file__).parents[2] / "rulebooks" / "bashu.toml"
PASSWORDS_FILE: Final = "first-passwords.txt"
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 60.0
CASH_FEN: Final = 10**15
HOLDING_TONNES: Final = 10**9
READER: Final = "load-reader"
FLOODER: Final = "flood-"
_BASHU: Final = (sys.executable, "-m", "bashu_daemon")
_VERSION: Final = re.compile(r"mosquitto version (\S+)")
_COMPLAINT: Final = re.compile(r"\S+ \S+ (WARNING|ERROR|CRITICAL) ")
_SERVING: Final = re.compile(r"Serving .* mqtt://([^:\s]+):(\d+);")


def user_names(count: int) -> list[str]:
    return [f"load-{number:03}" for number in range(1, count + 1)]


def flooder_names(count: int) -> list[str]:
    return [f"{FLOODER}{number:03}" for number in range(1, count + 1)]


def read_passwords(path: Path) -> dict[str, str]:
    """Read `user password` lines.

    Raises:
        OperatorError: naming file and line.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise OperatorError(f"Cannot read the credentials {path}: {error.strerror}.") from error
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        user, space, password = line.partition(" ")
        if not line.strip() or line.startswith("#"):
            continue
        if not space or not password:
            raise OperatorError(f"{path}, line {number}: not a `user password` line.")
        found[user] = password
    return found


def find_mosquitto() -> str | None:
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))
    return shutil.which("mosquitto", path=path)


class VenueProcess:
    """Broker and venue. Directory layout: `bashu.toml`, `members.toml`, `data/`, two logs."""

    def __init__(
        self, directory: Path, users: list[str], settings: dict[str, Any], *, embedded: bool
    ) -> None:
        self.directory = directory
        self.data_dir = directory / "data"
        mosquitto = None if embedded else find_mosquitto()
        self.broker_name = _version_of(mosquitto) if mosquitto else "the embedded amqtt"
        self._mosquitto = mosquitto
        self._config = directory / "bashu.toml"
        self._venue: subprocess.Popen[bytes] | None = None
        self._broker: subprocess.Popen[bytes] | None = None
        self._write_files(users, settings)

    async def start(self) -> Place:
        """Start both.

        Raises:
            OperatorError: one of them ended, or did not come up in time.
        """
        options = ["--config", str(self._config)]
        if self._mosquitto is None:
            options += ["--broker", "embedded", "--listen-port", "0"]
        else:
            port = _free_port()
            await self._start_broker(self._mosquitto, port)
            options += ["--broker", f"mqtt://127.0.0.1:{port}"]
        log = self.directory / "venue.log"
        self._venue = _spawn([*_BASHU, "serve", *options], log)
        deadline = time.monotonic() + START_SECONDS
        while True:
            found = _SERVING.search(log.read_text("utf-8", "replace"))
            if found is not None:
                return Place(found[1], int(found[2]), mqtt5=self._mosquitto is not None)
            self.check()
            if time.monotonic() > deadline:
                raise OperatorError(f"The venue did not start; see {log}.")
            await asyncio.sleep(0.05)

    def check(self) -> None:
        """See that both are running. Raises OperatorError."""
        for process, log in ((self._broker, "broker.log"), (self._venue, "venue.log")):
            if process is not None and process.poll() is not None:
                raise self._ended(process.returncode, log)

    def complaints(self) -> list[str]:
        """Return the warnings and errors of the venue's log."""
        text = (self.directory / "venue.log").read_text("utf-8", "replace")
        return [line for line in text.splitlines() if _COMPLAINT.match(line)]

    def stop(self) -> None:
        """Stop the venue in order, then the broker.

        Raises:
            OperatorError: the venue ended with a failure.
        """
        code = self.abandon()
        if code:
            raise self._ended(code, "venue.log")

    def abandon(self) -> int:
        """Stop what is running, and return the venue's exit code."""
        venue, self._venue = self._venue, None
        broker, self._broker = self._broker, None
        code = _end(venue)
        _end(broker)
        return code

    def _ended(self, code: int, log: str) -> OperatorError:
        text = (self.directory / log).read_text("utf-8", "replace").strip()
        said = text.rpartition("\n")[2] or "nothing"
        return OperatorError(
            f"A process of the self-contained venue ended with {code}; the end of its {log}: "
            f"{said} (--data-dir keeps all of it)"
        )

    async def _start_broker(self, mosquitto: str, port: int) -> None:
        command = [*_BASHU, "admin", "broker-config", "--config", str(self._config)]
        made = await asyncio.to_thread(
            subprocess.run,
            [*command, "--listen-port", str(port)],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise OperatorError(f"bashu admin broker-config failed: {made.stderr.strip()}")
        config = self.data_dir / "mosquitto" / "mosquitto.conf"
        self._broker = _spawn([mosquitto, "-c", str(config)], self.directory / "broker.log")
        deadline = time.monotonic() + START_SECONDS
        while not _listens(port):
            self.check()
            if time.monotonic() > deadline:
                raise OperatorError(f"Mosquitto did not listen on port {port}.")
            await asyncio.sleep(0.02)

    def _write_files(self, users: list[str], settings: dict[str, Any]) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        if (self.data_dir / "journal.db").exists():
            raise OperatorError(
                f"{self.data_dir} holds a journal already; a self-contained run begins anew. "
                "Name another --data-dir."
            )
        config = {
            "data_dir": "data", "members": "members.toml", "rulebook": "rulebook.toml", **settings,
        }  # fmt: skip
        self._config.write_text(_lines(config), "utf-8")
        rulebook = load_rulebook(RULEBOOK)
        (self.directory / "rulebook.toml").write_text(_rulebook_text(rulebook), "utf-8")
        symbols = [rules.symbol for rules in rulebook.instruments]
        members = [
            "[[members]]\n" + _lines(_member(user, symbols if user != READER else []))
            for user in users
        ]
        (self.directory / "members.toml").write_text("\n".join(members), "utf-8")


def _rulebook_text(rulebook: Rulebook) -> str:
    """Write the reference rulebook without bounds on holdings, which deep pockets do not keep."""
    instruments = [
        _given(msgspec.to_builtins(msgspec.structs.replace(rules, holding=None)))
        for rules in rulebook.instruments
    ]
    return _lines({"instruments": instruments, "surveillance": rulebook.surveillance})


def _given(table: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is None, which TOML does not have."""
    return {
        key: _given(value) if isinstance(value, dict) else value
        for key, value in table.items()
        if value is not None
    }


def _member(user: str, symbols: list[str]) -> dict[str, Any]:
    """Each user is a member and a beneficial owner of its own, with deep pockets."""
    return {
        "member": f"m-{user}",
        "name": f"Load user {user}",
        "owner": user,
        "city": "other",
        "kind": "institution",
        "users": [{"user": user}],
        "cash": CASH_FEN if symbols else 0,
        "holdings": dict.fromkeys(symbols, HOLDING_TONNES),
    }


def _version_of(mosquitto: str) -> str:
    said = subprocess.run([mosquitto, "-h"], capture_output=True, text=True, check=False)  # noqa: S603  found on the path
    found = _VERSION.search(said.stdout)
    return f"Mosquitto {found[1]}" if found else "Mosquitto"


def _lines(table: dict[str, Any]) -> str:
    return "".join(f"{key} = {_toml(value)}\n" for key, value in table.items())


def _toml(value: Any) -> str:
    """Write a TOML value on one line; a string, number, boolean or list of them is as in JSON."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return msgspec.json.encode(value).decode()


def _spawn(command: list[str], log: Path) -> "subprocess.Popen[bytes]":
    with log.open("ab") as file:
        # A session of its own: Ctrl-C is the harness's, which then stops its children in order.
        return subprocess.Popen(  # noqa: S603  our own commands
            command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True
        )


def _end(process: "subprocess.Popen[bytes] | None") -> int:
    if process is None:
        return 0
    process.terminate()
    try:
        return process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return -9


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
