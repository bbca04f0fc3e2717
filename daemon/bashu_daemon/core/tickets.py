"""Orders and commands as the venue remembers them for their users.

These are msgspec structs, which mypyc cannot compile: it drops their options without a word. So
they have a module of their own, which stays interpreted in the native build.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from bashu_daemon.core.ledger import Account
from bashu_protocol.messages import (
    ExecInst,
    ExecutionReport,
    NewOrder,
    OrdStatus,
    OrdType,
    Side,
    StateCommand,
    TimeInForce,
)

if TYPE_CHECKING:  # they refer to each other; nothing here is ever encoded
    from bashu_daemon.core.directory import RestingOrder, User


class Receipt(Struct, frozen=True, gc=False):
    """A command that was received, the ticket it made or meant, and whether it was accepted.

    Not tracked by the garbage collector, as there are many and they make no cycles.
    """

    command: StateCommand
    ticket: Ticket | None
    accepted: bool


class OrderTerms(Struct, gc=False):
    """What an order asks for beyond a plain one; prices in fen, quantities in tonnes.

    A stop order is `waiting` until it comes in; `touched` says that its stop price traded when
    it could not. `cover_px` is what a waiting stop order to buy without a limit froze for each
    tonne.
    """

    expire_date: int = 0
    min_qty: int = 0
    display_qty: int = 0
    stop_px: int = 0
    exec_inst: ExecInst = ""
    waiting: bool = False
    cover_px: int = 0
    touched: bool = False


class Ticket(Struct, gc=False):
    """An accepted order as its user knows it, kept after its end while a receipt refers to it.

    A market order has the price 0 and never rests: one for the day is immediate-or-cancel.
    `owner` is the beneficial one: the client's where a client account is named.
    `ended` is None while the order lives, and for good when it was filled. Like a receipt it
    is not tracked by the garbage collector.
    """

    order_id: int
    user: User
    cl_ord_id: str
    symbol: str
    side: Side
    price: int
    order_qty: int
    leaves_qty: int
    ord_type: OrdType
    time_in_force: TimeInForce
    transact_time: int
    cash: Account
    holding: Account
    owner: str
    cum_qty: int = 0
    ended: OrdStatus | None = None
    resting: RestingOrder | None = None
    client_account: str = ""
    terms: OrderTerms | None = None
    """None for a plain order."""

    def status(self) -> OrdStatus:
        if self.ended is not None:
            return self.ended
        if self.leaves_qty == 0:
            return "filled"
        return "partially_filled" if self.cum_qty else "new"

    def frozen_amount(self) -> int:
        """What it holds frozen while it rests: fen for a buy, tonnes for a sale."""
        if self.side == "sell":
            return self.leaves_qty
        return (self.price or self.cover_px()) * self.leaves_qty

    def cover_px(self) -> int:
        return self.terms.cover_px if self.terms is not None else 0


def has_terms(command: NewOrder) -> bool:
    """Whether an order asks for more than a plain one."""
    return bool(
        command.expire_date
        or command.min_qty
        or command.display_qty
        or command.stop_px
        or command.exec_inst
    )


def terms_of(command: NewOrder) -> OrderTerms:
    return OrderTerms(
        command.expire_date,
        command.min_qty,
        command.display_qty,
        command.stop_px,
        command.exec_inst,
    )


def with_terms(report: ExecutionReport, terms: OrderTerms) -> ExecutionReport:
    """Return a report that also says what the order asks for beyond a plain one."""
    return replace(
        report,
        expire_date=terms.expire_date,
        min_qty=terms.min_qty,
        display_qty=terms.display_qty,
        stop_px=terms.stop_px,
        exec_inst=terms.exec_inst,
    )
