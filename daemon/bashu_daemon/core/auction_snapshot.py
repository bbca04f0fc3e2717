"""Auctions and sealed bids in a snapshot; see `snapshot`."""

from msgspec import Struct

from bashu_daemon.core.auction_records import Auction, AuctionRoom, Bid
from bashu_daemon.core.state import State
from bashu_protocol.messages import AuctionState, ScheduleAuction


class DumpedBid(Struct, forbid_unknown_fields=True, array_like=True):
    user: str
    cl_ord_id: str
    price: int
    qty: int
    time: int
    transact_time: int
    cum_qty: int
    last_px: int


class DumpedAuction(Struct, forbid_unknown_fields=True):
    auction_id: int
    terms: ScheduleAuction
    state: AuctionState
    announced: bool
    trade_date: int
    floor: int
    cap: int
    bidder_limit_qty: int
    frozen: int
    cutoff_seq: int
    cum_qty: int
    turnover: int
    last_px: int
    text: str
    bids: list[DumpedBid]
    """In the order of their last change."""


class DumpedAuctions(Struct, forbid_unknown_fields=True):
    last_id: int
    auctions: list[DumpedAuction]


def dump_auctions(room: AuctionRoom) -> DumpedAuctions:
    return DumpedAuctions(room.last_id, [_dump(auction) for auction in room.auctions.values()])


def _dump(auction: Auction) -> DumpedAuction:
    return DumpedAuction(
        auction.auction_id,
        auction.terms,
        auction.state,
        auction.announced,
        auction.trade_date,
        auction.floor,
        auction.cap,
        auction.bidder_limit_qty,
        auction.frozen,
        auction.cutoff_seq,
        auction.cum_qty,
        auction.turnover,
        auction.last_px,
        auction.text,
        [_dump_bid(bid) for bid in auction.bids.values()],
    )


def _dump_bid(bid: Bid) -> DumpedBid:
    return DumpedBid(
        bid.user.user,
        bid.cl_ord_id,
        bid.price,
        bid.qty,
        bid.time,
        bid.transact_time,
        bid.cum_qty,
        bid.last_px,
    )


def load_auctions(state: State, dumped: DumpedAuctions) -> None:
    """Put the auctions back; members and users are there already."""
    room = state.auction_room
    room.last_id = dumped.last_id
    for auction in dumped.auctions:
        room.auctions[auction.auction_id] = _load(state, auction)


def _load(state: State, dumped: DumpedAuction) -> Auction:
    member = state.directory.members[dumped.terms.member]
    auction = Auction(dumped.auction_id, member, dumped.terms)
    auction.state = dumped.state
    auction.announced = dumped.announced
    auction.trade_date = dumped.trade_date
    auction.floor = dumped.floor
    auction.cap = dumped.cap
    auction.bidder_limit_qty = dumped.bidder_limit_qty
    auction.frozen = dumped.frozen
    auction.cutoff_seq = dumped.cutoff_seq
    auction.cum_qty = dumped.cum_qty
    auction.turnover = dumped.turnover
    auction.last_px = dumped.last_px
    auction.text = dumped.text
    for bid in dumped.bids:
        loaded = _load_bid(state, bid)
        auction.bids[loaded.user.member.member] = loaded
    if auction.is_live():
        _count_purchases(auction)
    return auction


def _count_purchases(auction: Auction) -> None:
    """Count again what members may still buy here."""
    if auction.announced:
        auction.count_owner()
    if auction.is_sale():
        for bid in auction.bids.values():
            auction.note_buying(bid.user.member, bid.qty)


def _load_bid(state: State, dumped: DumpedBid) -> Bid:
    bid = Bid(
        state.directory.users[dumped.user],
        dumped.cl_ord_id,
        dumped.price,
        dumped.qty,
        dumped.time,
        dumped.transact_time,
    )
    bid.cum_qty = dumped.cum_qty
    bid.last_px = dumped.last_px
    return bid
