"""What is told of an auction: privately to its owner and bidders, and to the market."""

from bashu_daemon.core.auction_records import Auction, Bid
from bashu_daemon.core.directory import User
from bashu_daemon.core.events import PartyEvent
from bashu_daemon.core.state import State
from bashu_protocol.messages import AuctionReport, BidEvent, BidReport
from bashu_protocol.units import format_money, format_price


def report_bid(
    state: State,
    auction: Auction,
    bid: Bid,
    event: BidEvent,
    cl_ord_id: str = "",
    *,
    exec_id: int = 0,
    text: str = "",
    to: User | None = None,
) -> None:
    """Report a bid to the user who placed it last or to the colleague `to`; to nobody else."""
    user = to or bid.user
    user.rpt_seq += 1
    report = BidReport(
        user.rpt_seq,
        state.seq,
        state.now_ns,
        cl_ord_id or bid.cl_ord_id,
        auction.auction_id,
        bid.price,
        bid.qty,
        event,
        bid.cum_qty,
        bid.last_px,
        exec_id,
        auction.terms.symbol,
        auction.bidder_side(),
        text,
    )
    _send(state, user, report, auction)


def report_owner(
    state: State, auction: Auction, applicant: User | None = None, cl_ord_id: str = ""
) -> None:
    """Report an auction's present state to every trader of the member whose auction it is."""
    for user in auction.member.users:
        if user.role != "trader":
            continue
        user.rpt_seq += 1
        report = AuctionReport(
            user.rpt_seq,
            state.seq,
            state.now_ns,
            cl_ord_id if user is applicant else "",
            auction.auction_id,
            auction.terms.symbol,
            auction.owner_side(),
            auction.terms.order_qty,
            auction.state,
            auction.cum_qty,
            auction.turnover,
            auction.last_px,
            auction.text,
        )
        _send(state, user, report, auction)


def _send(state: State, user: User, report: BidReport | AuctionReport, auction: Auction) -> None:
    member = user.member
    event = PartyEvent(report, user.user, member.member, member.owner, auction.terms.symbol)
    state.events.append(event)


def announce(state: State, auction: Auction, author: str) -> None:
    """Put an auction's present state before the market; neither its owner nor its bids."""
    terms = auction.terms
    title = f"Auction {auction.auction_id}, {terms.symbol}: {auction.state}"
    offer = "offered" if auction.is_sale() else "wanted"
    body = f"{terms.order_qty:,} t {offer}"
    if auction.state == "completed":
        traded = "sold" if auction.is_sale() else "bought"
        body += (
            f", {auction.cum_qty:,} t {traded} for {format_money(auction.turnover)} CNY; "
            f"marginal bid {format_price(auction.last_px)}, {len(auction.bids)} bids."
        )
    elif auction.is_live():
        body += (
            f" on {auction.trade_date}, bids from {format_price(auction.floor)} to "
            f"{format_price(auction.cap)}, {terms.pricing.replace('_', '-')} pricing"
            f"{', emitters only' if terms.paid_allocation else ''}."
        )
    else:
        body += f". {auction.text}"
    state.publish_notice("auction", author, title, body, symbol=terms.symbol)
