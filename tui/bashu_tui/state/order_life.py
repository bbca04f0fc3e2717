"""What became of the orders that this terminal sent, from the key press to their end.

Only reports of the venue move an order on. They come without a gap: after a broken connection the
client is sent what it missed, and sends what is unanswered again, so every life gets to its truth.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final, Literal

from msgspec import Struct

from bashu_protocol.client import Client
from bashu_protocol.messages import AnyMessage, ExecutionReport
from bashu_protocol.reject_codes import RejectCode
from bashu_tui.clock import timer
from bashu_tui.state.draft import OrderDraft

Stage = Literal[
    "sending",
    "late",
    "new",
    "pending_new",
    "waiting",
    "triggered",
    "partially_filled",
    "filled",
    "canceled",
    "expired",
    "rejected",
]
"""`late`: no answer yet, so that the outcome is unknown. `waiting`: for its stop price."""
ENDED: Final[frozenset[Stage]] = frozenset({"filled", "canceled", "expired", "rejected"})
KEPT: Final = 12


class OrderLife(Struct):
    """One order; the draft is as it was sent, the rest as the venue last said."""

    draft: OrderDraft
    cl_ord_id: str
    sent_at: float
    """Seconds of the clock that measures the answer's time."""
    stage: Stage = "sending"
    taken_ms: int = -1
    """From sending to the venue's first word; -1 before."""
    order_id: int = 0
    order_qty: int = 0
    price: int = 0
    cum_qty: int = 0
    traded_value: int = 0
    last_px: int = 0
    reject_code: RejectCode = RejectCode.NONE
    """Why it was refused, or why what was left of it was withdrawn."""
    was_amended: bool = False
    was_triggered: bool = False
    """Its stop price was reached, so that it does not wait any more."""
    updates: int = 0

    @property
    def has_ended(self) -> bool:
        return self.stage in ENDED


class OrderLives:
    """The last orders, the newest first."""

    def __init__(self, clock: Callable[[], float] = timer) -> None:
        self.recent: deque[OrderLife] = deque(maxlen=KEPT)
        self._clock = clock

    @property
    def last(self) -> OrderLife | None:
        return self.recent[0] if self.recent else None

    def begin(self, draft: OrderDraft, cl_ord_id: str) -> OrderLife:
        """An order is being sent."""
        life = OrderLife(
            draft, cl_ord_id, self._clock(), order_qty=draft.quantity, price=draft.price
        )
        self.recent.appendleft(life)
        return life

    def grow_late(self, life: OrderLife) -> None:
        """There is no answer yet: whether it is executed is not known."""
        if life.stage == "sending":
            life.stage = "late"
            life.updates += 1

    def refuse(self, life: OrderLife, code: RejectCode) -> None:
        """The venue did not take it as an order at all."""
        self._answered(life)
        life.stage, life.reject_code = "rejected", code
        life.updates += 1

    def in_flight(self) -> list[OrderLife]:
        """Return those without an answer."""
        return [life for life in self.recent if life.stage in ("sending", "late")]

    def hear(self, message: AnyMessage) -> set[str]:
        if not isinstance(message, ExecutionReport):
            return set()
        life = _find(self.recent, message)
        if life is None:
            return set()
        self._answered(life)
        _advance(life, message)
        life.updates += 1
        return {"lives"}

    async def reload(self, client: Client) -> None:
        """Nothing is to be asked: the reports come without a gap."""

    def _answered(self, life: OrderLife) -> None:
        if life.taken_ms < 0:
            life.taken_ms = round((self._clock() - life.sent_at) * 1_000)


def _find(lives: Iterable[OrderLife], report: ExecutionReport) -> OrderLife | None:
    """Return the order that a report moves on; a refused amendment or cancel moves none."""
    if report.exec_type in ("trade_cancel", "trade_correct"):
        return None
    for life in lives:
        if report.exec_type == "rejected":
            if report.cl_ord_id == life.cl_ord_id and life.stage in ("sending", "late"):
                return life
        elif life.order_id == report.order_id or life.cl_ord_id == report.cl_ord_id:
            return life
    return None


def _advance(life: OrderLife, report: ExecutionReport) -> None:
    """Take what a report says."""
    kind = report.exec_type
    if kind == "rejected":
        life.stage, life.reject_code = "rejected", report.reject_code
        return
    life.order_id = report.order_id
    life.order_qty, life.price, life.cum_qty = report.order_qty, report.price, report.cum_qty
    if kind == "trade":
        life.traded_value += report.last_px * report.last_qty
        life.last_px = report.last_px
        life.stage = "partially_filled" if report.leaves_qty else "filled"
    elif kind == "canceled":
        life.stage, life.reject_code = "canceled", report.reject_code
    elif kind == "expired":
        life.stage, life.reject_code = "expired", report.reject_code
    elif kind == "pending_new":
        life.stage = "pending_new"
    elif kind == "triggered":
        life.stage, life.was_triggered = "triggered", True
    else:
        life.was_amended = life.was_amended or kind == "replaced"
        life.stage = _resting_stage(life, report)


def _resting_stage(life: OrderLife, report: ExecutionReport) -> Stage:
    if report.cum_qty:
        return "partially_filled" if report.leaves_qty else "filled"
    waits = report.ord_type in ("stop", "stop_limit") and not life.was_triggered
    return "waiting" if waits else "new"
