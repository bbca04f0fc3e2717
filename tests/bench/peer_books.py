"""Order books from PyPI, each driven with the operations of `book_workload`.

Every book keeps its own defaults. What one lacks is translated the same way for all: a replace
is a cancel and a new order, an immediate-or-cancel order is a limit order whose remainder is
cancelled. Their packages are in the `bench` extra, not in the venue's own environment.
"""

from abc import ABC, abstractmethod
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, ClassVar

from book_workload import Operation

from bashu_protocol.messages import Side

SYMBOL = "CQEA"


class PeerBook(ABC):
    """One peer's empty book; `capacity` is the highest order id.

    `traded_qtys` gathers, order by order, what the incoming ones traded. A peer whose package is
    absent raises ModuleNotFoundError.
    """

    package: ClassVar[str]
    """Name of the distribution on PyPI."""

    def __init__(self, capacity: int) -> None:
        self.handles: list[Any] = [None] * (capacity + 1)
        self.traded_qtys: list[int] = []

    def load(self, orders: list[Operation]) -> None:
        """Let new orders rest that do not cross; this is not timed."""
        self.execute(orders)

    def execute(self, operations: list[Operation]) -> None:
        handles, traded_qtys = self.handles, self.traded_qtys
        submit, cancel = self.submit, self.cancel
        for kind, order_id, side, price, qty in operations:
            if kind == "cancel":
                cancel(handles[order_id])
                handles[order_id] = None
                continue
            if kind == "replace":
                cancel(handles[order_id])
            handle, leaves_qty = submit(order_id, side, price, qty)
            if leaves_qty != qty:
                traded_qtys.append(qty - leaves_qty)
            if kind == "ioc" and leaves_qty:
                cancel(handle)
            else:
                handles[order_id] = handle

    @abstractmethod
    def submit(self, order_id: int, side: Side, price: int, qty: int) -> tuple[Any, int]:
        """Send in a limit order; return what `cancel` takes, and the quantity left."""

    @abstractmethod
    def cancel(self, handle: Any) -> None:
        """Cancel a resting order."""


class LightMatchingEngineBook(PeerBook):
    """lightmatchingengine: dicts of lists; looks for the best price among all, cancels by scan."""

    package = "lightmatchingengine"

    def __init__(self, capacity: int) -> None:
        from lightmatchingengine.lightmatchingengine import LightMatchingEngine, Side

        super().__init__(capacity)
        self.engine = LightMatchingEngine()
        self.sides = {"buy": Side.BUY, "sell": Side.SELL}

    def submit(self, order_id: int, side: Side, price: int, qty: int) -> tuple[Any, int]:
        order, _ = self.engine.add_order(SYMBOL, price, qty, self.sides[side])
        return order.order_id, order.leaves_qty

    def cancel(self, handle: Any) -> None:
        self.engine.cancel_order(handle, SYMBOL)


class PyOrderBook(PeerBook):
    """pyorderbook: a heap of levels, dicts as queues; decimal prices and UUIDs."""

    package = "pyorderbook"

    def __init__(self, capacity: int) -> None:
        from pyorderbook import Book, ask, bid

        super().__init__(capacity)
        self.book = Book()
        self.makers = {"buy": bid, "sell": ask}

    def submit(self, order_id: int, side: Side, price: int, qty: int) -> tuple[Any, int]:
        order = self.makers[side](SYMBOL, price, qty)
        self.book.match(order)
        return order, order.quantity

    def cancel(self, handle: Any) -> None:
        self.book.cancel(handle)


class OrderMatchingBook(PeerBook):
    """order-matching: orders are placed, then matched; it finds and sorts through all orders.

    Its debug log, which goes to stderr unless told otherwise, is switched off.
    """

    package = "order-matching"

    def __init__(self, capacity: int) -> None:
        from loguru import logger
        from order_matching.enums import Side
        from order_matching.matching_engine import MatchingEngine
        from order_matching.order import LimitOrder
        from order_matching.orders import Orders

        super().__init__(capacity)
        logger.disable("order_matching")
        self.engine = MatchingEngine(seed=1)
        self.limit_order, self.collection = LimitOrder, Orders
        self.sides = {"buy": Side.BUY, "sell": Side.SELL}
        self.now = datetime(2024, 1, 1)  # noqa: DTZ001  its own default expiry carries no zone

    def load(self, orders: list[Operation]) -> None:
        """Fill the book's own collections at once; one by one, 10,000 would take half a minute."""
        book = self.engine.unprocessed_orders
        queues: dict[tuple[Side, int], list[Any]] = defaultdict(list)
        placed: list[Any] = []
        for _, order_id, side, price, qty in orders:
            self.handles[order_id] = str(order_id)
            order = self._order(order_id, side, price, qty)
            queues[side, price].append(order)
            placed.append(order)
        for (side, price), queue in queues.items():
            (book.bids if side == "buy" else book.offers)[price].add(queue)
        book.orders_by_expiration[placed[0].expiration].add(placed)

    def submit(self, order_id: int, side: Side, price: int, qty: int) -> tuple[Any, int]:
        order = self._order(order_id, side, price, qty)
        self.engine.place(self.collection([order]))
        self.engine.match(timestamp=self.now)
        return order.order_id, order.size

    def cancel(self, handle: Any) -> None:
        self.engine.cancel_order(handle)

    def _order(self, order_id: int, side: Side, price: int, qty: int) -> Any:
        self.now += timedelta(microseconds=1)
        return self.limit_order(
            side=self.sides[side],
            price=price,
            size=qty,
            timestamp=self.now,
            order_id=str(order_id),
            trader_id=str(order_id),
        )


PEERS: tuple[type[PeerBook], ...] = (LightMatchingEngineBook, PyOrderBook, OrderMatchingBook)
