"""Self-trades, and those that the book prevented, within one control group.

Source: SHFE, INE, DCE, CZCE and CFFEX count five a day in one contract, accounts under common
control taken together (reference/surveillance.md A1 #1). Self-trade prevention makes a literal
self-trade within one beneficial owner impossible, so prevented ones count; a literal one, between
accounts that are joined by something else, is a violation at once.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.rule import Handler, Rule
from bashu_daemon.surveillance.seen import DayBegan, Prevented, Seen, Traded


class _Row(Struct, array_like=True):
    prevented: int = 0
    traded: int = 0
    quantity: int = 0


class _State(Struct):
    rows: dict[str, _Row] = {}


class SelfTrade(Rule[_State]):
    """Counts by group and instrument over one trading day."""

    name = "self_trade"
    version = 2
    defaults = {"violation_count": 5}  # noqa: RUF012  read only, as in all rules
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {Prevented: self._on_prevented, Traded: self._on_trade, DayBegan: self._on_day}

    def _on_day(self, event: DayBegan) -> Sequence[Finding]:
        self.state.rows.clear()
        return NOTHING

    def _on_prevented(self, event: Prevented) -> Sequence[Finding]:
        row = self._row(event.group, event.symbol)
        row.prevented += 1
        row.quantity += event.qty
        threshold = self.limits["violation_count"]
        is_violation = row.traded > 0 or row.prevented >= threshold
        finding = Finding(
            episode=f"{event.group}/{event.symbol}",
            severity="violation" if is_violation else "info",
            score=percent(row.prevented, threshold),
            symbol=event.symbol,
            owner=event.group,
            members=event.accounts,
            seq=event.seq,
            transact_time=event.time,
            order_ids=(event.resting_id, event.incoming_id),
            count=row.prevented + row.traded,
            facts=_facts(row, event.price, threshold),
        )
        return (finding,)

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        if event.buy_group != event.sell_group or not event.buy_group:
            return NOTHING
        row = self._row(event.buy_group, event.symbol)
        row.traded += 1
        row.quantity += event.qty
        finding = Finding(
            episode=f"{event.buy_group}/{event.symbol}",
            severity="violation",
            score=100,
            symbol=event.symbol,
            owner=event.buy_group,
            members=sorted({event.buy_account, event.sell_account} - {""}),
            seq=event.seq,
            transact_time=event.time,
            order_ids=(event.buy_id, event.sell_id),
            exec_ids=(event.exec_id,),
            count=row.prevented + row.traded,
            facts=_facts(row, event.price, self.limits["violation_count"]),
        )
        return (finding,)

    def _row(self, group: str, symbol: str) -> _Row:
        return self.state.rows.setdefault(f"{group}/{symbol}", _Row())


def _facts(row: _Row, price: int, threshold: int) -> dict[str, int | str]:
    return {
        "prevented": row.prevented,
        "traded": row.traded,
        "threshold": threshold,
        "last_price": price,
        "quantity": row.quantity,
    }
