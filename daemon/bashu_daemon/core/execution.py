"""What becomes of an accepted order: trades, rest, or withdrawal."""

from typing import Final, Literal

from bashu_daemon.core.book import BookSide, Reserve
from bashu_daemon.core.directory import Member, RestingOrder
from bashu_daemon.core.events import SelfTradePrevented, TradeEvent
from bashu_daemon.core.holdings import note_trade
from bashu_daemon.core.ledger import settle_buy, settle_sell
from bashu_daemon.core.matching import match, reach
from bashu_daemon.core.prices import limit_prices, market_limit
from bashu_daemon.core.state import Instrument, State
from bashu_daemon.core.tickets import Ticket
from bashu_daemon.core.volatility import interrupt, within_collar
from bashu_protocol.reject_codes import RejectCode

SELF_TRADE: Final = "Withdrawn: it would have met an order of the same beneficial owner."
_REMAINDER: Final = "Nothing more to trade at once; the remainder is withdrawn."
_DECREMENTED: Final = "Reduced by an order of the same beneficial owner that it met."


def execute(state: State, instrument: Instrument, ticket: Ticket) -> None:
    """Match an incoming order that every check has passed, then rest or withdraw the remainder."""
    is_buy = ticket.side == "buy"
    side = instrument.book.asks if is_buy else instrument.book.bids
    if side.live:
        limit = ticket.price or market_bound(instrument, side, is_buy)
        bound = limit * side.sign
        if side.live[-1] >= bound and instrument.phase == "continuous":
            rules = instrument.rules
            levels = rules.reach_levels
            if levels:
                limit = within_reach(side, limit, levels)
            if rules.volatility is not None:
                prevented = _trade_within_collar(state, instrument, ticket, limit)
            else:
                prevented = _trade(state, instrument, ticket, limit)
            if prevented:
                end(state, ticket, "canceled", SELF_TRADE, RejectCode.SELF_TRADE)
                return
            crosses = ticket.leaves_qty and side.live and side.live[-1] >= bound
            if crosses and instrument.phase == "continuous":  # and not interrupted
                assert side.live[-1] < limit * side.sign, "it was not matched to its end"
                text = f"The best {levels} price levels are taken; the remainder is withdrawn."
                end(state, ticket, "canceled", text, RejectCode.BEYOND_REACH)
                return
    if ticket.leaves_qty == 0:
        return
    if ticket.time_in_force in ("day", "gtd"):
        _rest(instrument, ticket)
    else:
        end(state, ticket, "canceled", _REMAINDER)


def market_bound(instrument: Instrument, side: BookSide[RestingOrder], is_buy: bool) -> int:
    """Return the worst price that a market order may trade at.

    It is the day's limit, or the end of the collar round the best opposite price.
    """
    limit = market_limit(is_buy, instrument.limit_up, instrument.limit_down)
    bps = instrument.rules.features.market_collar_bps
    if bps and side.live:
        upper, lower = limit_prices(side.live[-1] * side.sign, bps)
        return min(limit, upper) if is_buy else max(limit, lower)
    return limit


def within_reach(side: BookSide[RestingOrder], limit: int, levels: int) -> int:
    """Return the price that an order with `limit` may trade at within the best `levels` levels."""
    if len(side.live) < levels:
        return limit
    return max(side.live[-levels], limit * side.sign) * side.sign


def trade_group(instrument: Instrument, member: Member, owner: str) -> str:
    """Whose orders never meet in this instrument: the beneficial owner's, or the member's own."""
    if instrument.rules.self_trade_scope == "account":
        return member.member
    return owner


def _rest(instrument: Instrument, ticket: Ticket) -> None:
    """Put an order into the book, last at its price, and freeze what it needs."""
    if ticket.side == "buy":
        ticket.cash.freeze(ticket.price * ticket.leaves_qty)
    else:
        ticket.holding.freeze(ticket.leaves_qty)
    if ticket.terms is not None or instrument.rules.self_trade_scope == "account":
        add_to_book(instrument, ticket)
    else:
        ticket.resting = resting = RestingOrder(ticket)
        instrument.book.add(resting)
    ticket.user.member.open_tickets[ticket.order_id] = ticket


