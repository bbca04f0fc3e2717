"""The book as surveillance keeps it: who has what where, and how it came there."""

from bisect import bisect_left, insort
from typing import Final, Literal

from msgspec import Struct

from bashu_protocol.units import NS_PER_MINUTE, NS_PER_SECOND

USUAL_NS: Final = 10 * NS_PER_MINUTE
"""Time over which a group's usual interest is averaged."""
BALANCE: Final = 3
"""Interest on one side of more than so many times the other is not two-sided (A1 #5: 3:1)."""
LEAST_NS: Final = 10 * NS_PER_SECOND
"""Shorter than this nobody was there."""
MAKER_PERCENT: Final = 70
"""Share of its time that a maker is on both sides; obligations of makers are of this order."""
Sign = Literal[1, -1]
"""1 buys, -1 sells."""


class Order(Struct, array_like=True, gc=False):
    """A live order and the market that it met. Prices in fen, quantities in tonnes."""

    order_id: int
    account: str
    group: str
    symbol: str
    sign: int
    price: int
    qty: int
    """As entered or last amended, fills included."""
    leaves: int
    placed_seq: int
    placed_at: int
    own_best: int
    """The best price of its own side before it came; 0 for none."""
    opposite_best: int
    is_immediate: bool = False
    """Whether its rest was never meant to stay."""
    filled: int = 0
    amendments: int = 0

    @property
    def crosses(self) -> bool:
        """Whether it could trade at once when it came.

        In a book that was crossed already, as before a call auction or in a file that tells only
        a part of the market, nothing can be said of it.
        """
        opposite = self.opposite_best
        return (
            opposite != 0 and (self.price - opposite) * self.sign >= 0 and not self.met_crossed_book
        )

    @property
    def met_crossed_book(self) -> bool:
        """Whether the best prices had met each other before it came."""
        return (
            self.own_best != 0
            and self.opposite_best != 0
            and (self.own_best - self.opposite_best) * self.sign >= 0
        )


class Side:
    """Quantities by price, with the prices in order: the last is the best for either side."""

    __slots__ = ("_quantities", "_ranks", "sign")

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self._quantities: dict[int, int] = {}
        self._ranks: list[int] = []
        """Price times sign, ascending."""

    @property
    def best(self) -> int:
        """The best price; 0 for none."""
        return self._ranks[-1] * self.sign if self._ranks else 0

    def add(self, price: int, quantity: int) -> None:
        """Add to a level, or take from it with a negative quantity."""
        held = self._quantities.get(price)
        if held is None:
            if quantity > 0:
                self._quantities[price] = quantity
                insort(self._ranks, price * self.sign)
            return
        if held + quantity > 0:
            self._quantities[price] = held + quantity
        else:
            del self._quantities[price]
            del self._ranks[bisect_left(self._ranks, price * self.sign)]

    def at(self, price: int) -> int:
        """Tonnes at a price."""
        return self._quantities.get(price, 0)

    def depth(self, levels: int) -> int:
        """Tonnes in so many best levels."""
        sign, quantities = self.sign, self._quantities
        return sum(quantities[rank * sign] for rank in self._ranks[-levels:])

    def best_levels(self, levels: int) -> list[tuple[int, int]]:
        """Price and tonnes of so many levels, the best first."""
        sign, quantities = self.sign, self._quantities
        return [(rank * sign, quantities[rank * sign]) for rank in self._ranks[: -levels - 1 : -1]]

    def levels(self) -> dict[int, int]:
        """All prices with their tonnes, in no order."""
        return dict(self._quantities)

    def levels_better(self, price: int) -> int:
        """How many live levels are better than a price."""
        ranks = self._ranks
        at = bisect_left(ranks, price * self.sign)
        return len(ranks) - at - (at < len(ranks) and ranks[at] == price * self.sign)


class Own:
    """What one control group has live in one instrument, and what it had of late."""

    __slots__ = (
        "began", "changed", "one_sided", "orders", "placed", "qty", "trades", "two_sided", "usual",
    )  # fmt: skip

    def __init__(self, now: int) -> None:
        self.orders: dict[int, Order] = {}
        self.qty = {1: 0, -1: 0}
        self.began = self.changed = now
        self.usual = {1: 0, -1: 0}
        """Thousandths of a tonne on each side, averaged over the last `USUAL_NS` or since it
        began, if that is less, but never over less than a minute."""
        self.two_sided = 0
        """Nanoseconds of the day with interest on both sides, neither over `BALANCE` times the
        other."""
        self.one_sided = 0
        """Nanoseconds of the day with any other."""
        self.trades = self.placed = 0
        """Trades and orders of the day."""

    def pass_time(self, now: int) -> None:
        """Count what stood until now; to be called before it changes."""
        passed = now - self.changed
        if passed <= 0:
            return
        self.changed = now
        buys, sells = self.qty[1], self.qty[-1]
        span = min(max(now - self.began, NS_PER_MINUTE), USUAL_NS)
        usual, part = self.usual, min(passed, span)
        usual[1] += (buys * 1_000 - usual[1]) * part // span
        usual[-1] += (sells * 1_000 - usual[-1]) * part // span
        if buys and sells and max(buys, sells) <= BALANCE * min(buys, sells):
            self.two_sided += passed
        elif buys or sells:
            self.one_sided += passed

    def add(self, other: "Own") -> None:
        """Add another group's counts; times on both sides are added, which keeps their share."""
        self.began = min(self.began, other.began)
        for sign in (1, -1):
            self.qty[sign] += other.qty[sign]
            self.usual[sign] += other.usual[sign]
        self.two_sided += other.two_sided
        self.one_sided += other.one_sided
        self.trades += other.trades
        self.placed += other.placed

    def begin_day(self, now: int) -> None:
        """Begin the day's counts anew; what stood over night is not the day's."""
        self.changed = max(now, self.changed)
        self.two_sided = self.one_sided = self.trades = self.placed = 0

    @property
    def quotes_both_sides(self) -> bool:
        """Whether it is mostly on both sides today when it is there at all."""
        return self.two_sided + self.one_sided >= LEAST_NS and self.is_mostly_two_sided

    @property
    def is_mostly_two_sided(self) -> bool:
        """The same, however short a time it was there: of who is known to have been there."""
        present = self.two_sided + self.one_sided
        return present > 0 and self.two_sided * 100 >= MAKER_PERCENT * present

    @property
    def is_maker(self) -> bool:
        """Whether it makes a market, declared or not: on both sides, and it trades.

        The rules that count messages and cancels exempt makers (reference/surveillance.md A1 #1,
        #8, #9).
        """
        return self.trades > 0 and self.quotes_both_sides
