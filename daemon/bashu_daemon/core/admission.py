"""The last checks of an order, which only some members and instruments have.

What they admit is accepted, so that here it may be counted.
"""

from bashu_daemon.core import member_limits
from bashu_daemon.core.checks import Refusal
from bashu_daemon.core.directory import User
from bashu_daemon.core.holdings import check_purchase, check_sale
from bashu_daemon.core.state import Instrument, State
from bashu_daemon.core.tickets import Ticket
from bashu_protocol.messages import NewOrder, ReplaceOrder


def admit_order(
    state: State, user: User, instrument: Instrument, command: NewOrder
) -> Refusal | None:
    """Judge a new order that has passed all other checks."""
    qty = command.order_qty
    check = check_purchase if command.side == "buy" else check_sale
    refusal = check(user.member, instrument, qty)
    return refusal or member_limits.admit_order(state, user, instrument, command)


def admit_replacement(
    state: State, user: User, ticket: Ticket, command: ReplaceOrder
) -> Refusal | None:
    """Judge a replacement that has passed all other checks; what it had open counts no more."""
    added = command.order_qty - ticket.cum_qty - ticket.leaves_qty
    check = check_purchase if ticket.side == "buy" else check_sale
    refusal = None
    if added > 0:
        refusal = check(user.member, state.instruments[ticket.symbol], added)
    return refusal or member_limits.admit_replacement(state, user, ticket, command)
