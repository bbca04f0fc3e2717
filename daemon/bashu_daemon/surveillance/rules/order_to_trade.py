"""Messages sent for each trade, by control group over one day.

Source: NSE 2012, tiers of 50, 250 and 500 messages a trade (reference/surveillance.md A1 #18).
Counted are orders accepted, replaced and withdrawn on request; below `min_messages` the ratio
says nothing.
"""

from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec import Struct

from bashu_daemon.core.events import DayOpened, Event, OrderEvent
from bashu_daemon.surveillance.finding import Finding, percent, read_parameters
from bashu_protocol.messages import Severity

DEFAULTS: Final = {
    "info_ratio": 50,
    "warning_ratio": 250,
    "violation_ratio": 500,
    "min_messages": 100,
}
EVIDENCE: Final = 50


class _Row(Struct, array_like=True):
    messages: int = 0
    trades: int = 0
    reported_ratio: int = 0
    members: list[str] = []
    recent: list[int] = []


_STATE = msgspec.msgpack.Decoder(list[tuple[str, _Row]])


class OrderToTrade:
    """Counts by owner over one trading day."""

    name = "order_to_trade"
    version = 1

    def __init__(self, given: dict[str, int]) -> None:
        self._parameters = read_parameters(self.name, DEFAULTS, given)
        self._rows: dict[str, _Row] = {}

    def on_event(self, event: Event) -> Iterator[Finding]:
        if isinstance(event, OrderEvent):
            kind = event.report.exec_type
            if kind == "trade":
                self._row(event).trades += 1
            elif kind in ("new", "replaced") or (
                kind == "canceled" and event.report.orig_cl_ord_id
            ):
                yield from self._on_message(event)
        elif isinstance(event, DayOpened):
            self._rows.clear()

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(sorted(self._rows.items()))

    def load(self, data: bytes) -> None:
        self._rows = dict(_STATE.decode(data))

    def _row(self, event: OrderEvent) -> _Row:
        row = self._rows.get(event.owner)
        if row is None:
            row = self._rows[event.owner] = _Row(members=[], recent=[])
        if event.member not in row.members:
            row.members = sorted([*row.members, event.member])
        return row

    def _on_message(self, event: OrderEvent) -> Iterator[Finding]:
        row, limits, report = self._row(event), self._parameters, event.report
        row.messages += 1
        row.recent = [*row.recent[-EVIDENCE + 1 :], report.order_id]
        ratio = row.messages // max(row.trades, 1)
        if row.messages < limits["min_messages"] or ratio < limits["info_ratio"]:
            return
        if ratio <= row.reported_ratio:
            return
        row.reported_ratio = ratio
        severity: Severity = "info"
        if ratio >= limits["warning_ratio"]:
            severity = "warning"
        if ratio >= limits["violation_ratio"]:
            severity = "violation"
        yield Finding(
            episode=event.owner,
            severity=severity,
            score=percent(ratio, limits["violation_ratio"]),
            symbol="",
            owner=event.owner,
            members=tuple(row.members),
            seq=report.seq,
            transact_time=report.transact_time,
            order_ids=tuple(row.recent),
            count=row.messages,
            facts={
                "messages": row.messages,
                "trades": row.trades,
                "ratio": ratio,
                "violation_ratio": limits["violation_ratio"],
            },
        )
