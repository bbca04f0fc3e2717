"""Holdings and what the day's own trades came to.

Averages are those of the day's purchases and sales, not a cost of what was held before: the venue
keeps no prices of older holdings.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from bashu_protocol.messages import AccountRow
from bashu_protocol.units import divide_half_up
from bashu_tui.state.fills import Fill

CASH: Final = "CNY"
_PARTS: Final = 100
"""Parts of a fen that averages are kept in."""


class Position(Struct):
    """One instrument; tonnes, and values in fen."""

    symbol: str
    available: int = 0
    frozen: int = 0
    bought_today: int = 0
    """Not to be sold before tomorrow, where the instrument says so."""
    bought_qty: int = 0
    bought_value: int = 0
    sold_qty: int = 0
    sold_value: int = 0
    last: int = 0
    """The price that is marked to; 0 where none is known."""

    @property
    def held_qty(self) -> int:
        return self.available + self.frozen + self.bought_today

    @property
    def net_qty(self) -> int:
        """Bought less sold today."""
        return self.bought_qty - self.sold_qty

    @property
    def average_bought(self) -> int:
        """Hundredths of a fen, rounded half up; 0 without a purchase."""
        return _average(self.bought_value, self.bought_qty)

    @property
    def average_sold(self) -> int:
        """Hundredths of a fen, rounded half up; 0 without a sale."""
        return _average(self.sold_value, self.sold_qty)

    @property
    def mark_price(self) -> int:
        """The average of the side that prevails today, in whole fen; 0 if neither does."""
        if not self.net_qty:
            return 0
        average = self.average_bought if self.net_qty > 0 else self.average_sold
        return divide_half_up(average, _PARTS)

    @property
    def day_result(self) -> int:
        """Fen: what today's trades would be worth if the rest of them were closed at `last`."""
        return self.sold_value - self.bought_value + self.net_qty * self.last

    @property
    def realised(self) -> int:
        """Fen: what was both bought and sold today, at the two averages; rounded half up."""
        closed = min(self.bought_qty, self.sold_qty)
        if not closed:
            return 0
        gain = self.sold_value * self.bought_qty - self.bought_value * self.sold_qty
        whole = divide_half_up(abs(gain) * closed, self.bought_qty * self.sold_qty)
        return whole if gain >= 0 else -whole

    @property
    def unrealised(self) -> int:
        """Fen: the rest of the day's result; with `realised` it adds up exactly."""
        return self.day_result - self.realised


def positions(
    accounts: Mapping[str, AccountRow], fills: Iterable[Fill], last: Mapping[str, int]
) -> dict[str, Position]:
    """Gather what is held and what was traded today, by symbol in alphabetical order."""
    made: dict[str, Position] = {}
    for asset, row in accounts.items():
        if asset != CASH:
            made[asset] = Position(asset, row.available, row.frozen, row.bought_today)
    for fill in fills:
        position = made.setdefault(fill.symbol, Position(fill.symbol))
        value = fill.counted_quantity * fill.counted_price
        if fill.side == "buy":
            position.bought_qty += fill.counted_quantity
            position.bought_value += value
        else:
            position.sold_qty += fill.counted_quantity
            position.sold_value += value
    for symbol, position in made.items():
        position.last = last.get(symbol, 0)
    return dict(sorted(made.items()))


def format_average(average: int) -> str:
    """Show hundredths of a fen as yuan with four decimals: 746312 is "74.6312"."""
    yuan, rest = divmod(average, 100 * _PARTS)
    return f"{yuan}.{rest:04d}"


def _average(value: int, quantity: int) -> int:
    return divide_half_up(value * _PARTS, quantity) if quantity else 0
