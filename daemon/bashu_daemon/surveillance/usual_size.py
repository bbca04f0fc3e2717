"""What size is usual: a running median over thousands of orders or trades, in a few counters."""

from typing import Final

from msgspec import Struct

ENOUGH: Final = 30
"""Fewer sizes say nothing of what is usual."""
REMEMBERED: Final = 4_096
"""At so many, all counts are halved, rounded up: what is older counts less, but counts."""
_REFRESHED_EVERY: Final = 32
_DIGITS: Final = 4
"""Leading binary digits of a size that are kept: sizes within 1/8 of each other are one."""


class UsualSize(Struct, array_like=True):
    """Sizes in tonnes, counted by their leading binary digits."""

    counts: dict[int, int] = {}
    total: int = 0
    median: int = 0
    """Rounded down to the counted digits; 0 where there are not enough. Up to 31 sizes late."""

    def add(self, size: int) -> None:
        """Count one more."""
        key, counts = _key(size), self.counts
        counts[key] = counts.get(key, 0) + 1
        self.total += 1
        if not self.total % _REFRESHED_EVERY or self.total == ENOUGH:
            self._refresh()

    def largest_but(self, size: int) -> int:
        """Return the largest size so far, one of this size left out; 0 for none."""
        key, counts = _key(size), self.counts
        return max((known for known in counts if known != key or counts[known] > 1), default=0)

    def percent_of_at_least(self, size: int) -> int:
        """Return how many of a hundred are about so large or larger; 100 where there are none."""
        key = _key(size)
        larger = sum(count for known, count in self.counts.items() if known >= key)
        return larger * 100 // self.total if self.total else 100

    def _refresh(self) -> None:
        if self.total >= REMEMBERED:
            self.counts = {size: (count + 1) // 2 for size, count in self.counts.items()}
            self.total = sum(self.counts.values())
        if self.total < ENOUGH:
            return
        below = 0
        for size in sorted(self.counts):
            below += self.counts[size]
            if 2 * below >= self.total:
                self.median = size
                return


def _key(size: int) -> int:
    shift = size.bit_length() - _DIGITS
    return size if shift <= 0 else size >> shift << shift
