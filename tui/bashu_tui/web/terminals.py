"""The terminals that run, how many may, and that each of them ends."""

import asyncio
from collections import Counter

from bashu_tui.web.settings import Limits
from bashu_tui.web.terminal_process import TerminalProcess


class Terminals:
    """Counts places by user; a place is free again when its process is gone."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._taken: Counter[str] = Counter()
        self._processes: dict[TerminalProcess, str] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return self._taken.total()

    def take_place(self, user: str) -> bool:
        """Take a place, if there is one; `add` or `free_place` must follow."""
        if (
            self._taken.total() >= self._limits.terminals
            or self._taken[user] >= self._limits.terminals_per_user
        ):
            return False
        self._taken[user] += 1
        return True

    def free_place(self, user: str) -> None:
        self._taken[user] -= 1
        if not self._taken[user]:
            del self._taken[user]

    def add(self, user: str, process: TerminalProcess) -> None:
        """Put a process in the place that was taken; `end` must follow."""
        self._processes[process] = user

    def processes(self, user: str) -> list[TerminalProcess]:
        return [process for process, owner in self._processes.items() if owner == user]

    async def end(self, process: TerminalProcess) -> None:
        """End a process and free its place, even if whoever waits for it is cancelled."""
        ending = asyncio.create_task(self._end(process), name="end of a terminal")
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)
        await asyncio.shield(ending)

    async def wait_ended(self) -> None:
        """Wait for the ends that were begun; each takes a bounded time."""
        await asyncio.gather(*self._ending)

    async def _end(self, process: TerminalProcess) -> None:
        try:
            await process.stop()
        finally:
            self.free_place(self._processes.pop(process))
