"""The member's orders and what became of them, as lines of one table, by what one looks for."""

from typing import Final, Literal

from msgspec import Struct

from bashu_protocol.messages import Notice, OrdType
from bashu_tui.state.fills import Fill
from bashu_tui.state.history import HistoryLine
from bashu_tui.state.orders import OrderLine
from bashu_tui.state.session import Session

Tab = Literal["working", "fills", "rejects", "all"]
TABS: Final[tuple[Tab, ...]] = ("working", "fills", "rejects", "all")
Kind = Literal["order", "fill", "reject", "end", "notice"]


class BlotterLine(Struct, frozen=True):
    """One line; quantities in tonnes, prices in fen."""

    kind: Kind
    number: int
    """With the kind what identifies it."""
    transact_time: int
    symbol: str
    side: str
    quantity: int
    price: int
    status: str
    """A text key."""
    filled: int = 0
    average: int = 0
    """Hundredths of a fen; 0 where nothing traded."""
    ord_type: OrdType = "limit"
    reject_code: str = ""
    text: str = ""
    """The venue's own words."""
    user: str = ""
    """The colleague whose it is; empty for one's own."""
    stop_px: int = 0
    order: OrderLine | None = None
    fill: Fill | None = None
    notice: Notice | None = None

    @property
    def key(self) -> tuple[Kind, int]:
        return self.kind, self.number


def lines(session: Session, tab: Tab) -> list[BlotterLine]:
    """Return the lines of a tab: working orders by age, the newest first, then what happened."""
    if tab == "working":
        return _working(session)
    if tab == "fills":
        return _fills(session)
    happened = [_happened(line) for line in session.history.lines]
    if tab == "rejects":
        return [line for line in happened if line.kind == "reject"]
    rest = sorted([*_fills(session), *happened], key=lambda line: -line.transact_time)
    return _working(session) + rest


def counts(session: Session) -> dict[Tab, int]:
    """Return how many lines each tab has."""
    rejects = sum(1 for line in session.history.lines if line.kind == "status.rejected")
    working, fills = len(session.orders), len(session.fills.of)
    everything = working + fills + len(session.history.lines)
    return {"working": working, "fills": fills, "rejects": rejects, "all": everything}


def _working(session: Session) -> list[BlotterLine]:
    return [
        BlotterLine(
            "order", order.order_id, order.transact_time, order.symbol, order.side,
            order.order_qty, order.price, _status(order), order.cum_qty,
            session.fills.average(order.order_id) if order.cum_qty else 0, order.ord_type,
            user="" if order.own else order.user, stop_px=order.stop_px, order=order,
        )
        for order in sorted(session.orders.values(), key=lambda o: -o.order_id)
    ]  # fmt: skip


def _status(order: OrderLine) -> str:
    return "blotter.waiting" if order.is_waiting else f"status.{order.status}"


def _fills(session: Session) -> list[BlotterLine]:
    own = session.client.user
    made = []
    for fill in session.fills.latest_first():
        status = f"correction.{fill.correction}" if fill.correction else "blotter.fill"
        user = "" if fill.user == own else fill.user
        made.append(
            BlotterLine(
                "fill", fill.exec_id * 2 + (fill.side == "sell"), fill.transact_time, fill.symbol,
                fill.side, fill.quantity, fill.price, status, fill.quantity, user=user, fill=fill,
            )
        )  # fmt: skip
    return made


def _happened(line: HistoryLine) -> BlotterLine:
    kind: Kind = "end"
    if line.notice is not None:
        kind = "notice"
    elif line.kind == "status.rejected":
        kind = "reject"
    return BlotterLine(
        kind, line.number, line.transact_time, line.symbol, line.side, line.quantity, line.price,
        line.kind, line.filled, 0, line.ord_type, line.reject_code, line.text, notice=line.notice,
    )  # fmt: skip
