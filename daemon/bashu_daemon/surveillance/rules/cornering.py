"""Cornering: a group comes to hold what others must still buy for a compliance deadline.

Source: reference/surveillance.md A1 #19. Beijing's pilot allows 1,000,000 t, a compliance entity's
own allocation on top: more is a violation. 20 % of all tonnes in accounts is where a warning
begins; that the group must still be buying, with so large a share of the purchases or of the bids,
and that the deadline must be near, is this venue's own, and so is information on other days. The
national deadline is 31 December (MEE's notices for 2024 and 2025). An allocation is never counted:
what an entity needs for itself corners nobody.
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

from msgspec import Struct

from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.history import BAR_NS
from bashu_daemon.surveillance.rule import Handler, Rule
from bashu_daemon.surveillance.seen import Booked, Seen, Traded
from bashu_protocol.messages import Severity
from bashu_protocol.units import NS_PER_DAY

BID_LEVELS = 10


class _State(Struct):
    looked: dict[str, int] = {}
    """When a large holding was last looked at, by `group/symbol`: once in a bar is enough."""


class Cornering(Rule[_State]):
    """One episode for each group and instrument a day."""

    name = "cornering"
    defaults = {  # noqa: RUF012  as in self_trade
        "limit_tonnes": 1_000_000,
        "float_percent": 20,
        "buying_percent": 30,
        "buying_days": 5,
        "bought_percent": 1,
        "deadline_month": 12,
        "deadline_day": 31,
        "near_days": 30,
        "min_tonnes": 10_000,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {Traded: self._on_trade, Booked: self._on_booked}

    def _on_booked(self, event: Booked) -> Sequence[Finding]:
        """Only the limit: what is booked in was not bought up. Opening balances are as they are."""
        tonnes = self._free(event.symbol, event.group)
        is_over = tonnes > self.limits["limit_tonnes"]
        if not is_over or event.tonnes <= 0 or not self.market.trade_date:
            return NOTHING
        return self._find(event, event.group, tonnes, 0)

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        limits, symbol, group = self.limits, event.symbol, event.buy_group
        supply = self.market.holdings.supply.get(symbol)
        if supply is None or group == event.sell_group:
            return NOTHING
        tonnes = self._free(symbol, group)
        if tonnes < limits["min_tonnes"] or (
            tonnes * 100 < supply * limits["float_percent"] and tonnes <= limits["limit_tonnes"]
        ):
            return NOTHING
        key, looked = f"{group}/{symbol}", self.state.looked
        if event.time < looked.get(key, -BAR_NS) + BAR_NS:
            return NOTHING
        looked[key] = event.time
        return self._find(event, group, tonnes, self._buying_share(event, group, supply))

    def _free(self, symbol: str, group: str) -> int:
        """Tonnes of a group beyond its allocation."""
        holdings = self.market.holdings
        return holdings.of(symbol, group) - holdings.allocation_of(symbol, group)

    def _buying_share(self, event: Traded, group: str, supply: int) -> int:
        """Return the group's share of the purchases of some days, or of the bids: the larger.

        Who bought next to nothing of all tonnes does not buy them up: 0.
        """
        limits = self.limits
        instrument = self.market.instrument(event.symbol)
        since = event.time - limits["buying_days"] * NS_PER_DAY
        nets = instrument.history.net_between(since, event.time + 1)
        bought = nets.get(group, 0)
        if bought * 100 < supply * limits["bought_percent"]:
            return 0
        share = percent(bought, sum(net for net in nets.values() if net > 0))
        own = self.market.own(group, event.symbol).qty[1]
        return max(share, percent(own, instrument.bids.depth(BID_LEVELS)))

    def _find(
        self, event: Traded | Booked, group: str, tonnes: int, share: int
    ) -> Sequence[Finding]:
        limits, symbol = self.limits, event.symbol
        supply = self.market.holdings.supply.get(symbol, 0)
        days = _days_to(self.market.trade_date, limits["deadline_month"], limits["deadline_day"])
        is_over = tonnes > limits["limit_tonnes"]
        is_buying = share >= limits["buying_percent"]
        if not (is_over or is_buying):
            return NOTHING
        held = percent(tonnes, supply)
        severity: Severity = "info"
        if is_over or (is_buying and days <= limits["near_days"]):
            is_grave = is_over or held >= 2 * limits["float_percent"]
            severity = "violation" if is_grave else "warning"
        finding = Finding(
            episode=f"{group}/{symbol}",
            severity=severity,
            score=min(100, 40 + held // 2 + share // 5 + 10 * is_over),
            symbol=symbol,
            owner=group,
            members=self.market.groups.accounts_of(group),
            seq=event.seq,
            transact_time=event.time,
            order_ids=list(self.market.own(group, symbol).orders),
            exec_ids=(event.exec_id,) if isinstance(event, Traded) else (),
            facts={
                "held_tonnes": tonnes,
                "limit_tonnes": limits["limit_tonnes"],
                "allocation": self.market.holdings.allocation_of(symbol, group),
                "supply_percent": held,
                "buying_share": share,
                "days_left": days,
            },
        )
        return (finding,)


@lru_cache(maxsize=16)
def _days_to(trade_date: int, month: int, day: int) -> int:
    """Return the days from a date, YYYYMMDD, to the next deadline.

    A day that its month does not have is the month's last.
    """
    if not trade_date:
        return 366
    today = date(trade_date // 10_000, trade_date // 100 % 100, trade_date % 100)
    month = min(max(1, month), 12)
    deadlines = (
        date(year, month, min(max(1, day), monthrange(year, month)[1]))
        for year in (today.year, today.year + 1)
    )
    return min((deadline - today).days for deadline in deadlines if deadline >= today)
