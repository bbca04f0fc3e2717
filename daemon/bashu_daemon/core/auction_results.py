"""How an auction ends: settled, void or canceled. What is not traded is released."""

from collections.abc import Callable
from typing import Final, Literal

from bashu_daemon.core.auction_records import Auction, Bid
from bashu_daemon.core.auction_reports import announce, report_bid, report_owner
from bashu_daemon.core.directory import Member, User
from bashu_daemon.core.events import OrderEvent, TradeEvent
from bashu_daemon.core.holdings import note_trade
from bashu_daemon.core.ledger import CASH, settle_frozen
from bashu_daemon.core.one_way_auction import AuctionFill, AuctionOutcome, VoidReason, allocate
from bashu_daemon.core.state import State
from bashu_protocol.messages import ExecutionReport

_VOID: Final[dict[VoidReason, str]] = {
    "no_bids": "Void: there were no bids.",
    "below_min_total_qty": "Void: less than the minimum total quantity was bid for.",
    "reserve_not_met": "Void: the marginal bid did not meet the reserve.",
}
BY_VENUE: Final = "Canceled by the venue."
"""Where no other reason is to be published."""


class _Side:
    """One side of a fill: where its cash and its tonnes of the symbol lie."""

    __slots__ = ("cash", "holding")

    def __init__(self, member: Member, symbol: str) -> None:
        self.cash = member.accounts[CASH]
        self.holding = member.accounts[symbol]


def compute(state: State, auction: Auction, author: str) -> int:
    """Compute and settle an open auction of the bids it has now; return the number of fills."""
    terms = auction.terms
    auction.cutoff_seq = state.seq
    outcome = allocate(
        [bid.sealed() for bid in auction.bids.values()],
        terms.order_qty,
        terms.form,
        terms.pricing,
        bidder_limit_qty=auction.bidder_limit_qty,
        min_total_qty=terms.min_total_qty,
        reserve_price=terms.reserve_price,
    )
    if outcome.void:
        _end(state, auction, "void", _VOID[outcome.void], author)
    else:
        _settle(state, auction, outcome, author)
    return len(outcome.fills)


def cancel(state: State, auction: Auction, reason: str, author: str) -> None:
    """End an auction without a result; the market is told unless it never heard of it."""
    _end(state, auction, "canceled", reason, author)


def withdraw_bids(state: State, fits: Callable[[User, str], bool], text: str) -> int:
    """Withdraw the bids that users who fit placed last, with their symbol; return how many."""
    withdrawn = 0
    for auction in state.auction_room.live():
        symbol = auction.terms.symbol
        for bid in [bid for bid in auction.bids.values() if fits(bid.user, symbol)]:
            auction.take_out(bid)
            report_bid(state, auction, bid, "withdrawn", text=text)
            withdrawn += 1
    return withdrawn


def cancel_auctions_of(state: State, member: Member, author: str) -> None:
    """Cancel the auctions of a member that may not trade; whose they are stays untold."""
    for auction in state.auction_room.live():
        if auction.member is member:
            cancel(state, auction, BY_VENUE, author)


def end_day(state: State, author: str) -> None:
    """Cancel what was announced for a day that is over and has no result."""
    for auction in state.auction_room.live():
        if auction.state != "applied" and auction.trade_date <= state.trade_date:
            cancel(state, auction, "Canceled: its trading day is over.", author)


def held_overnight(state: State) -> dict[tuple[str, str], int]:
    """Return what stays frozen for auctions of later days, by member and asset."""
    held: dict[tuple[str, str], int] = {}
    for auction in state.auction_room.live():
        key = auction.member.member, auction.owner_account().asset
        held[key] = held.get(key, 0) + auction.frozen
    return held


def _end(
    state: State, auction: Auction, how: Literal["void", "canceled"], text: str, author: str
) -> None:
    auction.state = how
    auction.text = text
    for bid in auction.bids.values():
        auction.release(bid)
        event: Literal["auction_void", "auction_canceled"]
        event = "auction_void" if how == "void" else "auction_canceled"
        report_bid(state, auction, bid, event, text=text)
    auction.release_owner()
    report_owner(state, auction)
    if auction.announced:
        announce(state, auction, author)
    state.auction_room.forget_old()


def _settle(state: State, auction: Auction, outcome: AuctionOutcome, author: str) -> None:
    """Settle every fill at once, in rank, then release what got nothing."""
    by_time = {bid.time: bid for bid in auction.bids.values()}
    for fill in outcome.fills:
        _settle_fill(state, auction, by_time.pop(fill.bid.time), fill)
    for bid in by_time.values():
        auction.release(bid)
        report_bid(state, auction, bid, "unfilled")
    auction.cum_qty = outcome.volume()
    auction.turnover = outcome.turnover()
    auction.last_px = outcome.marginal_price
    auction.state = "completed"
    auction.release_owner()
    report_owner(state, auction)
    announce(state, auction, author)
    state.auction_room.forget_old()


def _settle_fill(state: State, auction: Auction, bid: Bid, fill: AuctionFill) -> None:
    symbol = auction.terms.symbol
    instrument = state.instruments[symbol]
    bidder, owner = bid.user.member, auction.member
    buyer, seller = (bidder, owner) if auction.is_sale() else (owner, bidder)
    cost = fill.price * fill.qty
    reserved = (bid.price if auction.is_sale() else auction.cap) * fill.qty
    state.exec_id += 1
    settle_frozen(
        _Side(buyer, symbol),
        _Side(seller, symbol),
        reserved,
        cost,
        fill.qty,
        resale_ban=instrument.rules.resale_ban,
    )
    bid.cum_qty = fill.qty
    bid.last_px = fill.price
    auction.release(bid, filled=fill.qty)
    auction.frozen -= fill.qty if auction.is_sale() else reserved
    instrument.statistics.record_auction(cost, fill.qty)
    if instrument.holding_rules is not None:
        note_trade(state, instrument, buyer, seller, fill.qty)
    state.events.append(
        TradeEvent(
            state.seq,
            state.now_ns,
            state.exec_id,
            symbol,
            fill.price,
            fill.qty,
            auction.bidder_side(),
            0,
            0,
            buyer.owner,
            seller.owner,
            "auction",
        )
    )
    _keep_fill(state, auction, fill, bidder, bid)
    _keep_fill(state, auction, fill, owner, None)
    event: Literal["filled", "partially_filled"]
    event = "filled" if fill.qty == bid.qty else "partially_filled"
    report_bid(state, auction, bid, event, exec_id=state.exec_id)


def _keep_fill(
    state: State, auction: Auction, fill: AuctionFill, member: Member, bid: Bid | None
) -> None:
    """Keep a fill for the day's queries; there is no order, so its id is 0.

    `bid` is None for the owner, whose part in the auction no command of a user's began.
    """
    report = ExecutionReport(
        0,
        state.seq,
        state.now_ns,
        "" if bid is None else bid.cl_ord_id,
        0,
        "trade",
        "filled",
        auction.terms.symbol,
        auction.owner_side() if bid is None else auction.bidder_side(),
        fill.price,
        fill.qty,
        0,
        fill.qty,
        fill.price,
        fill.qty,
        state.exec_id,
    )
    user = "" if bid is None else bid.user.user
    member.fills.append(OrderEvent(report, user, member.member, member.owner, mode="auction"))
