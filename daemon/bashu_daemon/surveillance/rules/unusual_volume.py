"""Unusual volume: a group that trades far more today than on its own other days.

Source: reference/surveillance.md A1 #17: 10 % of the volume and three standard deviations are
published lines; that a pure z-score is useless alone is, too. So both the group's tonnes and their
proportion to what the others trade must be unusual for it: before a deadline everybody trades more,
and nobody more beside the others. Means and deviations are of logarithms, as volumes are spread;
who trades now and then has no usual day. A day is unusual only beside some earlier ones on which
the group traded. Who trades one way only covers a need, or leaves it: that is information, as is a
day that is unusual as a whole. A warning is a group that buys and sells. The weight of the past is
ours.
"""

from collections.abc import Mapping, Sequence
from math import expm1, isqrt, log1p

from msgspec import Struct, field

from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.rule import Handler, Rule, remember
from bashu_daemon.surveillance.seen import DayEnded, Seen, Traded

WEIGHT = 8
"""A day's weight in the means is one part of so many."""
FEW_DAYS = 5
"""A deviation of so many days is taken twice, for it is itself uncertain; about as Student's t."""
FORGOTTEN_AFTER = 60
"""Days without a trade of a group, after which its past is no measure."""
SELDOM = 3
"""Who trades on fewer than one day in so many has no usual day."""
_NEVER = 1 << 62
_UNIT = 1_000_000


