"""Trades at the day's price limit, and orders that only hold the limit.

Source: SSE STAR 2019 item 3, at least twice at the limit and half of it withdrawn; the share of
the queue is this venue's own scale (reference/surveillance.md A1 #15).
"""

from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec import Struct

from bashu_daemon.core.events import DayOpened, Event, LimitsSet, OrderEvent, TradeEvent
from bashu_daemon.surveillance.finding import Finding, percent, read_parameters

DEFAULTS: Final = {
    "cancels_at_limit": 2,
    "cancelled_percent": 50,
    "queue_percent": 30,
    "min_qty": 1_000,
}
EVIDENCE: Final = 50


class _Row(Struct, array_like=True):
    """One owner at one symbol's limits, today."""

    submitted: int = 0
    cancelled: int = 0
    cancels: int = 0
    resting: int = 0
    members: list[str] = []
    recent: list[int] = []


class _Queue(Struct, array_like=True):
    """What all owners have resting at one symbol's limits."""

    limit_up: int = 0
    limit_down: int = 0
    resting: int = 0
    touches: int = 0


_STATE = msgspec.msgpack.Decoder(tuple[list[tuple[str, _Queue]], list[tuple[str, str, _Row]]])


class LimitTouch:
    """Counts by owner and instrument over one trading day."""

    name = "limit_touch"
    version = 1

    def __init__(self, given: dict[str, int]) -> None:
        self._parameters = read_parameters(self.name, DEFAULTS, given)
        self._queues: dict[str, _Queue] = {}
        self._rows: dict[tuple[str, str], _Row] = {}

    def on_event(self, event: Event) -> Iterator[Finding]:
        if isinstance(event, OrderEvent):
            yield from self._on_order(event)
        elif isinstance(event, TradeEvent):
            yield from self._on_trade(event)
        elif isinstance(event, LimitsSet):
            self._queues[event.symbol] = _Queue(event.limit_up, event.limit_down)
        elif isinstance(event, DayOpened):
            self._queues.clear()
            self._rows.clear()

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(
            (
                sorted(self._queues.items()),
                [(owner, symbol, row) for (owner, symbol), row in sorted(self._rows.items())],
            )
        )

    def load(self, data: bytes) -> None:
        queues, rows = _STATE.decode(data)
        self._queues = dict(queues)
        self._rows = {(owner, symbol): row for owner, symbol, row in rows}

    def _on_trade(self, event: TradeEvent) -> Iterator[Finding]:
        queue = self._queues.get(event.symbol)
        if queue is None or event.price not in (queue.limit_up, queue.limit_down):
            return
        queue.touches += 1
        yield Finding(
            episode=f"touch/{event.symbol}/{event.price}",
            severity="info",
            score=10,
            symbol=event.symbol,
            owner="",
            members=(),
            seq=event.seq,
            transact_time=event.transact_time,
            order_ids=(event.buy_order_id, event.sell_order_id),
            exec_ids=(event.exec_id,),
            count=queue.touches,
            facts={"limit_price": event.price, "trades_at_limit": queue.touches},
        )

    def _on_order(self, event: OrderEvent) -> Iterator[Finding]:
        report = event.report
        queue = self._queues.get(report.symbol)
        # Only orders that hold a limit: buys at the upper one, sales at the lower one.
        if queue is None or report.price != (
            queue.limit_up if report.side == "buy" else queue.limit_down
        ):
            return
        row = self._rows.get((event.owner, report.symbol))
        if row is None:
            row = self._rows[event.owner, report.symbol] = _Row(members=[], recent=[])
        if event.member not in row.members:
            row.members = sorted([*row.members, event.member])
        if report.exec_type == "new":
            row.submitted += report.order_qty
            self._rest(queue, row, report.leaves_qty)
            row.recent = [*row.recent[-EVIDENCE + 1 :], report.order_id]
        elif report.exec_type == "trade":
            self._rest(queue, row, -report.last_qty)
        elif report.exec_type in ("canceled", "expired"):
            withdrawn = report.order_qty - report.cum_qty
            self._rest(queue, row, -withdrawn)
            if report.orig_cl_ord_id:
                row.cancels += 1
                row.cancelled += withdrawn
        yield from self._judge(event, queue, row)

    def _rest(self, queue: _Queue, row: _Row, quantity: int) -> None:
        row.resting = max(0, row.resting + quantity)
        queue.resting = max(0, queue.resting + quantity)

    def _judge(self, event: OrderEvent, queue: _Queue, row: _Row) -> Iterator[Finding]:
        limits, report = self._parameters, event.report
        withdrawn = percent(row.cancelled, row.submitted)
        share = percent(row.resting, queue.resting)
        abused = (
            row.cancels >= limits["cancels_at_limit"]
            and withdrawn >= limits["cancelled_percent"]
            and row.cancelled >= limits["min_qty"]
        )
        holds = row.resting >= limits["min_qty"] and share >= limits["queue_percent"]
        if not (abused or holds) or report.exec_type == "rejected":
            return
        yield Finding(
            episode=f"{event.owner}/{report.symbol}",
            severity="violation" if abused else "warning",
            score=withdrawn if abused else share // 2,
            symbol=report.symbol,
            owner=event.owner,
            members=tuple(row.members),
            seq=report.seq,
            transact_time=report.transact_time,
            order_ids=tuple(row.recent),
            count=row.cancels,
            facts={
                "limit_price": report.price,
                "cancels_at_limit": row.cancels,
                "cancels_threshold": limits["cancels_at_limit"],
                "cancelled_percent": withdrawn,
                "cancelled_threshold": limits["cancelled_percent"],
                "queue_percent": share,
                "queue_threshold": limits["queue_percent"],
            },
        )
