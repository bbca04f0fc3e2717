"""The only place of the terminal that reads a clock; tests let it stand still."""

import time
from collections.abc import Callable

_time_of_day: Callable[[], int] = time.time_ns
_timer: Callable[[], int] = time.perf_counter_ns


def now_ns() -> int:
    """Nanoseconds since 1970."""
    return _time_of_day()


def timer_ns() -> int:
    """Nanoseconds since an unknown moment, to measure how long something took."""
    return _timer()


def timer() -> float:
    """The same in seconds."""
    return _timer() / 1_000_000_000
