"""Price-time matching against one side of a book, with self-trade prevention.

Price priority, and time priority within a price, are the rulebook's default (TIME); the resting
order's price is the trade's price (SEEE 沪环境交〔2021〕34号: a taker trades at the listed price).
"""

from bashu_daemon.core.book import BookSide, O, OrderBook
from bashu_protocol.messages import SelfTradePrevention, Side

Encounter = tuple[O, int]
"""A resting order and the quantity traded with it; 0 where the self-trade was prevented."""


def match(
    book: OrderBook[O],
    incoming: Side,
    limit_price: int,
    qty: int,
    *,
    owner: str,
    prevention: SelfTradePrevention,
) -> list[Encounter[O]]:
    """Trade an order of side `incoming` against the other side, at `limit_price` or better.

    Filled orders leave the book; a partially filled one keeps its place. An own
    order of the same beneficial owner never trades: with `cancel_resting` it leaves the book and
    matching goes on; with `cancel_both` it leaves and matching ends; with `cancel_incoming` it
    stays and matching ends; with `decrement` both lose the smaller quantity, and matching goes on
    with what is left. Each is one encounter of quantity 0.
    """
    encounters: list[Encounter[O]] = []
    side = book.asks if incoming == "buy" else book.bids
    live, levels = side.live, side.levels
    bound = limit_price * side.sign
    while qty and live and live[-1] >= bound:
        level = levels[live[-1]]
        maker: O | None = level.head
        filled_qty = filled = 0
        while maker is not None and qty and maker.owner != owner:
            traded = maker.leaves_qty
            if traded > qty:
                break
            qty -= traded
            filled_qty += traded
            filled += 1
            encounters.append((maker, traded))
            after = maker.after
            maker.level = maker.before = maker.after = None
            maker.leaves_qty = 0
            maker = after
        if maker is None:
            side.drop_level(level)
            continue
        if filled:
            maker.before = None
            level.head = maker
            level.qty -= filled_qty
            level.count -= filled
        if qty == 0:
            break
        if maker.owner != owner:  # and larger than what is left
            maker.leaves_qty -= qty
            level.qty -= qty
            encounters.append((maker, qty))
            break
        encounters.append((maker, 0))
        if prevention == "decrement":
            if maker.leaves_qty > qty:
                book.reduce(maker, maker.leaves_qty - qty)
                break
            qty -= maker.leaves_qty
            book.remove(maker)
            continue
        if prevention != "cancel_incoming":
            book.remove(maker)
        if prevention != "cancel_resting":
            break
    return encounters


def take(book: OrderBook[O], order: O, qty: int) -> None:
    """Trade `qty` of one resting order, wherever it stands; a filled one leaves the book."""
    if qty < order.leaves_qty:
        book.reduce(order, order.leaves_qty - qty)
        return
    assert qty == order.leaves_qty
    book.remove(order)
    order.leaves_qty = 0


def reach(
    side: BookSide[O], limit_price: int, qty: int, owner: str, prevention: SelfTradePrevention
) -> tuple[int, int]:
    """Return the (quantity, cost in fen) that `match` would trade, changing nothing.

    Fill-or-kill and market orders are judged by it: orders beyond the limit price, own orders and
    what stands behind the end of matching do not count.
    """
    reached = cost = 0
    bound = limit_price * side.sign
    for key in reversed(side.live):
        if key < bound or not qty:
            break
        order: O | None = side.levels[key].head
        price = key * side.sign
        while order is not None and qty:
            overlap = min(order.leaves_qty, qty)
            if order.owner != owner:
                qty -= overlap
                reached += overlap
                cost += overlap * price
            elif prevention == "decrement":
                qty -= overlap
            elif prevention != "cancel_resting":
                return reached, cost
            order = order.after
    return reached, cost
