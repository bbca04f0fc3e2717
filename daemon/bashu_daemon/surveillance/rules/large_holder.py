"""Large holders: a control group's holding crosses the level from which it must be reported.

Source: reference/surveillance.md A1 #20. Beijing publishes holders above 500,000 t, a compliance
entity's own allocation on top; that the report is due on the next trading day, and that a fall
counts only 5 % below the level, is this venue's own. The core tells supervisors of single members
(`LargeHolder`, by the instrument's holding rules); here all accounts of a group are added up. It is
information where one account holds it all, for then the duty is on record, and a warning where only
the sum of several accounts reaches the level.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.rule import Handler, Rule
from bashu_daemon.surveillance.seen import Booked, DayBegan, Seen, Traded


class _State(Struct):
    reported: dict[str, int] = {}
    """The level that a holding has reached, by `group/symbol`."""
    is_open: bool = False
    """Whether a trading day has begun: opening balances cross nothing."""


class LargeHolder(Rule[_State]):
    """One episode for each group and instrument a day."""

    name = "large_holder"
    defaults = {"report_tonnes": 500_000, "fall_percent": 5}  # noqa: RUF012  as in self_trade
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {Traded: self._on_trade, Booked: self._on_booked, DayBegan: self._on_day}

    def _on_day(self, event: DayBegan) -> Sequence[Finding]:
        if not self.state.is_open:
            self.state.is_open = True
            for symbol, held in self.market.holdings.held.items():
                for group, tonnes in held.items():
                    level = self._level(symbol, group)
                    if tonnes >= level:
                        self.state.reported[f"{group}/{symbol}"] = level
        return NOTHING

    def _on_booked(self, event: Booked) -> Sequence[Finding]:
        return self._look(event, event.group, ()) if self.state.is_open else NOTHING

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        if event.symbol not in self.market.holdings.held:
            return NOTHING
        exec_ids = (event.exec_id,)
        bought = self._look(event, event.buy_group, exec_ids)
        sold = self._look(event, event.sell_group, exec_ids) if self.state.reported else NOTHING
        return [*bought, *sold] if bought and sold else bought or sold

    def _level(self, symbol: str, group: str) -> int:
        allocation = self.market.holdings.allocation_of(symbol, group)
        return self.limits_of(symbol)["report_tonnes"] + allocation

    def _look(
        self, event: Booked | Traded, group: str, exec_ids: Sequence[int]
    ) -> Sequence[Finding]:
        symbol, holdings, reported = event.symbol, self.market.holdings, self.state.reported
        tonnes = holdings.held[symbol].get(group, 0)
        key = f"{group}/{symbol}"
        has_fallen = key in reported
        if has_fallen:
            level = reported[key]
            if tonnes * 100 >= level * (100 - self.limits["fall_percent"]):
                return NOTHING
            del reported[key]
        elif tonnes < self.limits["report_tonnes"]:
            return NOTHING
        else:
            level = self._level(symbol, group)
            if tonnes < level:
                return NOTHING
            reported[key] = level
        accounts = self.market.groups.accounts_of(group)
        finding = Finding(
            episode=key,
            severity="warning" if not has_fallen and len(accounts) > 1 else "info",
            score=percent(tonnes, 2 * level),
            symbol=symbol,
            owner=group,
            members=accounts,
            seq=event.seq,
            transact_time=event.time,
            exec_ids=exec_ids,
            facts={
                "held_tonnes": tonnes,
                "report_level": level,
                "allocation": level - self.limits["report_tonnes"],
                "supply_percent": percent(tonnes, holdings.supply.get(symbol, 0)),
                "held_by": len(accounts),
                "has_fallen": int(has_fallen),
            },
        )
        return (finding,)
