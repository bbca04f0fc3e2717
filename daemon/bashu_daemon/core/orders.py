"""What traders do: place, replace and cancel orders.

Every check comes before the first change, so that a refused command leaves no trace but its own
report. An incoming order is covered out of available balances and trades out of them; only what
rests is frozen. A trade happens at the resting order's price, so nothing frozen ever has to be
given back for a better price.
"""

from typing import Final

from bashu_daemon.core.access import may_withdraw
from bashu_daemon.core.admission import admit_order, admit_replacement
from bashu_daemon.core.checks import (
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
from bashu_daemon.core.directory import User
from bashu_daemon.core.execution import (
    end,
    execute,
    market_bound,
    shrink,
    take_out,
    trade_group,
    withdraw,
    within_reach,
)
from bashu_daemon.core.features import check_features, terms_of
from bashu_daemon.core.held_orders import check_room, drop, hold, needs_approval, withdraw_held
from bashu_daemon.core.ledger import CASH
from bashu_daemon.core.matching import reach
from bashu_daemon.core.rejections import refuse, unknown_symbol
from bashu_daemon.core.standing import withdraw_standing
from bashu_daemon.core.state import Instrument, State
from bashu_daemon.core.stops import (
    check_replace_stop,
    check_stop_px,
    run_stops,
    wait,
)
from bashu_daemon.core.tickets import Receipt, Ticket
from bashu_daemon.core.volatility import within_collar
from bashu_protocol.messages import CancelOrder, MassCancel, NewOrder, ReplaceOrder, Side
from bashu_protocol.reject_codes import RejectCode

_UNKNOWN_ORDER: Final = (RejectCode.UNKNOWN_ORDER, "There is no such order.")
_NOT_OPEN: Final = (RejectCode.ORDER_NOT_OPEN, "The order is not open any more.")
_NOT_OWN: Final = (RejectCode.NOT_PERMITTED, "Only the user who placed the order may replace it.")
_MAY_NOT_WITHDRAW: Final = (
    RejectCode.NOT_PERMITTED,
    "You may not withdraw the orders of your colleagues.",
)
_CANNOT_WAIT: Final = (
    RejectCode.APPROVAL_REQUIRED,
    "Above the member's approval limit; an order with conditions cannot wait.",
)
_BEYOND_COLLAR: Final = (
    RejectCode.BEYOND_COLLAR,
    "It could be filled as a whole only beyond the dynamic price collar.",
)
_NO_STOP_PX: Final = (RejectCode.INVALID_VALUE, "A stop or stop_limit order has a stop_px.")
_NO_EXPIRE_DATE: Final = (
    RejectCode.INVALID_TIME_IN_FORCE,
    "A good-till-date order has an expire_date.",
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


def place_order(state: State, user: User, command: NewOrder) -> Receipt:
    """Take a new order, match it, and let a day order's remainder rest."""
    instrument = state.instruments.get(command.symbol)
    if instrument is None:
        return refuse(state, user, command, unknown_symbol(command.symbol))
    is_held = is_special = False
    if (
        command.expire_date
        or command.min_qty
        or command.display_qty
        or command.stop_px
        or command.exec_inst
    ):
        is_special = True
        refusal = _check_special(state, user, instrument, command)
    else:
        refusal = check_order(user, instrument, command)
    if refusal is None and (user.member.guard is not None or instrument.holding_rules is not None):
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
    accounts = user.member.accounts
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
        user.member.owner,
    )
    if command.client_account:
        ticket.client_account = command.client_account
        ticket.owner = user.member.owner_for(command.client_account)
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
    phase = instrument.phase
    refusal = check_entry(phase, instrument.statistics.turnover)
    if refusal is None:
        up, down = instrument.limit_up, instrument.limit_down
        if not is_limit:
            refusal = check_quantity(qty, rules)
            if command.ord_type != "market":
                refusal = _NO_STOP_PX
        elif not is_regular(qty, price, rules, up, down):
            refusal = check_quantity(qty, rules) or check_price(price, rules, up, down)
            assert refusal is not None, "the checks disagree"
        elif time_in_force == "day":
            refusal = check_open_orders(len(member.open_tickets))
        elif time_in_force == "gtd":
            refusal = check_open_orders(len(member.open_tickets))
            if not command.expire_date:
                refusal = _NO_EXPIRE_DATE
    if refusal is None and phase != "continuous":
        refusal = check_call_order(command.ord_type, time_in_force)
    if refusal is not None:
        return refusal
    cost = price * qty
    if not is_limit or time_in_force == "fok":
        refusal, cost = _check_reach(user, instrument, command)
        if refusal is not None:
            return refusal
    if command.side == "buy":
        return check_cash(member.accounts[CASH].available, cost)
    holding = member.accounts[rules.symbol]
    return check_holding(holding.available, holding.bought_today, qty)


def _check_special(
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


def replace_order(state: State, user: User, command: ReplaceOrder) -> Receipt:
    """Change an order's price and total quantity.

    It keeps its place only where the price stays and the quantity falls; otherwise it goes to the
    end of its queue, and trades first if the new price crosses.
    """
    ticket = _find_ticket(user, command.orig_cl_ord_id)
    if ticket is None:
        return refuse(state, user, command, _UNKNOWN_ORDER)
    instrument = state.instruments[ticket.symbol]
    refusal = _check_replace(state, user, ticket, command)
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
        if terms is not None and is_waiting:
            terms.stop_px = command.stop_px or terms.stop_px
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


def _check_replace(
    state: State, user: User, ticket: Ticket, command: ReplaceOrder
) -> Refusal | None:
    """Find what is wrong with changing a known ticket."""
    if ticket.resting is None:
        return _NOT_OPEN
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


def cancel_order(state: State, user: User, command: CancelOrder) -> Receipt:
    """Withdraw an order of the user, or of another user of the same member."""
    ticket = _find_ticket(user, command.orig_cl_ord_id)
    if ticket is None:
        return refuse(state, user, command, _UNKNOWN_ORDER)
    if ticket.resting is None:
        if ticket.user is not user or ticket.order_id not in user.member.held_tickets:
            return refuse(state, user, command, _NOT_OPEN, ticket)
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


def _find_ticket(user: User, cl_ord_id: str) -> Ticket | None:
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
