"""The registrar's commands of one-way auctions, and a member's application (market_rules.md 1.6).

Applied for, scheduled (announced, and the owner's part frozen), open, then completed, void or
canceled. The cut-off is the sequence number of `close_auction`: that one command takes the bids
journaled before it, computes and settles; whatever comes after it finds the auction not open.
"""

from typing import Final

from msgspec import structs

from bashu_daemon.core import auction_results
from bashu_daemon.core.access import BARRED
from bashu_daemon.core.auction_records import MAX_LIVE_AUCTIONS, Auction
from bashu_daemon.core.auction_reports import announce, report_owner
from bashu_daemon.core.auction_terms import (
    bidder_limit,
    check_bounds,
    check_offer,
    check_result_terms,
    not_offered,
    offered_rules,
    price_bounds,
)
from bashu_daemon.core.checks import MAX_TURNOVER, Refusal, check_cash, check_holding
from bashu_daemon.core.dates import is_date
from bashu_daemon.core.directory import Member, User
from bashu_daemon.core.holdings import check_purchase, check_sale
from bashu_daemon.core.ledger import CASH
from bashu_daemon.core.rejections import refuse, unknown_member, unknown_symbol
from bashu_daemon.core.state import Instrument, State
from bashu_daemon.core.tickets import Receipt
from bashu_protocol.messages import (
    ApplyAuction,
    CancelAuction,
    CloseAuction,
    OpenAuction,
    Phase,
    ScheduleAuction,
)
from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.units import format_price

MAX_APPLICATIONS: Final = 20
"""Undecided applications of one member."""

_SUSPENDED: Final = (RejectCode.MEMBER_SUSPENDED, "The member is suspended.")
_TOO_MANY: Final = (RejectCode.TOO_MANY_ORDERS, "There are too many undecided auctions already.")


def unknown_auction(auction_id: int) -> Refusal:
    return RejectCode.UNKNOWN_AUCTION, f"There is no auction {auction_id}."


def check_phase(phase: Phase) -> Refusal | None:
    """Bidding has a session of its own, as announced (market_rules.md 1.2), but needs a market."""
    if phase == "halted":
        return RejectCode.INSTRUMENT_HALTED, "Trading in the instrument is halted."
    if phase == "closed":
        return RejectCode.MARKET_CLOSED, "The instrument is closed."
    return None


def apply_auction(state: State, user: User, command: ApplyAuction) -> Receipt:
    """Take a member's application; the registrar grants it by scheduling, or cancels it."""
    instrument = state.instruments.get(command.symbol)
    if instrument is None:
        return refuse(state, user, command, unknown_symbol(command.symbol))
    refusal = _check_application(state, user, instrument, command)
    if refusal is not None:
        return refuse(state, user, command, refusal)
    terms = ScheduleAuction(**structs.asdict(command), member=user.member.member)
    auction = _add(state, user.member, terms)
    report_owner(state, auction, user, command.cl_ord_id)
    return Receipt(command, None, accepted=True)


def _check_application(
    state: State, user: User, instrument: Instrument, command: ApplyAuction
) -> Refusal | None:
    if user.blocked is not None:
        return user.blocked
    rules = offered_rules(instrument.rules, command.form)
    if rules is None:
        return not_offered(command.symbol)
    live = state.auction_room.live()
    undecided = [a for a in live if a.state == "applied" and a.member is user.member]
    if len(undecided) >= MAX_APPLICATIONS or len(live) >= MAX_LIVE_AUCTIONS:
        return _TOO_MANY
    return check_offer(command, rules) or check_bounds(
        command, instrument.rules, instrument.next_reference
    )


def _add(state: State, member: Member, terms: ScheduleAuction) -> Auction:
    room = state.auction_room
    room.last_id += 1
    auction = room.auctions[room.last_id] = Auction(room.last_id, member, terms)
    return auction