def add_to_book(instrument: Instrument, ticket: Ticket, shown_qty: int = 0) -> None:
    """Give a ticket its place, last at its price; an iceberg shows `shown_qty`, 0 for its own."""
    ticket.resting = resting = RestingOrder(ticket)
    resting.owner = trade_group(instrument, ticket.user.member, ticket.owner)
    terms = ticket.terms
    if terms is not None and terms.display_qty:
        resting.leaves_qty = shown_qty or min(terms.display_qty, ticket.leaves_qty)
        resting.reserve = Reserve(terms.display_qty, ticket.leaves_qty - resting.leaves_qty)
        instrument.book.add_iceberg(resting)
    else:
        instrument.book.add(resting)


def shrink(instrument: Instrument, ticket: Ticket, leaves_qty: int) -> None:
    """Lower what is left of a resting order; it keeps its place and releases the difference."""
    assert ticket.resting is not None, "the order is not in the book"
    instrument.book.reduce_total(ticket.resting, leaves_qty)
    surplus = ticket.leaves_qty - leaves_qty
    if ticket.side == "buy":
        ticket.cash.release(ticket.price * surplus)
    else:
        ticket.holding.release(surplus)
    ticket.leaves_qty = leaves_qty


def take_out(instrument: Instrument, ticket: Ticket) -> None:
    """Take a resting order out of the book and release what it froze."""
    assert ticket.resting is not None, "the order is not in the book"
    book = instrument.book
    if ticket.terms is not None and ticket.terms.waiting:
        assert instrument.stops is not None, "a stop order waits somewhere"
        book = instrument.stops
    book.remove(ticket.resting)
    let_go(ticket)


def let_go(ticket: Ticket) -> None:
    """Release what a ticket froze that has left the book with something left."""
    if ticket.side == "buy":
        ticket.cash.release((ticket.price or ticket.cover_px()) * ticket.leaves_qty)
    else:
        ticket.holding.release(ticket.leaves_qty)
    ticket.resting = None
    del ticket.user.member.open_tickets[ticket.order_id]


def end(
    state: State,
    ticket: Ticket,
    how: Literal["canceled", "expired"],
    text: str = "",
    reject_code: RejectCode = RejectCode.NONE,
    cl_ord_id: str = "",
) -> None:
    """Mark an order that is out of the book as ended, and report it.

    `cl_ord_id` is that of the user's own request that ended it, if one did.
    """
    ticket.ended = how
    ticket.leaves_qty = 0
    orig_cl_ord_id = ticket.cl_ord_id if cl_ord_id else ""
    state.report_order(ticket, how, how, text, reject_code, cl_ord_id, orig_cl_ord_id)


def withdraw(
    state: State,
    ticket: Ticket,
    how: Literal["canceled", "expired"],
    text: str,
    reject_code: RejectCode = RejectCode.NONE,
) -> None:
    """Take a resting order out of the book unasked, and report it."""
    take_out(state.instruments[ticket.symbol], ticket)
    end(state, ticket, how, text, reject_code)


def _trade_within_collar(state: State, instrument: Instrument, taker: Ticket, limit: int) -> bool:
    """Trade as `_trade` does, but no further than the dynamic collar; beyond it, interrupt.

    Where nothing but own orders stand beyond the collar, nothing would trade there.
    """
    is_buy = taker.side == "buy"
    side = instrument.book.asks if is_buy else instrument.book.bids
    collar = within_collar(instrument, is_buy, limit)
    if collar != limit:
        if side.live[-1] >= collar * side.sign and _trade(state, instrument, taker, collar):
            return True
        prevention = instrument.rules.self_trade_prevention
        owner = trade_group(instrument, taker.user.member, taker.owner)
        beyond, _ = reach(side, limit, taker.leaves_qty, owner, prevention)
        if beyond:
            rules = instrument.rules.volatility
            assert rules is not None, "no collar without its rules"
            interrupt(state, instrument, rules)
            return False
        if not (taker.leaves_qty and side.live and side.live[-1] >= limit * side.sign):
            return False
    return _trade(state, instrument, taker, limit)


