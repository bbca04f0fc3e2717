"""One-way auctions 单向竞价: the registrar's and the traders' commands, and their reports.

In the selling form one member offers and many bid; in the buying form one asks and many offer.
Both are called bids here. Prices in fen, quantities in tonnes.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from bashu_protocol.messages.base import Int64, Message, Name, Sentence, Side

AuctionForm = Literal["sell", "buy"]
"""The side of the member whose auction it is: "sell" is one seller and many bidders (竞买)."""
AuctionPricing = Literal["uniform", "pay_as_bid"]
AuctionLimit = Literal["previous_close", "band", "price"]
"""How far bids may go from the owner's point of view: to the previous close, to the band around
it, or to a price of the owner's own within that band."""
AuctionState = Literal["applied", "scheduled", "open", "completed", "void", "canceled"]
AuctionEvent = AuctionState
BidEvent = Literal[
    "accepted",
    "replaced",
    "withdrawn",
    "filled",
    "partially_filled",
    "unfilled",
    "auction_void",
    "auction_canceled",
]


class AuctionRules(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the rulebook says of one-way auctions in an instrument."""

    selling: bool = True
    """Whether the selling form is offered; the national system began with it alone."""
    buying: bool = False
    min_offer_qty: Annotated[int, Meta(ge=1)] = 100_000
    """Tonnes. Of the offer only; bids and fills may be smaller."""
    min_bid_qty: Annotated[int, Meta(ge=1)] = 1
    lot: Annotated[int, Meta(ge=1)] = 1
    """Tonnes; 500 in EU auctions."""
    floor_bps: Annotated[int, Meta(ge=0, le=10_000)] = 1_000
    """How far below the previous close a bid may be at most, in 1/10,000; 0 for no bound."""
    cap_bps: Annotated[int, Meta(ge=0, le=10_000)] = 1_000
    """How far above the previous close a bid may be at most, in 1/10,000; 0 for no bound."""


class ApplyAuction(Message, frozen=True, tag="apply_auction"):
    """A member applies for an auction of its own. Nothing is frozen until it is scheduled."""

    cl_ord_id: Name
    symbol: Name
    order_qty: Int64
    form: AuctionForm = "sell"
    pricing: AuctionPricing = "uniform"
    limit: AuctionLimit = "previous_close"
    limit_price: Int64 = 0
    """With `limit` "price"."""


class ScheduleAuction(Message, frozen=True, tag="schedule_auction"):
    """Announce an auction, and freeze what its owner offers: tonnes, or cash at the ceiling.

    `auction_id` names the application that it grants as it was made, though perhaps for less; 0
    for none, as in paid allocation.
    """

    cl_ord_id: Name
    member: Name
    """The owner: who offers, or who asks."""
    symbol: Name
    order_qty: Int64
    form: AuctionForm = "sell"
    pricing: AuctionPricing = "uniform"
    limit: AuctionLimit = "previous_close"
    limit_price: Int64 = 0
    auction_id: Int64 = 0
    trade_date: Int64 = 0
    """YYYYMMDD of the auction; 0 for the present day."""
    opens_at: Int64 = 0
    """Announced times; the registrar's `open_auction` and `close_auction` make them true."""
    closes_at: Int64 = 0
    reserve_price: Int64 = 0
    """Not published: the auction is void where the marginal bid is worse; 0 for none."""
    min_total_qty: Int64 = 0
    """The auction is void where less is filled; 0 for any."""
    paid_allocation: bool = False
    """By the authority: emitters, who must surrender, may bid and nobody else."""
    bidder_limit_qty: Int64 = 0
    """The most that one beneficial owner gets; 0 for no limit."""
    bidder_limit_bps: Annotated[int, Meta(ge=0, le=10_000)] = 0
    """The same in 1/10,000 of the offer; the lower of the two counts."""


class OpenAuction(Message, frozen=True, tag="open_auction"):
    """Begin the bidding. Floor and cap are those of the previous close."""

    cl_ord_id: Name
    auction_id: Int64


class CloseAuction(Message, frozen=True, tag="close_auction"):
    """The cut-off: bids journaled before this command count, and it computes and settles them."""

    cl_ord_id: Name
    auction_id: Int64


class CancelAuction(Message, frozen=True, tag="cancel_auction"):
    """Refuse an application, or cancel an auction before its cut-off; all is released."""

    cl_ord_id: Name
    auction_id: Int64
    reason: Sentence = ""


class PlaceBid(Message, frozen=True, tag="place_bid"):
    """Place the member's sealed bid, in place of the one before it; priority is from the last."""

    cl_ord_id: Name
    auction_id: Int64
    order_qty: Int64
    price: Int64


class WithdrawBid(Message, frozen=True, tag="withdraw_bid"):
    """Take the member's bid back before the cut-off."""

    cl_ord_id: Name
    auction_id: Int64


class BidReport(Message, frozen=True, tag="bid_report"):
    """What happened to a sealed bid, to the user whose it is, in the `rpt_seq` stream.

    A user whose bid a colleague replaces or withdraws is told `withdrawn`.
    """

    rpt_seq: int
    seq: int
    transact_time: int
    cl_ord_id: str
    """Of the command that it answers; that of the bid where it answers none."""
    auction_id: int
    price: int
    order_qty: int
    event: BidEvent
    cum_qty: int = 0
    """Tonnes that the bid got."""
    last_px: int = 0
    """Fen a tonne to be paid."""
    exec_id: int = 0
    symbol: str = ""
    side: Side = "buy"
    """The bidder's."""
    text: str = ""


class AuctionReport(Message, frozen=True, tag="auction_report"):
    """What happened to a member's own auction, to each of its traders, in the `rpt_seq` stream."""

    rpt_seq: int
    seq: int
    transact_time: int
    cl_ord_id: str
    """Of the application that it answers, for its sender; else empty."""
    auction_id: int
    symbol: str
    side: Side
    """The owner's."""
    order_qty: int
    event: AuctionEvent
    cum_qty: int = 0
    """Tonnes that were sold, or bought."""
    turnover: int = 0
    """Fen."""
    last_px: int = 0
    """The marginal bid; with uniform pricing the price of all."""
    text: str = ""


class OwnBid(Struct, frozen=True):
    """The asking member's bid in an auction."""

    user: str
    price: int
    order_qty: int
    transact_time: int
    """Of the last change."""
    cum_qty: int
    last_px: int


class AuctionRow(Struct, frozen=True, tag_field="type", tag="auction"):
    """An announced auction; an application is shown to its member and the venue's officers.

    `member` is the owner's, and empty for those who are neither. `bid` is the asker's own.
    """

    auction_id: int
    symbol: str
    form: AuctionForm
    pricing: AuctionPricing
    state: AuctionState
    order_qty: int
    floor: int
    """The least that a bid may be."""
    cap: int
    """The most that a bid may be."""
    trade_date: int
    opens_at: int
    closes_at: int
    paid_allocation: bool
    bidder_limit_qty: int
    member: str
    bids: int
    """How many there were; 0 until the cut-off."""
    cutoff_seq: int
    """The journal's number of the cut-off; bids with smaller ones counted."""
    cum_qty: int
    turnover: int
    last_px: int
    """The marginal bid; with uniform pricing the price of all."""
    text: str = ""
    """Why it is void or canceled."""
    bid: OwnBid | None = None
