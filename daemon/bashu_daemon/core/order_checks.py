"""Everything that can be wrong with a new order or a replacement.

A check changes nothing.
"""

from typing import Final

from bashu_daemon.core.checks import (
    MAX_OPEN_ORDERS,
    MAX_TURNOVER,
    Refusal,
    check_call_order,
    check_cancel,
    check_cash,
    check_entry,
    check_holding,
    check_open_orders,
    check_price,
    check_quantity,
    is_regular,
)
from bashu_daemon.core.clients import check_client
from bashu_daemon.core.directory import Member, User
from bashu_daemon.core.execution import market_bound, trade_group, within_reach
from bashu_daemon.core.features import check_features
from bashu_daemon.core.ledger import CASH
from bashu_daemon.core.matching import reach
from bashu_daemon.core.rejections import NOT_OPEN
from bashu_daemon.core.state import Instrument, State
from bashu_daemon.core.stops import check_replace_stop, check_stop_px
from bashu_daemon.core.tickets import Ticket
from bashu_daemon.core.volatility import within_collar
from bashu_protocol.messages import NewOrder, ReplaceOrder, Side
from bashu_protocol.reject_codes import RejectCode

_NOT_OWN: Final = (RejectCode.NOT_PERMITTED, "Only the user who placed the order may replace it.")
_BEYOND_COLLAR: Final = (
    RejectCode.BEYOND_COLLAR,
    "It could be filled as a whole only beyond the dynamic price collar.",
)
_NO_STOP_PX: Final = (RejectCode.INVALID_VALUE, "A stop or stop_limit order has a stop_px.")
_NO_EXPIRE_DATE: Final = (
    RejectCode.INVALID_TIME_IN_FORCE,
    "A good-till-date order has an expire_date.",
)
_MARKET_WAITS: Final = (
    RejectCode.INVALID_TIME_IN_FORCE,
    "A market order trades at once or not at all; it has no limit to wait with.",
)
_WOULD_TRADE: Final = (
    RejectCode.POST_ONLY_WOULD_TRADE,
    "The order is post-only and would trade at once.",
)
_NOT_WAITING: Final = (
    RejectCode.INVALID_VALUE,
    "The order does not wait for a stop price, so it has none to change.",
)
_NO_LIQUIDITY: Final = (RejectCode.NO_LIQUIDITY, "There is nothing to trade with.")


def check_order(user: User, instrument: Instrument, command: NewOrder) -> Refusal | None:
    """Find what is wrong with a new order for a known instrument."""
    if user.blocked is not None:
        return user.blocked
    member = user.member
    if command.client_account:
        refusal = check_client(member, command.client_account)
        if refusal is not None:
            return refusal
    qty = command.order_qty
    price = command.price
    time_in_force = command.time_in_force
    is_limit = command.ord_type == "limit"
    rules = instrument.rules
    # One step for most orders; what it lets through, no check of the whole list refuses.
    if not (
        is_limit
        and time_in_force in ("day", "ioc")
        and instrument.phase == "continuous"
        and instrument.statistics.turnover < MAX_TURNOVER
        and len(member.open_tickets) < MAX_OPEN_ORDERS
        and is_regular(qty, price, rules, instrument.limit_up, instrument.limit_down)
    ):
        refusal = check_terms(member, instrument, command)
        if refusal is not None:
            return refusal
    cost = price * qty
    if not is_limit or time_in_force == "fok":
        refusal, cost = _check_reach(user, instrument, command)
        if refusal is not None:
            return refusal
    if command.side == "buy":
        cash = member.accounts[CASH].available
        return check_cash(cash, cost) if cost > cash else None
    holding = member.accounts[rules.symbol]
    if qty <= holding.available:
        return None
    return check_holding(holding.available, holding.bought_today, qty)


def check_terms(member: Member, instrument: Instrument, command: NewOrder) -> Refusal | None:
    """Find what is wrong with what an order asks for, whatever its account holds."""
    qty, time_in_force = command.order_qty, command.time_in_force
    rules, phase = instrument.rules, instrument.phase
    refusal = check_entry(phase, instrument.statistics.turnover) or check_quantity(qty, rules)
    if command.ord_type == "limit":
        up, down = instrument.limit_up, instrument.limit_down
        refusal = refusal or check_price(command.price, rules, up, down)
        if refusal is None and time_in_force in ("day", "gtd"):
            refusal = check_open_orders(len(member.open_tickets))
        if refusal is None and time_in_force == "gtd" and not command.expire_date:
            refusal = _NO_EXPIRE_DATE
    elif refusal is None and command.ord_type != "market":
        refusal = _NO_STOP_PX
    elif refusal is None and time_in_force == "gtd":
        refusal = _MARKET_WAITS
    if refusal is None and phase != "continuous":
        refusal = check_call_order(command.ord_type, time_in_force)
    return refusal


