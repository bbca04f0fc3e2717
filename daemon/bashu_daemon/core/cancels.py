"""How users find their orders again and withdraw them, with what else of theirs could trade."""

from typing import Final

from bashu_daemon.core.access import may_withdraw
from bashu_daemon.core.checks import check_cancel
from bashu_daemon.core.directory import User
from bashu_daemon.core.execution import end, take_out, withdraw
from bashu_daemon.core.held_orders import drop, withdraw_held
from bashu_daemon.core.rejections import NOT_OPEN, UNKNOWN_ORDER, refuse, unknown_symbol
from bashu_daemon.core.standing import withdraw_standing
from bashu_daemon.core.state import State
from bashu_daemon.core.tickets import Receipt, Ticket
from bashu_protocol.messages import CancelOrder, MassCancel
from bashu_protocol.reject_codes import RejectCode

_MAY_NOT_WITHDRAW: Final = (
    RejectCode.NOT_PERMITTED,
    "You may not withdraw the orders of your colleagues.",
)


def cancel_order(state: State, user: User, command: CancelOrder) -> Receipt:
    """Withdraw an order of the user, or of another user of the same member."""
    ticket = find_ticket(user, command.orig_cl_ord_id)
    if ticket is None:
        return refuse(state, user, command, UNKNOWN_ORDER)
    if ticket.resting is None:
        if ticket.user is not user or ticket.order_id not in user.member.held_tickets:
            return refuse(state, user, command, NOT_OPEN, ticket)
        drop(state, ticket, "canceled", cl_ord_id=command.cl_ord_id)
        return Receipt(command, ticket, accepted=True)
    if ticket.user is not user and not may_withdraw(user):
        return refuse(state, user, command, _MAY_NOT_WITHDRAW, ticket)
    instrument = state.instruments[ticket.symbol]
    if instrument.phase != "continuous":
        refusal = check_cancel(instrument.phase)
        if refusal is not None:
            return refuse(state, user, command, refusal, ticket)
    take_out(instrument, ticket)
    if ticket.user is user:
        end(state, ticket, "canceled", cl_ord_id=command.cl_ord_id)
    else:
        end(state, ticket, "canceled", f"Withdrawn by {user.user} of the same member.")
        state.report_command(user, command, affected=1, symbol=ticket.symbol)
    return Receipt(command, ticket, accepted=True)


def mass_cancel(state: State, user: User, command: MassCancel) -> Receipt:
    """Withdraw all orders of the user or its member, or those in one symbol, oldest id first.

    Without a symbol, those stay that cannot be cancelled in the phase of their instrument. Blocks
    that they began and sealed bids are withdrawn as well: these, too, could still trade.
    """
    is_own = command.scope == "user"
    if not is_own and "risk" not in user.permissions:
        return refuse(state, user, command, _MAY_NOT_WITHDRAW)
    symbol = command.symbol
    if symbol:
        instrument = state.instruments.get(symbol)
        if instrument is None:
            return refuse(state, user, command, unknown_symbol(symbol))
        refusal = check_cancel(instrument.phase)
        if refusal is not None:
            return refuse(state, user, command, refusal)
    live = user.live_tickets() if is_own else user.member.live_tickets()
    tickets = [
        ticket
        for ticket in live
        if symbol in ("", ticket.symbol)
        and check_cancel(state.instruments[ticket.symbol].phase) is None
    ]
    for ticket in tickets:
        withdraw(state, ticket, "canceled", "Withdrawn by a mass cancel.")
    affected = len(tickets) + withdraw_held(
        state,
        lambda t: (
            t.user.member is user.member
            and (not is_own or t.user is user)
            and symbol in ("", t.symbol)
        ),
        "Withdrawn by a mass cancel.",
    )
    affected += withdraw_standing(
        state,
        lambda owner, traded: (
            (owner is user if is_own else owner.member is user.member) and symbol in ("", traded)
        ),
        "Withdrawn by a mass cancel.",
    )
    state.report_command(user, command, affected=affected, symbol=symbol)
    return Receipt(command, None, accepted=True)


def find_ticket(user: User, cl_ord_id: str) -> Ticket | None:
    """Return the order that bears or bore an id: the user's own, else a colleague's live one.

    Every id of a replaced order still leads to it, and so does that of its cancel. Another
    member's order is not found, so that its existence is not revealed.
    """
    ticket = user.memory.ticket(cl_ord_id)
    if ticket is not None:
        return ticket
    for colleague in user.member.users:
        ticket = colleague.memory.ticket(cl_ord_id)
        if ticket is not None and ticket.resting is not None:
            return ticket
    return None
