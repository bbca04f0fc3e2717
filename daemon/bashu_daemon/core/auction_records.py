"""Auctions and sealed bids as the venue keeps them."""

from typing import Final

from bashu_daemon.core.directory import Member, User
from bashu_daemon.core.guard import Position
from bashu_daemon.core.ledger import CASH, Account
from bashu_daemon.core.one_way_auction import SealedBid
from bashu_protocol.messages import AuctionState, ScheduleAuction, Side

MAX_LIVE_AUCTIONS: Final = 1_000
"""Applications, announced and open auctions together."""
MAX_ENDED_AUCTIONS: Final = 200
"""Kept for queries; older ones leave first."""

_LIVE: Final = frozenset({"applied", "scheduled", "open"})


class Bid:
    """A member's sealed bid. It has frozen its cash, or in the buying form its tonnes.

    `user` placed it last; `time` is the journal's number of that command, which ranks it.
    """

    __slots__ = (
        "cl_ord_id",
        "cum_qty",
        "last_px",
        "price",
        "qty",
        "time",
        "transact_time",
        "user",
    )

    def __init__(
        self, user: User, cl_ord_id: str, price: int, qty: int, time: int, transact_time: int
    ) -> None:
        self.user = user
        self.cl_ord_id = cl_ord_id
        self.price = price
        self.qty = qty
        self.time = time
        self.transact_time = transact_time
        self.cum_qty = 0
        self.last_px = 0

    def sealed(self) -> SealedBid:
        return SealedBid(self.user.member.owner, self.price, self.qty, self.time)


class Auction:
    """An auction from its application to its result.

    `terms` are as announced (an application's as applied for); `floor` and `cap` are in fen.
    `frozen` is what the owner has frozen for it: tonnes, or fen in the buying form.
    `bidder_limit_qty` is the most tonnes that one beneficial owner gets; 0 for no limit.
    """

    __slots__ = (
        "announced",
        "auction_id",
        "bidder_limit_qty",
        "bids",
        "cap",
        "cum_qty",
        "cutoff_seq",
        "floor",
        "frozen",
        "last_px",
        "member",
        "owner_buying",
        "state",
        "terms",
        "text",
        "trade_date",
        "turnover",
    )

    def __init__(self, auction_id: int, member: Member, terms: ScheduleAuction) -> None:
        self.auction_id = auction_id
        self.member = member
        self.terms = terms
        self.state: AuctionState = "applied"
        self.announced = False
        self.bidder_limit_qty = 0
        self.trade_date = terms.trade_date
        self.floor = 0
        self.cap = 0
        self.frozen = 0
        self.owner_buying = 0
        self.bids: dict[str, Bid] = {}
        self.cutoff_seq = 0
        self.cum_qty = 0
        self.turnover = 0
        self.last_px = 0
        self.text = ""

    def is_live(self) -> bool:
        return self.state in _LIVE

    def is_sale(self) -> bool:
        return self.terms.form == "sell"

    def owner_side(self) -> Side:
        return self.terms.form

    def bidder_side(self) -> Side:
        return "buy" if self.is_sale() else "sell"

    def owner_account(self) -> Account:
        """Return where the owner's part is frozen."""
        return self.member.accounts[self.terms.symbol if self.is_sale() else CASH]

    def bidder_account(self, member: Member) -> Account:
        """Return where a bidder's part is frozen."""
        return member.accounts[CASH if self.is_sale() else self.terms.symbol]

    def put_in(self, bid: Bid) -> None:
        """Add a checked bid, last in time, and freeze what it needs."""
        member = bid.user.member
        self.bidder_account(member).freeze(self.bid_amount(bid))
        self.bids[member.member] = bid
        if self.is_sale():
            self.note_buying(member, bid.qty)

    def take_out(self, bid: Bid) -> None:
        """Remove a bid and release what it froze."""
        self.release(bid)
        del self.bids[bid.user.member.member]

    def release(self, bid: Bid, *, filled: int = 0) -> None:
        """Release what a bid froze for the tonnes that it did not get; it buys no more."""
        member = bid.user.member
        left = bid.qty - filled
        self.bidder_account(member).release(left * bid.price if self.is_sale() else left)
        if self.is_sale():
            self.note_buying(member, -bid.qty)

    def commit_owner(self, amount: int) -> None:
        """Freeze the owner's part, in place of what was frozen for it before: tonnes or fen."""
        self.release_owner()
        self.frozen = amount
        self.owner_account().freeze(amount)
        self.count_owner()

    def count_owner(self) -> None:
        """Count what the owner may buy, in the buying form."""
        if not self.is_sale():
            self.owner_buying = self.terms.order_qty
            self.note_buying(self.member, self.owner_buying)

    def release_owner(self) -> None:
        """Release what is still frozen of the owner's part; it buys no more."""
        self.owner_account().release(self.frozen)
        self.frozen = 0
        if self.owner_buying:
            self.note_buying(self.member, -self.owner_buying)
            self.owner_buying = 0

    def note_buying(self, member: Member, qty: int) -> None:
        """Count what a member may still buy here, for the bound on its holding."""
        symbol = self.terms.symbol
        position = member.positions.get(symbol)
        if position is None:
            position = member.positions[symbol] = Position()
        position.buying += qty
        assert position.buying >= 0

    def bid_amount(self, bid: Bid) -> int:
        """Return what a bid has frozen: fen, or tonnes in the buying form."""
        return bid.price * bid.qty if self.is_sale() else bid.qty


class AuctionRoom:
    """All live auctions and the last ended ones, by id."""

    __slots__ = ("auctions", "last_id")

    def __init__(self) -> None:
        self.last_id = 0
        self.auctions: dict[int, Auction] = {}

    def live(self) -> list[Auction]:
        return [auction for auction in self.auctions.values() if auction.is_live()]

    def forget_old(self) -> None:
        """Keep no more ended auctions than `MAX_ENDED_AUCTIONS`."""
        ended = [auction for auction in self.auctions.values() if not auction.is_live()]
        for auction in ended[: max(len(ended) - MAX_ENDED_AUCTIONS, 0)]:
            del self.auctions[auction.auction_id]