def _trade(state: State, instrument: Instrument, taker: Ticket, limit: int) -> bool:
    """Match and settle; return whether self-trade prevention stops the incoming ticket."""
    prevention = instrument.rules.self_trade_prevention
    encounters = match(
        instrument.book,
        taker.side,
        limit,
        taker.leaves_qty,
        owner=trade_group(instrument, taker.user.member, taker.owner),
        prevention=prevention,
    )
    qty = 0
    for resting, qty in encounters:
        maker = resting.ticket
        if qty:
            settle(state, instrument, taker, maker, qty)
            assert maker.leaves_qty == resting.leaves_qty or resting.reserve is not None
        else:
            prevent(state, taker, maker)
            if prevention == "decrement":
                _decrement(state, taker, maker)
            elif prevention != "cancel_incoming":
                let_go(maker)
                end(state, maker, "canceled", SELF_TRADE, RejectCode.SELF_TRADE)
    if prevention == "decrement":
        return qty == 0 and taker.leaves_qty == 0
    return qty == 0 and prevention != "cancel_resting"


def _decrement(state: State, taker: Ticket, maker: Ticket) -> None:
    """Take the smaller quantity from both orders; what is left of either goes on."""
    overlap = min(taker.leaves_qty, maker.leaves_qty)
    if maker.leaves_qty == overlap:
        let_go(maker)
        end(state, maker, "canceled", SELF_TRADE, RejectCode.SELF_TRADE)
    else:
        if maker.side == "buy":
            maker.cash.release(maker.price * overlap)
        else:
            maker.holding.release(overlap)
        _restate(state, maker, overlap)
    if taker.leaves_qty > overlap:
        _restate(state, taker, overlap)
    else:
        taker.leaves_qty = 0  # the caller ends it


def decrement_resting(state: State, instrument: Instrument, ticket: Ticket, overlap: int) -> None:
    """Take what would have met an own order in an uncross off a resting one."""
    if overlap == ticket.leaves_qty:
        withdraw(state, ticket, "canceled", SELF_TRADE, RejectCode.SELF_TRADE)
        return
    shrink(instrument, ticket, ticket.leaves_qty - overlap)
    ticket.order_qty -= overlap
    status = ticket.status()
    state.report_order(ticket, "restated", status, _DECREMENTED, RejectCode.SELF_TRADE)


def _restate(state: State, ticket: Ticket, overlap: int) -> None:
    ticket.leaves_qty -= overlap
    ticket.order_qty -= overlap
    status = ticket.status()
    state.report_order(ticket, "restated", status, _DECREMENTED, RejectCode.SELF_TRADE)


def settle(state: State, instrument: Instrument, taker: Ticket, maker: Ticket, qty: int) -> None:
    """Book one trade at the resting order's price and report it to both."""
    price = maker.price
    state.exec_id += 1
    taker.leaves_qty -= qty
    taker.cum_qty += qty
    maker.leaves_qty -= qty
    maker.cum_qty += qty
    if maker.leaves_qty == 0:
        maker.resting = None
        del maker.user.member.open_tickets[maker.order_id]
    buys = taker.side == "buy"
    book_trade = settle_buy if buys else settle_sell
    book_trade(taker, maker, price * qty, qty, resale_ban=instrument.rules.resale_ban)
    instrument.statistics.record(price, qty)
    buyer, seller = (taker, maker) if buys else (maker, taker)
    if instrument.holding_rules is not None:
        note_trade(state, instrument, buyer.user.member, seller.user.member, qty)
    state.events.append(
        TradeEvent(
            state.seq,
            state.now_ns,
            state.exec_id,
            taker.symbol,
            price,
            qty,
            taker.side,
            buyer.order_id,
            seller.order_id,
            buyer.owner,
            seller.owner,
        )
    )
    state.report_fill(taker, maker, price, qty, aggressor=True)
    state.report_fill(maker, taker, price, qty, aggressor=False)


def prevent(state: State, taker: Ticket, maker: Ticket) -> None:
    state.events.append(
        SelfTradePrevented(
            state.seq,
            state.now_ns,
            taker.symbol,
            taker.owner,
            taker.order_id,
            maker.order_id,
            maker.price,
            min(taker.leaves_qty, maker.leaves_qty),
            taker.user.member.member,
            maker.user.member.member,
        )
    )
