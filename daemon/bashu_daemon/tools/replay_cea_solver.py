"""Which trades make a published day: exact to the tonne and the fen."""

from msgspec import Struct

Fill = tuple[int, int]
"""Price in fen, quantity in tonnes."""


class Unsolvable(Exception):  # noqa: N818  what is found, not a fault of the program
    """No trades can make such a day: its published figures contradict each other."""


class DayPlan(Struct, frozen=True):
    """Fills by the side of the opening price on which they lie; each list is best price first."""

    opening: Fill
    rising: list[Fill]
    """Above the opening price, ascending."""
    falling: list[Fill]
    """Below the opening price, descending."""

    def fills(self) -> list[Fill]:
        return [self.opening, *self.rising, *self.falling]


def solve_day(open_: int, high: int, low: int, volume: int, turnover: int) -> DayPlan:
    """Find fills that begin at `open_`, reach `high` and `low`, and sum up exactly.

    One tonne at each of the three prices is certain; what is left of the volume is spread over
    the two neighbouring prices that enclose its average, so that a solution is found whenever
    there is one: its average has to lie within low and high.

    Args:
        open_, high, low: prices in fen.
        volume: tonnes, at least 1.
        turnover: fen.

    Raises:
        Unsolvable: the figures contradict each other; the sentence says which.
    """
    if not 0 < low <= open_ <= high:
        raise Unsolvable(f"open {open_} is not within low {low} and high {high}")
    quantities = dict.fromkeys((open_, high, low), 1)
    rest, amount = volume - len(quantities), turnover - sum(quantities)
    if rest < 0:
        raise Unsolvable(f"{volume} t cannot trade at {len(quantities)} different prices")
    if not low * rest <= amount <= high * rest:
        raise Unsolvable(f"{volume} t between {low} and {high} cannot cost {turnover} fen")
    if rest:
        price, dearer = divmod(amount, rest)
        for at, qty in ((price, rest - dearer), (price + 1, dearer)):
            if qty:
                quantities[at] = quantities.get(at, 0) + qty
    rising = sorted(item for item in quantities.items() if item[0] > open_)
    falling = sorted((item for item in quantities.items() if item[0] < open_), reverse=True)
    return DayPlan((open_, quantities[open_]), rising, falling)