class _Mean(Struct, array_like=True):
    """Exponentially weighted mean and variance of logarithms; even over the first days."""

    mean: int = 0
    variance: int = 0

    def add(self, value: int, days: int) -> None:
        weight = min(WEIGHT, days)
        change = value - self.mean
        self.mean += change // weight
        self.variance = (weight - 1) * (self.variance + change * change // weight) // weight

    def line(self, limits: Mapping[str, int], days: int) -> int:
        """Return what is unusual after so many days."""
        known = min(days, 2 * WEIGHT - 1)
        return self.mean + limits["sigmas"] * self.deviation(limits) * (known + FEW_DAYS) // known

    def deviation(self, limits: Mapping[str, int]) -> int:
        """The standard deviation, at least about so many percent of a day; never 0."""
        return max(1, isqrt(self.variance), limits["least_sigma_percent"] * _UNIT // 100)


class _Row(Struct, array_like=True):
    line: int = _NEVER
    """Tonnes a day from which a day is unusual."""
    today: int = 0
    bought: int = 0
    days: int = 0
    active_days: int = 0
    idle_days: int = 0
    tonnes: _Mean = field(default_factory=_Mean)
    share: _Mean = field(default_factory=_Mean)
    """In thousandths of what the others traded with one another."""
    next_told: int = 0
    order_ids: list[int] = []
    exec_ids: list[int] = []
    accounts: list[str] = []


class _State(Struct):
    rows: dict[str, dict[str, _Row]] = {}
    markets: dict[str, _Mean] = {}
    days: dict[str, int] = {}


class UnusualVolume(Rule[_State]):
    """One episode for each group and instrument a day, which grows with the volume."""

    name = "unusual_volume"
    version = 2
    defaults = {  # noqa: RUF012  as in self_trade
        "sigmas": 3,
        "share_percent": 10,
        "least_sigma_percent": 25,
        "active_days": 5,
        "both_sides_percent": 20,
        "min_qty": 100,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {Traded: self._on_trade, DayEnded: self._on_end}

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        if event.mode != "listing":
            return NOTHING
        rows = self.state.rows.get(event.symbol)
        if rows is None:
            rows = self.state.rows[event.symbol] = {}
        row = self._count(rows, event, event.buy_group)
        row.bought += event.qty
        found: Sequence[Finding] = NOTHING
        if row.today >= row.line:
            found = self._judge(event, event.buy_group, row, 1)
        row = self._count(rows, event, event.sell_group)
        if row.today >= row.line:
            return (*found, *self._judge(event, event.sell_group, row, -1))
        return found

    def _count(self, rows: dict[str, _Row], event: Traded, group: str) -> _Row:
        row = rows.get(group)
        if row is None:
            row = rows[group] = _Row()
        row.today += event.qty
        return row

    def _judge(self, event: Traded, group: str, row: _Row, sign: int) -> Sequence[Finding]:
        limits, instrument = self.limits, self.market.instrument(event.symbol)
        remember(row.order_ids, event.order_id(sign))
        remember(row.exec_ids, event.exec_id)
        account = event.account(sign)
        if account and account not in row.accounts:
            row.accounts = sorted([*row.accounts, account])
        if row.today < row.next_told or not group:
            return NOTHING
        # Early in a day everybody's share of it is large, or none.
        whole = max(instrument.day.volume, instrument.average_volume, 1)
        if row.today * 100 < limits["share_percent"] * whole:
            return NOTHING
        if _log(_beside_others(row.today, whole)) < row.share.line(limits, row.days):
            return NOTHING
        row.next_told = row.today + row.today // 20 + 1
        back = min(row.bought, row.today - row.bought)
        is_both = back * 100 >= limits["both_sides_percent"] * row.today
        sigmas = (_log(row.today) - row.tonnes.mean) // row.tonnes.deviation(limits)
        finding = Finding(
            episode=f"{group}/{event.symbol}",
            severity="warning" if is_both and not self._is_season(event.symbol) else "info",
            score=min(100, 30 + 5 * sigmas + percent(row.today, whole) // 2),
            symbol=event.symbol,
            owner=group,
            members=row.accounts,
            seq=event.seq,
            transact_time=event.time,
            order_ids=row.order_ids,
            exec_ids=row.exec_ids,
            facts={
                "traded_today": row.today,
                "bought_today": row.bought,
                "usual_day_qty": round(expm1(row.tonnes.mean / _UNIT)),
                "sigmas": sigmas,
                "share_percent": percent(row.today, whole),
                "usual_share": _share_percent(expm1(row.share.mean / _UNIT)),
                "active_days": row.active_days,
            },
        )
        return (finding,)

    def _is_season(self, symbol: str) -> bool:
        """Whether the market as a whole trades as unusually much today."""
        line = self.state.markets[symbol].line(self.limits, self.state.days[symbol])
        return _log(self.market.instrument(symbol).day.volume) >= line

    def _on_end(self, event: DayEnded) -> Sequence[Finding]:
        for symbol, rows in self.state.rows.items():
            volume = self.market.instrument(symbol).day.volume
            if not volume:
                continue
            self.state.days[symbol] = days = self.state.days.get(symbol, 0) + 1
            self.state.markets.setdefault(symbol, _Mean()).add(_log(volume), days)
            for group in list(rows):
                if not self._end(symbol, rows[group], volume):
                    del rows[group]
        return NOTHING

    def _end(self, symbol: str, row: _Row, volume: int) -> bool:
        """Let the day become the past; return whether the group is worth remembering."""
        row.days += 1
        row.active_days += row.today > 0
        row.idle_days = 0 if row.today else row.idle_days + 1
        row.tonnes.add(_log(row.today), row.days)
        row.share.add(_log(_beside_others(row.today, volume)), row.days)
        row.today = row.bought = row.next_told = 0
        row.order_ids, row.exec_ids, row.accounts = [], [], []
        limits = self.limits_of(symbol)
        row.line = _NEVER
        if row.active_days >= limits["active_days"] and row.days <= SELDOM * row.active_days:
            line = row.tonnes.line(limits, row.days) / _UNIT
            row.line = max(limits["min_qty"], int(expm1(min(line, 40.0))) + 1)
        return row.idle_days < FORGOTTEN_AFTER


def _beside_others(qty: int, volume: int) -> int:
    """Return what a group traded in thousandths of what the others traded with one another.

    Unlike its share of the volume that has no bound: who trades much can be seen to trade more.
    """
    return 1_000 * qty // max(1, volume - qty)


def _share_percent(beside: float) -> int:
    """Return the share of the volume that those thousandths are."""
    return round(100 * beside / (1_000 + beside))


def _log(value: int) -> int:
    """The natural logarithm of one more, in millionths: the same on every machine."""
    return round(log1p(value) * _UNIT)
