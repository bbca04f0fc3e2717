"""Speed of the order book alone: mixed operations, and one long queue drained.

Run: python tests/bench/bench_book.py [operations]
The work is seeded. Two yardsticks run beside it in the same process, a loop over a dict and a list
and the leanest book that makes the same trades: compare ratios, not figures, between machines.
"""

import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal

import msgspec
from bare_book import BareBook

from bashu_daemon.core.book import Order, OrderBook
from bashu_daemon.core.matching import match
from bashu_protocol.messages import Side

Operation = tuple[Literal["new", "cancel", "replace", "ioc"], int, Side, int, int]
"""Kind, order id, side, price, quantity."""

SEED = 20240101
LIVE_ORDERS = 10_000
ROUNDS = 5
OWNERS = [f"owner-{number:02}" for number in range(100)]
SIDES: tuple[Side, Side] = ("buy", "sell")
STEPS = (-1, 1, *[0] * 30)
SWEEP = 500
QUEUE_LENGTHS = (1_000, 10_000, 50_000)


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


def yardstick_seconds(count: int) -> float:
    """Time a plain loop that keeps tuples in a dict and a list."""
    kept: dict[int, tuple[int, int]] = {}
    queue: list[int] = []
    started = time.perf_counter()
    for number in range(count):
        kept[number] = (number, number + 1)
        queue.append(number)
        if number % 2:
            queue.pop()
            kept.pop(number)
    return time.perf_counter() - started


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


def bare_seconds(ramp: list[Operation], operations: list[Operation], fills: int) -> float:
    """Time operations on the leanest book, which must trade as often as the venue's."""
    bare = BareBook(len(ramp) + len(operations))
    bare.execute(ramp)
    bare.fill_count = 0
    started = time.perf_counter()
    bare.execute(operations)
    seconds = time.perf_counter() - started
    assert bare.fill_count == fills, (bare.fill_count, fills)
    return seconds


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


def _median(run: Callable[[], float]) -> float:
    return statistics.median(run() for _ in range(ROUNDS))


def show_mixed(count: int) -> None:
    """Show the mixed operations of orders that all have owners of their own, as the bare book."""
    owners = [str(number) for number in range(LIVE_ORDERS + count + 1)]
    ramp, operations = mixed_operations(count, owners=owners)
    mix = Counter(kind for kind, *_ in operations)
    rounds = []
    for _ in range(ROUNDS):
        seconds, fills = driver_seconds(ramp, operations, owners)
        rounds.append((seconds, yardstick_seconds(count), bare_seconds(ramp, operations, fills)))
    print(f"mix of {count:,}: {dict(sorted(mix.items()))}, {fills:,} fills")
    _show(f"book, mixed, {LIVE_ORDERS:,} live", count, rounds)


def show_sweeps(count: int) -> None:
    owners = [str(number) for number in range(count + 1)]
    operations = sweep_operations(count)
    rounds = []
    for _ in range(ROUNDS):
        seconds, fills = driver_seconds([], operations, owners)
        assert fills > count * 9 // 10
        rounds.append((seconds, yardstick_seconds(count), bare_seconds([], operations, fills)))
    _show("book, deep sweeps", count, rounds)


def _show(name: str, count: int, rounds: list[tuple[float, float, float]]) -> None:
    seconds, plain, bare = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(f"yardstick, dict and list      {count / plain:12,.0f} steps/s")
    print(f"{name:30}{count / seconds:12,.0f} operations/s")
    print(f"  fastest round               {count / min(s for s, *_ in rounds):12,.0f} operations/s")
    print(f"  ratio to the yardstick      {statistics.median(p / s for s, p, _ in rounds):12.2f}")
    print(f"  the leanest book            {count / bare:12,.0f} operations/s")
    print(f"  ratio to the leanest book   {statistics.median(b / s for s, _, b in rounds):12.2f}")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    show_mixed(count)
    show_sweeps(count)
    for length in QUEUE_LENGTHS:
        drained = _median(partial(drain_seconds, length)) / length
        swept = _median(partial(sweep_seconds, length)) / length
        print(
            f"level of {length:6,} orders: {drained * 1e6:6.3f} us a fill drained one by one, "
            f"{swept * 1e6:6.3f} us swept at once"
        )


if __name__ == "__main__":
    main()
