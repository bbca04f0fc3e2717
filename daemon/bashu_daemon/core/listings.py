"""Taking a listing of one's choice (摘牌), where the rulebook lets the taker choose.

The national listing mode fixes price priority only: of several listings at one price the taker may
pick any, within the best five opposite levels (market_rules.md 0, facts 2 and 3). A listing is
known by its order's id, which counts arrivals and says nothing of the member.
"""

from typing import Final

from bashu_daemon.core.admission import admit_order
from bashu_daemon.core.book import BookSide
from bashu_daemon.core.checks import (
    Refusal,
    check_cash,
    check_entry,
    check_holding,
    check_quantity,
)
from bashu_daemon.core.directory import RestingOrder, User
from bashu_daemon.core.execution import settle, trade_group
from bashu_daemon.core.held_orders import needs_approval
from bashu_daemon.core.ledger import CASH
from bashu_daemon.core.matching import take
from bashu_daemon.core.rejections import refuse
from bashu_daemon.core.state import Instrument, State
from bashu_daemon.core.stops import run_stops
from bashu_daemon.core.tickets import Receipt, Ticket
from bashu_daemon.core.volatility import within_collar
from bashu_protocol.messages import ListingRow, NewOrder, PickOrder, Side
from bashu_protocol.reject_codes import RejectCode

_UNKNOWN: Final = (RejectCode.UNKNOWN_LISTING, "There is no such listing, or not any more.")
_NOT_CONTINUOUS: Final = (
    RejectCode.NOT_IN_CALL_PHASE,
    "Listings are picked in continuous trading only.",
)
_BEYOND_COLLAR: Final = (
    RejectCode.BEYOND_COLLAR,
    "The listing's price is beyond the dynamic price collar.",
)
_APPROVAL: Final = (
    RejectCode.APPROVAL_REQUIRED,
    "Above the member's approval limit; place an order instead.",
)
_OWN: Final = (RejectCode.SELF_TRADE, "The listing is of the same beneficial owner.")


def pick_order(state: State, user: User, command: PickOrder) -> Receipt:
    """Trade with exactly the named listing at its price: all that is asked for, or nothing."""
    maker = _find_listing(state, command.listing_id)
    if maker is None:
        return refuse(state, user, command, _UNKNOWN)
    instrument = state.instruments[maker.symbol]
    resting = maker.resting
    assert resting is not None
    refusal = _check_pick(user, instrument, resting, command.order_qty)
    if refusal is None and needs_approval(user, instrument, _as_order(command, maker)):
        refusal = _APPROVAL
    if refusal is None and (user.member.guard is not None or instrument.holding_rules is not None):
        refusal = admit_order(state, user, instrument, _as_order(command, maker))
    if refusal is not None:
        return refuse(state, user, command, refusal)
    accounts = user.member.accounts
    state.order_id += 1
    taker = Ticket(
        state.order_id,
        user,
        command.cl_ord_id,
        maker.symbol,
        "sell" if maker.side == "buy" else "buy",
        maker.price,
        command.order_qty,
        command.order_qty,
        "limit",
        "ioc",
        state.now_ns,
        accounts[CASH],
        accounts[maker.symbol],
        user.member.owner,
    )
    state.report_order(taker, "new", "new")
    take(instrument.book, resting, command.order_qty)
    settle(state, instrument, taker, maker, command.order_qty)
    if instrument.stops is not None:
        run_stops(state, instrument)
    return Receipt(command, taker, accepted=True)


def _as_order(command: PickOrder, maker: Ticket) -> NewOrder:
    """Return the order that would do the same, if no other listing stood in its way."""
    side: Side = "sell" if maker.side == "buy" else "buy"
    return NewOrder(command.cl_ord_id, maker.symbol, side, command.order_qty, maker.price)


def _find_listing(state: State, listing_id: int) -> Ticket | None:
    for member in state.directory.members.values():
        ticket = member.open_tickets.get(listing_id)
        if ticket is not None:
            is_waiting = ticket.terms is not None and ticket.terms.waiting
            return None if is_waiting else ticket
    return None


def _check_pick(
    user: User, instrument: Instrument, resting: RestingOrder, qty: int
) -> Refusal | None:
    rules = instrument.rules
    member = user.member
    if rules.within_price != "taker_choice":
        text = f"{rules.symbol} trades by time priority within a price; listings are not picked."
        return RejectCode.NOT_OFFERED, text
    if user.blocked is not None:
        return user.blocked
    refusal = check_entry(instrument.phase, instrument.statistics.turnover)
    if refusal is None and qty != resting.leaves_qty:  # what is left may be below the minimum
        refusal = check_quantity(qty, rules)
    if refusal is not None:
        return refusal
    if instrument.phase != "continuous":
        return _NOT_CONTINUOUS
    if qty > resting.leaves_qty:
        return RejectCode.QTY_TOO_LARGE, f"The listing has {resting.leaves_qty} t left."
    side = instrument.book.bids if resting.side == "buy" else instrument.book.asks
    if resting.level is None or resting.level.key not in _reachable(side, rules.reach_levels):
        text = f"The listing is not within the best {rules.reach_levels} price levels."
        return RejectCode.BEYOND_REACH, text
    price = resting.price
    if within_collar(instrument, resting.side == "sell", price) != price:
        return _BEYOND_COLLAR
    if resting.owner == trade_group(instrument, member, member.owner):
        return _OWN
    if resting.side == "sell":
        return check_cash(member.accounts[CASH].available, price * qty)
    holding = member.accounts[rules.symbol]
    return check_holding(holding.available, holding.bought_today, qty)


def _reachable(side: BookSide[RestingOrder], levels: int) -> list[int]:
    """Return the keys of the levels that may be picked from, best first."""
    keys = side.live[-levels:] if levels else side.live
    return keys[::-1]


def listing_rows(instrument: Instrument) -> list[ListingRow] | None:
    """List what may be picked: bids, then asks, each best first and in time order at a price.

    None where the instrument has no picking: there the single orders are nobody's business.
    """
    rules = instrument.rules
    if rules.within_price != "taker_choice":
        return None
    rows: list[ListingRow] = []
    for side in (instrument.book.bids, instrument.book.asks):
        for key in _reachable(side, rules.reach_levels):
            order: RestingOrder | None = side.levels[key].head
            while order is not None:
                rows.append(
                    ListingRow(
                        order.order_id, order.side, order.price, order.leaves_qty, rules.symbol
                    )
                )
                order = order.after
    return rows
