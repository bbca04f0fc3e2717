"""The seeded work of the book's benches, and the loops that carry it out.

A module of its own, which `bench_native` also compiles.
"""

import random
import time
from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from bashu_daemon.core.book import Order, OrderBook
from bashu_daemon.core.matching import match
from bashu_protocol.messages import Side

Operation = tuple[Literal["new", "cancel", "replace", "ioc"], int, Side, int, int]
"""Kind, order id, side, price, quantity."""

SEED = 20240101
LIVE_ORDERS = 10_000
OWNERS = [f"owner-{number:02}" for number in range(100)]
SIDES: tuple[Side, Side] = ("buy", "sell")
STEPS = (-1, 1, *[0] * 30)
SWEEP = 500


class Driver:
    """Carries out operations as the venue does; finds orders by their dense ids.

    The orders are the `owners`' in turn; where those are few, some self-trades are prevented.
    """

    def __init__(self, operations: int, owners: Sequence[str] = OWNERS) -> None:
        self.owners = [owners[number % len(owners)] for number in range(operations + 1)]
        self.book: OrderBook[Order] = OrderBook()
        self.orders: list[Any] = [None] * (operations + 1)
        self.fill_count = 0

    def execute(self, operations: list[Operation]) -> None:
        """Match what crosses and let the remainder rest."""
        book, orders = self.book, self.orders
        owners = self.owners
        bids, asks = book.bids.live, book.asks.live
        for kind, order_id, side, price, qty in operations:
            if kind == "cancel":
                book.remove(orders[order_id])
                orders[order_id] = None
                continue
            if kind == "replace":
                order = orders[order_id]
                book.remove(order)
                order.price = price
                order.leaves_qty = qty
            else:
                order = orders[order_id] = Order(order_id, side, price, qty, owners[order_id])
            crosses = asks and price >= -asks[-1] if side == "buy" else bids and price <= bids[-1]
            if (crosses and not self.take(order)) or kind == "ioc":
                orders[order_id] = None
            else:
                book.add(order)

    def take(self, order: Order) -> bool:
        """Match an order that crosses; return whether its remainder may rest."""
        qty = order.leaves_qty
        fills = match(
            self.book,
            order.side,
            order.price,
            qty,
            owner=order.owner,
            prevention="cancel_incoming",
        )
        self.fill_count += len(fills)
        for maker, traded in fills:
            qty -= traded
            if maker.leaves_qty == 0:
                self.orders[maker.order_id] = None
        order.leaves_qty = qty
        return qty > 0 and traded > 0


class Generator:
    """Makes the operations on a book of its own, so that each names an order that lives then."""

    def __init__(self, count: int, seed: int, owners: Sequence[str] = OWNERS) -> None:
        self.rng = random.Random(seed)
        self.driver = Driver(LIVE_ORDERS + count, owners)
        self.live: list[int] = []
        self.mid = 10_000
        self.order_id = 0

    def step(self) -> Operation:
        """Make one operation and carry it out.

        About 55 % are new orders within 50 ticks of a walking mid, 35 % cancels of a random
        live order, 5 % replaces, 5 % immediate-or-cancel orders through several.
        """
        rng = self.rng
        self.mid += rng.choice(STEPS)
        roll = rng.random()
        if roll < 0.05:
            side = rng.choice(SIDES)
            price = self.mid + 5 if side == "buy" else self.mid - 5
            return self._execute(("ioc", self._next_id(), side, price, rng.randint(50, 300)))
        if roll < 0.10:
            order = self._random_live()
            return self._execute(
                ("replace", order.order_id, order.side, self._price(order.side), rng.randint(1, 99))
            )
        levels = (*self.driver.book.bids.levels.values(), *self.driver.book.asks.levels.values())
        live = sum(level.count for level in levels)
        scarce = live < LIVE_ORDERS - LIVE_ORDERS // 20
        plenty = live > LIVE_ORDERS + LIVE_ORDERS // 20
        if scarce or (roll < 0.65 and not plenty):
            return self.new_order()
        return self._execute(("cancel", self._random_live().order_id, "buy", 0, 0))

    def new_order(self) -> Operation:
        side = self.rng.choice(SIDES)
        order_id = self._next_id()
        self.live.append(order_id)
        return self._execute(("new", order_id, side, self._price(side), self.rng.randint(1, 99)))

    def _next_id(self) -> int:
        self.order_id += 1
        return self.order_id

    def _price(self, side: Side) -> int:
        away = self.rng.randint(1, 50)
        return self.mid - away if side == "buy" else self.mid + away

    def _random_live(self) -> Order:
        """Return a random live order; dead ids met on the way are dropped."""
        while True:
            place = self.rng.randrange(len(self.live))
            order: Order | None = self.driver.orders[self.live[place]]
            if order is not None:
                return order
            self.live[place] = self.live[-1]
            self.live.pop()

    def _execute(self, operation: Operation) -> Operation:
        self.driver.execute([operation])
        return operation


