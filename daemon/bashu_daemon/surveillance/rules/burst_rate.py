"""Messages in one second, and in one day, by control group.

Source: SSE and SZSE, in force 2025-07-07: 300 a second or 20,000 a day is high-frequency trading;
50 a second is this venue's own scale (reference/surveillance.md A1 #8). Mass cancels do not count.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from bashu_daemon.core.events import DayOpened, OrderEvent
from bashu_daemon.surveillance.finding import (
    NOTHING,
    Finding,
    Handler,
    Kind,
    percent,
    read_parameters,
)
from bashu_protocol.units import NS_PER_SECOND

DEFAULTS: Final = {
    "warning_per_second": 50,
    "violation_per_second": 300,
    "violation_per_day": 20_000,
}
EVIDENCE: Final = 50


@dataclass(slots=True)
class _Row:
    times: deque[int]
    """Times of the last messages, no more of them than the violation takes."""
    day: int = 0
    peak: int = 0
    reported: int = 0
    quiet: int = 0
    """Up to this many in one second nothing changes but the counts."""
    members: list[str] = field(default_factory=list)
    recent: deque[int] = field(default_factory=lambda: deque(maxlen=EVIDENCE))

    def last_second(self) -> deque[int]:
        """Return the times of the last second, having dropped those before."""
        times = self.times
        while times and times[0] <= times[-1] - NS_PER_SECOND:
            times.popleft()
        return times


_Dumped = tuple[str, list[int], int, int, int, list[str], list[int]]
_STATE = msgspec.msgpack.Decoder(list[_Dumped])


class BurstRate:
    """A sliding second and a day's count for each owner."""

    name = "burst_rate"
    version = 1

    def __init__(self, given: dict[str, int]) -> None:
        limits = read_parameters(self.name, DEFAULTS, given)
        self._warning_per_second = limits["warning_per_second"]
        self._violation_per_second = limits["violation_per_second"]
        self._violation_per_day = limits["violation_per_day"]
        self._rows: dict[str, _Row] = {}

    def handlers(self) -> Mapping[Kind, Handler]:
        return {
            "new": self._on_message,
            "replaced": self._on_message,
            "rejected": self._on_message,
            "canceled": self._on_canceled,
            DayOpened: self._on_day,
        }

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(
            [
                (owner, list(r.last_second()), r.day, r.peak, r.reported, r.members, list(r.recent))
                for owner, r in sorted(self._rows.items())
            ]
        )

    def load(self, data: bytes) -> None:
        self._rows = {}
        for owner, times, day, peak, reported, members, recent in _STATE.decode(data):
            row = self._rows[owner] = self._new_row()
            row.times.extend(times)
            row.recent.extend(recent)
            row.day, row.peak, row.reported, row.members = day, peak, reported, members
            row.quiet = self._quiet(row)

    def _new_row(self) -> _Row:
        return _Row(deque(maxlen=max(1, self._violation_per_second)))

    def _quiet(self, row: _Row) -> int:
        if row.day >= self._violation_per_day:
            return row.reported
        return max(row.reported, min(row.peak, self._warning_per_second - 1))

    def _on_day(self, event: DayOpened) -> Sequence[Finding]:
        self._rows.clear()
        return NOTHING

    def _on_canceled(self, event: OrderEvent) -> Sequence[Finding]:
        # A cancel that was asked for bears the cancel's own id beside the order's.
        return self._on_message(event) if event.report.orig_cl_ord_id else NOTHING

    def _on_message(self, event: OrderEvent) -> Sequence[Finding]:
        row = self._rows.get(event.owner)
        if row is None:
            row = self._rows[event.owner] = self._new_row()
        now, times, quiet = event.report.transact_time, row.times, row.quiet
        times.append(now)
        row.day += 1
        # More than `quiet` in this second means that the one so many before is in it.
        if (
            len(times) <= quiet or times[-1 - quiet] <= now - NS_PER_SECOND
        ) and row.day != self._violation_per_day:
            return NOTHING
        findings = self._judge(event, row)
        row.quiet = self._quiet(row)
        return findings

    def _judge(self, event: OrderEvent, row: _Row) -> Sequence[Finding]:
        report = event.report
        rate = len(row.last_second())
        row.peak = max(row.peak, rate)
        is_day = row.day >= self._violation_per_day
        if rate < self._warning_per_second and not is_day:
            return NOTHING
        row.reported = max(row.reported, rate)
        if event.member not in row.members:
            row.members = sorted([*row.members, event.member])
        if report.order_id:
            row.recent.append(report.order_id)
        is_violation = is_day or rate >= self._violation_per_second
        finding = Finding(
            episode=event.owner,
            severity="violation" if is_violation else "warning",
            score=100 if is_violation else percent(rate, self._violation_per_second),
            symbol="",
            owner=event.owner,
            members=row.members,
            seq=report.seq,
            transact_time=report.transact_time,
            order_ids=row.recent,
            count=row.day,
            facts={
                "peak_per_second": row.peak,
                "warning_per_second": self._warning_per_second,
                "violation_per_second": self._violation_per_second,
                "messages_today": row.day,
                "violation_per_day": self._violation_per_day,
            },
        )
        return (finding,)
