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

    Filled orders leave the book; a partially filled one keeps its place. What is shown at a price
    trades before what is hidden: an iceberg whose shown part is filled shows the next part at the
    end of the queue. An own
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
            if level.has_reserves:
                _show_more(book, encounters[-filled:])
            continue
        if filled:
            maker.before = None
            level.head = maker
            level.qty -= filled_qty
            level.count -= filled
            if level.has_reserves:
                _show_more(book, encounters[-filled:])
        if qty == 0:
            break
        if maker.owner != owner:  # and larger than what is left
            maker.leaves_qty -= qty
            level.qty -= qty
            encounters.append((maker, qty))
            break
        encounters.append((maker, 0))
        if prevention == "decrement":
            qty -= _decrement(book, maker, qty)
            continue
        if prevention != "cancel_incoming":
            book.remove(maker)
        if prevention != "cancel_resting":
            break
    return encounters


def _decrement(book: OrderBook[O], own: O, qty: int) -> int:
    """Lower an own resting order by up to `qty`; return by how much."""
    total = own.total_qty()
    if total <= qty:
        book.remove(own)
        return total
    book.reduce_total(own, total - qty)
    return qty


def _show_more(book: OrderBook[O], filled: list[Encounter[O]]) -> None:
    """Put the next part of each iceberg whose shown part is filled at the end of its queue."""
    for maker, _ in filled:
        reserve = maker.reserve
        if reserve is not None and reserve.hidden_qty:
            maker.leaves_qty = min(reserve.display_qty, reserve.hidden_qty)
            reserve.hidden_qty -= maker.leaves_qty
            book.add_iceberg(maker)


def take(book: OrderBook[O], order: O, qty: int) -> None:
    """Trade `qty` of one resting order, wherever it stands; a filled one leaves the book."""
    if qty < order.leaves_qty:
        book.reduce(order, order.leaves_qty - qty)
        return
    assert qty == order.leaves_qty
    book.remove(order)
    order.leaves_qty = 0
    _show_more(book, [(order, qty)])


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
        hidden = 0
        while order is not None and qty:
            if order.owner != owner:
                overlap = min(order.leaves_qty, qty)
                qty -= overlap
                reached += overlap
                cost += overlap * price
                hidden += order.total_qty() - order.leaves_qty
            elif prevention == "decrement":
                qty -= min(order.total_qty(), qty)
            elif prevention != "cancel_resting":
                return reached, cost
            order = order.after
        overlap = min(hidden, qty)  # shown only when all that is shown at the price is taken
        qty -= overlap
        reached += overlap
        cost += overlap * price
    return reached, cost
