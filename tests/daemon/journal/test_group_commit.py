import asyncio
import sqlite3
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from bashu_daemon.journal import (
    GroupCommit,
    Journal,
    JournalStopped,
    Record,
    ReportRow,
    group_commit,
)


class SlowDisk:
    """Stands before a journal's `append`: holds it up, or makes the n-th write fail."""

    def __init__(self, journal: Journal, fails_at: int = 0) -> None:
        self.gate = threading.Event()
        self.started = threading.Event()
        self.batches: list[int] = []
        self._append = journal.append
        self._fails_at = fails_at
        journal.append = self.append  # type: ignore[method-assign]  # that is the point

    def append(self, records: Sequence[Record], reports: Sequence[ReportRow]) -> None:
        self.started.set()
        assert self.gate.wait(10)
        self.batches.append(len(records))
        if len(self.batches) == self._fails_at:
            raise sqlite3.OperationalError("disk I/O error")
        self._append(records, reports)


async def test_a_future_is_done_only_when_the_batch_is_durable(
    plain: Any, journal: Journal
) -> None:
    disk = SlowDisk(journal)
    async with GroupCommit(journal, at_once=0) as commit:
        future = await commit.submit([plain.record(1)], [plain.row(1)])
        await asyncio.to_thread(disk.started.wait)
        assert not future.done()
        disk.gate.set()
        await future
        assert journal.head_seq == 1
    assert plain.is_whole(journal, 1)


async def test_what_gathers_while_the_disk_syncs_is_one_commit(
    plain: Any, journal: Journal
) -> None:
    disk = SlowDisk(journal)
    async with GroupCommit(journal, at_once=0) as commit:
        futures = [await commit.submit([plain.record(1)], [plain.row(1)])]
        await asyncio.to_thread(disk.started.wait)
        futures += [
            await commit.submit([plain.record(seq)], [plain.row(seq)]) for seq in range(2, 101)
        ]
        disk.gate.set()
        await asyncio.gather(*futures)
        assert commit.commits == 2
    assert disk.batches == [1, 99]
    assert plain.is_whole(journal, 100)


async def test_leaving_writes_what_is_waiting(plain: Any, journal: Journal) -> None:
    async with GroupCommit(journal, at_once=0) as commit:
        futures = [
            await commit.submit([plain.record(seq)], [plain.row(seq)]) for seq in range(1, 51)
        ]
    assert all(future.done() for future in futures)
    assert plain.is_whole(journal, 50)


async def test_leaving_waits_for_the_write_under_way(plain: Any, journal: Journal) -> None:
    disk = SlowDisk(journal)
    async with GroupCommit(journal, at_once=0) as commit:
        future = await commit.submit([plain.record(1)], [plain.row(1)])
        await asyncio.to_thread(disk.started.wait)
        asyncio.get_running_loop().call_later(0.05, disk.gate.set)
    assert future.done()
    assert plain.is_whole(journal, 1)


async def test_leaving_waits_for_the_write_under_way_even_if_cancelled(
    plain: Any, journal: Journal
) -> None:
    disk = SlowDisk(journal)
    commit = GroupCommit(journal, at_once=0)

    async def write() -> None:
        async with commit:
            await commit.submit([plain.record(1)], [plain.row(1)])

    task = asyncio.create_task(write())
    await asyncio.to_thread(disk.started.wait)
    while commit._failure is None:  # noqa: ASYNC110  leaving sets no event
        await asyncio.sleep(0)
    threading.Timer(0.05, disk.gate.set).start()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert plain.is_whole(journal, 1)


async def test_nothing_is_accepted_afterwards(plain: Any, journal: Journal) -> None:
    async with GroupCommit(journal, at_once=0) as commit:
        pass
    with pytest.raises(JournalStopped):
        await commit.submit([plain.record(1)], [plain.row(1)])
    assert journal.head_seq == 0


async def test_each_commit_is_told_and_counted(plain: Any, journal: Journal) -> None:
    told: list[tuple[int, float]] = []
    async with GroupCommit(journal, lambda *commit: told.append(commit)) as commit:
        for start in (1, 4):
            records = [plain.record(seq) for seq in range(start, start + 3)]
            await (await commit.submit(records, []))
    assert [records for records, _ in told] == [3, 3]
    assert (commit.commits, commit.records, commit.records_waiting) == (2, 6, 0)
    assert commit.total_write_seconds == pytest.approx(sum(seconds for _, seconds in told))
    assert commit.last_write_seconds == told[-1][1] > 0


