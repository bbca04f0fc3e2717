"""The book as surveillance keeps it: who has what where, and how it came there."""

from bisect import bisect_left, insort
from typing import Literal

from msgspec import Struct

Sign = Literal[1, -1]
"""1 buys, -1 sells."""


class Order(Struct, array_like=True):
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
        """Whether it could trade at once when it came."""
        return self.opposite_best != 0 and (self.price - self.opposite_best) * self.sign >= 0


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
    """What one control group has live in one instrument."""

    __slots__ = ("orders", "qty")

    def __init__(self) -> None:
        self.orders: dict[int, Order] = {}
        self.qty = {1: 0, -1: 0}
