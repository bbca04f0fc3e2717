"""The neutral stream that surveillance watches, written by hand: trades without a book."""

from collections.abc import Mapping
from typing import Any, ClassVar

from bashu_daemon.surveillance.book import Order
from bashu_daemon.surveillance.groups import Link
from bashu_daemon.surveillance.watch import Watch
from bashu_protocol.messages import Alert, DisclosureKind, TradeMode

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
DAY = 86_400 * SECOND
FIRST_DAY = 1_767_576_600 * SECOND
"""2026-01-05, 09:30 in Shanghai."""


class Stream:
    """Days, bookings and trades; each account is an owner's of its own unless linked."""

    restarts: ClassVar[bool] = False
    """Whether surveillance is stopped and started again before each event."""

    def __init__(
        self,
        parameters: Mapping[str, Mapping[str, int]] | None = None,
        links: tuple[Link, ...] = (),
        trade_date: int = 20_260_105,
    ) -> None:
        self._parameters = parameters or {}
        self.watch = Watch(self._parameters, links)
        self.now = FIRST_DAY
        self.seq = 0
        self.date = trade_date

    def open(self) -> None:
        seq = self._next()
        self.watch.day_began(seq, self.now, self.date)

    def next_day(self) -> None:
        """End the day and begin the next, at the same hour."""
        self.close()
        self.now += DAY - (self.now - FIRST_DAY) % DAY
        self.date += 1
        self.open()

    def close(self) -> None:
        seq = self._next()
        self.watch.day_ended(seq, self.now, self.date)

    def book(self, account: str, symbol: str, tonnes: int) -> None:
        seq, group = self._next(), self.watch.market.groups.of(account)
        self.watch.booked(seq, self.now, account, group, symbol, tonnes)

    def trade(
        self, buyer: str, seller: str, qty: int, price: int, symbol: str = "CEA25", sign: int = 1,
        mode: TradeMode = "listing", after: int = SECOND,
    ) -> None:  # fmt: skip
        """Let two accounts trade; the buyer came to the seller unless `sign` is -1."""
        self.now += after
        seq = self._next()
        groups = self.watch.market.groups
        buy, sell = (0, groups.of(buyer)), (0, groups.of(seller))
        self.watch.traded(seq, self.now, seq, symbol, price, qty, sign, buy, sell, mode)

    def meet(
        self, buyer: str, seller: str, qty: int, price: int, symbol: str = "CEA25", more: int = 0,
        after: int = SECOND,
    ) -> None:  # fmt: skip
        """Let an order of a seller and one of a buyer, larger by `more`, meet in the book."""
        self.now += after
        ids = []
        for account, sign in ((seller, -1), (buyer, 1)):
            seq, group = self._next(), self.watch.market.groups.of(account)
            size = qty + (more if sign > 0 else 0)
            order = Order(seq, account, group, symbol, sign, price, size, size, seq, self.now, 0, 0)
            self.watch.placed(order)
            ids.append((seq, group))
        seq = self._next()
        self.watch.traded(seq, self.now, seq, symbol, price, qty, 1, ids[1], ids[0])
        seq = self._next()
        self.watch.withdrawn(seq, self.now, ids[1][0], "asked")

    def block(self, buyer: str, seller: str, qty: int, price: int) -> None:
        self.trade(buyer, seller, qty, price, mode="block")

    def disclose(
        self, symbol: str = "CEA25", at: int | None = None, about: str = "",
        kind: DisclosureKind = "verification",
    ) -> None:  # fmt: skip
        at = self.now if at is None else at
        seq = self._next()
        self.watch.disclosed(seq, self.now, kind, symbol, at, about)

    def state(
        self, poster: str, sign: int = 1, at: int | None = None, symbol: str = "CEA25"
    ) -> None:
        at = self.now if at is None else at
        seq = self._next()
        self.watch.stated(seq, self.now, symbol, at, sign, poster)

    def alerts(self, rule: str) -> list[Alert]:
        return [alert for alert in self.watch.alerts() if alert.rule == rule]

    def facts(self, rule: str) -> dict[str, Any]:
        (alert,) = self.alerts(rule)
        return dict(alert.facts)

    def severities(self, rule: str) -> list[str]:
        return [alert.severity for alert in self.alerts(rule)]

    def _next(self) -> int:
        self.seq += 1
        if self.restarts:
            data = self.watch.dump()
            self.watch = Watch(self._parameters)
            self.watch.load(data)
            assert self.watch.dump() == data
        return self.seq
