"""Submit to durable, records per second, and replay, beside fdatasync in the same directory.

Run: python tests/bench/bench_journal.py [seconds per figure] [replayed commands]
A turn of the busy loop burns about 1 ms of plain Python and then submits; the switch interval says
how long the writer thread may wait for the interpreter meanwhile. The directory is a temporary one
under the current directory, because /tmp may be no disk.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
from bench_core import START_NS, mixed_commands, open_venue

from bashu_daemon.journal import GroupCommit, Journal, Record, ReportRow, decode_command

try:
    from uvloop import new_event_loop
except ImportError:
    from asyncio import new_event_loop

BATCHES_UNDER_WAY = 8
USERS_PER_BATCH = 10
COMMAND_BYTES, REPORT_BYTES = 90, 110
TURN_SECONDS = 0.001
BATCH_SIZES = (1, 50, 500)
SWITCH_INTERVALS_MS = (5.0, 0.5, 0.1)


class Times(NamedTuple):
    p50_us: float
    p99_us: float


class Load(NamedTuple):
    records_per_second: float
    records_per_commit: float
    durable: Times


def times_of(seconds: list[float]) -> Times:
    ordered = sorted(seconds)
    return Times(statistics.median(ordered) * 1e6, ordered[int(len(ordered) * 0.99)] * 1e6)


def fdatasync_times(directory: Path, seconds: float) -> Times:
    """Append small blocks to a file and sync each."""
    found = []
    with (directory / "yardstick").open("wb", buffering=0) as file:
        end = time.perf_counter() + seconds
        while (start := time.perf_counter()) < end:
            file.write(bytes(COMMAND_BYTES + REPORT_BYTES))
            os.fdatasync(file.fileno())
            found.append(time.perf_counter() - start)
    return times_of(found)


class Source:
    """Batches as the service makes them: commands, and a row for each of some users."""

    def __init__(self, journal: Journal) -> None:
        self._seq = journal.head_seq
        self._rpt_seqs = [0] * 50

    def batch(self, size: int) -> tuple[list[Record], list[ReportRow]]:
        first = self._seq + 1
        self._seq += size
        payload = bytes(COMMAND_BYTES)
        records = [
            Record(seq, START_NS + seq, "user-07", payload) for seq in range(first, first + size)
        ]
        users = min(size, USERS_PER_BATCH)
        return records, [self._row((first + n) % 50, size // users) for n in range(users)]

    def _row(self, user: int, count: int) -> ReportRow:
        last = self._rpt_seqs[user]
        self._rpt_seqs[user] += count
        return ReportRow(f"user-{user:02}", last + 1, last + count, bytes(REPORT_BYTES * count))


async def run_load(
    directory: Path, size: int, under_way: int, seconds: float, *, busy: bool = False
) -> Load:
    """Keep some batches under way, as fast as the journal or the busy loop lets."""
    found: list[float] = []
    waiting: deque[asyncio.Future[None]] = deque()
    with tempfile.TemporaryDirectory(dir=directory) as name, Journal(Path(name)) as journal:
        source = Source(journal)
        async with GroupCommit(journal) as commit:
            start = time.perf_counter()
            while time.perf_counter() < start + seconds:
                if busy:
                    burn()
                records, rows = source.batch(size)
                began = time.perf_counter()
                future = await commit.submit(records, rows)
                future.add_done_callback(
                    lambda _, began=began: found.append(time.perf_counter() - began)
                )
                waiting.append(future)
                await asyncio.sleep(0)
                while waiting and (waiting[0].done() or len(waiting) >= under_way):
                    await waiting.popleft()
            await asyncio.gather(*waiting)
            elapsed = time.perf_counter() - start
    return Load(commit.records / elapsed, commit.records / commit.commits, times_of(found))


def burn() -> None:
    end = time.perf_counter() + TURN_SECONDS
    while time.perf_counter() < end:
        pass


def show_one_under_way(directory: Path, seconds: float, runner: asyncio.Runner) -> None:
    yardstick = fdatasync_times(directory, seconds)
    found = runner.run(run_load(directory, 1, 1, seconds)).durable
    print(
        f"fdatasync of a small append:  p50 {yardstick.p50_us:6.0f} us  p99 {yardstick.p99_us:6.0f}"
    )
    print(
        f"submit to durable, one alone: p50 {found.p50_us:6.0f} us  p99 {found.p99_us:6.0f}  "
        f"ratio {found.p50_us / yardstick.p50_us:.2f} and {found.p99_us / yardstick.p99_us:.2f}"
    )


def loads() -> Iterator[tuple[bool, float]]:
    yield False, SWITCH_INTERVALS_MS[0]
    for interval in SWITCH_INTERVALS_MS:
        yield True, interval


def show_loads(directory: Path, seconds: float, runner: asyncio.Runner) -> None:
    usual = sys.getswitchinterval()
    for busy, interval_ms in loads():
        sys.setswitchinterval(interval_ms / 1000)
        print(f"loop {'busy' if busy else 'idle'}, switch interval {interval_ms} ms:")
        for size in BATCH_SIZES:
            yardstick = fdatasync_times(directory, seconds / 4)
            under_way = BATCHES_UNDER_WAY
            found = runner.run(run_load(directory, size, under_way, seconds, busy=busy))
            per_sync = found.records_per_second * yardstick.p50_us / 1e6
            print(
                f"  batches of {size:3}: {found.records_per_second:9,.0f} records/s, "
                f"{found.records_per_commit:7,.1f} a commit, {per_sync:6.1f} in the time of an "
                f"fdatasync; durable p50 {found.durable.p50_us:6.0f} us  "
                f"p99 {found.durable.p99_us:6.0f}",
                flush=True,
            )
    sys.setswitchinterval(usual)


def show_replay(directory: Path, count: int) -> None:
    """Read a journal of orders back, alone and into the core."""
    ramp, commands, _ = mixed_commands(count)
    encode = msgspec.msgpack.Encoder().encode
    with Journal(directory / "replay") as journal:
        all_commands = ramp + commands
        for start in range(0, len(all_commands), 500):
            part = enumerate(all_commands[start : start + 500], start + 1)
            journal.append(
                [Record(seq, START_NS, user, encode(command)) for seq, (user, command) in part], []
            )
        start_seconds = time.perf_counter()
        read = sum(1 for _ in journal.records())
        reading = time.perf_counter() - start_seconds
        venue = open_venue()
        start_seconds = time.perf_counter()
        for record in journal.records():
            venue.apply(record.user, decode_command(record), record.time_ns)
        replaying = time.perf_counter() - start_seconds
        start_seconds = time.perf_counter()
        last = sum(1 for _ in journal.records(read - 10))
        tail = time.perf_counter() - start_seconds
    print(f"read and checked against the chain: {read / reading:9,.0f} records/s of {read:,}")
    print(f"read, decoded and applied:          {read / replaying:9,.0f} records/s")
    print(f"the last {last} behind a snapshot: {tail * 1e6:,.0f} us")


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    with (
        tempfile.TemporaryDirectory(prefix="bench-journal-", dir=Path.cwd()) as name,
        asyncio.Runner(loop_factory=new_event_loop) as runner,
    ):
        directory = Path(name)
        show_one_under_way(directory, seconds, runner)
        show_loads(directory, seconds, runner)
        show_replay(directory, count)


if __name__ == "__main__":
    main()
