"""Frequent and large cancels by one control group in one instrument on one day.

Source: SHFE, INE, DCE, CZCE, CFFEX 500 cancels a day; SHFE 50 large ones, large being 300 lots
there and a parameter here (reference/surveillance.md A1 #9). What the group did not withdraw by
itself does not count: the rest of immediate orders, self-trade prevention, expiry, suspension,
and mass cancels, which a kill switch or a broken connection causes. Makers are exempt there, and
here whoever quotes both sides and trades, or quotes them near the last price with others before it.
Who enters many orders withdraws many: where all others withdraw as large a part of theirs, nothing
is frequent about it.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from bashu_daemon.surveillance.book import Order
from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule, remember
from bashu_daemon.surveillance.seen import DayBegan, Seen, Withdrawn

WITHDRAWN_MULTIPLE: Final = 2
"""So many times the share of orders that others withdraw is frequent where they withdraw few."""
KEPT_MULTIPLE: Final = 3
"""And where they withdraw many, to leave so many times fewer than they do."""
ENOUGH: Final = 100
"""Fewer orders of others say nothing of what is usual."""


class _Row(Struct, array_like=True):
    cancels: int = 0
    near: int = 0
    """Cancels near the last price."""
    large: int = 0
    accounts: list[str] = []
    recent: list[int] = []


class _Book(Struct, array_like=True):
    """One instrument's day: its groups, and all of them together."""

    rows: dict[str, _Row] = {}
    cancels: int = 0

    def row(self, group: str) -> _Row:
        row = self.rows.get(group)
        if row is None:
            row = self.rows[group] = _Row()
        return row


class _State(Struct):
    books: dict[str, _Book] = {}


class FrequentCancel(Rule[_State]):
    """Counts by group and instrument over one trading day."""

    name = "frequent_cancel"
    version = 3
    defaults = {  # noqa: RUF012  as in self_trade
        "cancels": 500,
        "large_cancels": 50,
        "large_qty": 10_000,
        "warning_percent": 80,
        "near_bps": 100,
    }
    state_type = _State

    def prepare(self) -> None:
        limits = self.limits
        # Below both there is nothing to find; rounded up.
        self._quiet_cancels = -(-limits["cancels"] * limits["warning_percent"] // 100)
        self._quiet_large = -(-limits["large_cancels"] * limits["warning_percent"] // 100)

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {Withdrawn: self._on_withdrawn, DayBegan: self._on_day}

    def _on_day(self, event: DayBegan) -> Sequence[Finding]:
        self.state.books.clear()
        return NOTHING

    def _book(self, symbol: str) -> _Book:
        book = self.state.books.get(symbol)
        if book is None:
            book = self.state.books[symbol] = _Book()
        return book

    def _on_withdrawn(self, event: Withdrawn) -> Sequence[Finding]:
        if event.cause != "asked":
            return NOTHING
        order = event.order
        book = self._book(order.symbol)
        row = book.row(order.group)
        book.cancels += 1
        row.cancels += 1
        limits = self.limits
        if event.qty >= limits["large_qty"]:
            row.large += 1
        row.near += self.market.instrument(order.symbol).is_near(order.price, limits["near_bps"])
        if order.account not in row.accounts:
            row.accounts = sorted([*row.accounts, order.account])
        remember(row.recent, order.order_id)
        if row.cancels < self._quiet_cancels and row.large < self._quiet_large:
            return NOTHING
        if self._is_usual(book, order, row) or self._is_maker(order, row):
            return NOTHING
        return self._judge(event, row)

    def _is_usual(self, book: _Book, order: Order, row: _Row) -> bool:
        """Tell whether the others withdraw about as large a part of their orders."""
        own_entered = self.market.own(order.group, order.symbol).placed
        entered = self.market.instrument(order.symbol).day.orders - own_entered
        cancels = book.cancels - row.cancels
        if entered < ENOUGH:
            return False
        kept, own_kept = max(0, entered - cancels), max(0, own_entered - row.cancels)
        return (
            row.cancels * entered < WITHDRAWN_MULTIPLE * cancels * own_entered
            and KEPT_MULTIPLE * own_kept * entered > kept * own_entered
        )

    def _is_maker(self, order: Order, row: _Row) -> bool:
        own = self.market.own(order.group, order.symbol)
        return own.is_maker or (own.is_mostly_two_sided and 2 * row.near >= row.cancels)

    def _judge(self, event: Withdrawn, row: _Row) -> Sequence[Finding]:
        limits = self.limits
        score = max(
            percent(row.cancels, limits["cancels"]), percent(row.large, limits["large_cancels"])
        )
        order = event.order
        if score < limits["warning_percent"]:
            return NOTHING
        finding = Finding(
            episode=f"{order.group}/{order.symbol}",
            severity="violation" if score == 100 else "warning",
            score=score,
            symbol=order.symbol,
            owner=order.group,
            members=row.accounts,
            seq=event.seq,
            transact_time=event.time,
            order_ids=row.recent[-EVIDENCE:],
            count=row.cancels,
            facts={
                "cancels": row.cancels,
                "cancels_threshold": limits["cancels"],
                "large_cancels": row.large,
                "large_cancels_threshold": limits["large_cancels"],
                "large_qty": limits["large_qty"],
            },
        )
        return (finding,)
