"""Latency distributions: collected as plain numbers while running, kept as HDR histograms."""

from array import array
from collections import Counter
from typing import Final

from hdrh.histogram import HdrHistogram
from msgspec import Struct

from bashu_protocol.units import NS_PER_MS

HIGHEST_NS: Final = 3_600 * 1_000_000_000
UNIT_NS: Final = 1_000
"""Times are recorded in whole microseconds, rounded up, with three significant digits."""
DIGITS: Final = 3
MOST_WAITING: Final = 4_000_000
"""Times of 8 bytes that are kept before they are recorded."""


class Percentiles(Struct, frozen=True):
    """A distribution in milliseconds; all 0 where nothing was timed."""

    count: int
    p50_ms: float
    p90_ms: float
    p99_ms: float
    p999_ms: float
    p9999_ms: float
    max_ms: float


class Bar(Struct, frozen=True):
    """How many times lay above the bar before and up to `upto_ms`."""

    upto_ms: float
    count: int


class Latency:
    """One distribution."""

    def __init__(self) -> None:
        self._histogram = HdrHistogram(1, HIGHEST_NS // UNIT_NS, DIGITS)
        self._waiting = array("q")

    def add(self, times_ns: "array[int]") -> None:
        """Take many times at once. They are only copied: the measured loop is waiting."""
        self._waiting.extend(times_ns)
        if len(self._waiting) > MOST_WAITING:
            self._fold()

    @property
    def count(self) -> int:
        self._fold()
        return int(self._histogram.get_total_count())

    def _fold(self) -> None:
        """Record what waits, equal times together."""
        waiting, self._waiting = self._waiting, array("q")
        for value, count in Counter((t + UNIT_NS - 1) // UNIT_NS for t in waiting).items():
            self._histogram.record_value(min(max(value, 1), HIGHEST_NS // UNIT_NS), count)

    def percentiles(self) -> Percentiles:
        return Percentiles(
            self.count,
            *(self._at(percent) for percent in (50.0, 90.0, 99.0, 99.9, 99.99, 100.0)),
        )

    def bars(self) -> list[Bar]:
        """Return the distribution in steps of the series 1, 2, 5, without empty ends."""
        self._fold()
        counts: Counter[float] = Counter()
        for item in self._histogram.get_recorded_iterator():
            counts[_step_above(item.value_iterated_to * UNIT_NS / NS_PER_MS)] += (
                item.count_added_in_this_iter_step
            )
        return [Bar(upto, count) for upto, count in sorted(counts.items())]

    def _at(self, percent: float) -> float:
        if not self.count:
            return 0.0
        return float(self._histogram.get_value_at_percentile(percent)) * UNIT_NS / NS_PER_MS


def _step_above(value_ms: float) -> float:
    step = 0.01
    while True:
        for factor in (1, 2, 5):
            if value_ms <= step * factor:
                return round(step * factor, 6)
        step *= 10
