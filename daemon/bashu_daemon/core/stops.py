"""Stop and stop-limit orders: they wait for their stop price, then come in like new orders.

A buy waits for a trade at its stop price or above, a sale for one at it or below (ICE,
market_rules.md 7). Waiting ones stand in a book of their own, each as an order of the other side
at its stop price, so that the best of a side is the next to be triggered: by price, then time.
"""

from collections import deque

from bashu_daemon.core.book import BookSide, OrderBook
from bashu_daemon.core.checks import (
    Refusal,
    check_cash,
    check_holding,
    check_price,
    check_quantity,
)
from bashu_daemon.core.directory import RestingOrder
from bashu_daemon.core.events import TradeEvent
from bashu_daemon.core.execution import execute, let_go
from bashu_daemon.core.state import Instrument, State
from bashu_daemon.core.tickets import Ticket
from bashu_protocol.messages import ReplaceOrder, Side
from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.units import format_price


def check_stop_px(instrument: Instrument, side: Side, stop_px: int) -> Refusal | None:
    """Refuse a stop price that is none, or that the last price has reached already."""
    rules = instrument.rules
    refusal = check_price(stop_px, rules, instrument.limit_up, instrument.limit_down)
    last = instrument.statistics.last
    if refusal is None and last and (last >= stop_px if side == "buy" else last <= stop_px):
        text = f"The last price is {format_price(last)}; the stop price is reached already."
        return RejectCode.STOP_PX_REACHED, text
    return refusal


def wait(instrument: Instrument, ticket: Ticket) -> None:
    """Freeze what a stop order needs, and let it wait behind those of the same stop price.

    To buy without a limit it needs the day's upper limit, so that a triggered order is covered.
    """
    terms = ticket.terms
    assert terms is not None
    terms.waiting = True
    if ticket.side == "buy":
        terms.cover_px = 0 if ticket.price else instrument.limit_up
        ticket.cash.freeze((ticket.price or terms.cover_px) * ticket.leaves_qty)
    else:
        ticket.holding.freeze(ticket.leaves_qty)
    ticket.user.member.open_tickets[ticket.order_id] = ticket
    enqueue(instrument, ticket)


def enqueue(instrument: Instrument, ticket: Ticket) -> None:
    """Put a waiting ticket into the stop book, as one of the other side at its stop price."""
    assert ticket.terms is not None
    if instrument.stops is None:
        instrument.stops = OrderBook()
    ticket.resting = resting = RestingOrder(ticket)
    resting.side = "sell" if ticket.side == "buy" else "buy"
    resting.price = ticket.terms.stop_px
    instrument.stops.add(resting)


def check_replace_stop(
    instrument: Instrument, ticket: Ticket, command: ReplaceOrder
) -> Refusal | None:
    """Find what is wrong with changing a waiting stop order."""
    assert ticket.terms is not None
    rules = instrument.rules
    refusal = check_quantity(command.order_qty, rules)
    if refusal is None and ticket.ord_type == "stop" and command.price:
        refusal = RejectCode.INVALID_PRICE, "A stop order has no limit price; its price is 0."
    if refusal is None and ticket.ord_type == "stop_limit":
        up, down = instrument.limit_up, instrument.limit_down
        refusal = check_price(command.price, rules, up, down)
    if refusal is None and command.stop_px not in (0, ticket.terms.stop_px):
        refusal = check_stop_px(instrument, ticket.side, command.stop_px)
    if refusal is not None:
        return refusal
    if ticket.side == "buy":
        needed = (command.price or instrument.limit_up) * command.order_qty
        return check_cash(ticket.cash.available + ticket.frozen_amount(), needed)
    holding = ticket.holding
    tradable = holding.available + ticket.leaves_qty
    return check_holding(tradable, holding.bought_today, command.order_qty)


def run_stops(state: State, instrument: Instrument) -> None:
    """Trigger what the trades of the present command have reached, and all that follows from it.

    One after another and in this command: what a triggered order trades may trigger more, which
    then come behind those already triggered. An interruption of continuous trading ends it; what
    has not come in yet is touched and waits for `resume_stops`.
    """
    _run(state, instrument, deque())


def resume_stops(state: State, instrument: Instrument) -> None:
    """Do the same when an instrument enters a phase: what was touched before comes in first."""
    touched: deque[Ticket] = deque()
    if instrument.phase == "continuous" and instrument.stops is not None:
        stops = instrument.stops
        for resting in (*stops.asks.queue(), *stops.bids.queue()):
            terms = resting.ticket.terms
            if terms is not None and terms.touched:
                stops.remove(resting)
                touched.append(resting.ticket)
    _run(state, instrument, touched)


def _run(state: State, instrument: Instrument, triggered: deque[Ticket]) -> None:
    seen = _collect(state, instrument, 0, triggered)
    while triggered and instrument.phase == "continuous":
        ticket = triggered.popleft()
        let_go(ticket)
        assert ticket.terms is not None
        ticket.terms.waiting = ticket.terms.touched = False
        if ticket.ord_type == "stop":
            ticket.time_in_force = "ioc"
        state.report_order(ticket, "triggered", ticket.status())
        execute(state, instrument, ticket)
        seen = _collect(state, instrument, seen, triggered)
    for ticket in triggered:
        assert ticket.terms is not None
        ticket.terms.touched = True
        enqueue(instrument, ticket)


def _collect(state: State, instrument: Instrument, seen: int, triggered: deque[Ticket]) -> int:
    """Take what the trades since event number `seen` trigger; return how many events there are."""
    symbol = instrument.rules.symbol
    prices = [
        event.price
        for event in state.events[seen:]
        if isinstance(event, TradeEvent)
        and event.symbol == symbol
        and event.mode in ("listing", "call_auction")
    ]
    stops = instrument.stops
    if prices and stops is not None:
        _take(stops, stops.asks, max(prices), triggered)
        _take(stops, stops.bids, min(prices), triggered)
    return len(state.events)


def _take(
    stops: OrderBook[RestingOrder],
    side: BookSide[RestingOrder],
    price: int,
    triggered: deque[Ticket],
) -> None:
    """Take the waiting orders out that a trade at `price` reaches, by price, then time."""
    bound = price * side.sign
    while side.live and side.live[-1] >= bound:
        resting = side.levels[side.live[-1]].head
        stops.remove(resting)
        triggered.append(resting.ticket)
