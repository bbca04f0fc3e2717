"""Messages sent for each trade, by control group over one day.

Source: NSE 2012, tiers of 50, 250 and 500 messages a trade (reference/surveillance.md A1 #18).
Counted are orders accepted, replaced and withdrawn on request; below `min_messages` the ratio
says nothing.
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
from bashu_protocol.messages import Severity

DEFAULTS: Final = {
    "info_ratio": 50,
    "warning_ratio": 250,
    "violation_ratio": 500,
    "min_messages": 100,
}
EVIDENCE: Final = 50


@dataclass(slots=True)
class _Row:
    messages: int = 0
    trades: int = 0
    reported_ratio: int = 0
    members: list[str] = field(default_factory=list)
    recent: deque[int] = field(default_factory=lambda: deque(maxlen=EVIDENCE))
    quiet_messages: int = 0
    """Below this many there is nothing to find; trades that came since only raise it."""


_Dumped = tuple[int, int, int, list[str], list[int]]
_STATE = msgspec.msgpack.Decoder(list[tuple[str, _Dumped]])


class OrderToTrade:
    """Counts by owner over one trading day."""

    name = "order_to_trade"
    version = 1

    def __init__(self, given: dict[str, int]) -> None:
        limits = read_parameters(self.name, DEFAULTS, given)
        self._info_ratio = limits["info_ratio"]
        self._warning_ratio = limits["warning_ratio"]
        self._violation_ratio = limits["violation_ratio"]
        self._min_messages = limits["min_messages"]
        self._rows: dict[str, _Row] = {}

    def handlers(self) -> Mapping[Kind, Handler]:
        return {
            "new": self._on_message,
            "replaced": self._on_message,
            "canceled": self._on_canceled,
            "trade": self._on_trade,
            DayOpened: self._on_day,
        }

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(
            [
                (owner, (r.messages, r.trades, r.reported_ratio, r.members, list(r.recent)))
                for owner, r in sorted(self._rows.items(), key=lambda item: item[0])
            ]
        )

    def load(self, data: bytes) -> None:
        self._rows = {
            owner: _Row(messages, trades, reported_ratio, members, deque(recent, EVIDENCE))
            for owner, (messages, trades, reported_ratio, members, recent) in _STATE.decode(data)
        }

    def _row(self, event: OrderEvent) -> _Row:
        row = self._rows.get(event.owner)
        if row is None:
            row = self._rows[event.owner] = _Row()
        if event.member not in row.members:
            row.members = sorted([*row.members, event.member])
        return row

    def _on_day(self, event: DayOpened) -> Sequence[Finding]:
        self._rows.clear()
        return NOTHING

    def _on_trade(self, event: OrderEvent) -> Sequence[Finding]:
        self._row(event).trades += 1
        return NOTHING

    def _on_canceled(self, event: OrderEvent) -> Sequence[Finding]:
        # A cancel that was asked for bears the cancel's own id beside the order's.
        return self._on_message(event) if event.report.orig_cl_ord_id else NOTHING

    def _on_message(self, event: OrderEvent) -> Sequence[Finding]:
        row = self._row(event)
        row.messages += 1
        row.recent.append(event.report.order_id)
        if row.messages < row.quiet_messages:
            return NOTHING
        findings = self._judge(event, row)
        ratio = max(self._info_ratio, row.reported_ratio + 1)
        row.quiet_messages = max(self._min_messages, ratio * max(row.trades, 1))
        return findings

    def _judge(self, event: OrderEvent, row: _Row) -> Sequence[Finding]:
        report = event.report
        ratio = row.messages // max(row.trades, 1)
        if row.messages < self._min_messages or ratio < self._info_ratio:
            return NOTHING
        if ratio <= row.reported_ratio:
            return NOTHING
        row.reported_ratio = ratio
        severity: Severity = "info"
        if ratio >= self._warning_ratio:
            severity = "warning"
        if ratio >= self._violation_ratio:
            severity = "violation"
        finding = Finding(
            episode=event.owner,
            severity=severity,
            score=percent(ratio, self._violation_ratio),
            symbol="",
            owner=event.owner,
            members=row.members,
            seq=report.seq,
            transact_time=report.transact_time,
            order_ids=row.recent,
            count=row.messages,
            facts={
                "messages": row.messages,
                "trades": row.trades,
                "ratio": ratio,
                "violation_ratio": self._violation_ratio,
            },
        )
        return (finding,)
