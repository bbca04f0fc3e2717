"""Placing and replacing orders.

Every check comes before the first change, so that a refused command leaves no trace but its own
report. An incoming order is covered out of available balances and trades out of them; only what
rests is frozen. A trade happens at the resting order's price, so nothing frozen ever has to be
given back for a better price.
"""

from typing import Final

from bashu_daemon.core.admission import admit_order, admit_replacement
from bashu_daemon.core.cancels import find_ticket
from bashu_daemon.core.directory import User
from bashu_daemon.core.execution import execute, shrink, take_out
from bashu_daemon.core.held_orders import check_room, hold, needs_approval
from bashu_daemon.core.ledger import CASH
from bashu_daemon.core.order_checks import check_order, check_replace, check_special
from bashu_daemon.core.rejections import UNKNOWN_ORDER, refuse, unknown_symbol
from bashu_daemon.core.state import State
from bashu_daemon.core.stops import run_stops, wait
from bashu_daemon.core.tickets import Receipt, Ticket, terms_of
from bashu_protocol.messages import NewOrder, ReplaceOrder
from bashu_protocol.reject_codes import RejectCode

_CANNOT_WAIT: Final = (
    RejectCode.APPROVAL_REQUIRED,
    "Above the member's approval limit; an order with conditions cannot wait.",
)


def place_order(state: State, user: User, command: NewOrder) -> Receipt:
    """Take a new order, match it, and let a day order's remainder rest."""
    instrument = state.instruments.get(command.symbol)
    if instrument is None:
        return refuse(state, user, command, unknown_symbol(command.symbol))
    member = user.member
    is_held = is_special = False
    # Written out here and not asked of a function: every plain order passes.
    if (
        command.expire_date
        or command.min_qty
        or command.display_qty
        or command.stop_px
        or command.exec_inst
    ):
        is_special = True
        refusal = check_special(state, user, instrument, command)
    else:
        refusal = check_order(user, instrument, command)
    if refusal is None and (member.guard is not None or instrument.holding_rules is not None):
        is_held = needs_approval(user, instrument, command)
        if is_held:
            refusal = _CANNOT_WAIT if is_special else check_room(user)
        if refusal is None:
            refusal = admit_order(state, user, instrument, command)
    if refusal is not None:
        return refuse(state, user, command, refusal)
    symbol = instrument.rules.symbol  # one string for all tickets, not one a command
    is_market = command.ord_type == "market"
    time_in_force = command.time_in_force
    accounts = member.accounts
    state.order_id += 1
    ticket = Ticket(
        state.order_id,
        user,
        command.cl_ord_id,
        symbol,
        command.side,
        0 if is_market else command.price,
        command.order_qty,
        command.order_qty,
        command.ord_type,
        "ioc" if is_market and time_in_force == "day" else time_in_force,
        state.now_ns,
        accounts[CASH],
        accounts[symbol],
        member.owner,
    )
    if command.client_account:
        ticket.client_account = command.client_account
        ticket.owner = member.owner_for(command.client_account)
    if is_special:
        ticket.terms = terms_of(command)
    if is_held:
        hold(state, ticket)
        return Receipt(command, ticket, accepted=True)
    state.report_order(ticket, "new", "new")
    if is_special and command.stop_px:
        wait(instrument, ticket)
        return Receipt(command, ticket, accepted=True)
    execute(state, instrument, ticket)
    if instrument.stops is not None:
        run_stops(state, instrument)
    return Receipt(command, ticket, accepted=True)


def replace_order(state: State, user: User, command: ReplaceOrder) -> Receipt:
    """Change an order's price and total quantity.

    It keeps its place only where the price stays and the quantity falls; otherwise it goes to the
    end of its queue, and trades first if the new price crosses.
    """
    ticket = find_ticket(user, command.orig_cl_ord_id)
    if ticket is None:
        return refuse(state, user, command, UNKNOWN_ORDER)
    instrument = state.instruments[ticket.symbol]
    refusal = check_replace(state, user, ticket, command)
    if refusal is None and (user.member.guard is not None or instrument.holding_rules is not None):
        refusal = admit_replacement(state, user, ticket, command)
    if refusal is not None:
        return refuse(state, user, command, refusal, ticket)
    previous_id = ticket.cl_ord_id
    leaves_qty = command.order_qty - ticket.cum_qty
    terms = ticket.terms
    is_waiting = terms is not None and terms.waiting
    keeps_place = (
        command.price == ticket.price and leaves_qty < ticket.leaves_qty and not is_waiting
    )
    if keeps_place:
        shrink(instrument, ticket, leaves_qty)
    else:
        take_out(instrument, ticket)
        ticket.price = command.price
        ticket.leaves_qty = leaves_qty
        if terms is not None and command.stop_px:
            terms.touched = terms.touched and command.stop_px == terms.stop_px
            terms.stop_px = command.stop_px
    ticket.order_qty = command.order_qty
    ticket.cl_ord_id = command.cl_ord_id
    ticket.transact_time = state.now_ns
    state.report_order(ticket, "replaced", ticket.status(), orig_cl_ord_id=previous_id)
    if is_waiting:
        wait(instrument, ticket)
    elif not keeps_place:
        execute(state, instrument, ticket)
        if instrument.stops is not None:
            run_stops(state, instrument)
    return Receipt(command, ticket, accepted=True)
