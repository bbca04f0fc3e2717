"""The order book of one instrument: price levels with a queue each, and no policy.

Both sides run through one code path: a level's key is its price for bids and its price negated
for asks, so that the best level always has the highest key. The keys of the live levels lie in a
sorted list, best last; each level's queue is linked through the orders themselves. Adding behind
a level, cancelling anywhere and taking the best are O(1); a new level costs a binary search.
Empty levels are dropped, so that memory follows what is live.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import Generic, Self, TypeVar

from bashu_protocol.messages import Side


class Reserve:
    """What an iceberg order has left behind what it shows, and how much it shows at a time."""

    __slots__ = ("display_qty", "hidden_qty")

    def __init__(self, display_qty: int, hidden_qty: int) -> None:
        self.display_qty = display_qty
        self.hidden_qty = hidden_qty


class Order:
    """What the book needs to know of an order. Price in fen, quantity in tonnes.

    Of an iceberg `leaves_qty` is the shown part, and only that stands in the queue.
    """

    __slots__ = (
        "after",
        "before",
        "leaves_qty",
        "level",
        "order_id",
        "owner",
        "price",
        "reserve",
        "side",
    )

    def __init__(self, order_id: int, side: Side, price: int, leaves_qty: int, owner: str) -> None:
        self.order_id = order_id
        self.side: Side = side
        self.price = price
        self.leaves_qty = leaves_qty
        self.owner = owner
        self.level: Level[Self] | None = None
        self.before: Self | None = None
        self.after: Self | None = None
        self.reserve: Reserve | None = None

    def total_qty(self) -> int:
        """What is left, shown or not."""
        return self.leaves_qty + (self.reserve.hidden_qty if self.reserve is not None else 0)


O = TypeVar("O", bound=Order)  # noqa: E741  the conventional one-letter name of a type variable


class Level(Generic[O]):
    """The queue at one price, first come first; `qty` and `count` sum up its orders.

    Where `has_reserves` is set, some of its orders may be icebergs.
    """

    __slots__ = ("count", "has_reserves", "head", "key", "qty", "tail")

    def __init__(self, key: int, first: O) -> None:
        self.key = key
        self.head: O = first
        self.tail: O = first
        self.qty = first.leaves_qty
        self.count = 1
        self.has_reserves = False


class BookSide(Generic[O]):
    """Bids (`sign` 1) or asks (`sign` -1)."""

    __slots__ = ("levels", "live", "sign")

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.live: list[int] = []
        self.levels: dict[int, Level[O]] = {}

    def open_level(self, key: int, first: O) -> None:
        """Begin a level with its first order."""
        self.levels[key] = first.level = Level(key, first)
        live = self.live
        if not live or key > live[-1]:
            live.append(key)
        else:
            insort(live, key)

    def drop_level(self, level: Level[O]) -> None:
        """Forget a level whose last order is gone."""
        key = level.key
        live = self.live
        if live[-1] == key:
            live.pop()
        else:
            del live[bisect_left(live, key)]
        del self.levels[key]

    def depth(self) -> list[tuple[int, int, int]]:
        """Return (price, quantity, number of orders) of each level, best first."""
        levels = self.levels
        sign = self.sign
        return [(key * sign, levels[key].qty, levels[key].count) for key in reversed(self.live)]

    def queue(self) -> list[O]:
        """Return all orders, best level first and in time priority within a level."""
        orders: list[O] = []
        for key in reversed(self.live):
            order: O | None = self.levels[key].head
            while order is not None:
                orders.append(order)
                order = order.after
        return orders


class OrderBook(Generic[O]):
    """Both sides of one instrument."""

    __slots__ = ("asks", "bids")

    def __init__(self) -> None:
        self.bids: BookSide[O] = BookSide(1)
        self.asks: BookSide[O] = BookSide(-1)

    def add(self, order: O) -> None:
        """Let an order rest, last at its price."""
        if order.side == "buy":
            side = self.bids
            key = order.price
        else:
            side = self.asks
            key = -order.price
        level = side.levels.get(key)
        if level is None:
            side.open_level(key, order)
            return
        tail = level.tail
        tail.after = level.tail = order
        order.before = tail
        order.level = level
        level.qty += order.leaves_qty
        level.count += 1

    def add_iceberg(self, order: O) -> None:
        """Let the shown part of an iceberg rest, last at its price."""
        self.add(order)
        level = order.level
        assert level is not None
        level.has_reserves = True

    def remove(self, order: O) -> None:
        """Take a resting order out of its queue; the others keep their places."""
        level = order.level
        assert level is not None, "the order is not in the book"
        order.level = None
        if level.count == 1:
            assert level.qty == order.leaves_qty
            (self.bids if order.side == "buy" else self.asks).drop_level(level)
            return
        level.count -= 1
        level.qty -= order.leaves_qty
        assert level.qty >= level.count
        before, after = order.before, order.after
        order.before = order.after = None
        if before is not None:
            before.after = after
        else:
            assert after is not None
            level.head = after
        if after is not None:
            after.before = before
        else:
            assert before is not None
            level.tail = before

    def reduce(self, order: O, leaves_qty: int) -> None:
        """Lower what is left of an order; it keeps its place in the queue."""
        level = order.level
        assert level is not None, "the order is not in the book"
        assert 0 < leaves_qty < order.leaves_qty
        level.qty -= order.leaves_qty - leaves_qty
        order.leaves_qty = leaves_qty

    def reduce_total(self, order: O, total_qty: int) -> None:
        """Lower what is left of an order, of an iceberg its hidden part first."""
        reserve = order.reserve
        if reserve is not None:
            reserve.hidden_qty = max(total_qty - order.leaves_qty, 0)
        if total_qty < order.leaves_qty:
            self.reduce(order, total_qty)

    def opposite(self, side: Side) -> BookSide[O]:
        """Return the side that an order of `side` trades against."""
        return self.asks if side == "buy" else self.bids

    def is_crossed(self) -> bool:
        """Whether the best bid meets the best ask; never so after matching."""
        bids, asks = self.bids.live, self.asks.live
        return bool(bids) and bool(asks) and bids[-1] >= -asks[-1]
