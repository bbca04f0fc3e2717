"""How a refused command is reported: nothing but the report numbers changes."""

from typing import Final

from bashu_daemon.core.checks import Refusal
from bashu_daemon.core.directory import User
from bashu_daemon.core.state import State
from bashu_daemon.core.tickets import Receipt, Ticket, has_terms, terms_of, with_terms
from bashu_protocol.messages import (
    CancelOrder,
    ExecutionReport,
    NewOrder,
    PickOrder,
    ReplaceOrder,
    StateCommand,
)
from bashu_protocol.reject_codes import RejectCode

UNKNOWN_ORDER: Final = (RejectCode.UNKNOWN_ORDER, "There is no such order.")
NOT_OPEN: Final = (RejectCode.ORDER_NOT_OPEN, "The order is not open any more.")


def refuse(
    state: State,
    user: User,
    command: StateCommand,
    refusal: Refusal,
    ticket: Ticket | None = None,
) -> Receipt:
    """Report a refusal and return the receipt of a command that was not accepted.

    `ticket` is of the order that the command referred to; the report carries its real state.
    """
    if isinstance(command, NewOrder | CancelOrder | ReplaceOrder | PickOrder):
        if ticket is not None:
            _refuse_with_ticket(state, user, command, refusal, ticket)
        else:
            _refuse_without_ticket(state, user, command, refusal)
    else:
        reject_code, text = refusal
        state.report_command(user, command, reject_code=reject_code, text=text)
    return Receipt(command, ticket, accepted=False)


def refuse_repeated(state: State, user: User, command: StateCommand, first: Receipt) -> None:
    """Answer a `cl_ord_id` that was seen before today; a repeated command is told its outcome."""
    ticket = first.ticket
    if first.command == command:
        outcome = "accepted" if first.accepted else "refused"
        text = f"The command was received before and {outcome}."
        refuse(state, user, command, (RejectCode.ALREADY_RECEIVED, text), ticket)
    else:
        text = "The cl_ord_id was used before today by another command."
        refuse(state, user, command, (RejectCode.DUPLICATE_CL_ORD_ID, text), ticket)


_OrderRequest = NewOrder | CancelOrder | ReplaceOrder | PickOrder


def _original_id(command: _OrderRequest) -> str:
    return "" if isinstance(command, NewOrder | PickOrder) else command.orig_cl_ord_id


def _refuse_with_ticket(
    state: State,
    user: User,
    command: _OrderRequest,
    refusal: Refusal,
    ticket: Ticket,
) -> None:
    user.rpt_seq += 1
    reject_code, text = refusal
    report = ExecutionReport(
        user.rpt_seq,
        state.seq,
        state.now_ns,
        command.cl_ord_id,
        ticket.order_id,
        "rejected",
        ticket.status(),
        ticket.symbol,
        ticket.side,
        ticket.price,
        ticket.order_qty,
        ticket.leaves_qty,
        ticket.cum_qty,
        reject_code=reject_code,
        text=text,
        orig_cl_ord_id=_original_id(command),
        ord_type=ticket.ord_type,
        time_in_force=ticket.time_in_force,
        client_account=ticket.client_account,
    )
    if ticket.terms is not None:
        report = with_terms(report, ticket.terms)
    state.send_report(user, ticket.owner, report)


def _refuse_without_ticket(
    state: State,
    user: User,
    command: _OrderRequest,
    refusal: Refusal,
) -> None:
    user.rpt_seq += 1
    reject_code, text = refusal
    new_order = command if isinstance(command, NewOrder) else None
    client_account = new_order.client_account if new_order else ""
    report = ExecutionReport(
        user.rpt_seq,
        state.seq,
        state.now_ns,
        command.cl_ord_id,
        0,
        "rejected",
        "rejected" if isinstance(command, NewOrder | PickOrder) else "unknown",
        new_order.symbol if new_order else "",
        new_order.side if new_order else "",
        0 if isinstance(command, CancelOrder | PickOrder) else command.price,
        0 if isinstance(command, CancelOrder) else command.order_qty,
        0,
        0,
        reject_code=reject_code,
        text=text,
        orig_cl_ord_id=_original_id(command),
        ord_type=new_order.ord_type if new_order else "limit",
        time_in_force=new_order.time_in_force if new_order else "day",
        client_account=client_account,
    )
    if new_order is not None and has_terms(new_order):
        report = with_terms(report, terms_of(new_order))
    state.send_report(user, user.member.owner_for(client_account), report)


def unknown_symbol(symbol: str) -> Refusal:
    return RejectCode.UNKNOWN_SYMBOL, f"There is no instrument {symbol}."


def unknown_member(member: str) -> Refusal:
    return RejectCode.UNKNOWN_MEMBER, f"There is no member {member}."
