"""Waiting for a moment more exactly than an event loop's timers, which have steps of 1 ms.

Linux offers timers as files (timerfd_create(2)), which a loop can read. Python's own functions
for them came with 3.13, so the three calls go through the C library.
"""

import asyncio
import ctypes
import os
import sys
from typing import Final

from bashu_protocol.units import NS_PER_SECOND

_CLOCK_MONOTONIC: Final = 1
"""What `time.perf_counter_ns` reads on Linux."""
_FLAGS: Final = os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0)
_ABSOLUTE: Final = 1
_TICK_SECONDS: Final = 0.001


class _TimeSpec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _TimerSpec(ctypes.Structure):
    _fields_ = (("interval", _TimeSpec), ("value", _TimeSpec))


class Alarm:
    """One waiter at a time. Without timer files it waits with the loop's own timers."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()
        self._file = -1
        if sys.platform == "linux":
            self._libc = ctypes.CDLL(None, use_errno=True)
            self._file = self._libc.timerfd_create(_CLOCK_MONOTONIC, _FLAGS)
        if self._file >= 0:
            self._loop.add_reader(self._file, self._ring)

    async def wait_until(self, due_ns: int, now_ns: int) -> None:
        """Return at `due_ns`, a reading of `time.perf_counter_ns`, or soon after."""
        if self._file < 0:
            await asyncio.sleep(max((due_ns - now_ns) / NS_PER_SECOND, _TICK_SECONDS))
            return
        self._rung.clear()
        seconds, nanoseconds = divmod(max(due_ns, 1), NS_PER_SECOND)
        spec = _TimerSpec(_TimeSpec(0, 0), _TimeSpec(seconds, nanoseconds))
        if self._libc.timerfd_settime(self._file, _ABSOLUTE, ctypes.byref(spec), None):
            raise OSError(ctypes.get_errno(), "timerfd_settime")
        await self._rung.wait()

    def close(self) -> None:
        if self._file >= 0:
            self._loop.remove_reader(self._file)
            os.close(self._file)
            self._file = -1

    def _ring(self) -> None:
        os.read(self._file, 8)
        self._rung.set()
