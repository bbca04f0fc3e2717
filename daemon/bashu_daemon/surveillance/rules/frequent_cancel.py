"""Frequent and large cancels by one control group in one instrument on one day.

Source: SHFE, INE, DCE, CZCE, CFFEX 500 cancels a day; SHFE 50 large ones, large being 300 lots
there and a parameter here (reference/surveillance.md A1 #9). What the group did not withdraw by
itself does not count: the rest of immediate orders, self-trade prevention, expiry, suspension,
and mass cancels, which a kill switch or a broken connection causes.
"""

from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec import Struct

from bashu_daemon.core.events import DayOpened, Event, OrderEvent
from bashu_daemon.surveillance.finding import Finding, percent, read_parameters

DEFAULTS: Final = {
    "cancels": 500,
    "large_cancels": 50,
    "large_qty": 10_000,
    "warning_percent": 80,
}
EVIDENCE: Final = 50


class _Row(Struct, array_like=True):
    cancels: int = 0
    large: int = 0
    members: list[str] = []
    recent: list[int] = []


_STATE = msgspec.msgpack.Decoder(list[tuple[str, str, _Row]])


class FrequentCancel:
    """Counts by owner and instrument over one trading day."""

    name = "frequent_cancel"
    version = 1

    def __init__(self, given: dict[str, int]) -> None:
        self._parameters = read_parameters(self.name, DEFAULTS, given)
        self._rows: dict[tuple[str, str], _Row] = {}

    def on_event(self, event: Event) -> Iterator[Finding]:
        if isinstance(event, OrderEvent):
            report = event.report
            # A cancel that was asked for bears the cancel's own id beside the order's.
            if report.exec_type == "canceled" and report.orig_cl_ord_id:
                yield from self._on_cancel(event)
        elif isinstance(event, DayOpened):
            self._rows.clear()

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(
            [(owner, symbol, row) for (owner, symbol), row in sorted(self._rows.items())]
        )

    def load(self, data: bytes) -> None:
        self._rows = {(owner, symbol): row for owner, symbol, row in _STATE.decode(data)}

    def _on_cancel(self, event: OrderEvent) -> Iterator[Finding]:
        report, limits = event.report, self._parameters
        row = self._rows.setdefault((event.owner, report.symbol), _Row(members=[], recent=[]))
        withdrawn = report.order_qty - report.cum_qty
        is_large = withdrawn >= limits["large_qty"]
        row.cancels += 1
        row.large += is_large
        if event.member not in row.members:
            row.members = sorted([*row.members, event.member])
        row.recent = [*row.recent[-EVIDENCE + 1 :], report.order_id]
        score = max(
            percent(row.cancels, limits["cancels"]), percent(row.large, limits["large_cancels"])
        )
        if score < limits["warning_percent"]:
            return
        yield Finding(
            episode=f"{event.owner}/{report.symbol}",
            severity="violation" if score == 100 else "warning",
            score=score,
            symbol=report.symbol,
            owner=event.owner,
            members=tuple(row.members),
            seq=report.seq,
            transact_time=report.transact_time,
            order_ids=tuple(row.recent),
            count=row.cancels,
            facts={
                "cancels": row.cancels,
                "cancels_threshold": limits["cancels"],
                "large_cancels": row.large,
                "large_cancels_threshold": limits["large_cancels"],
                "large_qty": limits["large_qty"],
            },
        )
