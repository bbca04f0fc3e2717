"""Batches between their application and their release: in order, each once it is durable."""

import asyncio
from collections import deque
from typing import Final

from bashu_daemon.batch import Batch

MAX_BATCHES: Final = 64
"""Batches applied but not yet released; beyond that `put` waits for the disk."""
MAX_MERGED: Final = 16
"""Batches released at once at the most, so that the first need not wait long for the last."""


class ReleaseQueue:
    """One task puts, one takes."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Batch, asyncio.Future[None] | None]] = deque()
        self._has_batch = asyncio.Event()
        self._has_space = asyncio.Event()
        self._has_space.set()
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def is_idle(self) -> bool:
        """Whether everything that was put has been taken and released."""
        return self._idle.is_set()

    def __len__(self) -> int:
        return len(self._waiting)

    async def put(self, batch: Batch, durable: "asyncio.Future[None] | None") -> None:
        """Queue a batch; without a future there is nothing to wait for but those before it."""
        await self._has_space.wait()
        self._waiting.append((batch, durable))
        self._has_batch.set()
        self._idle.clear()
        if len(self._waiting) >= MAX_BATCHES:
            self._has_space.clear()

    async def take(self) -> list[Batch]:
        """Wait for the first batch to be durable; return it and what is durable behind it.

        A batch with a snapshot is the last of those that are returned.

        Raises:
            Exception: what made the write fail.
        """
        await self._has_batch.wait()
        _, durable = self._waiting[0]
        if durable is not None:
            await durable
        taken: list[Batch] = []
        while self._waiting and len(taken) < MAX_MERGED:
            batch, durable = self._waiting[0]
            if durable is not None and not durable.done():
                break
            if durable is not None:
                durable.result()
            taken.append(batch)
            self._waiting.popleft()
            if batch.snapshot is not None:
                break
        if not self._waiting:
            self._has_batch.clear()
        self._has_space.set()
        return taken

    def done(self) -> None:
        """Say that what was taken has been released."""
        if not self._waiting:
            self._idle.set()

    async def join(self) -> None:
        """Wait until everything has been taken and released."""
        await self._idle.wait()
