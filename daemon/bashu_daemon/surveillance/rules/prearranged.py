"""Pre-arranged trades: two unrelated groups whose orders keep meeting each other and nobody else.

Source: reference/surveillance.md A1 #2: entered within 2 s, quantities within 90 %, matched to
90 % with each other, three times a day; the numbers are this venue's own, in the shape of
published ones (5 minutes, three occurrences). Chance is weighed against it: what share of all
matches of either group the pair's are, beside what the other's share of the market would give.
Blocks are negotiated and have a rule of their own.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.matched import is_matched
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule
from bashu_daemon.surveillance.seen import DayBegan, Seen, Traded
from bashu_protocol.units import NS_PER_SECOND

_MS = NS_PER_SECOND // 1_000


class _Pair(Struct, array_like=True):
    count: int = 0
    quantity: int = 0
    first_price: int = 0
    accounts: list[str] = []
    order_ids: list[int] = []
    exec_ids: list[int] = []


class _State(Struct):
    pairs: dict[str, _Pair] = {}
    trades: dict[str, int] = {}
    """Of each group and instrument, as `group/symbol`; those of a pair as `group/group/symbol`."""


class Prearranged(Rule[_State]):
    """One episode for each pair and instrument a day."""

    name = "prearranged"
    defaults = {  # noqa: RUF012  as in self_trade
        "gap_ms": 2_000,
        "match_percent": 90,
        "warning_count": 3,
        "violation_count": 5,
        "pair_percent": 25,
        "min_qty": 100,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {Traded: self._on_trade, DayBegan: self._on_day}

    def _on_day(self, event: DayBegan) -> Sequence[Finding]:
        self.state.pairs.clear()
        self.state.trades.clear()
        return NOTHING

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        if event.mode != "listing" or event.buy_group == event.sell_group:
            return NOTHING
        trades, symbol = self.state.trades, event.symbol
        one, two = sorted((event.buy_group, event.sell_group))
        for key in (f"{one}/{symbol}", f"{two}/{symbol}"):
            trades[key] = trades.get(key, 0) + 1
        limits = self.limits
        if event.qty < limits["min_qty"]:
            return NOTHING
        if not is_matched(event, limits["match_percent"], limits["gap_ms"] * _MS):
            return NOTHING
        key = f"{one}/{two}/{symbol}"
        pair = self.state.pairs.setdefault(key, _Pair(first_price=event.price))
        pair.count += 1
        pair.quantity += event.qty
        for account in (event.buy_account, event.sell_account):
            if account not in pair.accounts:
                pair.accounts = sorted([*pair.accounts, account])
        pair.order_ids = [*pair.order_ids, event.buy_id, event.sell_id][-EVIDENCE:]
        pair.exec_ids = [*pair.exec_ids, event.exec_id][-EVIDENCE:]
        share = percent(pair.count, min(trades[f"{one}/{symbol}"], trades[f"{two}/{symbol}"]))
        if pair.count < limits["warning_count"] or share < limits["pair_percent"]:
            return NOTHING
        finding = Finding(
            episode=key,
            severity="violation" if pair.count >= limits["violation_count"] else "warning",
            score=min(100, 50 + 10 * (pair.count - limits["warning_count"]) + share // 4),
            symbol=symbol,
            owner=one,
            members=pair.accounts,
            seq=event.seq,
            transact_time=event.time,
            order_ids=pair.order_ids,
            exec_ids=pair.exec_ids,
            count=pair.count,
            facts={
                "one": one,
                "other": two,
                "matches": pair.count,
                "quantity": pair.quantity,
                "pair_percent": share,
                "last_price": event.price,
            },
        )
        return (finding,)
