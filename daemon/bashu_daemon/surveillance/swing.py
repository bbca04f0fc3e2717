"""How far an instrument's price usually goes, so that a move can be called unusual.

Shared by the rules about moves over minutes to days. A minute counts only where there were trades,
so that the measure is the same for busy and for thin markets; over n of them an unforced price goes
about the square root of n times as far as over one.
"""

from math import isqrt

from msgspec import Struct

from bashu_protocol.units import NS_PER_MINUTE

WEIGHT = 16
"""A minute's weight in the mean is one part of so many."""
SETTLED = 8
"""Minutes after which the mean is a measure of the next change."""


class Swing(Struct, array_like=True):
    """The mean change from minute to minute of late."""

    start: int = 0
    """Of the current minute."""
    first: int = 0
    """Its first price, fen."""
    minutes: int = 0
    """With trades, since the beginning."""
    per_minute: int = 0
    """In 1/100 fen."""

    def add(self, time: int, price: int) -> None:
        """Count a trade; only the first of a minute changes anything."""
        if time - self.start < NS_PER_MINUTE:
            return
        if self.minutes:
            change = abs(price - self.first) * 100
            if self.minutes > SETTLED:
                # A push is not to hide itself: no change counts for more than thrice the usual.
                change = min(change, 3 * self.per_minute + 100)
            self.per_minute += (change - self.per_minute) // min(self.minutes, WEIGHT)
        self.start = time - time % NS_PER_MINUTE
        self.first = price
        self.minutes += 1

    def over(self, minutes: int) -> int:
        """Return the standard deviation over so many minutes with trades, in fen."""
        return deviation(self.per_minute, minutes)


def deviation(per_minute: int, minutes: int) -> int:
    """Return the standard deviation, in fen, over so many minutes of this mean change each.

    That of a normal distribution is 1.25 times its mean change.
    """
    return per_minute * 5 * isqrt(10_000 * max(1, minutes)) // 40_000
