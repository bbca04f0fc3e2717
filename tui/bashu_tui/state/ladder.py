"""The rows of a ladder: fixed price steps, with the market and one's own orders on them."""

from typing import Final

from msgspec import Struct

from bashu_protocol.feed import BookView
from bashu_tui.state.session import OrderLine

STEPS: Final = (1, 2, 5, 10, 20, 50, 100)


class LadderRow(Struct):
    """One price step; quantities in tonnes."""

    price: int
    bid_qty: int = 0
    ask_qty: int = 0
    own_buy: int = 0
    own_sell: int = 0


def build(
    book: BookView, own: list[OrderLine], top_price: int, step: int, rows: int
) -> list[LadderRow]:
    """Return the rows from `top_price` downwards, `step` fen apart.

    With a step of more than one tick a row gathers its prices away from the market: bids down,
    asks up, so that no row looks better than it is.
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
        row = find(order.price, is_bid=order.side == "buy")
        if row is None:
            continue
        if order.side == "buy":
            row.own_buy += order.leaves_qty
        else:
            row.own_sell += order.leaves_qty
    return ladder


def middle(book: BookView, last: int, reference: int) -> int:
    """Return the price to centre on: between the best, or the last, or the reference."""
    bids, asks = book.bids, book.asks
    if bids and asks:
        return (bids[0][0] + asks[0][0]) // 2
    if bids or asks:
        return (bids or asks)[0][0]
    return last or reference
