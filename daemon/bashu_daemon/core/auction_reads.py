"""Auctions as one member may see them: what is announced, and of the bids its own alone."""

from bashu_daemon.core.auction_records import Auction, Bid
from bashu_daemon.core.state import State
from bashu_protocol.messages import AuctionRow, OwnBid


def auction_rows(state: State, member: str, *, officer: bool) -> list[AuctionRow]:
    """List auctions by id. An officer of the venue sees applications and whose they are too."""
    return [
        _row(auction, member, named=officer or auction.member.member == member)
        for auction in state.auction_room.auctions.values()
        if auction.announced or officer or auction.member.member == member
    ]


def _row(auction: Auction, member: str, *, named: bool) -> AuctionRow:
    terms = auction.terms
    bid = auction.bids.get(member)
    return AuctionRow(
        auction.auction_id,
        terms.symbol,
        terms.form,
        terms.pricing,
        auction.state,
        terms.order_qty,
        auction.floor,
        auction.cap,
        auction.trade_date,
        terms.opens_at,
        terms.closes_at,
        terms.paid_allocation,
        auction.bidder_limit_qty,
        auction.member.member if named else "",
        len(auction.bids) if auction.cutoff_seq else 0,
        auction.cutoff_seq,
        auction.cum_qty,
        auction.turnover,
        auction.last_px if auction.state == "completed" else 0,
        auction.text,
        _own(bid) if bid is not None else None,
    )


def _own(bid: Bid) -> OwnBid:
    return OwnBid(bid.user.user, bid.price, bid.qty, bid.transact_time, bid.cum_qty, bid.last_px)
