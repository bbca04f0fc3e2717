"""Snapshots by a process beside the venue, which replays the journal as a standby would.

Dumping a large state takes the venue's event loop for as long as a second, in which no order is
answered. What the journal says at any number is the same for every process, so another one makes
the snapshot, at the lowest priority: `python -m bashu_daemon.snapshotter`, its task on stdin.
"""

import asyncio
import contextlib
import logging
import os
import sys
from collections import Counter
from itertools import islice
from pathlib import Path
from time import perf_counter, sleep
from typing import Final

import msgspec
from msgspec import Struct

from bashu_daemon.core import Venue
from bashu_daemon.day_tape import DayTape
from bashu_daemon.journal import LiveView, decode_command
from bashu_daemon.journal.recovery import load_newest
from bashu_daemon.rulebook import load_rulebook
from bashu_daemon.surveillance.engine import Engine

logger = logging.getLogger(__name__)

RECORDS_AT_ONCE: Final = 5_000
"""Records that are read in one transaction; a longer one would keep the log from beginning anew."""
LOWEST_PRIORITY: Final = 19
REST: Final = 4
"""Times as long as it worked on them that the process rests after so many records. Cores share
caches and more: even at the lowest priority, replaying without a pause cost a venue at full speed
a third of it."""
BUSY_REST: Final = 19
"""The same while the venue takes `BUSY` commands a second: a fifth of the time cost it 15 %."""
BUSY: Final = 20_000


class SnapshotTask(Struct, frozen=True, forbid_unknown_fields=True):
    """What the process needs to know."""

    data_dir: str
    rulebook: str


class Snapshotter:
    """Starts the process, one at a time, and hears how it ended."""

    def __init__(self, task: SnapshotTask, counters: Counter[str]) -> None:
        self._task = task
        self._counters = counters
        self._running: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Have a snapshot made of what the journal holds; while one is being made, do nothing."""
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run(), name="snapshotter")

    async def end(self) -> None:
        """Stop what is under way; a snapshot is whole or not there."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def _run(self) -> None:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bashu_daemon.snapshotter"),
            stdin=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            _, errors = await process.communicate(msgspec.json.encode(self._task))
        except asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            raise
        if process.returncode:
            self._counters["snapshots_failed"] += 1
            logger.error("No snapshot was made: %s", errors.decode(errors="replace").strip())
        else:
            self._counters["snapshots"] += 1


def make_snapshot(directory: Path, engine: Engine, *, rests: bool = False) -> int:
    """Replay a served journal from its newest snapshot to its end, and keep the state there.

    Returns the number of the last record in it. Between two pieces of work it rests, where told
    to, and longer beside a busy venue.

    Raises:
        JournalDamaged: naming the first bad record.
    """
    with LiveView(directory) as view:
        tape = DayTape()
        venue = load_newest(view, engine, tape)
        while venue.seq < view.head_seq:
            began, newest = perf_counter(), view.newest_seq()
            _replay(view, venue, engine, tape)
            if rests:
                worked = perf_counter() - began
                is_busy = view.newest_seq() - newest >= BUSY * worked
                sleep(worked * (BUSY_REST if is_busy else REST))
        view.save_snapshot(venue.seq, venue.dump(), engine.dump(), tape.dump())
        return venue.seq


def _replay(view: LiveView, venue: Venue, engine: Engine, tape: DayTape) -> None:
    records = view.records(venue.seq)
    count = min(RECORDS_AT_ONCE, view.head_seq - venue.seq)
    for record in islice(records, count):
        events = venue.apply(record.user, decode_command(record), record.time_ns)
        engine.on_events(events)
        tape.on_events(events)
    records.close()


def main() -> int:
    os.nice(LOWEST_PRIORITY)
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=SnapshotTask)
    engine = Engine(load_rulebook(Path(task.rulebook)).surveillance)
    make_snapshot(Path(task.data_dir), engine, rests=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
