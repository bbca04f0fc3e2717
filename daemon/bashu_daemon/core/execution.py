"""What becomes of an accepted order: trades, rest, or withdrawal."""

from typing import Final

from bashu_daemon.core.directory import LiveOrder
from bashu_daemon.core.events import SelfTradePrevented, TradeEvent
from bashu_daemon.core.ledger import settle_buy, settle_sell
from bashu_daemon.core.matching import Encounter, match
from bashu_daemon.core.prices import market_limit
from bashu_daemon.core.state import Instrument, State
from bashu_protocol.messages import FillRow, OrdStatus
from bashu_protocol.reject_codes import RejectCode

_SELF_TRADE: Final = "Withdrawn: it would have met an order of the same beneficial owner."
_REMAINDER: Final = "Nothing more to trade at once; the remainder is withdrawn."


def execute(state: State, instrument: Instrument, order: LiveOrder) -> None:
    """Match an incoming order that every check has passed, then rest or withdraw the remainder."""
    side = instrument.book.opposite(order.side)
    if side.live:
        limit = order.price or market_limit(
            order.side == "buy", instrument.limit_up, instrument.limit_down
        )
        if side.live[-1] >= limit * side.sign and _trade(state, instrument, order, limit):
            _end(state, order, "canceled", _SELF_TRADE, RejectCode.SELF_TRADE)
            return
    if order.leaves_qty == 0:
        return
    if order.time_in_force == "day":
        rest(instrument, order)
    else:
        _end(state, order, "canceled", _REMAINDER)


def rest(instrument: Instrument, order: LiveOrder) -> None:
    """Put an order into the book, last at its price, and freeze what it needs."""
    user = order.user
    order.freeze()
    instrument.book.add(order)
    user.open_orders[order.order_id] = order
    user.member.open_orders += 1


def withdraw(
    state: State,
    order: LiveOrder,
    status: OrdStatus,
    text: str = "",
    *,
    cl_ord_id: str = "",
    orig_cl_ord_id: str = "",
) -> None:
    """Take a resting order out of the book, release what it froze, and report it."""
    state.instruments[order.symbol].book.remove(order)
    order.release()
    forget(order)
    _end(state, order, status, text, cl_ord_id=cl_ord_id, orig_cl_ord_id=orig_cl_ord_id)


def forget(order: LiveOrder) -> None:
    """Take an order that left the book off its user's list."""
    user = order.user
    del user.open_orders[order.order_id]
    user.member.open_orders -= 1


def _end(
    state: State,
    order: LiveOrder,
    status: OrdStatus,
    text: str,
    reject_code: RejectCode = RejectCode.NONE,
    *,
    cl_ord_id: str = "",
    orig_cl_ord_id: str = "",
) -> None:
    """Mark an order that is out of the book as canceled or expired, and report it."""
    order.ended = status
    order.leaves_qty = 0
    state.report_order(
        order,
        "expired" if status == "expired" else "canceled",
        text,
        cl_ord_id=cl_ord_id,
        orig_cl_ord_id=orig_cl_ord_id,
        reject_code=reject_code,
    )


def _trade(state: State, instrument: Instrument, taker: LiveOrder, limit: int) -> bool:
    """Match and settle; return whether self-trade prevention ended the incoming order."""
    prevention = instrument.rules.self_trade_prevention
    encounters = match(
        instrument.book,
        taker.side,
        limit,
        taker.leaves_qty,
        owner=taker.owner,
        prevention=prevention,
    )
    for maker, qty in encounters:
        if qty:
            _settle(state, instrument, taker, maker, qty)
        else:
            _prevent(state, taker, maker)
            if prevention != "cancel_incoming":
                maker.release()
                forget(maker)
                _end(state, maker, "canceled", _SELF_TRADE, RejectCode.SELF_TRADE)
    last: Encounter[LiveOrder] = encounters[-1]
    return last[1] == 0 and prevention != "cancel_resting"


def _settle(
    state: State, instrument: Instrument, taker: LiveOrder, maker: LiveOrder, qty: int
) -> None:
    """Book one trade at the resting order's price and report it to both."""
    price = maker.price
    state.exec_id += 1
    taker.leaves_qty -= qty
    taker.cum_qty += qty
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
            buyer.owner,
            seller.owner,
        )
    )
    _report_party(state, taker, maker, price, qty, aggressor=True)
    _report_party(state, maker, taker, price, qty, aggressor=False)


def _report_party(
    state: State, order: LiveOrder, contra: LiveOrder, price: int, qty: int, *, aggressor: bool
) -> None:
    state.report_fill(order, contra, price, qty, aggressor)
    user = order.user
    user.member.fills.append(
        FillRow(
            state.exec_id,
            order.order_id,
            order.cl_ord_id,
            user.user,
            order.symbol,
            order.side,
            price,
            qty,
            state.now_ns,
        )
    )


def _prevent(state: State, taker: LiveOrder, maker: LiveOrder) -> None:
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
