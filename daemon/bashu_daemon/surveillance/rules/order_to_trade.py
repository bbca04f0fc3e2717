"""Messages sent for each trade, by control group over one day.

Source: NSE 2012, tiers of 50, 250 and 500 messages a trade (reference/surveillance.md A1 #18).
Counted are orders accepted, replaced and withdrawn on request; below `min_messages` the ratio
says nothing. Orders within 1 % of the last price are treated separately there: here the lowest tier
is of the others, and who quotes both sides within 1 % makes a market, met by somebody or not.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bashu_daemon.surveillance.book import Order
from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule, remember
from bashu_daemon.surveillance.seen import Amended, DayBegan, Placed, Seen, Traded, Withdrawn
from bashu_protocol.messages import Severity


class _Row(Struct, array_like=True):
    messages: int = 0
    near: int = 0
    """Those about orders near the last price."""
    trades: int = 0
    reported_ratio: int = 0
    accounts: list[str] = []
    recent: list[int] = []
    quiet_messages: int = 0
    """Below this many there is nothing to find; trades that came since only raise it."""


class _State(Struct):
    rows: dict[str, _Row] = {}


class OrderToTrade(Rule[_State]):
    """Counts by group over one trading day."""

    name = "order_to_trade"
    version = 3
    is_per_instrument = False
    defaults = {  # noqa: RUF012  as in self_trade
        "info_ratio": 50,
        "warning_ratio": 250,
        "violation_ratio": 500,
        "min_messages": 100,
        "near_bps": 100,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {
            Placed: self._on_message,
            Amended: self._on_message,
            Withdrawn: self._on_withdrawn,
            Traded: self._on_trade,
            DayBegan: self._on_day,
        }

    def _row(self, group: str) -> _Row:
        row = self.state.rows.get(group)
        if row is None:
            row = self.state.rows[group] = _Row()
        return row

    def _on_day(self, event: DayBegan) -> Sequence[Finding]:
        self.state.rows.clear()
        return NOTHING

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        if event.mode in ("listing", "call_auction"):
            self._row(event.buy_group).trades += 1
            self._row(event.sell_group).trades += 1
        return NOTHING

    def _on_withdrawn(self, event: Withdrawn) -> Sequence[Finding]:
        return self._on_message(event) if event.cause == "asked" else NOTHING

    def _on_message(self, event: Placed | Amended | Withdrawn) -> Sequence[Finding]:
        order = event.order
        row = self._row(order.group)
        if order.account not in row.accounts:
            row.accounts = sorted([*row.accounts, order.account])
        row.messages += 1
        instrument = self.market.instrument(order.symbol)
        row.near += instrument.is_near(order.price, self.limits["near_bps"])
        remember(row.recent, order.order_id)
        if row.messages < row.quiet_messages:
            return NOTHING
        findings = self._judge(event.seq, event.time, order, row)
        ratio = max(self.limits["info_ratio"], row.reported_ratio + 1)
        row.quiet_messages = max(self.limits["min_messages"], ratio * max(row.trades, 1))
        return findings

    def _is_exempt(self, order: Order, row: _Row) -> bool:
        """A maker, or who is on the way to be one: its first trade may take a while."""
        own = self.market.own(order.group, order.symbol)
        return own.is_maker or (
            own.is_mostly_two_sided
            and (2 * row.near >= row.messages or row.messages < self.limits["violation_ratio"])
        )

    def _severity(self, row: _Row) -> Severity | None:
        limits, trades = self.limits, max(row.trades, 1)
        if row.messages >= limits["violation_ratio"] * trades:
            return "violation"
        if row.messages >= limits["warning_ratio"] * trades:
            return "warning"
        far = row.messages - row.near
        return "info" if far >= max(limits["min_messages"], limits["info_ratio"] * trades) else None

    def _judge(self, seq: int, time: int, order: Order, row: _Row) -> Sequence[Finding]:
        limits = self.limits
        ratio = row.messages // max(row.trades, 1)
        if row.messages < limits["min_messages"] or ratio <= row.reported_ratio:
            return NOTHING
        severity = self._severity(row)
        if severity is None or self._is_exempt(order, row):
            return NOTHING
        row.reported_ratio = ratio
        finding = Finding(
            episode=order.group,
            severity=severity,
            score=percent(ratio, limits["violation_ratio"]),
            symbol="",
            owner=order.group,
            members=row.accounts,
            seq=seq,
            transact_time=time,
            order_ids=row.recent[-EVIDENCE:],
            count=row.messages,
            facts={
                "messages": row.messages,
                "trades": row.trades,
                "ratio": ratio,
                "violation_ratio": limits["violation_ratio"],
            },
        )
        return (finding,)
