"""The member's working orders: what the venue listed, and the reports since then."""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from bashu_protocol.client import Client
from bashu_protocol.messages import (
    AnyMessage,
    ExecutionReport,
    OrderRow,
    OrdStatus,
    OrdType,
    Side,
    TimeInForce,
)

_RECENT: Final = 500
"""Reports that may be newer than an answer about orders that is under way."""


class OrderLine(Struct):
    """A working order."""

    order_id: int
    cl_ord_id: str
    symbol: str
    side: Side
    price: int
    order_qty: int
    leaves_qty: int
    cum_qty: int
    status: OrdStatus
    transact_time: int
    own: bool = True
    """Placed by this user, so that this user can withdraw it."""
    user: str = ""
    ord_type: OrdType = "limit"
    time_in_force: TimeInForce = "day"
    stop_px: int = 0
    display_qty: int = 0
    client_account: str = ""
    is_waiting: bool = False
    """For its stop price."""
    expire_date: int = 0
    """YYYYMMDD; 0 for none."""
    min_qty: int = 0
    is_post_only: bool = False

    @property
    def is_held(self) -> bool:
        """Whether it waits for a colleague's approval, in no book and freezing nothing."""
        return self.status == "pending_new"

    @property
    def rests(self) -> bool:
        """Whether it stands in the book."""
        return not (self.is_held or self.is_waiting)


class Orders(Mapping[int, OrderLine]):
    """By order id. Colleagues' orders are as the venue last listed them."""

    def __init__(self, user: str) -> None:
        self._user = user
        self._lines: dict[int, OrderLine] = {}
        self._recent: deque[ExecutionReport] = deque(maxlen=_RECENT)

    def __getitem__(self, order_id: int) -> OrderLine:
        return self._lines[order_id]

    def __iter__(self) -> Iterator[int]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    def within(self, symbol: str) -> list[OrderLine]:
        """Return those in one instrument."""
        return [order for order in self._lines.values() if order.symbol == symbol]

    def hear(self, message: AnyMessage) -> set[str]:
        if not isinstance(message, ExecutionReport):
            return set()
        if message.exec_type != "rejected":  # a refusal leaves the order as it is
            self._recent.append(message)
            self._take(message)
        return {"orders"}

    async def reload(self, client: Client) -> None:
        """Ask for all of them, colleagues' too; what came meanwhile stays."""
        answer = await client.query("orders")
        self._lines = {
            r.order_id: _listed(r, self._user) for r in answer.rows if isinstance(r, OrderRow)
        }
        for report in self._recent:
            if report.seq > answer.seq:
                self._take(report)

    def _take(self, report: ExecutionReport) -> None:
        if not report.leaves_qty or not report.side:
            self._lines.pop(report.order_id, None)
            return
        known = self._lines.get(report.order_id)
        is_stop = report.ord_type in ("stop", "stop_limit")
        has_triggered = report.exec_type == "triggered" or (
            known is not None and not known.is_waiting
        )
        self._lines[report.order_id] = OrderLine(
            report.order_id, report.cl_ord_id, report.symbol, report.side, report.price,
            report.order_qty, report.leaves_qty, report.cum_qty, report.ord_status,
            report.transact_time, True, self._user, report.ord_type, report.time_in_force,
            report.stop_px, report.display_qty, report.client_account,
            is_stop and not has_triggered and not report.cum_qty, report.expire_date,
            report.min_qty, report.exec_inst == "post_only",
        )  # fmt: skip


def _listed(row: OrderRow, user: str) -> OrderLine:
    status: OrdStatus = "partially_filled" if row.cum_qty else "new"
    if row.pending:
        status = "pending_new"
    return OrderLine(
        row.order_id, row.cl_ord_id, row.symbol, row.side, row.price, row.order_qty,
        row.leaves_qty, row.cum_qty, status, row.transact_time, row.user == user, row.user,
        row.ord_type, row.time_in_force, row.stop_px, row.display_qty, row.client_account,
        row.waiting, row.expire_date, row.min_qty, row.exec_inst == "post_only",
    )  # fmt: skip
