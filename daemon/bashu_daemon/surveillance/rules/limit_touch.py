"""Trades at the day's price limit, and orders that only hold the limit.

Source: SSE STAR 2019 item 3, at least twice at the limit and half of it withdrawn; the share of
the queue is this venue's own scale (reference/surveillance.md A1 #15).
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bashu_daemon.surveillance.book import Order
from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule, remember
from bashu_daemon.surveillance.seen import Amended, DayBegan, Placed, Seen, Traded, Withdrawn


class _Row(Struct, array_like=True):
    """One group at one instrument's limits, today."""

    submitted: int = 0
    cancelled: int = 0
    cancels: int = 0
    accounts: list[str] = []
    recent: list[int] = []


class _State(Struct):
    rows: dict[str, _Row] = {}
    touches: dict[str, int] = {}


class LimitTouch(Rule[_State]):
    """Counts by group and instrument over one trading day."""

    name = "limit_touch"
    version = 2
    defaults = {  # noqa: RUF012  as in self_trade
        "cancels_at_limit": 2,
        "cancelled_percent": 50,
        "queue_percent": 30,
        "min_qty": 1_000,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {
            Placed: self._on_placed,
            Amended: self._on_amended,
            Withdrawn: self._on_withdrawn,
            Traded: self._on_trade,
            DayBegan: self._on_day,
        }

    def _on_day(self, event: DayBegan) -> Sequence[Finding]:
        self.state.rows.clear()
        self.state.touches.clear()
        return NOTHING

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        if event.mode in ("auction", "block"):  # they have limits of their own
            return NOTHING
        day = self.market.instrument(event.symbol).day
        if not event.price or event.price not in (day.limit_up, day.limit_down):
            return NOTHING
        touches = self.state.touches[event.symbol] = self.state.touches.get(event.symbol, 0) + 1
        finding = Finding(
            episode=f"touch/{event.symbol}/{event.price}",
            severity="info",
            score=10,
            symbol=event.symbol,
            owner="",
            members=(),
            seq=event.seq,
            transact_time=event.time,
            order_ids=(event.buy_id, event.sell_id),
            exec_ids=(event.exec_id,),
            count=touches,
            facts={"limit_price": event.price, "trades_at_limit": touches},
        )
        return (finding,)

    def _is_at_limit(self, order: Order) -> bool:
        """Tell orders that hold a limit: buys at the upper one, sales at the lower one."""
        day = self.market.instrument(order.symbol).day
        return order.price > 0 and order.price == (
            day.limit_up if order.sign > 0 else day.limit_down
        )

    def _on_placed(self, event: Placed) -> Sequence[Finding]:
        order = event.order
        if not self._is_at_limit(order):
            return NOTHING
        row = self._row(order)
        row.submitted += order.leaves
        remember(row.recent, order.order_id)
        if order.crosses:  # it trades first; what it holds is judged with what comes next
            return NOTHING
        return self._judge(event.seq, event.time, order, row)

    def _on_amended(self, event: Amended) -> Sequence[Finding]:
        order = event.order
        if not self._is_at_limit(order):
            return NOTHING
        row = self._row(order)
        was_there = event.old_price == order.price
        row.submitted += max(0, order.leaves - event.old_leaves) if was_there else order.leaves
        remember(row.recent, order.order_id)
        return self._judge(event.seq, event.time, order, row)

    def _on_withdrawn(self, event: Withdrawn) -> Sequence[Finding]:
        order = event.order
        if not self._is_at_limit(order) or event.cause != "asked":
            return NOTHING
        row = self._row(order)
        row.cancels += 1
        row.cancelled += event.qty
        return self._judge(event.seq, event.time, order, row)

    def _row(self, order: Order) -> _Row:
        row = self.state.rows.setdefault(f"{order.group}/{order.symbol}", _Row())
        if order.account not in row.accounts:
            row.accounts = sorted([*row.accounts, order.account])
        return row

    def _resting(self, order: Order) -> int:
        """Tonnes that the group has at the limit."""
        own = self.market.own(order.group, order.symbol)
        return sum(
            other.leaves
            for other in own.orders.values()
            if other.sign == order.sign and other.price == order.price
        )

    def _judge(self, seq: int, time: int, order: Order, row: _Row) -> Sequence[Finding]:
        limits = self.limits
        side = self.market.instrument(order.symbol).side(order.sign)
        resting = self._resting(order)
        withdrawn = percent(row.cancelled, row.submitted)
        share = percent(resting, side.at(order.price))
        abused = (
            row.cancels >= limits["cancels_at_limit"]
            and withdrawn >= limits["cancelled_percent"]
            and row.cancelled >= limits["min_qty"]
        )
        holds = resting >= limits["min_qty"] and share >= limits["queue_percent"]
        if not (abused or holds):
            return NOTHING
        finding = Finding(
            episode=f"{order.group}/{order.symbol}",
            severity="violation" if abused else "warning",
            score=withdrawn if abused else share // 2,
            symbol=order.symbol,
            owner=order.group,
            members=row.accounts,
            seq=seq,
            transact_time=time,
            order_ids=row.recent[-EVIDENCE:],
            count=row.cancels,
            facts={
                "limit_price": order.price,
                "cancels_at_limit": row.cancels,
                "cancels_threshold": limits["cancels_at_limit"],
                "cancelled_percent": withdrawn,
                "cancelled_threshold": limits["cancelled_percent"],
                "queue_percent": share,
                "queue_threshold": limits["queue_percent"],
            },
        )
        return (finding,)
