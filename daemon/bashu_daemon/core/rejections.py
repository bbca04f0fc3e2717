"""How a refused command is reported: nothing but the report numbers changes."""

from bashu_daemon.core.checks import Refusal
from bashu_daemon.core.directory import LiveOrder, Receipt, User
from bashu_daemon.core.state import State
from bashu_protocol.messages import (
    CancelOrder,
    ExecutionReport,
    NewOrder,
    ReplaceOrder,
    StateCommand,
)
from bashu_protocol.reject_codes import RejectCode


def refuse(
    state: State,
    user: User,
    command: StateCommand,
    refusal: Refusal,
    order: LiveOrder | None = None,
) -> Receipt:
    """Report a refusal and return the receipt of a command that was not accepted.

    `order` is the order that the command referred to; the report carries its real state.
    """
    if isinstance(command, NewOrder | CancelOrder | ReplaceOrder):
        if order is not None:
            _refuse_about_order(state, user, command, refusal, order)
        else:
            _refuse_without_order(state, user, command, refusal)
    else:
        reject_code, text = refusal
        state.report_command(user, command, reject_code=reject_code, text=text)
    return Receipt(command, order, accepted=False)


def refuse_repeated(state: State, user: User, command: StateCommand, first: Receipt) -> None:
    """Answer a `cl_ord_id` that was seen before today; a repeated command is told its outcome."""
    order = first.order
    if first.command == command:
        outcome = "accepted" if first.accepted else "refused"
        text = f"The command was received before and {outcome}."
        refuse(state, user, command, (RejectCode.ALREADY_RECEIVED, text), order)
    else:
        text = "The cl_ord_id was used before today by another command."
        refuse(state, user, command, (RejectCode.DUPLICATE_CL_ORD_ID, text), order)


def _original_id(command: NewOrder | CancelOrder | ReplaceOrder) -> str:
    return "" if isinstance(command, NewOrder) else command.orig_cl_ord_id


def _refuse_about_order(
    state: State,
    user: User,
    command: NewOrder | CancelOrder | ReplaceOrder,
    refusal: Refusal,
    order: LiveOrder,
) -> None:
    user.rpt_seq += 1
    reject_code, text = refusal
    report = ExecutionReport(
        user.rpt_seq,
        state.seq,
        state.now_ns,
        command.cl_ord_id,
        order.order_id,
        "rejected",
        order.status(),
        order.symbol,
        order.side,
        order.price,
        order.order_qty,
        order.leaves_qty,
        order.cum_qty,
        reject_code=reject_code,
        text=text,
        orig_cl_ord_id=_original_id(command),
        ord_type=order.ord_type,
        time_in_force=order.time_in_force,
    )
    state.report_rejection(user, report)


def _refuse_without_order(
    state: State,
    user: User,
    command: NewOrder | CancelOrder | ReplaceOrder,
    refusal: Refusal,
) -> None:
    user.rpt_seq += 1
    reject_code, text = refusal
    new_order = command if isinstance(command, NewOrder) else None
    report = ExecutionReport(
        user.rpt_seq,
        state.seq,
        state.now_ns,
        command.cl_ord_id,
        0,
        "rejected",
        "rejected" if new_order else "unknown",
        new_order.symbol if new_order else "",
        new_order.side if new_order else "",
        0 if isinstance(command, CancelOrder) else command.price,
        0 if isinstance(command, CancelOrder) else command.order_qty,
        0,
        0,
        reject_code=reject_code,
        text=text,
        orig_cl_ord_id=_original_id(command),
        ord_type=new_order.ord_type if new_order else "limit",
        time_in_force=new_order.time_in_force if new_order else "day",
    )
    state.report_rejection(user, report)


def unknown_symbol(symbol: str) -> Refusal:
    return RejectCode.UNKNOWN_SYMBOL, f"There is no instrument {symbol}."


def unknown_member(member: str) -> Refusal:
    return RejectCode.UNKNOWN_MEMBER, f"There is no member {member}."
