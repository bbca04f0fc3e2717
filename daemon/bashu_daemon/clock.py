"""The only clock of the venue: wall time that never runs backwards."""

import time


class Clock:
    """Nanoseconds since 1970, strictly increasing, also across a restart and a clock step."""

    def __init__(self, last_ns: int = 0) -> None:
        self._last_ns = last_ns

    def now_ns(self) -> int:
        now_ns = time.time_ns()
        if now_ns <= self._last_ns:
            now_ns = self._last_ns + 1
        self._last_ns = now_ns
        return now_ns
