"""Messages in one second, and in one day, by control group.

Source: SSE and SZSE, in force 2025-07-07: 300 a second or 20,000 a day is high-frequency trading;
50 a second is this venue's own scale (reference/surveillance.md A1 #8). Mass cancels do not count.
Whoever quotes both sides and trades may do so below the rate of high-frequency trading.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule, remember
from bashu_daemon.surveillance.seen import Amended, DayBegan, Placed, Refused, Seen, Withdrawn
from bashu_protocol.units import NS_PER_SECOND


class _Row(Struct, array_like=True):
    times: list[int] = []
    """Times of the last messages; those before `first` are out of the window."""
    first: int = 0
    day: int = 0
    peak: int = 0
    reported: int = 0
    is_day_told: bool = False
    accounts: list[str] = []
    recent: list[int] = []

    def rate(self) -> int:
        """Count the messages of the last second, having dropped those before."""
        times, first = self.times, self.first
        since = times[-1] - NS_PER_SECOND
        while times[first] <= since:
            first += 1
        if first >= 100:
            del times[:first]
            first = 0
        self.first = first
        return len(times) - first


class _State(Struct):
    rows: dict[str, _Row] = {}


class BurstRate(Rule[_State]):
    """A sliding second and a day's count for each group."""

    name = "burst_rate"
    version = 2
    is_per_instrument = False
    defaults = {  # noqa: RUF012  as in self_trade
        "warning_per_second": 50,
        "violation_per_second": 300,
        "violation_per_day": 20_000,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {
            Placed: self._on_order,
            Amended: self._on_order,
            Withdrawn: self._on_withdrawn,
            Refused: self._on_refused,
            DayBegan: self._on_day,
        }

    def _on_day(self, event: DayBegan) -> Sequence[Finding]:
        self.state.rows.clear()
        return NOTHING

    def _on_withdrawn(self, event: Withdrawn) -> Sequence[Finding]:
        return self._on_order(event) if event.cause == "asked" else NOTHING

    def _on_order(self, event: Placed | Amended | Withdrawn) -> Sequence[Finding]:
        order = event.order
        return self._count(
            order.group, order.account, order.symbol, order.order_id, event.seq, event.time
        )

    def _on_refused(self, event: Refused) -> Sequence[Finding]:
        return self._count(event.group, event.account, event.symbol, 0, event.seq, event.time)

    def _count(
        self, group: str, account: str, symbol: str, order_id: int, seq: int, time: int
    ) -> Sequence[Finding]:
        row = self.state.rows.get(group)
        if row is None:
            row = self.state.rows[group] = _Row()
        row.times.append(time)
        row.day += 1
        rate = min(row.rate(), self.limits["violation_per_second"])
        row.peak = max(row.peak, rate)
        per_day = self.limits["violation_per_day"]
        if rate < self.limits["warning_per_second"] and row.day < per_day:
            return NOTHING
        if rate < self.limits["violation_per_second"] and self.market.own(group, symbol).is_maker:
            return NOTHING
        if account not in row.accounts:
            row.accounts = sorted([*row.accounts, account])
        if order_id:
            remember(row.recent, order_id)
        is_day_new = row.day >= per_day and not row.is_day_told
        if rate <= row.reported and not is_day_new:
            return NOTHING
        row.is_day_told = row.day >= per_day
        row.reported = max(row.reported, rate)
        return self._judge(row, group, seq, time)

    def _judge(self, row: _Row, group: str, seq: int, time: int) -> Sequence[Finding]:
        limits = self.limits
        is_violation = (
            row.day >= limits["violation_per_day"] or row.reported >= limits["violation_per_second"]
        )
        finding = Finding(
            episode=group,
            severity="violation" if is_violation else "warning",
            score=100 if is_violation else percent(row.reported, limits["violation_per_second"]),
            symbol="",
            owner=group,
            members=row.accounts,
            seq=seq,
            transact_time=time,
            order_ids=row.recent[-EVIDENCE:],
            count=row.day,
            facts={
                "peak_per_second": row.peak,
                "warning_per_second": limits["warning_per_second"],
                "violation_per_second": limits["violation_per_second"],
                "messages_today": row.day,
                "violation_per_day": limits["violation_per_day"],
            },
        )
        return (finding,)
