"""Group commit: while the disk syncs one batch, the next one gathers."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Final, Self

from bashu_daemon.journal.record import Record, ReportRow
from bashu_daemon.journal.store import Journal

MAX_RECORDS_WAITING: Final = 50_000
"""Records applied but not yet handed to the disk; beyond that `submit` waits."""

Waiting = tuple[Sequence[Record], Sequence[ReportRow], "asyncio.Future[None]"]


class GroupCommit:
    """Hands batches to one writer thread, in order, as many at once as have gathered.

    After a failed write nothing is accepted any more: what the disk holds is then unknown, and
    a venue that goes on would promise what it cannot keep.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._waiting: list[Waiting] = []
        self._records_waiting = 0
        self._has_work = asyncio.Event()
        self._has_space = asyncio.Event()
        self._has_space.set()
        self._failure: BaseException | None = None
        self._task: asyncio.Task[None] | None = None
        self.commits = 0

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._write(), name="journal writer")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Write what is waiting, then stop."""
        assert self._task is not None  # noqa: S101  entered before it is left
        while self._waiting and self._failure is None:
            await asyncio.sleep(0)
            futures = [future for _records, _reports, future in self._waiting]
            await asyncio.wait(futures)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def submit(
        self, records: Sequence[Record], reports: Sequence[ReportRow]
    ) -> "asyncio.Future[None]":
        """Queue a batch; the future is done when it is durable, or carries what went wrong."""
        while not self._has_space.is_set():
            await self._has_space.wait()
        if self._failure is not None:
            raise self._failure
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((records, reports, future))
        self._records_waiting += len(records)
        if self._records_waiting >= MAX_RECORDS_WAITING:
            self._has_space.clear()
        self._has_work.set()
        return future

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, thread_name_prefix="journal") as thread:
            while True:
                await self._has_work.wait()
                batches, self._waiting = self._waiting, []
                self._records_waiting = 0
                self._has_work.clear()
                self._has_space.set()
                records = [record for batch in batches for record in batch[0]]
                reports = [row for batch in batches for row in batch[1]]
                try:
                    await loop.run_in_executor(thread, self._journal.append, records, reports)
                except Exception as error:  # noqa: BLE001  handed on to every waiter
                    self._fail(error, batches)
                    return
                self.commits += 1
                for _records, _reports, future in batches:
                    if not future.done():
                        future.set_result(None)

    def _fail(self, error: Exception, batches: list[Waiting]) -> None:
        self._failure = error
        self._has_space.set()
        for _records, _reports, future in [*batches, *self._waiting]:
            if not future.done():
                future.set_exception(error)
                future.exception()
        self._waiting.clear()
