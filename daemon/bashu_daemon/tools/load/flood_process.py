"""Flooders in a process of their own: in the harness's loop they would delay the measured users.

The parent hands over a task as JSON on standard input and reads the answer, msgpack, from
standard output. A termination signal ends the flood early.
"""

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import Mapping
from typing import Final, Self

import msgspec
import uvloop
from msgspec import Struct
from rich.console import Console

from bashu_daemon.errors import OperatorError
from bashu_daemon.tools.load.accounting import Accounting
from bashu_daemon.tools.load.measured_run import MeasuredRun
from bashu_daemon.tools.load.profile import Profile
from bashu_daemon.tools.load.progress import ProgressLine
from bashu_daemon.tools.load.result import GroupResult
from bashu_daemon.tools.load.session import Place

LONGER_SECONDS: Final = 1.0
"""The flood ends so long after the measured part, for it begins a little later."""
STOP_SECONDS: Final = 30.0


class Task(Struct, frozen=True):
    """What the flooders are to do."""

    profile: Profile
    place: Place
    users: list[tuple[str, str]]


class Account(Struct, frozen=True):
    """What the journal is compared with."""

    prefix: str
    outcomes: bytes
    accepted: int
    rejected: dict[str, int]
    resent: int

    @classmethod
    def of(cls, item: Accounting) -> Self:
        return cls(
            item.prefix, bytes(item.outcomes), item.accepted, dict(item.rejected), item.resent
        )

    def restore(self) -> Accounting:
        item = Accounting(self.prefix, keep_digests=False)
        item.outcomes = bytearray(self.outcomes)
        item.accepted, item.resent = self.accepted, self.resent
        item.rejected = Counter(self.rejected)
        return item


class Answer(Struct, frozen=True):
    """What the flooders did."""

    group: GroupResult
    accounts: dict[str, Account]


class Flood:
    """The parent's side."""

    def __init__(self, process: asyncio.subprocess.Process, seconds: float) -> None:
        self._process = process
        self._seconds = seconds
        self._reading = asyncio.create_task(process.communicate())

    @classmethod
    async def start(cls, profile: Profile, place: Place, users: list[tuple[str, str]]) -> Self:
        """Let the flooders of a profile begin."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bashu_daemon.tools.load.flood_process",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is the parent's, which then ends it in order
        )
        assert process.stdin is not None  # noqa: S101  asked for
        process.stdin.write(msgspec.json.encode(Task(_profile_of(profile), place, users)) + b"\n")
        await process.stdin.drain()
        return cls(process, profile.drain_seconds + LONGER_SECONDS + STOP_SECONDS)

    async def finish(self) -> tuple[GroupResult, Mapping[str, Accounting]]:
        """Wait for the flood's end.

        Raises:
            OperatorError: it failed.
        """
        try:
            out, said = await asyncio.wait_for(self._reading, self._seconds)
        except TimeoutError as error:
            raise OperatorError("The flooders' process does not end.") from error
        if self._process.returncode:
            reason = said.decode("utf-8", "replace").strip().rpartition("\n")[2]
            raise OperatorError(f"The flooders' process failed: {reason}")
        answer = msgspec.msgpack.decode(out, type=Answer)
        return answer.group, {user: item.restore() for user, item in answer.accounts.items()}

    def interrupt(self) -> None:
        if self._process.returncode is None:
            self._process.terminate()

    async def abandon(self) -> None:
        """Make sure that it does not live on."""
        if self._process.returncode is None:
            self._process.kill()
        await asyncio.gather(self._reading, return_exceptions=True)


def _profile_of(profile: Profile) -> Profile:
    flooder = profile.flooder
    assert flooder is not None  # noqa: S101  the caller has looked
    return msgspec.structs.replace(
        profile,
        mode="closed",
        users=flooder.users,
        window=flooder.window,
        batch=flooder.batch,
        seconds=profile.seconds + LONGER_SECONDS,
        flooder=None,
        burst=None,
        mass_cancel_storm=None,
        slow_consumer=None,
        churn=None,
    )


async def _flood(task: Task) -> Answer:
    quiet = Console(quiet=True, force_terminal=False)
    run = MeasuredRun(
        task.profile,
        task.place,
        task.users,
        keep_digests=False,
        progress=lambda seconds: ProgressLine(quiet, seconds),
    )
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, run.interrupt)
    result = await run.run("")
    group = msgspec.structs.replace(result.groups[0], name="flooders")
    return Answer(group, {user: Account.of(item) for user, item in run.accountings().items()})


def main() -> None:
    """Run the task on standard input."""
    task = msgspec.json.decode(sys.stdin.buffer.readline(), type=Task)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            answer = runner.run(_flood(task))
    except OperatorError as error:
        sys.exit(str(error))
    sys.stdout.buffer.write(msgspec.msgpack.encode(answer))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