async def test_an_abandoned_future_harms_nobody(plain: Any, journal: Journal) -> None:
    disk = SlowDisk(journal)
    async with GroupCommit(journal, at_once=0) as commit:
        abandoned = await commit.submit([plain.record(1)], [plain.row(1)])
        await asyncio.to_thread(disk.started.wait)
        behind = await commit.submit([plain.record(2)], [plain.row(2)])
        abandoned.cancel()
        disk.gate.set()
        await asyncio.wait_for(behind, 10)
    assert plain.is_whole(journal, 2)


async def test_after_a_failed_write_nothing_is_accepted(plain: Any, journal: Journal) -> None:
    disk = SlowDisk(journal, fails_at=2)
    disk.gate.set()
    async with GroupCommit(journal, at_once=0) as commit:
        await (await commit.submit([plain.record(1)], [plain.row(1)]))
        disk.gate.clear()
        disk.started.clear()
        failed = await commit.submit([plain.record(2)], [plain.row(2)])
        await asyncio.to_thread(disk.started.wait)
        behind = await commit.submit([plain.record(3)], [plain.row(3)])
        disk.gate.set()
        for future in (failed, behind):
            with pytest.raises(sqlite3.OperationalError, match="disk I/O error"):
                await asyncio.wait_for(future, 5)
        with pytest.raises(sqlite3.OperationalError, match="disk I/O error"):
            await commit.submit([plain.record(2)], [plain.row(2)])
    assert disk.batches == [1, 1]
    assert plain.is_whole(journal, 1)


async def test_a_full_queue_holds_the_sender_up_and_keeps_the_order(
    plain: Any, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "MAX_RECORDS_WAITING", 4)
    disk = SlowDisk(journal)
    async with GroupCommit(journal, at_once=0) as commit:
        await commit.submit([plain.record(1)], [plain.row(1)])
        await asyncio.to_thread(disk.started.wait)
        for seq in range(2, 6):
            await commit.submit([plain.record(seq)], [plain.row(seq)])
        senders = [
            asyncio.create_task(commit.submit([plain.record(seq)], [plain.row(seq)]))
            for seq in range(6, 16)
        ]
        await asyncio.sleep(0.02)
        assert not any(sender.done() for sender in senders)
        disk.gate.set()
        await asyncio.gather(*[await sender for sender in senders])
    assert plain.is_whole(journal, 15)


def test_it_runs_on_uvloop(plain: Any, journal: Journal) -> None:
    uvloop = pytest.importorskip("uvloop")

    async def write() -> None:
        async with GroupCommit(journal, at_once=0) as commit:
            futures = [
                await commit.submit([plain.record(seq)], [plain.row(seq)]) for seq in range(1, 31)
            ]
            await asyncio.gather(*futures)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(write())
    assert plain.is_whole(journal, 30)


async def test_a_small_batch_is_written_at_once_while_the_writer_is_idle(
    plain: Any, journal: Journal
) -> None:
    async with GroupCommit(journal, at_once=2) as commit:
        assert (await commit.submit([plain.record(1)], [plain.row(1)])).done()
        assert journal.head_seq == 1
        large = await commit.submit([plain.record(seq) for seq in (2, 3, 4)], [])
        behind = await commit.submit([plain.record(5)], [])
        assert not large.done()
        assert not behind.done()
        await asyncio.gather(large, behind)
        assert (await commit.submit([plain.record(6)], [])).done()
        assert commit.records == 6
    assert journal.head_seq == 6


async def test_a_write_at_once_that_fails_stops_the_writer(plain: Any, journal: Journal) -> None:
    disk = SlowDisk(journal, fails_at=1)
    disk.gate.set()
    async with GroupCommit(journal) as commit:
        failed = await commit.submit([plain.record(1)], [plain.row(1)])
        with pytest.raises(sqlite3.OperationalError, match="disk I/O error"):
            await failed
        with pytest.raises(sqlite3.OperationalError, match="disk I/O error"):
            await commit.submit([plain.record(1)], [plain.row(1)])
    assert journal.head_seq == 0
