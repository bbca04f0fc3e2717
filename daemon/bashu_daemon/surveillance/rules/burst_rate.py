"""Messages in one second, and in one day, by control group.

Source: SSE and SZSE, in force 2025-07-07: 300 a second or 20,000 a day is high-frequency trading;
50 a second is this venue's own scale (reference/surveillance.md A1 #8). Mass cancels do not count.
"""

from collections import deque
from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec import Struct

from bashu_daemon.core.events import DayOpened, Event, OrderEvent
from bashu_daemon.surveillance.finding import Finding, percent, read_parameters
from bashu_protocol.units import NS_PER_SECOND

DEFAULTS: Final = {
    "warning_per_second": 50,
    "violation_per_second": 300,
    "violation_per_day": 20_000,
}
EVIDENCE: Final = 50


class _Row(Struct):
    times: deque[int]
    """Times of the last second, no more of them than the violation takes."""
    day: int = 0
    peak: int = 0
    reported: int = 0
    members: list[str] = []
    recent: list[int] = []


_Dumped = tuple[str, list[int], int, int, int, list[str], list[int]]
_STATE = msgspec.msgpack.Decoder(list[_Dumped])


class BurstRate:
    """A sliding second and a day's count for each owner."""

    name = "burst_rate"
    version = 1

    def __init__(self, given: dict[str, int]) -> None:
        self._parameters = read_parameters(self.name, DEFAULTS, given)
        self._rows: dict[str, _Row] = {}

    def on_event(self, event: Event) -> Iterator[Finding]:
        if isinstance(event, OrderEvent):
            kind = event.report.exec_type
            asked = kind in ("new", "replaced", "rejected")
            if asked or (kind == "canceled" and event.report.orig_cl_ord_id):
                yield from self._on_message(event)
        elif isinstance(event, DayOpened):
            self._rows.clear()

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(
            [
                (owner, list(r.times), r.day, r.peak, r.reported, r.members, r.recent)
                for owner, r in sorted(self._rows.items())
            ]
        )

    def load(self, data: bytes) -> None:
        self._rows = {
            owner: _Row(self._times(times), day, peak, reported, members, recent)
            for owner, times, day, peak, reported, members, recent in _STATE.decode(data)
        }

    def _times(self, times: list[int]) -> deque[int]:
        return deque(times, maxlen=max(1, self._parameters["violation_per_second"]))

    def _on_message(self, event: OrderEvent) -> Iterator[Finding]:
        limits, report = self._parameters, event.report
        row = self._rows.get(event.owner)
        if row is None:
            row = self._rows[event.owner] = _Row(self._times([]), members=[], recent=[])
        now, times = report.transact_time, row.times
        while times and times[0] <= now - NS_PER_SECOND:
            times.popleft()
        times.append(now)
        row.day += 1
        rate = len(times)
        if rate <= row.reported and row.day != limits["violation_per_day"]:
            return
        row.peak = max(row.peak, rate)
        is_day = row.day >= limits["violation_per_day"]
        if rate < limits["warning_per_second"] and not is_day:
            return
        row.reported = max(row.reported, rate)
        if event.member not in row.members:
            row.members = sorted([*row.members, event.member])
        if report.order_id:
            row.recent = [*row.recent[-EVIDENCE + 1 :], report.order_id]
        is_violation = is_day or rate >= limits["violation_per_second"]
        yield Finding(
            episode=event.owner,
            severity="violation" if is_violation else "warning",
            score=100 if is_violation else percent(rate, limits["violation_per_second"]),
            symbol="",
            owner=event.owner,
            members=tuple(row.members),
            seq=report.seq,
            transact_time=now,
            order_ids=tuple(row.recent),
            count=row.day,
            facts={
                "peak_per_second": row.peak,
                "warning_per_second": limits["warning_per_second"],
                "violation_per_second": limits["violation_per_second"],
                "messages_today": row.day,
                "violation_per_day": limits["violation_per_day"],
            },
        )
