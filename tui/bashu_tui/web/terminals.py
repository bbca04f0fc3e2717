"""The terminals that run, and how many may."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from bashu_tui.web.settings import Limits
from bashu_tui.web.terminal_process import TerminalProcess


class Terminals:
    """Counts what is open, by user; remembers whose download is whose."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._open: Counter[str] = Counter()
        self._processes: dict[TerminalProcess, str] = {}

    def __len__(self) -> int:
        return self._open.total()

    def has_room(self, user: str) -> bool:
        return (
            self._open.total() < self._limits.terminals
            and self._open[user] < self._limits.terminals_per_user
        )

    @contextmanager
    def place(self, user: str) -> Iterator[None]:
        """Take one of the places; ask `has_room` in the same breath."""
        self._open[user] += 1
        try:
            yield
        finally:
            self._open[user] -= 1
            if not self._open[user]:
                del self._open[user]

    @contextmanager
    def running(self, user: str, process: TerminalProcess) -> Iterator[None]:
        """Remember whose process it is."""
        self._processes[process] = user
        try:
            yield
        finally:
            del self._processes[process]

    def processes(self, user: str) -> list[TerminalProcess]:
        return [process for process, owner in self._processes.items() if owner == user]
