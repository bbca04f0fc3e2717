"""Trades at the day's price limit, and orders that only hold the limit.

Source: SSE STAR 2019 item 3, at least twice at the limit and half of it withdrawn; the share of
the queue is this venue's own scale (reference/surveillance.md A1 #15).
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, get_args

import msgspec

from bashu_daemon.core.events import DayOpened, LimitsSet, OrderEvent, TradeEvent
from bashu_daemon.surveillance.finding import (
    NOTHING,
    Finding,
    Handler,
    Kind,
    percent,
    read_parameters,
)
from bashu_protocol.messages import ExecType

DEFAULTS: Final = {
    "cancels_at_limit": 2,
    "cancelled_percent": 50,
    "queue_percent": 30,
    "min_qty": 1_000,
}
EVIDENCE: Final = 50


@dataclass(slots=True)
class _Row:
    """One owner at one symbol's limits, today."""

    submitted: int = 0
    cancelled: int = 0
    cancels: int = 0
    resting: int = 0
    members: list[str] = field(default_factory=list)
    recent: deque[int] = field(default_factory=lambda: deque(maxlen=EVIDENCE))


@dataclass(slots=True)
class _Queue:
    """What all owners have resting at one symbol's limits."""

    limit_up: int = 0
    limit_down: int = 0
    resting: int = 0
    touches: int = 0


_DumpedQueue = tuple[int, int, int, int]
_DumpedRow = tuple[int, int, int, int, list[str], list[int]]
_STATE = msgspec.msgpack.Decoder(
    tuple[list[tuple[str, _DumpedQueue]], list[tuple[str, str, _DumpedRow]]]
)


class LimitTouch:
    """Counts by owner and instrument over one trading day."""

    name = "limit_touch"
    version = 1

    def __init__(self, given: dict[str, int]) -> None:
        limits = read_parameters(self.name, DEFAULTS, given)
        self._cancels_at_limit = limits["cancels_at_limit"]
        self._cancelled_percent = limits["cancelled_percent"]
        self._queue_percent = limits["queue_percent"]
        self._min_qty = limits["min_qty"]
        self._queues: dict[str, _Queue] = {}
        self._rows: dict[tuple[str, str], _Row] = {}

    def handlers(self) -> Mapping[Kind, Handler]:
        return {
            **dict.fromkeys(get_args(ExecType), self._on_order),
            TradeEvent: self._on_trade,
            LimitsSet: self._on_limits,
            DayOpened: self._on_day,
        }

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(
            (
                [
                    (symbol, (q.limit_up, q.limit_down, q.resting, q.touches))
                    for symbol, q in sorted(self._queues.items(), key=lambda item: item[0])
                ],
                [
                    (owner, symbol, _dumped(row))
                    for (owner, symbol), row in sorted(self._rows.items(), key=lambda item: item[0])
                ],
            )
        )

    def load(self, data: bytes) -> None:
        queues, rows = _STATE.decode(data)
        self._queues = {symbol: _Queue(*queue) for symbol, queue in queues}
        self._rows = {
            (owner, symbol): _Row(*dumped[:4], dumped[4], deque(dumped[5], EVIDENCE))
            for owner, symbol, dumped in rows
        }

    def _on_day(self, event: DayOpened) -> Sequence[Finding]:
        self._queues.clear()
        self._rows.clear()
        return NOTHING

    def _on_limits(self, event: LimitsSet) -> Sequence[Finding]:
        # Where there are none, a market order's price of 0 must not pass for one.
        if event.limit_up or event.limit_down:
            self._queues[event.symbol] = _Queue(event.limit_up, event.limit_down)
        return NOTHING

    def _on_trade(self, event: TradeEvent) -> Sequence[Finding]:
        if event.mode in ("auction", "block"):  # they have limits of their own
            return NOTHING
        queue = self._queues.get(event.symbol)
        if queue is None or event.price not in (queue.limit_up, queue.limit_down):
            return NOTHING
        queue.touches += 1
        finding = Finding(
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
        return (finding,)

    def _on_order(self, event: OrderEvent) -> Sequence[Finding]:
        report = event.report
        queue = self._queues.get(report.symbol)
        if queue is None:
            return NOTHING
        # Only orders that hold a limit: buys at the upper one, sales at the lower one.
        if report.price != (queue.limit_up if report.side == "buy" else queue.limit_down):
            return NOTHING
        row = self._rows.get((event.owner, report.symbol))
        if row is None:
            row = self._rows[event.owner, report.symbol] = _Row()
        if event.member not in row.members:
            row.members = sorted([*row.members, event.member])
        if report.exec_type == "new":
            row.submitted += report.order_qty
            self._rest(queue, row, report.leaves_qty)
            row.recent.append(report.order_id)
        elif report.exec_type == "trade":
            self._rest(queue, row, -report.last_qty)
        elif report.exec_type in ("canceled", "expired"):
            withdrawn = report.order_qty - report.cum_qty
            self._rest(queue, row, -withdrawn)
            if report.orig_cl_ord_id:
                row.cancels += 1
                row.cancelled += withdrawn
        return self._judge(event, queue, row)

    def _rest(self, queue: _Queue, row: _Row, quantity: int) -> None:
        row.resting = max(0, row.resting + quantity)
        queue.resting = max(0, queue.resting + quantity)

    def _judge(self, event: OrderEvent, queue: _Queue, row: _Row) -> Sequence[Finding]:
        report = event.report
        withdrawn = percent(row.cancelled, row.submitted)
        share = percent(row.resting, queue.resting)
        abused = (
            row.cancels >= self._cancels_at_limit
            and withdrawn >= self._cancelled_percent
            and row.cancelled >= self._min_qty
        )
        holds = row.resting >= self._min_qty and share >= self._queue_percent
        if not (abused or holds) or report.exec_type == "rejected":
            return NOTHING
        finding = Finding(
            episode=f"{event.owner}/{report.symbol}",
            severity="violation" if abused else "warning",
            score=withdrawn if abused else share // 2,
            symbol=report.symbol,
            owner=event.owner,
            members=row.members,
            seq=report.seq,
            transact_time=report.transact_time,
            order_ids=row.recent,
            count=row.cancels,
            facts={
                "limit_price": report.price,
                "cancels_at_limit": row.cancels,
                "cancels_threshold": self._cancels_at_limit,
                "cancelled_percent": withdrawn,
                "cancelled_threshold": self._cancelled_percent,
                "queue_percent": share,
                "queue_threshold": self._queue_percent,
            },
        )
        return (finding,)


def _dumped(row: _Row) -> _DumpedRow:
    recent = list(row.recent)
    return row.submitted, row.cancelled, row.cancels, row.resting, row.members, recent
