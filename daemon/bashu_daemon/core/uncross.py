"""The uncross of a call auction: one price for all that can trade. Pure functions.

First, self-trade prevention: each owner's crossed orders, by order number, are treated as if they
had come one after another into a book of that owner alone in continuous trading: the later one is
the incoming, the earlier one the resting order. What survives crosses no order of its own owner,
so that none can meet one at any single price, and price and volume are found from it alone.

Then the price: maximum executable volume, least surplus, market pressure, closest to the
reference (reference/matching_engines.md 2, "call auction"; Xetra and Euronext have the same
order of criteria). Every tick between the lowest and the highest order is a candidate.
"""

from heapq import heappop, heappush
from typing import Final, Generic

from bashu_daemon.core.book import O, OrderBook
from bashu_protocol.messages import SelfTradePrevention

Prevented = tuple[O, O, int]
"""The later order, the earlier one of the same owner, and the quantity that would have met."""
Fill = tuple[O, O, int]
"""Buying order, selling order, quantity."""
Queue = list[tuple[O, int]]
"""Orders in priority, each with the quantity that takes part."""
Clearing = tuple[int, int, int]
"""Price in fen, quantity, and surplus in tonnes: positive of buyers, negative of sellers."""
_Range = tuple[int, int, int, int]
"""Lowest and highest price of neighbouring candidates; demand and supply at each of them."""

NOTHING: Final[Clearing] = (0, 0, 0)


class Uncross(Generic[O]):
    """What an uncross would do; nothing is done yet."""

    __slots__ = ("asks", "bids", "prevented", "price", "qty", "surplus")

    def __init__(
        self, bids: Queue[O], asks: Queue[O], prevented: list[Prevented[O]], clearing: Clearing
    ) -> None:
        self.bids = bids
        self.asks = asks
        self.prevented = prevented
        self.price, self.qty, self.surplus = clearing

    def fills(self) -> list[Fill[O]]:
        """Allocate the quantity by price, then time, on both sides: pair by pair."""
        return allocate(self.bids, self.asks, self.qty)


def uncross(
    book: OrderBook[O], reference: int, tick: int, prevention: SelfTradePrevention | None
) -> Uncross[O]:
    """Find the price, quantity and surplus of a book, and what prevention would withdraw.

    Args:
        book: it may be crossed; nothing in it is changed.
        reference: fen; the price to be close to when nothing else decides.
        tick: fen; prices between those of orders are multiples of it.
        prevention: None where orders of one owner may trade with each other.
    """
    bids, asks = _crossed(book)
    prevented: list[Prevented[O]] = []
    if prevention is not None and bids:
        bids, asks, prevented = prevent_self_trades(bids, asks, prevention)
    clearing = find_price(_by_price(bids), _by_price(asks), reference, tick)
    return Uncross(bids, asks, prevented, clearing)


def _crossed(book: OrderBook[O]) -> tuple[Queue[O], Queue[O]]:
    """Return the orders of each side that reach the best order of the other, in priority."""
    queues: list[Queue[O]] = [[], []]
    for side, other, queue in (
        (book.bids, book.asks, queues[0]),
        (book.asks, book.bids, queues[1]),
    ):
        if not other.live:
            continue
        bound = -other.live[-1]
        for key in reversed(side.live):
            if key < bound:
                break
            order: O | None = side.levels[key].head
            while order is not None:
                queue.append((order, order.total_qty()))
                order = order.after
    return queues[0], queues[1]


def _by_price(queue: Queue[O]) -> dict[int, int]:
    quantities: dict[int, int] = {}
    for order, qty in queue:
        quantities[order.price] = quantities.get(order.price, 0) + qty
    return quantities


def prevent_self_trades(
    bids: Queue[O], asks: Queue[O], prevention: SelfTradePrevention
) -> tuple[Queue[O], Queue[O], list[Prevented[O]]]:
    """Return both queues without what the prevention withdraws, and each encounter in order.

    With `cancel_incoming` the later order of a pair leaves, with `cancel_resting` the earlier
    one, with `cancel_both` both; with `decrement` both lose the smaller quantity. Owners are
    treated by the number of their first order.
    """
    both_sides = {order.owner for order, _ in bids} & {order.owner for order, _ in asks}
    if not both_sides:
        return bids, asks, []
    concerned = [order for order, _ in (*bids, *asks) if order.owner in both_sides]
    concerned.sort(key=lambda order: order.order_id)
    by_owner: dict[str, list[O]] = {}
    for order in concerned:
        by_owner.setdefault(order.owner, []).append(order)
    leaves = {order.order_id: order.total_qty() for order in concerned}
    prevented: list[Prevented[O]] = []
    for orders in by_owner.values():
        _prevent_owner(orders, prevention, leaves, prevented)
    return _left(bids, leaves), _left(asks, leaves), prevented


