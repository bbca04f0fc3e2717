"""Frequent and large cancels by one control group in one instrument on one day.

Source: SHFE, INE, DCE, CZCE, CFFEX 500 cancels a day; SHFE 50 large ones, large being 300 lots
there and a parameter here (reference/surveillance.md A1 #9). What the group did not withdraw by
itself does not count: the rest of immediate orders, self-trade prevention, expiry, suspension,
and mass cancels, which a kill switch or a broken connection causes.
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

DEFAULTS: Final = {
    "cancels": 500,
    "large_cancels": 50,
    "large_qty": 10_000,
    "warning_percent": 80,
}
EVIDENCE: Final = 50


@dataclass(slots=True)
class _Row:
    episode: str
    cancels: int = 0
    large: int = 0
    members: list[str] = field(default_factory=list)
    recent: deque[int] = field(default_factory=lambda: deque(maxlen=EVIDENCE))
    is_found: bool = False
    """Whether the cancel before made a finding. It does not outlive a restart, which may have
    brought other thresholds."""


_Dumped = tuple[int, int, list[str], list[int]]
_STATE = msgspec.msgpack.Decoder(list[tuple[str, str, _Dumped]])


class FrequentCancel:
    """Counts by owner and instrument over one trading day."""

    name = "frequent_cancel"
    version = 1

    def __init__(self, given: dict[str, int]) -> None:
        limits = read_parameters(self.name, DEFAULTS, given)
        self._cancels = limits["cancels"]
        self._large_cancels = limits["large_cancels"]
        self._large_qty = limits["large_qty"]
        self._warning_percent = limits["warning_percent"]
        # Below both there is nothing to find; rounded up.
        self._quiet_cancels = -(-self._cancels * self._warning_percent // 100)
        self._quiet_large = -(-self._large_cancels * self._warning_percent // 100)
        self._rows: dict[tuple[str, str], _Row] = {}

    def handlers(self) -> Mapping[Kind, Handler]:
        return {"canceled": self._on_canceled, DayOpened: self._on_day}

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(
            [
                (owner, symbol, (row.cancels, row.large, row.members, list(row.recent)))
                for (owner, symbol), row in sorted(self._rows.items(), key=lambda item: item[0])
            ]
        )

    def load(self, data: bytes) -> None:
        self._rows = {
            (owner, symbol): _Row(
                f"{owner}/{symbol}", cancels, large, members, deque(recent, EVIDENCE)
            )
            for owner, symbol, (cancels, large, members, recent) in _STATE.decode(data)
        }

    def _on_day(self, event: DayOpened) -> Sequence[Finding]:
        self._rows.clear()
        return NOTHING

    def _on_canceled(self, event: OrderEvent) -> Sequence[Finding]:
        report = event.report
        # A cancel that was asked for bears the cancel's own id beside the order's.
        if not report.orig_cl_ord_id:
            return NOTHING
        owner, symbol = event.owner, report.symbol
        row = self._rows.get((owner, symbol))
        if row is None:
            row = self._rows[owner, symbol] = _Row(f"{owner}/{symbol}")
        row.cancels += 1
        if report.order_qty - report.cum_qty >= self._large_qty:
            row.large += 1
        if event.member not in row.members:
            row.members = sorted([*row.members, event.member])
        row.recent.append(report.order_id)
        if row.cancels < self._quiet_cancels and row.large < self._quiet_large:
            return NOTHING
        return self._judge(event, row)

    def _judge(self, event: OrderEvent, row: _Row) -> Sequence[Finding]:
        report = event.report
        score = max(percent(row.cancels, self._cancels), percent(row.large, self._large_cancels))
        if score < self._warning_percent:
            return NOTHING
        finding = Finding(
            episode=row.episode,
            severity="violation" if score == 100 else "warning",
            score=score,
            symbol=report.symbol,
            owner=event.owner,
            members=row.members,
            seq=report.seq,
            transact_time=report.transact_time,
            order_ids=row.recent,
            count=row.cancels,
            facts={
                "cancels": row.cancels,
                "cancels_threshold": self._cancels,
                "large_cancels": row.large,
                "large_cancels_threshold": self._large_cancels,
                "large_qty": self._large_qty,
            },
            # An order is withdrawn once, so nothing that has left `recent` can come back.
            adds_one_order=row.is_found,
        )
        row.is_found = True
        return (finding,)