def schedule_auction(state: State, user: User, command: ScheduleAuction) -> Receipt:
    """Announce an auction and freeze its owner's part (market_rules.md 1.6 steps 1 to 3)."""
    instrument = state.instruments.get(command.symbol)
    if instrument is None:
        return refuse(state, user, command, unknown_symbol(command.symbol))
    member = state.directory.members.get(command.member)
    if member is None:
        return refuse(state, user, command, unknown_member(command.member))
    refusal = (
        _check_granted(state, command)
        or _check_schedule(state, member, instrument, command)
        or _check_cover(member, command, _needed(command, instrument), 0)
        or _check_holding_bounds(member, instrument, command)
    )
    if refusal is not None:
        return refuse(state, user, command, refusal)
    if command.auction_id:
        auction = state.auction_room.auctions[command.auction_id]
        auction.terms = command
    else:
        auction = _add(state, member, command)
    auction.trade_date = command.trade_date or state.trade_date
    auction.state = "scheduled"
    auction.announced = True
    _commit(auction, instrument)
    report_owner(state, auction)
    announce(state, auction, user.user)
    text = f"Auction {auction.auction_id} is scheduled."
    state.report_command(user, command, text=text, symbol=command.symbol)
    return Receipt(command, None, accepted=True)


def _check_granted(state: State, command: ScheduleAuction) -> Refusal | None:
    """An application is granted to whom and for what it was made, in no larger quantity.

    The floor is the seller's choice (market_rules.md 1.2), and so is the pricing (venue's own).
    """
    if command.auction_id == 0:
        return _TOO_MANY if len(state.auction_room.live()) >= MAX_LIVE_AUCTIONS else None
    auction = state.auction_room.auctions.get(command.auction_id)
    if auction is None:
        return unknown_auction(command.auction_id)
    if auction.state != "applied":
        text = f"Auction {auction.auction_id} is {auction.state} already."
        return RejectCode.INVALID_PHASE, text
    asked = auction.terms
    if (command.member, command.symbol, command.form) != (asked.member, asked.symbol, asked.form):
        text = f"The application is {asked.member}'s to {asked.form} {asked.symbol}."
        return RejectCode.INVALID_VALUE, text
    wanted = (asked.pricing, asked.limit, asked.limit_price)
    if (command.pricing, command.limit, command.limit_price) != wanted:
        text = f"It is for {asked.pricing} pricing with the limit {asked.limit}"
        text += f" {format_price(asked.limit_price)}." if asked.limit == "price" else "."
        return RejectCode.INVALID_VALUE, text
    if command.order_qty > asked.order_qty:
        return RejectCode.QTY_TOO_LARGE, f"The application is for {asked.order_qty} t."
    return None


def _check_schedule(
    state: State, member: Member, instrument: Instrument, command: ScheduleAuction
) -> Refusal | None:
    if member.suspended:
        return _SUSPENDED
    if member.owner in state.barred:
        return BARRED
    rules = offered_rules(instrument.rules, command.form)
    if rules is None:
        return not_offered(command.symbol)
    if command.trade_date == 0 and not state.day_open:
        return RejectCode.INVALID_PHASE, "No day is open; name the auction's trade date."
    if command.trade_date:
        first = state.trade_date if state.day_open else state.trade_date + 1
        if not is_date(command.trade_date) or command.trade_date < first:
            text = f"{command.trade_date} is not a present or coming date."
            return RejectCode.INVALID_VALUE, text
    return (
        check_offer(command, rules)
        or check_result_terms(command, rules)
        or check_bounds(command, instrument.rules, instrument.next_reference)
    )


def _needed(terms: ScheduleAuction, instrument: Instrument) -> int:
    """Return what the owner has to freeze: tonnes, or in the buying form fen at the ceiling."""
    if terms.form == "sell":
        return terms.order_qty
    _, cap = price_bounds(terms, instrument.rules, instrument.next_reference)
    return terms.order_qty * cap


def _check_cover(
    member: Member, terms: ScheduleAuction, needed: int, frozen: int
) -> Refusal | None:
    """The owner's tonnes or cash must be there when they are frozen (market_rules.md 1.6 step 2).

    `frozen` is what the auction has frozen already.
    """
    if terms.form == "sell":
        holding = member.accounts[terms.symbol]
        return check_holding(holding.available + frozen, holding.bought_today, needed)
    return check_cash(member.accounts[CASH].available + frozen, needed)


def _check_holding_bounds(
    member: Member, instrument: Instrument, terms: ScheduleAuction
) -> Refusal | None:
    """The maximum holding and the sell cap are the member's, in whatever mode it trades."""
    check = check_sale if terms.form == "sell" else check_purchase
    return check(member, instrument, terms.order_qty)