def _left(queue: Queue[O], leaves: dict[int, int]) -> Queue[O]:
    found = [(order, leaves.get(order.order_id, qty)) for order, qty in queue]
    return [(order, qty) for order, qty in found if qty]


def _prevent_owner(
    orders: list[O],
    prevention: SelfTradePrevention,
    leaves: dict[int, int],
    prevented: list[Prevented[O]],
) -> None:
    """Let one owner's orders, oldest first, come into a book of their own; write what is left."""
    bids: list[tuple[int, int, O]] = []
    asks: list[tuple[int, int, O]] = []
    for incoming in orders:
        is_buy = incoming.side == "buy"
        sign = 1 if is_buy else -1
        own, opposite = (bids, asks) if is_buy else (asks, bids)
        number = incoming.order_id
        while opposite and leaves[number]:
            resting = opposite[0][2]
            if (incoming.price - resting.price) * sign < 0:
                break
            earlier = resting.order_id
            qty = min(leaves[number], leaves[earlier])
            prevented.append((incoming, resting, qty))
            if prevention == "decrement":
                leaves[number] -= qty
                leaves[earlier] -= qty
            if prevention in ("cancel_incoming", "cancel_both"):
                leaves[number] = 0
            if prevention in ("cancel_resting", "cancel_both"):
                leaves[earlier] = 0
            if leaves[earlier] == 0:
                heappop(opposite)
        if leaves[number]:
            heappush(own, (-incoming.price * sign, number, incoming))


def find_price(bids: dict[int, int], asks: dict[int, int], reference: int, tick: int) -> Clearing:
    """Return the price of an uncross, with its quantity and surplus; zeros if nothing trades.

    `bids` and `asks` are tonnes by price.
    """
    best: list[_Range] = []
    best_qty, least_surplus = 1, 0
    for candidate in _ranges(bids, asks, tick):
        _, _, demand, supply = candidate
        qty, surplus = min(demand, supply), abs(demand - supply)
        if qty < best_qty or (qty == best_qty and best and surplus > least_surplus):
            continue
        if qty > best_qty or surplus != least_surplus:
            best.clear()
        best.append(candidate)
        best_qty, least_surplus = qty, surplus
    if not best:
        return NOTHING
    price, surplus = _choose(best, reference, tick)
    return price, best_qty, surplus


def _ranges(bids: dict[int, int], asks: dict[int, int], tick: int) -> list[_Range]:
    """Return every order price as a range of its own, and the ticks between two as one, ascending.

    Between two neighbouring order prices demand and supply stand still.
    """
    ranges: list[_Range] = []
    demand, supply = sum(bids.values()), 0
    prices = sorted({*bids, *asks})
    after = 0
    for price in prices:
        low = after - after % tick + tick
        high = price - 1 - (price - 1) % tick
        if ranges and low <= high:
            ranges.append((low, high, demand, supply))
        supply += asks.get(price, 0)
        ranges.append((price, price, demand, supply))
        demand -= bids.get(price, 0)
        after = price
    return ranges


def _choose(ranges: list[_Range], reference: int, tick: int) -> tuple[int, int]:
    """Return (price, surplus) out of ranges of equal volume and surplus, lowest first.

    A surplus of buyers everywhere takes the highest price, one of sellers the lowest; without a
    surplus, or with one on different sides, the closest to the reference, the higher of two.
    """
    if all(demand > supply for _, _, demand, supply in ranges):
        _, high, demand, supply = ranges[-1]
        return high, demand - supply
    if all(demand < supply for _, _, demand, supply in ranges):
        low, _, demand, supply = ranges[0]
        return low, demand - supply
    chosen = surplus = 0
    for low, high, demand, supply in ranges:
        price = _closest(low, high, reference, tick)
        if not chosen or abs(price - reference) <= abs(chosen - reference):
            chosen, surplus = price, demand - supply
    return chosen, surplus


def _closest(low: int, high: int, reference: int, tick: int) -> int:
    """Return the price of a range that is closest to the reference, the higher of two."""
    if reference <= low:
        return low
    if reference >= high:
        return high
    below = reference - (reference - low) % tick
    above = below + tick
    return below if reference - below < above - reference else above


def allocate(bids: Queue[O], asks: Queue[O], qty: int) -> list[Fill[O]]:
    """Share out `qty` by priority on both sides, and pair the two sides from the front."""
    fills: list[Fill[O]] = []
    bid = ask = 0
    bid_left = bids[0][1] if qty else 0
    ask_left = asks[0][1] if qty else 0
    while qty:
        traded = min(bid_left, ask_left, qty)
        fills.append((bids[bid][0], asks[ask][0], traded))
        qty -= traded
        bid_left -= traded
        ask_left -= traded
        if qty and not bid_left:
            bid += 1
            bid_left = bids[bid][1]
        if qty and not ask_left:
            ask += 1
            ask_left = asks[ask][1]
    return fills
