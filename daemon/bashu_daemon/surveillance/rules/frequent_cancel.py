"""Frequent and large cancels by one control group in one instrument on one day.

Source: SHFE, INE, DCE, CZCE, CFFEX 500 cancels a day; SHFE 50 large ones, large being 300 lots
there and a parameter here (reference/surveillance.md A1 #9). What the group did not withdraw by
itself does not count: the rest of immediate orders, self-trade prevention, expiry, suspension,
and mass cancels, which a kill switch or a broken connection causes. Makers are exempt there, and
here whoever quotes both sides and trades.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule, remember
from bashu_daemon.surveillance.seen import DayBegan, Seen, Withdrawn


class _Row(Struct, array_like=True):
    cancels: int = 0
    large: int = 0
    accounts: list[str] = []
    recent: list[int] = []


class _State(Struct):
    rows: dict[str, _Row] = {}


class FrequentCancel(Rule[_State]):
    """Counts by group and instrument over one trading day."""

    name = "frequent_cancel"
    version = 2
    defaults = {  # noqa: RUF012  as in self_trade
        "cancels": 500,
        "large_cancels": 50,
        "large_qty": 10_000,
        "warning_percent": 80,
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
        self.state.rows.clear()
        return NOTHING

    def _on_withdrawn(self, event: Withdrawn) -> Sequence[Finding]:
        if event.cause != "asked":
            return NOTHING
        order = event.order
        key = f"{order.group}/{order.symbol}"
        row = self.state.rows.get(key)
        if row is None:
            row = self.state.rows[key] = _Row()
        row.cancels += 1
        if event.qty >= self.limits["large_qty"]:
            row.large += 1
        if order.account not in row.accounts:
            row.accounts = sorted([*row.accounts, order.account])
        remember(row.recent, order.order_id)
        if row.cancels < self._quiet_cancels and row.large < self._quiet_large:
            return NOTHING
        return self._judge(event, key, row)

    def _judge(self, event: Withdrawn, key: str, row: _Row) -> Sequence[Finding]:
        limits = self.limits
        score = max(
            percent(row.cancels, limits["cancels"]), percent(row.large, limits["large_cancels"])
        )
        order = event.order
        if score < limits["warning_percent"] or self.market.own(order.group, order.symbol).is_maker:
            return NOTHING
        finding = Finding(
            episode=key,
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
