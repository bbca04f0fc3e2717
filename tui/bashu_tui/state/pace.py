"""When the market may be painted again, so that the terminal leaves most of a core to others."""

import time
from collections.abc import Callable
from typing import Final

SHARE: Final = 0.16
"""Of a core, for all that the terminal does; with what is painted at once it is below a fifth."""
SLOWEST_SECONDS: Final = 0.25
"""The market is painted at least so often, whatever it costs."""


class Pace:
    """A budget of processor time that grows with the clock and is spent by the whole process.

    Where painting is cheap the budget is never overdrawn; where it is dear, on a slow machine or
    in a large window, what was overdrawn is waited for.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        spent: Callable[[], float] = time.process_time,
    ) -> None:
        self._clock = clock
        self._spent = spent
        self._clock_before = clock()
        self._spent_before = spent()
        self._due_before = self._clock_before
        self._budget = 0.0

    def is_due(self) -> bool:
        """Tell whether it may be painted now; to be asked many times a second."""
        now, spent = self._clock(), self._spent()
        earned = SHARE * (now - self._clock_before)
        most = SHARE * SLOWEST_SECONDS
        budget = self._budget + earned - (spent - self._spent_before)
        self._clock_before, self._spent_before = now, spent
        self._budget = min(most, max(-most, budget))
        is_due = self._budget >= 0 or now - self._due_before >= SLOWEST_SECONDS
        if is_due:
            self._due_before = now
        return is_due
