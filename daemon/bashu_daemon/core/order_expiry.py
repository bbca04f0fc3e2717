"""The end of orders with their day, and good-till-date orders that outlive it.

What is left of an order lapses at the end of its day (market_rules.md 1.4, row 3); good till date
is for markets whose rulebook has it (ICE, 7; key features.max_gtd_days).
"""

from bashu_daemon.core.checks import check_price
from bashu_daemon.core.execution import trade_group, withdraw
from bashu_daemon.core.ledger import CASH
from bashu_daemon.core.state import Instrument, State
from bashu_daemon.core.tickets import Ticket


def _live_tickets(state: State) -> list[Ticket]:
    members = state.directory.members.values()
    live = [ticket for member in members for ticket in member.live_tickets()]
    return sorted(live, key=lambda ticket: ticket.order_id)


def expire_orders(state: State) -> None:
    """End the orders whose last day is over, in id order."""
    for ticket in _live_tickets(state):
        if ticket.terms is None or ticket.terms.expire_date <= state.trade_date:
            withdraw(state, ticket, "expired", "The trading day is over.")


def held_overnight(state: State) -> dict[tuple[str, str], int]:
    """Return what the orders that outlive the day hold frozen, by member and asset."""
    held: dict[tuple[str, str], int] = {}
    for ticket in _live_tickets(state):
        asset = CASH if ticket.side == "buy" else ticket.symbol
        key = (ticket.user.member.member, asset)
        held[key] = held.get(key, 0) + ticket.frozen_amount()
    return held


def review_orders(state: State) -> None:
    """At the opening, end what the new day's limits or a changed rulebook do not admit."""
    for ticket in _live_tickets(state):
        instrument = state.instruments[ticket.symbol]
        text = _objection(state, instrument, ticket)
        if text:
            withdraw(state, ticket, "expired", text)
        elif ticket.resting is not None:
            ticket.resting.owner = trade_group(instrument, ticket.user.member, ticket.owner)


def _objection(state: State, instrument: Instrument, ticket: Ticket) -> str:
    terms = ticket.terms
    assert terms is not None, "only good-till-date orders outlive their day"
    if terms.expire_date < state.trade_date:
        return f"Its last day {terms.expire_date} is over."
    rules = instrument.rules
    for is_asked_for, is_offered, what in (
        (True, rules.features.max_gtd_days, "good-till-date orders"),
        (terms.waiting, rules.features.stop, "stop orders"),
        (terms.display_qty, rules.features.iceberg_min_display, "iceberg orders"),
    ):
        if is_asked_for and not is_offered:
            return f"{rules.symbol} has no {what} any more."
    for price in (ticket.price, terms.stop_px):
        if price:
            refusal = check_price(price, rules, instrument.limit_up, instrument.limit_down)
            if refusal is not None:
                return f"It does not fit into the new day. {refusal[1]}"
    return ""