def _check_reach(
    user: User, instrument: Instrument, command: NewOrder
) -> tuple[Refusal | None, int]:
    """Refuse what cannot trade as asked; else return the exact cost in fen of what it reaches."""
    limit = command.price
    is_market = command.ord_type == "market"
    side = instrument.book.opposite(command.side)
    if is_market:
        limit = market_bound(instrument, side, command.side == "buy")
    if is_market and not (side.live and side.live[-1] >= limit * side.sign):
        return _NO_LIQUIDITY, 0
    rules = instrument.rules
    if rules.reach_levels:
        limit = within_reach(side, limit, rules.reach_levels)
    prevention = rules.self_trade_prevention
    qty, owner = (
        command.order_qty,
        trade_group(instrument, user.member, user.member.owner_for(command.client_account)),
    )
    collar = within_collar(instrument, command.side == "buy", limit)
    reached, cost = reach(side, collar, qty, owner, prevention)
    if command.time_in_force == "fok" and reached < qty:
        if collar != limit and reach(side, limit, qty, owner, prevention)[0] == qty:
            return _BEYOND_COLLAR, 0
        text = f"Only {reached} t of {command.order_qty} t could trade at once."
        return (RejectCode.FOK_NOT_FILLED, text), 0
    if reached < command.min_qty:
        text = f"Only {reached} t could trade at once; at least {command.min_qty} t must."
        return (RejectCode.MIN_QTY_NOT_MET, text), 0
    return None, cost


def check_special(
    state: State, user: User, instrument: Instrument, command: NewOrder
) -> Refusal | None:
    """Find what is wrong with a new order that has more than a plain one."""
    refusal = user.blocked or check_features(state, instrument, command)
    if refusal is not None:
        return refusal
    if command.stop_px:
        return _check_stop_entry(user, instrument, command)
    refusal = check_order(user, instrument, command)
    if refusal is None and command.exec_inst and _crosses(instrument, command.side, command.price):
        refusal = _WOULD_TRADE
    if refusal is None and command.min_qty:
        refusal, _ = _check_reach(user, instrument, command)
    return refusal


def _check_stop_entry(user: User, instrument: Instrument, command: NewOrder) -> Refusal | None:
    member, rules = user.member, instrument.rules
    qty, price = command.order_qty, command.price
    up, down = instrument.limit_up, instrument.limit_down
    refusal = (
        check_client(member, command.client_account)
        or check_entry(instrument.phase, instrument.statistics.turnover)
        or check_quantity(qty, rules)
    )
    if refusal is None and command.ord_type == "stop_limit":
        refusal = check_price(price, rules, up, down)
    refusal = (
        refusal
        or check_stop_px(instrument, command.side, command.stop_px)
        or check_open_orders(len(member.open_tickets))
    )
    if refusal is not None:
        return refusal
    if command.side == "buy":
        return check_cash(member.accounts[CASH].available, (price or up) * qty)
    holding = member.accounts[rules.symbol]
    return check_holding(holding.available, holding.bought_today, qty)


def _crosses(instrument: Instrument, order_side: Side, price: int) -> bool:
    side = instrument.book.opposite(order_side)
    return bool(side.live) and side.live[-1] >= price * side.sign


def check_replace(
    state: State, user: User, ticket: Ticket, command: ReplaceOrder
) -> Refusal | None:
    """Find what is wrong with changing a known ticket."""
    if ticket.resting is None:
        return NOT_OPEN
    if ticket.user is not user:
        return _NOT_OWN
    if user.blocked is not None:
        return user.blocked
    instrument = state.instruments[ticket.symbol]
    rules = instrument.rules
    refusal = (
        check_client(user.member, ticket.client_account)
        or check_cancel(instrument.phase)
        or check_entry(instrument.phase, instrument.statistics.turnover)
    )
    terms = ticket.terms
    if refusal is None and terms is not None:
        if terms.waiting:
            return check_replace_stop(instrument, ticket, command)
        if terms.exec_inst and _crosses(instrument, ticket.side, command.price):
            refusal = _WOULD_TRADE
    if refusal is None and command.stop_px:
        refusal = _NOT_WAITING
    refusal = (
        refusal
        or check_quantity(command.order_qty, rules)
        or check_price(command.price, rules, instrument.limit_up, instrument.limit_down)
    )
    if refusal is not None:
        return refusal
    leaves_qty = command.order_qty - ticket.cum_qty
    if leaves_qty <= 0:
        return RejectCode.INVALID_QTY, f"{ticket.cum_qty} t are filled; the new total must be more."
    if ticket.side == "buy":
        return check_cash(
            ticket.cash.available + ticket.frozen_amount(), command.price * leaves_qty
        )
    holding = ticket.holding
    tradable = holding.available + ticket.leaves_qty
    return check_holding(tradable, holding.bought_today, leaves_qty)
