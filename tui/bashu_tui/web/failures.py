"""Slows down guessing: failed logins are counted by user, by address, and by both together."""

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

from bashu_tui.web.settings import Limits

MAX_KEYS: Final = 20_000
"""Beyond that the longest unused are forgotten; an attacker needs as many addresses for it."""

Key = tuple[str, str]


class FailedLogins:
    """Counts an attempt before it is made, so that many at once count too."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._times: OrderedDict[Key, deque[float]] = OrderedDict()

    def attempt(self, address: str, user: str) -> int:
        """Count an attempt, or return the seconds after which one is allowed again."""
        now = self._clock()
        wait = max(self._wait(key, limit, now) for key, limit in self._keys(address, user))
        if wait > 0:
            return math.ceil(wait)
        for key, _limit in self._keys(address, user):
            self._times.setdefault(key, deque()).append(now)
            self._times.move_to_end(key)
        while len(self._times) > MAX_KEYS:
            self._times.popitem(last=False)
        return 0

    def forgive(self, address: str, user: str) -> None:
        """The attempt was no failure; the person's own failures are forgotten with it."""
        for key, _limit in self._keys(address, user):
            times = self._times.get(key)
            if times:
                times.pop()
        self._times.pop((address, user), None)

    def _keys(self, address: str, user: str) -> tuple[tuple[Key, int], ...]:
        limits = self._limits
        return (
            ((address, user), limits.failures_per_pair),
            (("", user), limits.failures_per_user),
            ((address, ""), limits.failures_per_address),
        )

    def _wait(self, key: Key, limit: int, now: float) -> float:
        times = self._times.get(key)
        if times is None:
            return 0.0
        while times and now - times[0] >= self._limits.failure_seconds:
            times.popleft()
        if len(times) < limit:
            return 0.0
        return times[0] + self._limits.failure_seconds - now
