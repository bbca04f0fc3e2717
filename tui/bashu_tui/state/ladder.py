"""The rows of a ladder: fixed price steps, with the market and one's own orders on them."""

from typing import Final

from msgspec import Struct

from bashu_protocol.feed import BookView
from bashu_protocol.messages import Side
from bashu_tui.state.orders import OrderLine

STEPS: Final = (1, 2, 5, 10, 20, 50, 100)
_MARGIN_SHARE: Final = 6
"""Of the rows, at each end, that the middle of the market is kept out of."""


class LadderRow(Struct):
    """One price step; quantities in tonnes."""

    price: int
    bid_qty: int = 0
    ask_qty: int = 0
    own_buy: int = 0
    """Of one's member, in the book."""
    own_sell: int = 0
    stop_buy: int = 0
    """Of one's member, waiting for this stop price."""
    stop_sell: int = 0
    ahead_buy: int | None = None
    """At most so many tonnes of others stand ahead of the first own order; None if unknown."""
    ahead_sell: int | None = None

    def of_own(self, column: str) -> tuple[int, int]:
        """Return one's own tonnes that stand in a column: in the book, and waiting."""
        if column == "own_buy":
            return self.own_buy, self.stop_buy
        return (self.own_sell, self.stop_sell) if column == "own_sell" else (0, 0)


class Marks(Struct, frozen=True):
    """Prices that are marked on the ladder, in fen; 0 where there is none."""

    last: int = 0
    limit_up: int = 0
    limit_down: int = 0
    average: int = 0
    """Of one's own trades of the day."""
    indicative: int = 0
    """What a call auction would trade at now."""

    def has(self, price: int, row_price: int, step: int) -> bool:
        """Whether a marked price stands on a row; with a coarse step on the one below it."""
        return price > 0 and price - price % step == row_price

    def is_limit(self, row_price: int, step: int) -> bool:
        """Whether the row is the last one, up or down, where anything trades."""
        up = self.limit_up - self.limit_up % step
        down = -(-self.limit_down // step) * step
        return row_price > 0 and row_price in (up, down)

    def is_beyond(self, row_price: int) -> bool:
        """Whether nothing can trade at the row's price."""
        up = self.limit_up
        return row_price <= 0 or (up > 0 and row_price > up) or row_price < self.limit_down


def build(
    book: BookView, own: list[OrderLine], top_price: int, step: int, rows: int
) -> list[LadderRow]:
    """Return the rows from `top_price` downwards, `step` fen apart.

    With a step of more than one tick a row gathers its prices away from the market: bids down,
    asks up, so that no row looks better than it is (see `covered`).
    """
    ladder = [LadderRow(top_price - index * step) for index in range(rows)]

    def find(price: int, *, is_bid: bool) -> LadderRow | None:
        floor = price // step * step
        at = floor if is_bid or floor == price else floor + step
        index = (top_price - at) // step
        return ladder[index] if 0 <= index < rows else None

    for is_bid, levels in ((True, book.bids), (False, book.asks)):
        for price, quantity, _orders in levels:
            row = find(price, is_bid=is_bid)
            if row is None:
                continue
            if is_bid:
                row.bid_qty += quantity
            else:
                row.ask_qty += quantity
    for order in own:
        price, beside = _place(order)
        row = find(price, is_bid=beside == "buy")
        if row is None or order.is_held:
            continue
        if order.is_waiting and order.side == "buy":
            row.stop_buy += order.leaves_qty
        elif order.is_waiting:
            row.stop_sell += order.leaves_qty
        elif order.side == "buy":
            row.own_buy += order.leaves_qty
        else:
            row.own_sell += order.leaves_qty
    return ladder


def own_at(own: list[OrderLine], side: Side, row_price: int, step: int) -> list[OrderLine]:
    """Return the orders of a side that a row shows as one's own."""
    found = []
    for order in own:
        price, beside = _place(order)
        low, high = covered(row_price, step, beside)
        if order.side == side and low <= price <= high and not order.is_held:
            found.append(order)
    return found


def _place(order: OrderLine) -> tuple[int, Side]:
    """Return the price of an order, and the side of the market on which that stands.

    What waits for its stop price stands there: a purchase above the market, a sale below.
    """
    if not order.is_waiting:
        return order.price, order.side
    return order.stop_px, "sell" if order.side == "buy" else "buy"


def covered(row_price: int, step: int, side: Side) -> tuple[int, int]:
    """Return the lowest and highest price that a row gathers on a side."""
    if side == "buy":
        return row_price, row_price + step - 1
    return row_price - step + 1, row_price


def cumulative(book: BookView, price: int) -> tuple[int, int]:
    """Return how many tonnes one could sell down to a price, and buy up to it."""
    bids = sum(quantity for level, quantity, _orders in book.bids if level >= price)
    asks = sum(quantity for level, quantity, _orders in book.asks if level <= price)
    return bids, asks


def in_sight(book: BookView, centre: int, top: int, step: int, count: int) -> bool:
    """Tell whether the rows show the market: its middle well within, and both best if they fit."""
    margin, bottom = count // _MARGIN_SHARE * step, top - (count - 1) * step
    if not bottom + margin <= centre <= top - margin:
        return False
    bid, ask = book.best()
    fit = bid and ask and ask - bid <= (count - 3) * step
    return not fit or (bottom <= bid and ask <= top)


def middle(book: BookView, last: int, reference: int) -> int:
    """Return the price to centre on: between the best, or the last, or the reference."""
    bids, asks = book.bids, book.asks
    if bids and asks:
        return (bids[0][0] + asks[0][0]) // 2
    if bids or asks:
        return (bids or asks)[0][0]
    return last or reference
