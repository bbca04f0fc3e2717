"""A market of a dozen events for one rule, and the words in which an offence is played on it."""

from typing import Any, Final

from bashu_daemon.surveillance.book import Order
from bashu_daemon.surveillance.groups import Link
from bashu_daemon.surveillance.rule import Rule
from bashu_daemon.surveillance.watch import Watch
from bashu_protocol.units import NS_PER_MS, NS_PER_SECOND

SYMBOL: Final = "CANARY"
REFERENCE: Final = 7_000
UP: Final = 7_700
DOWN: Final = 6_300
"""The day's reference price and limits, fen."""
_LINKS: Final = (Link("one", "owner", "canary"), Link("two", "owner", "canary"))
MINUTE: Final = 60 * NS_PER_SECOND


class Stage:
    """A day in one instrument, a millisecond from event to event.

    `one` and `two` are one control group; every other account is its own.
    """

    def __init__(self, rule: type[Rule[Any]], parameters: dict[str, int]) -> None:
        self.watch = Watch({rule.name: parameters}, _LINKS, [rule])
        self.time = MINUTE
        self._seq = 0
        self.watch.day_began(self._next(), self.time, 20_260_101)
        self.watch.limits_set(SYMBOL, REFERENCE, UP, DOWN)

    def buy(self, account: str, qty: int, price: int) -> int:
        """Place an order that stays or comes to one that stands; return its number."""
        return self._place(account, 1, qty, price)

    def sell(self, account: str, qty: int, price: int) -> int:
        """As `buy`."""
        return self._place(account, -1, qty, price)

    def trade(self, resting: int, incoming: int) -> None:
        """Let two orders trade, as much as both have, at the resting one's price."""
        one, other = (self.watch.market.orders[number] for number in (resting, incoming))
        buy, sell = (other, one) if other.sign > 0 else (one, other)
        qty = min(one.leaves, other.leaves)
        seq = self._next()
        self.watch.traded(
            seq, self.time, seq, SYMBOL, one.price, qty, other.sign, (buy.order_id, ""),
            (sell.order_id, ""),
        )  # fmt: skip

    def block(self, buyer: str, seller: str, qty: int, price: int) -> None:
        """Let two accounts trade outside the book."""
        groups = self.watch.market.groups
        seq = self._next()
        self.watch.traded(
            seq, self.time, seq, SYMBOL, price, qty, 1, (0, groups.of(buyer)),
            (0, groups.of(seller)), "block",
        )  # fmt: skip

    def book(self, account: str, tonnes: int) -> None:
        """Let tonnes come into an account."""
        group = self.watch.market.groups.of(account)
        self.watch.booked(self._next(), self.time, account, group, SYMBOL, tonnes)

    def state(self, poster: str) -> None:
        """Put a statement on record that praises the instrument."""
        self.watch.stated(self._next(), self.time, SYMBOL, self.time, 1, poster)

    def bar(self, person: str) -> None:
        """Bar a person from the market."""
        self.watch.barred(self._next(), self.time, person, is_barred=True)

    def withdraw(self, *order_ids: int) -> None:
        for order_id in order_ids:
            self.watch.withdrawn(self._next(), self.time, order_id, "asked")

    def amend(self, order_id: int, price: int) -> None:
        """Give an order another price."""
        order = self.watch.market.orders[order_id]
        self.watch.amended(self._next(), self.time, order_id, price, order.qty, order.leaves)

    def begin_call_auction(self) -> None:
        self.watch.phase_moved(self._next(), self.time, SYMBOL, "call_auction", "pre_open")

    def wait(self, ns: int) -> None:
        self.time += ns

    def end_day(self) -> None:
        self.watch.day_ended(self._next(), self.time, 20_260_101)

    def _next(self) -> int:
        self._seq += 1
        self.time += NS_PER_MS
        return self._seq

    def _place(self, account: str, sign: int, qty: int, price: int) -> int:
        seq = self._next()
        group = self.watch.market.groups.of(account)
        self.watch.placed(
            Order(seq, account, group, SYMBOL, sign, price, qty, qty, seq, self.time, 0, 0)
        )
        return seq