def mixed_operations(
    count: int, seed: int = SEED, owners: Sequence[str] = OWNERS
) -> tuple[list[Operation], list[Operation]]:
    """Return a ramp-up to `LIVE_ORDERS`, and `count` mixed operations around that many.

    They name orders that live then in a book driven for the same `owners`.
    """
    generator = Generator(count, seed, owners)
    ramp = [generator.new_order() for _ in range(LIVE_ORDERS)]
    operations = [generator.step() for _ in range(count)]
    # Decoded anew they lie one behind the other in memory, as from a wire, and not between orders.
    compact = msgspec.msgpack.Decoder(list[Operation])
    return ramp, compact.decode(msgspec.msgpack.encode(operations))


def sweep_operations(count: int) -> list[Operation]:
    """Return rounds of 499 orders on 100 levels and one that takes 99 % of them, sides in turn."""
    rng = random.Random(SEED)
    operations: list[Operation] = []
    resting_qty = dict.fromkeys(SIDES, 0)
    for number in range(1, count + 1):
        turn = (number - 1) // SWEEP % 2
        resting, taking = SIDES[turn], SIDES[1 - turn]
        away = 1 if resting == "sell" else -1
        if number % SWEEP:
            price, qty = 10_000 + away * rng.randint(1, 100), rng.randint(1, 99)
            resting_qty[resting] += qty
            operations.append(("new", number, resting, price, qty))
        else:
            qty = resting_qty[resting] * 99 // 100
            resting_qty[resting] -= qty
            operations.append(("ioc", number, taking, 10_000 + away * 101, qty))
    compact = msgspec.msgpack.Decoder(list[Operation])
    return compact.decode(msgspec.msgpack.encode(operations))


def driver_seconds(
    ramp: list[Operation], operations: list[Operation], owners: Sequence[str]
) -> tuple[float, int]:
    """Time operations on a fresh book, and return their fills too."""
    driver = Driver(len(ramp) + len(operations), owners)
    driver.execute(ramp)
    driver.fill_count = 0
    started = time.perf_counter()
    driver.execute(operations)
    return time.perf_counter() - started, driver.fill_count


def drain_seconds(length: int) -> float:
    """Time taking a queue of one price one maker at a time."""
    book: OrderBook[Order] = OrderBook()
    for number in range(length):
        book.add(Order(number, "sell", 7_000, 10, ""))
    started = time.perf_counter()
    for _ in range(length):
        match(book, "buy", 7_000, 10, owner="taker", prevention="cancel_incoming")
    seconds = time.perf_counter() - started
    assert not book.asks.live
    return seconds


def sweep_seconds(length: int) -> float:
    """Time taking a whole queue with one order."""
    book: OrderBook[Order] = OrderBook()
    for number in range(length):
        book.add(Order(number, "sell", 7_000, 10, ""))
    started = time.perf_counter()
    fills = match(book, "buy", 7_000, 10 * length, owner="taker", prevention="cancel_incoming")
    seconds = time.perf_counter() - started
    assert len(fills) == length
    return seconds
