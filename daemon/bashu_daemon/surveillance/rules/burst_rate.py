"""Messages in one second, and in one day, by control group: quote stuffing.

Source: reference/surveillance.md A1 #8. SSE and SZSE, in force 2025-07-07: 300 a second or
20,000 a day is high-frequency trading; 50 a second, far above what the group itself usually sends,
with 90 % of it withdrawn, is this venue's own scale. Mass cancels do not count. A stuffer enters
and withdraws the same orders again and again; who enters a ladder, or takes one back to enter
another, sends one message for each order. Nobody's pace is remarkable in a market where all have
it: below 300 a second a burst is many times what the others send each, and at the published lines
as much as they send together. Whoever quotes both sides and trades may do so below 300 a second.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct, field

from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.message_pace import Counted, Pace
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule
from bashu_daemon.surveillance.seen import Amended, DayBegan, Placed, Refused, Seen, Withdrawn
from bashu_protocol.units import NS_PER_SECOND

REFUSED: Final = 0
ENTERED: Final = 1
WITHDRAWN: Final = 2
REPLACED: Final = ENTERED | WITHDRAWN


class _Row(Struct, array_like=True):
    times: list[int] = []
    """Times of the last messages; those before `first` are out of the window."""
    messages: list[int] = []
    """Of each, the order times 4, with its kind."""
    first: int = 0
    day: int = 0
    peak: int = 0
    """Of the day's bursts."""
    reported: int = 0
    """Of the present burst."""
    is_day_told: bool = False
    accounts: list[str] = []
    pace: Counted = field(default_factory=Counted)

    def add(self, time: int, message: int, most: int) -> int:
        """Take a message in; return how many there were in the last second, so many at most."""
        times, first = self.times, self.first
        times.append(time)
        self.messages.append(message)
        since = time - NS_PER_SECOND
        while times[first] <= since:
            first += 1
        first = max(first, len(times) - most)
        if first >= 100:
            del times[:first], self.messages[:first]
            first = 0
        self.first = first
        return len(times) - first

    def order_ids(self) -> list[int]:
        """Return the orders of the last second's messages; a refused one is none."""
        orders = dict.fromkeys(message >> 2 for message in self.messages[self.first :])
        orders.pop(0, None)
        return list(orders)


class _State(Struct):
    rows: dict[str, _Row] = {}
    pace: Pace = field(default_factory=Pace)
    today: int = 0


class BurstRate(Rule[_State]):
    """A sliding second and a day's count for each group."""

    name = "burst_rate"
    version = 3
    is_per_instrument = False
    defaults = {  # noqa: RUF012  as in self_trade
        "warning_per_second": 50,
        "violation_per_second": 300,
        "violation_per_day": 20_000,
        "cancelled_percent": 90,
        "repeated_percent": 20,
        "own_multiple": 5,
        "others_multiple": 10,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {
            Placed: self._on_placed,
            Amended: self._on_amended,
            Withdrawn: self._on_withdrawn,
            Refused: self._on_refused,
            DayBegan: self._on_day,
        }

    def _on_day(self, event: DayBegan) -> Sequence[Finding]:
        self.state.rows.clear()
        self.state.today = 0
        return NOTHING

    def _on_placed(self, event: Placed) -> Sequence[Finding]:
        return self._on_order(event, ENTERED)

    def _on_amended(self, event: Amended) -> Sequence[Finding]:
        return self._on_order(event, REPLACED)

    def _on_withdrawn(self, event: Withdrawn) -> Sequence[Finding]:
        return self._on_order(event, WITHDRAWN) if event.cause == "asked" else NOTHING

    def _on_order(self, event: Placed | Amended | Withdrawn, kind: int) -> Sequence[Finding]:
        order = event.order
        message = order.order_id << 2 | kind
        return self._count(order.group, order.account, order.symbol, message, event.seq, event.time)

    def _on_refused(self, event: Refused) -> Sequence[Finding]:
        group, symbol = event.group, event.symbol
        return self._count(group, event.account, symbol, REFUSED, event.seq, event.time)

    def _count(
        self, group: str, account: str, symbol: str, message: int, seq: int, time: int
    ) -> Sequence[Finding]:
        state, limits = self.state, self.limits
        row = state.rows.get(group)
        if row is None:
            row = state.rows[group] = _Row()
        rate = row.add(time, message, limits["violation_per_second"])
        row.day += 1
        state.today += 1
        state.pace.add(row.pace, time)
        if rate == 1:
            row.reported = 0
        per_day = limits["violation_per_day"]
        if rate < limits["warning_per_second"] and row.day < per_day:
            return NOTHING
        is_maker = self.market.own(group, symbol).is_maker
        is_day_new = (
            row.day >= per_day
            and not (row.is_day_told or is_maker)
            and row.day >= state.today - row.day
        )
        is_burst = rate > row.reported and self._is_burst(row, rate, time, is_maker)
        if not is_burst and not is_day_new:
            return NOTHING
        row.is_day_told = row.is_day_told or is_day_new
        if is_burst:
            row.reported = rate
            row.peak = max(row.peak, rate)
        if account not in row.accounts:
            row.accounts = sorted([*row.accounts, account])
        return self._judge(row, group, seq, time)

    def _is_burst(self, row: _Row, rate: int, time: int, is_maker: bool) -> bool:
        limits, pace = self.limits, self.state.pace
        if rate < limits["warning_per_second"]:
            return False
        others = pace.of_others(row.pace, time)
        if rate >= limits["violation_per_second"] and rate * 1_000 >= others:
            return True
        return (
            not is_maker
            and pace.is_known(time)
            and rate * 1_000 >= limits["others_multiple"] * others // pace.others()
            and rate * 1_000 >= limits["own_multiple"] * pace.of_group(row.pace, time, rate)
            and self._is_stuffed(row.messages[row.first :])
        )

    def _is_stuffed(self, messages: Sequence[int]) -> bool:
        """Whether the same orders come and go, hardly any of them to stay or to trade."""
        entered = sum(message & ENTERED for message in messages)
        withdrawn = sum(message >> 1 & 1 for message in messages)
        repeated = len(messages) - len({message >> 2 for message in messages})
        return withdrawn * 100 >= self.limits[
            "cancelled_percent"
        ] * entered and repeated * 100 >= self.limits["repeated_percent"] * len(messages)

    def _judge(self, row: _Row, group: str, seq: int, time: int) -> Sequence[Finding]:
        limits = self.limits
        is_violation = row.is_day_told or row.peak >= limits["violation_per_second"]
        finding = Finding(
            episode=group,
            severity="violation" if is_violation else "warning",
            score=100 if is_violation else percent(row.peak, limits["violation_per_second"]),
            symbol="",
            owner=group,
            members=row.accounts,
            seq=seq,
            transact_time=time,
            order_ids=row.order_ids()[-EVIDENCE:],
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
