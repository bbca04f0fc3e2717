"""Orders above their member's approval limit, which wait for a colleague.

A held order passed every check, but stands in no book and freezes nothing; it is checked again
when it is approved. It lapses at the close. Separate permissions of a member's operators:
market_rules.md 1.1, "Trading account"; the four eyes over a limit are the venue's own.
"""

from collections.abc import Callable
from typing import Final, Literal

from bashu_daemon.core.checks import Refusal
from bashu_daemon.core.directory import User
from bashu_daemon.core.execution import end
from bashu_daemon.core.member_limits import order_value
from bashu_daemon.core.state import Instrument, State
from bashu_daemon.core.tickets import Ticket
from bashu_protocol.messages import NewOrder
from bashu_protocol.reject_codes import RejectCode

MAX_HELD_ORDERS: Final = 200
"""Of one member."""


def needs_approval(user: User, instrument: Instrument, command: NewOrder) -> bool:
    """Whether an order is above the member's approval limits."""
    guard = user.member.guard
    if guard is None:
        return False
    limits = guard.limits
    if 0 < limits.approval_qty < command.order_qty:
        return True
    return 0 < limits.approval_value < order_value(user, instrument, command)


def check_room(user: User) -> Refusal | None:
    """Each queue has a limit."""
    if len(user.member.held_tickets) < MAX_HELD_ORDERS:
        return None
    return RejectCode.TOO_MANY_ORDERS, f"{MAX_HELD_ORDERS} orders of the member wait already."


def hold(state: State, ticket: Ticket) -> None:
    """Let an order wait for a colleague's approval."""
    ticket.ended = "pending_new"
    ticket.user.member.held_tickets[ticket.order_id] = ticket
    text = "The order waits for a colleague's approval."
    state.report_order(ticket, "pending_new", "pending_new", text)


def drop(
    state: State, ticket: Ticket, how: Literal["canceled", "expired"], text: str = "",
    cl_ord_id: str = "",
) -> None:  # fmt: skip
    """End an order that waits."""
    del ticket.user.member.held_tickets[ticket.order_id]
    end(state, ticket, how, text, cl_ord_id=cl_ord_id)


def withdraw_held(
    state: State,
    fits: Callable[[Ticket], bool],
    text: str,
    how: Literal["canceled", "expired"] = "canceled",
) -> int:
    """End the waiting orders that fit, oldest id first; return how many."""
    members = state.directory.members.values()
    held = [t for member in members for t in member.held_tickets.values() if fits(t)]
    for ticket in sorted(held, key=lambda ticket: ticket.order_id):
        drop(state, ticket, how, text)
    return len(held)
