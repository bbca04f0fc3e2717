"""Approving and declining a colleague's held order (`held_orders` says what one is)."""

from typing import Final

from bashu_daemon.core.access import stop_reason
from bashu_daemon.core.checks import Refusal
from bashu_daemon.core.directory import User
from bashu_daemon.core.execution import execute
from bashu_daemon.core.held_orders import drop
from bashu_daemon.core.holdings import check_purchase, check_sale
from bashu_daemon.core.order_checks import check_order
from bashu_daemon.core.rejections import refuse
from bashu_daemon.core.state import State
from bashu_daemon.core.stops import run_stops
from bashu_daemon.core.tickets import Receipt, Ticket
from bashu_protocol.messages import ApproveOrder, DeclineOrder, NewOrder
from bashu_protocol.reject_codes import RejectCode

_UNKNOWN: Final = (RejectCode.UNKNOWN_ORDER, "No such order of your member waits.")
_FOUR_EYES: Final = (RejectCode.FOUR_EYES, "A colleague has to approve the order.")
_MAY_NOT: Final = (RejectCode.NOT_PERMITTED, "You may not approve orders.")


def approve_order(state: State, user: User, command: ApproveOrder) -> Receipt:
    """Check a held order again and let it trade and rest; it came when it is approved."""
    ticket = user.member.held_tickets.get(command.order_id)
    if ticket is None:
        return refuse(state, user, command, _UNKNOWN)
    refusal = _check_approval(state, user, ticket)
    if refusal is not None:
        return refuse(state, user, command, refusal)
    del user.member.held_tickets[ticket.order_id]
    ticket.ended = None
    ticket.transact_time = state.now_ns
    state.report_order(ticket, "new", "new")
    instrument = state.instruments[ticket.symbol]
    execute(state, instrument, ticket)
    if instrument.stops is not None:
        run_stops(state, instrument)
    state.report_command(user, command, affected=1, symbol=ticket.symbol)
    return Receipt(command, None, accepted=True)


def _check_approval(state: State, user: User, ticket: Ticket) -> Refusal | None:
    """The member's own limits were judged when the order came; all else is judged anew."""
    if "approve" not in user.permissions:
        return _MAY_NOT
    if ticket.user is user:
        return _FOUR_EYES
    stopped = stop_reason(state, user)
    if stopped is not None:
        return stopped
    order = ticket.user.memory[ticket.cl_ord_id].command
    assert isinstance(order, NewOrder)
    instrument = state.instruments[ticket.symbol]
    check = check_purchase if ticket.side == "buy" else check_sale
    return check_order(ticket.user, instrument, order) or check(
        user.member, instrument, ticket.order_qty
    )


def decline_order(state: State, user: User, command: DeclineOrder) -> Receipt:
    """End a held order."""
    ticket = user.member.held_tickets.get(command.order_id)
    if ticket is None:
        return refuse(state, user, command, _UNKNOWN)
    if ticket.user is not user and "approve" not in user.permissions:
        return refuse(state, user, command, _MAY_NOT)
    drop(state, ticket, "canceled", f"Declined by {user.user}.")
    state.report_command(user, command, affected=1, symbol=ticket.symbol)
    return Receipt(command, None, accepted=True)
