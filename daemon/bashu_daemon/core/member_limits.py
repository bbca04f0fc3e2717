"""Fat-finger limits of one member, and the check for duplicates.

The venue's own protections (issue 4; ICE has the like, market_rules.md 7): none is set at first.
Each is the last check of an order, so what it admits is accepted and counted.
"""

from bashu_daemon.core.checks import Refusal
from bashu_daemon.core.directory import Member, User
from bashu_daemon.core.execution import market_bound, trade_group, within_reach
from bashu_daemon.core.guard import MemberGuard, OrderKey
from bashu_daemon.core.matching import reach
from bashu_daemon.core.rejections import refuse, unknown_member
from bashu_daemon.core.state import Instrument, State
from bashu_daemon.core.tickets import Receipt, Ticket
from bashu_protocol.messages import MemberLimits, NewOrder, ReplaceOrder, SetMemberLimits
from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.units import format_money, format_price

_BASIS = 10_000


def set_member_limits(state: State, user: User, command: SetMemberLimits) -> Receipt:
    """Replace a member's limits; what was counted begins anew. Resting orders stay."""
    member = state.directory.members.get(command.member)
    if member is None:
        return refuse(state, user, command, unknown_member(command.member))
    limits = command.limits
    member.guard = None if limits == MemberLimits() else MemberGuard(limits)
    state.report_command(user, command)
    return Receipt(command, None, accepted=True)


def admit_order(
    state: State, user: User, instrument: Instrument, command: NewOrder
) -> Refusal | None:
    """Judge a new order by its member's limits, after all other checks; count it if it passes."""
    guard = user.member.guard
    if guard is None:
        return None
    is_market = command.ord_type == "market"
    price = 0 if is_market else command.price or command.stop_px
    qty = command.order_qty
    value = order_value(user, instrument, command)
    key = (command.symbol, str(command.side), price, qty, command.client_account)
    refusal = (
        _check_size(guard.limits, qty, value)
        or (None if is_market else _check_deviation(guard.limits, instrument, price))
        or _check_open_value(guard.limits, user.member, value)
        or _check_duplicate(guard, user, key, state.now_ns)
        or _check_rate(guard, state.now_ns)
    )
    if refusal is None:
        guard.count(state.now_ns)
        guard.remember(user.user, key, state.now_ns)
    return refusal


def admit_replacement(
    state: State, user: User, ticket: Ticket, command: ReplaceOrder
) -> Refusal | None:
    """Judge a replacement like a new order; it cannot be a duplicate. Its old value is not open."""
    guard = user.member.guard
    if guard is None:
        return None
    limits = guard.limits
    leaves_qty = command.order_qty - ticket.cum_qty
    price = command.price or command.stop_px or _limit_or_stop_px(ticket)
    value = price * leaves_qty
    refusal = (
        _check_size(limits, command.order_qty, value)
        or _check_deviation(limits, state.instruments[ticket.symbol], price)
        or _check_open_value(limits, user.member, value - _open_value(ticket))
        or _check_approval(limits, command.order_qty, value)
        or _check_rate(guard, state.now_ns)
    )
    if refusal is None:
        guard.count(state.now_ns)
    return refusal


def order_value(user: User, instrument: Instrument, command: NewOrder) -> int:
    """Return what an order is worth in fen: a market order what it would trade for at once."""
    if command.ord_type != "market":
        return (command.price or command.stop_px) * command.order_qty
    rules = instrument.rules
    side = instrument.book.opposite(command.side)
    limit = market_bound(instrument, side, command.side == "buy")
    if rules.reach_levels:
        limit = within_reach(side, limit, rules.reach_levels)
    group = trade_group(instrument, user.member, user.member.owner_for(command.client_account))
    return reach(side, limit, command.order_qty, group, rules.self_trade_prevention)[1]


def _check_size(limits: MemberLimits, qty: int, value: int) -> Refusal | None:
    if 0 < limits.max_order_qty < qty:
        text = f"The member's largest order is {limits.max_order_qty} t."
        return RejectCode.MEMBER_QTY_LIMIT, text
    if 0 < limits.max_order_value < value:
        text = f"The member's largest order is worth {format_money(limits.max_order_value)} CNY."
        return RejectCode.MEMBER_VALUE_LIMIT, text
    return None


def _check_approval(limits: MemberLimits, qty: int, value: int) -> Refusal | None:
    """A replacement cannot wait; above the approval limits the order is to be placed anew."""
    if 0 < limits.approval_qty < qty or 0 < limits.approval_value < value:
        text = "Above the member's approval limit: withdraw the order and place another."
        return RejectCode.APPROVAL_REQUIRED, text
    return None


def _check_deviation(limits: MemberLimits, instrument: Instrument, price: int) -> Refusal | None:
    bound = limits.max_price_deviation_bps
    base = instrument.statistics.last or instrument.day_reference
    if bound and abs(price - base) * _BASIS > bound * base:
        text = f"The price is more than {bound} bp away from {format_price(base)}."
        return RejectCode.MEMBER_PRICE_LIMIT, text
    return None


def _check_open_value(limits: MemberLimits, member: Member, added: int) -> Refusal | None:
    bound = limits.max_open_value
    if not bound:
        return None
    value = added + sum(_open_value(t) for t in member.open_tickets.values())
    if value > bound:
        text = f"The member's open orders may be worth {format_money(bound)} CNY in all."
        return RejectCode.MEMBER_OPEN_VALUE_LIMIT, text
    return None


def _limit_or_stop_px(ticket: Ticket) -> int:
    """Return the price in fen that a resting order counts at: a stop order's without a limit."""
    return ticket.price or (ticket.terms.stop_px if ticket.terms is not None else 0)


def _open_value(ticket: Ticket) -> int:
    return _limit_or_stop_px(ticket) * ticket.leaves_qty


def _check_duplicate(guard: MemberGuard, user: User, key: OrderKey, now_ns: int) -> Refusal | None:
    if guard.is_duplicate(user.user, key, now_ns):
        window = guard.limits.duplicate_window_ms
        return RejectCode.DUPLICATE_ORDER, f"You placed the same order within {window} ms."
    return None


def _check_rate(guard: MemberGuard, now_ns: int) -> Refusal | None:
    if guard.is_too_fast(now_ns):
        limit = guard.limits.max_orders_per_second
        return RejectCode.MEMBER_RATE_LIMIT, f"The member may place {limit} orders a second."
    return None
