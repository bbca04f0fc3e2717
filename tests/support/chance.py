"""Random numbers that are the same on every Python: no test may depend on `random`'s algorithm."""

from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


class Chance:
    """A linear congruential generator."""

    def __init__(self, seed: int) -> None:
        self._state = seed

    def below(self, limit: int) -> int:
        """Return a number from 0 to `limit` - 1."""
        self._state = (self._state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % 2**64
        return (self._state >> 33) % limit

    def between(self, lowest: int, highest: int) -> int:
        return lowest + self.below(highest - lowest + 1)

    def of(self, items: Sequence[Item]) -> Item:
        return items[self.below(len(items))]

    def one_in(self, count: int) -> bool:
        return self.below(count) == 0
