"""What a process holds, as Linux says it in /proc, and the trend of a series of samples."""

import contextlib
import math
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

PROC: Final = Path("/proc")
KIB_PER_MB: Final = 1024
"""MB here are 1,048,576 bytes."""


class Usage(Struct, frozen=True):
    """One process at one moment; memory in KiB, see proc_pid_status(5)."""

    at_seconds: float
    rss_kib: int
    """Resident memory: anonymous and that of mapped files."""
    anonymous_kib: int
    open_files: int
    threads: int


class Trend(Struct, frozen=True):
    """A line through samples, by least squares."""

    slope: float
    standard_error: float
    """Of the slope; too small where neighbouring samples resemble one another."""


def usage_of(pid: int, at_seconds: float) -> Usage:
    """Read what a process holds.

    Raises:
        OSError: it is gone (FileNotFoundError, ProcessLookupError).
    """
    fields = {}
    for line in (PROC / str(pid) / "status").read_text("ascii", "replace").splitlines():
        name, _, value = line.partition(":")
        fields[name] = value.split()
    if "VmRSS" not in fields:
        raise ProcessLookupError(f"process {pid} has ended")  # waits to be asked how
    return Usage(
        at_seconds,
        rss_kib=int(fields["VmRSS"][0]),
        anonymous_kib=int(fields["RssAnon"][0]),
        open_files=sum(1 for _ in (PROC / str(pid) / "fd").iterdir()),
        threads=int(fields["Threads"][0]),
    )


def child_of(pid: int, word: str) -> int | None:
    """Return the child of a process that has `word` among its arguments, if there is one."""
    for thread in (PROC / str(pid) / "task").iterdir():
        # A thread or a child that has just ended hides none of the others.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for child in (thread / "children").read_text().split():
                if word.encode() in _arguments(child):
                    return int(child)
    return None


def _arguments(pid: str) -> list[bytes]:
    try:
        return (PROC / pid / "cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def minute_medians(samples: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the median of each minute of (seconds, value) pairs, by the middle of the minute."""
    minutes: dict[int, list[float]] = {}
    for seconds, value in samples:
        minutes.setdefault(int(seconds // 60), []).append(value)
    return [(60.0 * minute + 30, statistics.median(found)) for minute, found in minutes.items()]


def fit(points: Sequence[tuple[float, float]]) -> Trend:
    """Fit a line through three points or more."""
    at = [x for x, _ in points]
    slope, intercept = statistics.linear_regression(at, [y for _, y in points])
    middle = statistics.fmean(at)
    left = math.fsum((y - intercept - slope * x) ** 2 for x, y in points)
    spread = math.fsum((x - middle) ** 2 for x in at)
    return Trend(slope, math.sqrt(left / (len(points) - 2) / spread))
