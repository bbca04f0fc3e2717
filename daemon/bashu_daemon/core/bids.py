"""Sealed bids of one-way auctions: placed, changed and withdrawn until the cut-off.

Every member has at most one bid in an auction. Its price times quantity is frozen, or in the
buying form its tonnes (market_rules.md 1.4: an accepted order locks what it needs).
"""

from typing import Final

from bashu_daemon.core.access import may_withdraw
from bashu_daemon.core.auction_records import Auction, Bid
from bashu_daemon.core.auction_reports import report_bid
from bashu_daemon.core.auction_terms import not_offered, offered_rules
from bashu_daemon.core.auctions import check_phase, unknown_auction
from bashu_daemon.core.checks import Refusal, check_cash, check_holding
from bashu_daemon.core.directory import Member, User
from bashu_daemon.core.holdings import check_purchase, check_sale
from bashu_daemon.core.rejections import refuse
from bashu_daemon.core.state import Instrument, State
from bashu_daemon.core.tickets import Receipt
from bashu_protocol.messages import AuctionRules, PlaceBid, WithdrawBid
from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.units import format_price

_NOT_A_COLLEAGUES: Final = (
    RejectCode.NOT_PERMITTED,
    "You may not withdraw the bids of your colleagues.",
)
_OWN_AUCTION: Final = (
    RejectCode.SELF_TRADE,
    "The auction belongs to the same beneficial owner.",
)
_EMITTERS_ONLY: Final = (
    RejectCode.NOT_ELIGIBLE,
    "Only emitters may bid in a paid allocation.",
)


def place_bid(state: State, user: User, command: PlaceBid) -> Receipt:
    """Take a bid, or put it in the place of the member's last; its time is that of this command.

    Changing a bid is allowed until the cut-off (market_rules.md 7, EU auctions) and costs its
    priority in time (venue's own).
    """
    auction = _find(state, command.auction_id)
    if auction is None:
        return refuse(state, user, command, unknown_auction(command.auction_id))
    before = auction.bids.get(user.member.member)
    frozen = 0 if before is None else auction.bid_amount(before)
    instrument = state.instruments[auction.terms.symbol]
    bid = Bid(user, command.cl_ord_id, command.price, command.order_qty, state.seq, state.now_ns)
    added = bid.qty if before is None else bid.qty - before.qty
    refusal = (
        _check_bid(auction, instrument, bid)
        or _check_cover(auction, bid, frozen)
        or _check_holding_bounds(auction, instrument, user.member, added)
    )
    if refusal is not None:
        return refuse(state, user, command, refusal)
    if before is not None:
        auction.take_out(before)
    auction.put_in(bid)
    report_bid(state, auction, bid, "accepted" if before is None else "replaced")
    if before is not None and before.user is not user:
        text = f"Replaced by {user.user} of the same member."
        report_bid(state, auction, before, "withdrawn", text=text)
    return Receipt(command, None, accepted=True)


def withdraw_bid(state: State, user: User, command: WithdrawBid) -> Receipt:
    """Take the member's bid back, also while the instrument is halted."""
    auction = _find(state, command.auction_id)
    if auction is None:
        return refuse(state, user, command, unknown_auction(command.auction_id))
    if auction.state != "open":
        return refuse(state, user, command, _not_open(auction))
    bid = auction.bids.get(user.member.member)
    if bid is None:
        text = "The member has no bid in the auction."
        return refuse(state, user, command, (RejectCode.NO_BID, text))
    if bid.user is not user and not may_withdraw(user):
        return refuse(state, user, command, _NOT_A_COLLEAGUES)
    auction.take_out(bid)
    report_bid(state, auction, bid, "withdrawn", command.cl_ord_id, to=user)
    if bid.user is not user:
        text = f"Withdrawn by {user.user} of the same member."
        report_bid(state, auction, bid, "withdrawn", text=text)
    return Receipt(command, None, accepted=True)


def _find(state: State, auction_id: int) -> Auction | None:
    """Return an announced auction; an application is nobody's but its owner's."""
    auction = state.auction_room.auctions.get(auction_id)
    return None if auction is None or not auction.announced else auction


def _not_open(auction: Auction) -> Refusal:
    text = f"Auction {auction.auction_id} is {auction.state}; it takes no bids."
    return RejectCode.AUCTION_NOT_OPEN, text


def _check_bid(auction: Auction, instrument: Instrument, bid: Bid) -> Refusal | None:
    if auction.state != "open":
        return _not_open(auction)
    member = bid.user.member
    if bid.user.blocked is not None:
        return bid.user.blocked
    rules = offered_rules(instrument.rules, auction.terms.form)
    if rules is None:
        return not_offered(auction.terms.symbol)
    return (
        check_phase(instrument.phase)
        or _check_bidder(auction, member)
        or _check_qty(auction, rules, bid.qty)
        or _check_price(auction, instrument.rules.tick, bid.price)
    )


def _check_bidder(auction: Auction, member: Member) -> Refusal | None:
    """Nobody bids in an auction of its own owner; in a paid allocation emitters alone do."""
    if member.owner == auction.member.owner:
        return _OWN_AUCTION
    if auction.terms.paid_allocation and member.kind != "emitter":
        return _EMITTERS_ONLY
    return None


def _check_qty(auction: Auction, rules: AuctionRules, qty: int) -> Refusal | None:
    """Lot and minimum of the rulebook; at most the offer and the limit per bidder.

    The limit counts a beneficial owner's members together. What they bid for together beyond it
    is cut in the computation: a refusal here would tell one of them of the other's sealed bid.
    """
    largest = auction.bidder_limit_qty or auction.terms.order_qty
    if qty <= 0:
        return RejectCode.INVALID_QTY, "The quantity must be positive."
    if qty < rules.min_bid_qty:
        return RejectCode.QTY_TOO_SMALL, f"The smallest bid is {rules.min_bid_qty} t."
    if qty > largest:
        return RejectCode.QTY_TOO_LARGE, f"The largest bid in this auction is {largest} t."
    if qty % rules.lot:
        return RejectCode.QTY_OFF_LOT, f"The quantity must be a multiple of {rules.lot} t."
    return None


def _check_price(auction: Auction, tick: int, price: int) -> Refusal | None:
    """Bids lie between floor and cap (market_rules.md 1.6 step 4)."""
    if price < auction.floor:
        text = f"The price is below the auction's floor of {format_price(auction.floor)}."
        return RejectCode.PRICE_BELOW_LIMIT, text
    if price > auction.cap:
        text = f"The price is above the auction's cap of {format_price(auction.cap)}."
        return RejectCode.PRICE_ABOVE_LIMIT, text
    if price % tick:
        return RejectCode.PRICE_OFF_TICK, f"The price must be a multiple of {tick} fen."
    return None


def _check_holding_bounds(
    auction: Auction, instrument: Instrument, member: Member, added: int
) -> Refusal | None:
    """The maximum holding and the sell cap count bids as they count orders."""
    if added <= 0:
        return None
    check = check_purchase if auction.is_sale() else check_sale
    return check(member, instrument, added)


def _check_cover(auction: Auction, bid: Bid, frozen: int) -> Refusal | None:
    """`frozen` is what the member's bid before this one gives back."""
    account = auction.bidder_account(bid.user.member)
    needed = auction.bid_amount(bid)
    if auction.is_sale():
        return check_cash(account.available + frozen, needed)
    return check_holding(account.available + frozen, account.bought_today, needed)
