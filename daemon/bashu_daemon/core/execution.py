"""What becomes of an accepted order: trades, rest, or withdrawal."""

from typing import Final

from bashu_daemon.core.directory import RestingOrder, Ticket
from bashu_daemon.core.events import SelfTradePrevented, TradeEvent
from bashu_daemon.core.ledger import settle_buy, settle_sell
from bashu_daemon.core.matching import match
from bashu_daemon.core.prices import market_limit
from bashu_daemon.core.state import Instrument, State
from bashu_protocol.messages import FillRow, OrdStatus
from bashu_protocol.reject_codes import RejectCode

_SELF_TRADE: Final = "Withdrawn: it would have met an order of the same beneficial owner."
_REMAINDER: Final = "Nothing more to trade at once; the remainder is withdrawn."


def execute(state: State, instrument: Instrument, ticket: Ticket) -> None:
    """Match an incoming order that every check has passed, then rest or withdraw the remainder."""
    side = instrument.book.opposite(ticket.side)
    if side.live:
        limit = ticket.price or market_limit(
            ticket.side == "buy", instrument.limit_up, instrument.limit_down
        )
        if side.live[-1] >= limit * side.sign and _trade(state, instrument, ticket, limit):
            _end(state, ticket, "canceled", _SELF_TRADE, RejectCode.SELF_TRADE)
            return
    if ticket.leaves_qty == 0:
        return
    if ticket.time_in_force == "day":
        rest(instrument, ticket)
    else:
        _end(state, ticket, "canceled", _REMAINDER)


def rest(instrument: Instrument, ticket: Ticket) -> None:
    """Put an order into the book, last at its price, and freeze what it needs."""
    user = ticket.user
    ticket.freeze()
    ticket.resting = resting = RestingOrder(ticket)
    instrument.book.add(resting)
    user.open_tickets[ticket.order_id] = ticket
    user.member.open_orders += 1


def withdraw(
    state: State,
    ticket: Ticket,
    status: OrdStatus,
    text: str = "",
    *,
    cl_ord_id: str = "",
    orig_cl_ord_id: str = "",
) -> None:
    """Take a resting order out of the book, release what it froze, and report it."""
    resting = ticket.resting
    assert resting is not None, "the order is not in the book"
    state.instruments[ticket.symbol].book.remove(resting)
    ticket.release()
    forget(ticket)
    _end(state, ticket, status, text, cl_ord_id=cl_ord_id, orig_cl_ord_id=orig_cl_ord_id)


def forget(ticket: Ticket) -> None:
    """Let go of the place in the book that a ticket had."""
    user = ticket.user
    ticket.resting = None
    del user.open_tickets[ticket.order_id]
    user.member.open_orders -= 1


def _end(
    state: State,
    ticket: Ticket,
    status: OrdStatus,
    text: str,
    reject_code: RejectCode = RejectCode.NONE,
    *,
    cl_ord_id: str = "",
    orig_cl_ord_id: str = "",
) -> None:
    """Mark an order that is out of the book as canceled or expired, and report it."""
    ticket.ended = status
    ticket.leaves_qty = 0
    state.report_order(
        ticket,
        "expired" if status == "expired" else "canceled",
        text,
        cl_ord_id=cl_ord_id,
        orig_cl_ord_id=orig_cl_ord_id,
        reject_code=reject_code,
    )


def _trade(state: State, instrument: Instrument, taker: Ticket, limit: int) -> bool:
    """Match and settle; return whether self-trade prevention ended the incoming ticket."""
    prevention = instrument.rules.self_trade_prevention
    encounters = match(
        instrument.book,
        taker.side,
        limit,
        taker.leaves_qty,
        owner=taker.user.member.owner,
        prevention=prevention,
    )
    qty = 0
    for resting, qty in encounters:
        maker = resting.ticket
        if qty:
            _settle(state, instrument, taker, maker, qty)
            assert maker.leaves_qty == resting.leaves_qty
        else:
            _prevent(state, taker, maker)
            if prevention != "cancel_incoming":
                maker.release()
                forget(maker)
                _end(state, maker, "canceled", _SELF_TRADE, RejectCode.SELF_TRADE)
    return qty == 0 and prevention != "cancel_resting"


def _settle(state: State, instrument: Instrument, taker: Ticket, maker: Ticket, qty: int) -> None:
    """Book one trade at the resting order's price and report it to both."""
    price = maker.price
    state.exec_id += 1
    taker.leaves_qty -= qty
    taker.cum_qty += qty
    maker.leaves_qty -= qty
    maker.cum_qty += qty
    if maker.leaves_qty == 0:
        forget(maker)
    buys = taker.side == "buy"
    settle = settle_buy if buys else settle_sell
    settle(taker, maker, price * qty, qty, resale_ban=instrument.rules.resale_ban)
    instrument.statistics.record(price, qty)
    buyer, seller = (taker, maker) if buys else (maker, taker)
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
            buyer.user.member.owner,
            seller.user.member.owner,
        )
    )
    _report_party(state, taker, maker, price, qty, aggressor=True)
    _report_party(state, maker, taker, price, qty, aggressor=False)


def _report_party(
    state: State, ticket: Ticket, contra: Ticket, price: int, qty: int, *, aggressor: bool
) -> None:
    state.report_fill(ticket, contra, price, qty, aggressor)
    user = ticket.user
    user.member.fills.append(
        FillRow(
            state.exec_id,
            ticket.order_id,
            ticket.cl_ord_id,
            user.user,
            ticket.symbol,
            ticket.side,
            price,
            qty,
            state.now_ns,
        )
    )


def _prevent(state: State, taker: Ticket, maker: Ticket) -> None:
    state.events.append(
        SelfTradePrevented(
            state.seq,
            state.now_ns,
            taker.symbol,
            taker.user.member.owner,
            taker.order_id,
            maker.order_id,
            maker.price,
            min(taker.leaves_qty, maker.leaves_qty),
            taker.user.member.member,
            maker.user.member.member,
        )
    )
