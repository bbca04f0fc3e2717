"""Group commit: while the disk syncs one batch, the next one gathers.

A small batch that finds the writer idle is written at once, on the event loop: two hops between
threads cost as much as the disk itself, and there is nothing else to gather. As soon as more
arrives than that, the writer thread has something to do, and matching goes on beside it.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from types import TracebackType
from typing import Final, Self

from msgspec import Struct

from bashu_daemon.journal.errors import JournalStopped
from bashu_daemon.journal.record import Record, ReportRow
from bashu_daemon.journal.store import Journal

MAX_RECORDS_WAITING: Final = 50_000
"""Records applied but not yet handed to the disk; beyond that `submit` waits."""

MAX_RECORDS_AT_ONCE: Final = 4
"""Records of a batch that may be written on the event loop."""


class _Batch(Struct, gc=False):
    records: Sequence[Record]
    reports: Sequence[ReportRow]
    durable: "asyncio.Future[None]"


class GroupCommit:
    """Hands batches to one writer thread, in order, as many at once as have gathered.

    After a failed write nothing is accepted any more: what the disk holds is then unknown, and
    a venue that goes on would promise what it cannot keep.

    Args:
        journal: opened; nothing else may append to it.
        on_commit: called on the event loop after each commit with the number of records and the
            seconds that writing and syncing them took.
        at_once: records that a batch may have to be written on the event loop.
    """

    def __init__(
        self,
        journal: Journal,
        on_commit: Callable[[int, float], object] | None = None,
        *,
        at_once: int = MAX_RECORDS_AT_ONCE,
    ) -> None:
        self.commits = 0
        self.records = 0
        """Records made durable."""
        self.last_write_seconds = 0.0
        self.total_write_seconds = 0.0
        self._journal = journal
        self._on_commit = on_commit
        self._failure: BaseException | None = None
        self._at_once = at_once
        self._in_thread = 0
        """Batches that the writer thread has or will get."""
        self._turn = asyncio.Lock()
        self._has_space = asyncio.Event()
        self._thread: threading.Thread | None = None
        # Shared with the writer thread, under the lock:
        self._lock = threading.Lock()
        self._waiting: list[_Batch] = []
        self._records_waiting = 0
        self._sender_waits = False
        # One item whenever something gathers, None to end.
        self._wake: SimpleQueue[bool | None] = SimpleQueue()

    @property
    def records_waiting(self) -> int:
        """Records not yet handed to the disk."""
        return self._records_waiting

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        # A daemon: if the process ends without leaving in order, that is like being killed.
        self._thread = threading.Thread(target=self._run, name="journal writer", daemon=True)
        self._thread.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Write what is waiting and wait for the write under way, even if cancelled."""
        assert self._thread is not None  # noqa: S101  entered before it is left
        if self._failure is None:
            self._failure = JournalStopped("The journal writer has ended.")
        self._wake.put(None)
        try:
            await asyncio.shield(self._ended)
        finally:
            self._thread.join()

    async def submit(
        self, records: Sequence[Record], reports: Sequence[ReportRow]
    ) -> "asyncio.Future[None]":
        """Queue a batch; the future is done when it is durable, or carries what went wrong.

        Waits while too much waits for the disk; senders get their turns in order.

        Raises:
            JournalStopped: the writer has ended.
            Exception: what made an earlier write fail.
        """
        async with self._turn:
            while self._is_full():
                await self._has_space.wait()
        if self._failure is not None:
            raise self._failure
        batch = _Batch(records, reports, self._loop.create_future())
        if self._in_thread == 0 and len(records) <= self._at_once:
            self._write_at_once(batch)
            return batch.durable
        self._in_thread += 1
        with self._lock:
            begins = not self._waiting
            self._waiting.append(batch)
            self._records_waiting += len(records)
        if begins:
            self._wake.put(True)
        return batch.durable

    def _write_at_once(self, batch: _Batch) -> None:
        """The thread is idle and gets nothing before this returns, so the journal is ours."""
        try:
            self._journal.append(batch.records, batch.reports)
        except BaseException as error:  # noqa: BLE001  handed on to the waiter, and kept
            self._fail(error, [batch])
        else:
            self._committed([batch], len(batch.records), self._journal.last_write_seconds)

    def _is_full(self) -> bool:
        with self._lock:
            full = self._records_waiting >= MAX_RECORDS_WAITING and self._failure is None
            self._sender_waits = full
        if full:
            self._has_space.clear()
        return full

    def _run(self) -> None:
        """Write until told to end or a write fails. Runs in the writer thread."""
        batches: list[_Batch] = []
        try:
            while self._wake.get() is not None:
                batches = self._take()
                records = [record for batch in batches for record in batch.records]
                reports = [row for batch in batches for row in batch.reports]
                self._journal.append(records, reports)
                seconds = self._journal.last_write_seconds
                self._loop.call_soon_threadsafe(
                    self._thread_committed, batches, len(records), seconds
                )
        except BaseException as error:  # noqa: BLE001  handed on to every waiter
            self._loop.call_soon_threadsafe(self._fail, error, batches)
        self._loop.call_soon_threadsafe(self._ended.set_result, None)

    def _take(self) -> list[_Batch]:
        with self._lock:
            batches, self._waiting = self._waiting, []
            self._records_waiting = 0
            sender_waits, self._sender_waits = self._sender_waits, False
        if sender_waits:
            self._loop.call_soon_threadsafe(self._has_space.set)
        return batches

    def _thread_committed(self, batches: list[_Batch], records: int, seconds: float) -> None:
        self._in_thread -= len(batches)
        self._committed(batches, records, seconds)

    def _committed(self, batches: list[_Batch], records: int, seconds: float) -> None:
        self.commits += 1
        self.records += records
        self.last_write_seconds = seconds
        self.total_write_seconds += seconds
        for batch in batches:
            if not batch.durable.done():
                batch.durable.set_result(None)
        if self._on_commit is not None:
            self._on_commit(records, seconds)

    def _fail(self, error: BaseException, batches: list[_Batch]) -> None:
        with self._lock:
            self._failure = error
            waiting, self._waiting = self._waiting, []
            self._records_waiting = 0
        self._has_space.set()
        for batch in [*batches, *waiting]:
            with contextlib.suppress(asyncio.InvalidStateError):  # whoever waited has gone
                batch.durable.set_exception(error)
                batch.durable.exception()  # known through `submit` as well; not lost if unread