def _commit(auction: Auction, instrument: Instrument) -> None:
    """Fix the bounds of the bids from the last close, and freeze what they ask of the owner."""
    reference = instrument.next_reference
    rules = instrument.rules.auction
    assert rules is not None, "the instrument has auctions"
    auction.bidder_limit_qty = bidder_limit(auction.terms, rules)
    auction.floor, auction.cap = price_bounds(auction.terms, instrument.rules, reference)
    auction.commit_owner(_needed(auction.terms, instrument))


def open_auction(state: State, user: User, command: OpenAuction) -> Receipt:
    """Begin the bidding of an auction of the day; floor and cap are the last close's."""
    auction = state.auction_room.auctions.get(command.auction_id)
    if auction is None:
        return refuse(state, user, command, unknown_auction(command.auction_id))
    instrument = state.instruments[auction.terms.symbol]
    refusal = _check_opening(state, auction, instrument)
    if refusal is not None:
        return refuse(state, user, command, refusal)
    auction.state = "open"
    _commit(auction, instrument)
    report_owner(state, auction)
    announce(state, auction, user.user)
    state.report_command(user, command, symbol=auction.terms.symbol)
    return Receipt(command, None, accepted=True)


def _check_opening(state: State, auction: Auction, instrument: Instrument) -> Refusal | None:
    terms = auction.terms
    if auction.state != "scheduled":
        text = f"Auction {auction.auction_id} is {auction.state}, not scheduled."
        return RejectCode.INVALID_PHASE, text
    if not state.day_open or auction.trade_date != state.trade_date:
        return RejectCode.INVALID_PHASE, f"The auction is on {auction.trade_date}."
    rules = offered_rules(instrument.rules, terms.form)
    if rules is None:
        return not_offered(terms.symbol)
    refusal = (
        check_phase(instrument.phase)
        or check_bounds(terms, instrument.rules, instrument.next_reference)
        or _check_cover(auction.member, terms, _needed(terms, instrument), auction.frozen)
    )
    if refusal is not None:
        return refusal
    _, cap = price_bounds(terms, instrument.rules, instrument.next_reference)
    expected = terms.order_qty * cap + sum(
        other.terms.order_qty * other.cap
        for other in state.auction_room.live()
        if other.state == "open" and other.terms.symbol == terms.symbol
    )
    if instrument.statistics.auction_turnover + expected > MAX_TURNOVER:
        return RejectCode.TOO_MANY_ORDERS, "The instrument's turnover of the day is at its bound."
    return None


def close_auction(state: State, user: User, command: CloseAuction) -> Receipt:
    """Cut off, compute and settle: one command, so nothing can come in between."""
    auction = state.auction_room.auctions.get(command.auction_id)
    if auction is None:
        return refuse(state, user, command, unknown_auction(command.auction_id))
    if auction.state != "open":
        text = f"Auction {auction.auction_id} is {auction.state}, not open."
        return refuse(state, user, command, (RejectCode.AUCTION_NOT_OPEN, text))
    refusal = check_phase(state.instruments[auction.terms.symbol].phase)
    if refusal is not None:
        return refuse(state, user, command, refusal)
    fills = auction_results.compute(state, auction, user.user)
    state.report_command(user, command, affected=fills, symbol=auction.terms.symbol)
    return Receipt(command, None, accepted=True)


def cancel_auction(state: State, user: User, command: CancelAuction) -> Receipt:
    """Refuse an application or cancel an auction that has no result yet; all is released."""
    auction = state.auction_room.auctions.get(command.auction_id)
    if auction is None:
        return refuse(state, user, command, unknown_auction(command.auction_id))
    if not auction.is_live():
        text = f"Auction {auction.auction_id} is {auction.state} already."
        return refuse(state, user, command, (RejectCode.INVALID_PHASE, text))
    bids = len(auction.bids)
    reason = command.reason or auction_results.BY_VENUE
    auction_results.cancel(state, auction, reason, user.user)
    state.report_command(user, command, affected=bids, symbol=auction.terms.symbol)
    return Receipt(command, None, accepted=True)
