"""A market that knows nothing of the venue: random orders, one book, and known manipulations.

Written from the definitions of the catalogue (reference/surveillance.md A1), for sizes and prices
of any scale. It writes the rows that surveillance reads from a file, and what is true of them.
"""

import heapq
import random
from collections.abc import Callable

from msgspec import Struct

SECOND = 1_000_000_000
OPEN_NS = 1_767_576_600 * SECOND
"""2026-01-05, 09:30 in Shanghai."""
CROWD = [f"h{number}" for number in range(30)]

Row = dict[str, str]


class Order(Struct, eq=False):
    """Prices in fen, quantities in tonnes."""

    name: str
    account: str
    sign: int
    price: int
    qty: int
    left: int


class Truth(Struct):
    """One manipulation: its rule, who did it, and with which orders."""

    rule: str
    accounts: set[str]
    orders: list[Order]
    is_sound: bool = True
    """Whether it came about as planned: hardly any bait was filled, and the other side was."""


class IndependentMarket:
    """Poisson orders, withdrawals and takers of a crowd around the best prices."""

    def __init__(
        self, seed: int, price: int, typical: int, per_second: float, hours: float
    ) -> None:
        self.chance = random.Random(seed)
        self.rows: list[Row] = []
        self.truths: list[Truth] = []
        self.typical = typical
        self.now = OPEN_NS
        self._price, self._rate = price, per_second
        self._end = OPEN_NS + int(hours * 3_600) * SECOND
        self._book: dict[int, list[Order]] = {1: [], -1: []}
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0

    # The venue

    def best(self, sign: int) -> int:
        side = self._book[sign]
        return max(order.price * sign for order in side) * sign if side else self._price - 2 * sign

    def enter(self, account: str, sign: int, price: int, qty: int, stays: bool = True) -> Order:
        self._count += 1
        order = Order(f"n{self._count}", account, sign, price, qty, qty)
        self._write("new", order, price, qty)
        while order.left:
            facing = [one for one in self._book[-sign] if (price - one.price) * sign >= 0]
            if not facing:
                break
            resting = min(facing, key=lambda one: one.price * sign)
            traded = min(order.left, resting.left)
            order.left -= traded
            resting.left -= traded
            self._price = resting.price
            self._write("trade", order, resting.price, traded, resting)
            if not resting.left:
                self._book[-sign].remove(resting)
        if order.left and stays:
            self._book[sign].append(order)
        elif order.left:
            self._write("cancel", order, price, order.left)
        return order

    def withdraw(self, order: Order) -> None:
        if order in self._book[order.sign]:
            self._book[order.sign].remove(order)
            self._write("cancel", order, order.price, order.left)

    def _write(
        self, event: str, order: Order, price: int, qty: int, other: Order | None = None
    ) -> None:
        self.rows.append({
            "ts_ns": str(self.now), "account": order.account, "symbol": "X", "event": event,
            "order_id": order.name, "side": "buy" if order.sign > 0 else "sell",
            "price": f"{price // 100}.{price % 100:02}", "qty": str(qty),
            "counter_order_id": other.name if other else "",
        })  # fmt: skip

    # Time

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._due, (self.now + int(seconds * SECOND), self._count, act))

    def run(self) -> None:
        self.after(0, self._crowd)
        while self._due and self._due[0][0] <= self._end:
            self.now, _, act = heapq.heappop(self._due)
            act()

    def _size(self) -> int:
        return max(1, min(4 * self.typical, int(self.typical * self.chance.lognormvariate(0, 0.6))))

    def _crowd(self) -> None:
        chance = self.chance
        sign, account = chance.choice((1, -1)), chance.choice(CROWD)
        resting = [order for order in self._book[sign] if order.account in CROWD]
        turn = chance.random()
        if turn < 0.15:
            price = self.best(-sign)
            self._look_before(account, sign, price)
            self.enter(account, sign, price, self._size(), stays=False)
        elif turn < 0.15 + 0.4 * len(resting) / 60:
            self.withdraw(chance.choice(resting))
        else:
            price = self.best(-sign) - sign * (1 + int(chance.expovariate(1 / 8)))
            self._look_before(account, sign, price)
            self.enter(account, sign, price, self._size())
        self.after(chance.expovariate(self._rate), self._crowd)

    def _look_before(self, account: str, sign: int, price: int) -> None:
        """Honest firms do not trade with themselves."""
        for order in list(self._book[-sign]):
            if order.account == account and (price - order.price) * sign >= 0:
                self.withdraw(order)

    # Manipulations

    def bait(self, account: str, orders: int, multiple: float, stands: float) -> None:
        """Rest a small order, show one or more large ones, have the small one taken, withdraw."""
        chance, sign = self.chance, self.chance.choice((1, -1))
        truth = Truth("layering" if orders > 1 else "spoofing", {account}, [])
        self.truths.append(truth)
        gap = self.best(-1) - self.best(1)
        real = self.enter(account, -sign, self.best(-sign) - (sign if gap > 1 else 0), self.typical)

        def show(step: int) -> None:
            price = self.best(sign) - sign * (step + 1)
            qty = max(1, int(self.typical * multiple / orders))
            truth.orders.append(self.enter(account, sign, price, qty))

        def take() -> None:
            truth.is_sound = real.left > 0
            ahead = sum(
                one.left for one in self._book[-sign] if (real.price - one.price) * sign >= 0
            )
            if ahead:
                self.enter("taker", sign, real.price, ahead, stays=False)

        def end() -> None:
            filled = sum(one.qty - one.left for one in truth.orders)
            truth.is_sound &= filled * 10 < sum(one.qty for one in truth.orders)
            for order in [*truth.orders, real]:
                self.withdraw(order)

        for step in range(orders):
            self.after(0.2 + 0.3 * step, lambda step=step: show(step))  # type: ignore[misc]
        self.after(0.4 + 0.3 * orders + chance.uniform(0.2, 0.6) * stands, take)
        self.after(0.4 + 0.3 * orders + stands, end)

    def wash(self, account: str, rests: float) -> None:
        """Rest an order, then trade with it."""
        sign = self.chance.choice((1, -1))
        resting = self.enter(account, sign, self.best(-sign) - sign, self.typical)

        def meet() -> None:
            before = len(self.rows)
            if resting in self._book[sign]:
                ahead = sum(
                    one.left for one in self._book[sign] if (one.price - resting.price) * sign >= 0
                )
                order = self.enter(account, -sign, resting.price, ahead, stays=False)
                met = [r for r in self.rows[before:] if r["counter_order_id"] == resting.name]
                if met:
                    self.truths.append(Truth("self_trade", {account}, [resting, order]))

        self.after(rests, meet)

    def ramp(self, account: str, move: float) -> None:
        """Take all offers up to a price within two minutes, then sell most of it in ten."""
        truth = Truth("ramping", {account}, [])
        start, bought, sold = self._price, 0, 0

        def push(step: int) -> None:
            nonlocal bought
            price = round(start * (1 + move * step / 15))
            offered = sum(one.left for one in self._book[-1] if one.price <= price)
            order = self.enter(account, 1, price, max(offered, self.typical), stays=False)
            bought += order.qty - order.left
            truth.orders.append(order)

        def sell() -> None:
            nonlocal sold
            at_best = sum(one.left for one in self._book[1] if one.price == self.best(1))
            qty = min(bought - sold, at_best)
            if qty:
                order = self.enter(account, -1, self.best(1), qty, stays=False)
                sold += order.qty - order.left
            if sold * 10 < bought * 7:
                self.after(1, sell)

        def end() -> None:
            truth.is_sound = sold * 2 > bought > 0

        self.truths.append(truth)
        for step in range(1, 16):
            self.after(8 * step, lambda step=step: push(step))  # type: ignore[misc]
        self.after(140, sell)
        self.after(600, end)
