"""Call auctions: the steps into and out of their phases, the uncross, and what it would give."""

from typing import Final

from bashu_daemon.core.directory import RestingOrder
from bashu_daemon.core.events import TradeEvent
from bashu_daemon.core.execution import SELF_TRADE, decrement_resting, prevent, withdraw
from bashu_daemon.core.holdings import note_trade
from bashu_daemon.core.ledger import settle_frozen
from bashu_daemon.core.sessions import CALL_PHASES
from bashu_daemon.core.state import Instrument, State
from bashu_daemon.core.stops import resume_stops
from bashu_daemon.core.tickets import Ticket
from bashu_daemon.core.uncross import NOTHING, Clearing, Uncross, uncross
from bashu_daemon.core.volatility import dynamic_reference, start_clock
from bashu_protocol.messages import Phase, SelfTradePrevention
from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.units import format_price

_UNTRADED: Final[frozenset[Phase]] = CALL_PHASES | {"halted"}
"""Phases that a crossed book may enter as it is."""
_AGGRESSOR: Final = "buy"
"""Nobody is the aggressor in an uncross; the trade's field says `buy` by convention."""


def enter_phase(
    state: State, symbol: str, instrument: Instrument, phase: Phase, author: str, reason: str = ""
) -> None:
    """Move an instrument to a phase; out of the call phases an uncross comes first.

    So it does after a halt that began in one, and at the close of the day. Not where the
    instrument stays halted.
    """
    previous = instrument.phase
    if phase not in _UNTRADED:
        traded_qty, price = _uncross(state, symbol, instrument)
        if previous == "volatility_auction":
            title = f"The volatility interruption in {symbol} is over: {phase}"
            traded = f"{traded_qty} t at {format_price(price)} CNY" if traded_qty else "nothing"
            body = f"The call auction traded {traded}."
            state.publish_notice("volatility", author, title, body, symbol=symbol)
    instrument.volatility_ends_ns = 0
    if phase == "volatility_auction":
        start_clock(state, instrument)
    state.change_phase(symbol, instrument, phase, author, reason)
    if instrument.stops is not None:
        resume_stops(state, instrument)


def indicative(instrument: Instrument) -> Clearing:
    """Return (price, quantity, surplus) of an uncross now; zeros outside the call phases.

    It looks at every order that could trade, so it is for market data, and never for each order.
    """
    if instrument.phase not in CALL_PHASES:
        return NOTHING
    found = _find(instrument)
    return found.price, found.qty, found.surplus


def _find(instrument: Instrument) -> Uncross[RestingOrder]:
    reference = dynamic_reference(instrument)
    return uncross(instrument.book, reference, instrument.rules.tick, _prevention(instrument))


def _prevention(instrument: Instrument) -> SelfTradePrevention | None:
    rules = instrument.rules
    if rules.call_auction is not None and not rules.call_auction.prevent_self_trades:
        return None
    return rules.self_trade_prevention


def _uncross(state: State, symbol: str, instrument: Instrument) -> tuple[int, int]:
    """Trade what can trade at one price; return (quantity, price). What is left stays."""
    book = instrument.book
    if not book.is_crossed():
        return 0, 0
    found = _find(instrument)
    fills = found.fills()
    prevention = instrument.rules.self_trade_prevention
    for later, earlier, qty in found.prevented:
        prevent(state, later.ticket, earlier.ticket)
        if prevention == "decrement":
            decrement_resting(state, instrument, later.ticket, qty)
            decrement_resting(state, instrument, earlier.ticket, qty)
        if prevention in ("cancel_incoming", "cancel_both"):
            withdraw(state, later.ticket, "canceled", SELF_TRADE, RejectCode.SELF_TRADE)
        if prevention in ("cancel_resting", "cancel_both"):
            withdraw(state, earlier.ticket, "canceled", SELF_TRADE, RejectCode.SELF_TRADE)
    for buy, sell, qty in fills:
        _settle(state, symbol, instrument, buy.ticket, sell.ticket, found.price, qty)
    assert not book.is_crossed(), "the uncross left something that could trade"
    return found.qty, found.price


def _settle(
    state: State,
    symbol: str,
    instrument: Instrument,
    buyer: Ticket,
    seller: Ticket,
    price: int,
    qty: int,
) -> None:
    """Book one trade of two resting orders and report it to both."""
    state.exec_id += 1
    _fill(instrument, buyer, qty)
    _fill(instrument, seller, qty)
    resale_ban = instrument.rules.resale_ban
    settle_frozen(buyer, seller, buyer.price * qty, price * qty, qty, resale_ban=resale_ban)
    instrument.statistics.record(price, qty)
    if instrument.holding_rules is not None:
        note_trade(state, instrument, buyer.user.member, seller.user.member, qty)
    state.events.append(
        TradeEvent(
            state.seq,
            state.now_ns,
            state.exec_id,
            symbol,
            price,
            qty,
            _AGGRESSOR,
            buyer.order_id,
            seller.order_id,
            buyer.owner,
            seller.owner,
            "call_auction",
        )
    )
    state.report_fill(buyer, seller, price, qty, aggressor=False, mode="call_auction")
    state.report_fill(seller, buyer, price, qty, aggressor=False, mode="call_auction")


def _fill(instrument: Instrument, ticket: Ticket, qty: int) -> None:
    """Take what traded off a resting order; it leaves the book when nothing is left."""
    resting = ticket.resting
    assert resting is not None, "the order is not in the book"
    ticket.leaves_qty -= qty
    ticket.cum_qty += qty
    if ticket.leaves_qty:
        instrument.book.reduce_total(resting, ticket.leaves_qty)
        return
    instrument.book.remove(resting)
    ticket.resting = None
    del ticket.user.member.open_tickets[ticket.order_id]
