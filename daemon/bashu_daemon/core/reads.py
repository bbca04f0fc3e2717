"""Views of the state for queries and market data. Nothing here changes anything."""

from msgspec import Struct

from bashu_daemon.core.block_checks import block_limits
from bashu_daemon.core.call_auction import indicative
from bashu_daemon.core.directory import User
from bashu_daemon.core.events import OrderEvent
from bashu_daemon.core.holdings import holding_bound
from bashu_daemon.core.ledger import CASH
from bashu_daemon.core.state import State
from bashu_daemon.core.tickets import OrderTerms, Ticket
from bashu_protocol.messages import (
    AccountRow,
    FillRow,
    InstrumentRow,
    LimitsRow,
    MemberLimits,
    MemberRow,
    OrderRow,
    Phase,
    Role,
)


class UserInfo(Struct, frozen=True):
    """Who a user is, and the number of its last report."""

    user: str
    member: str
    role: Role
    owner: str
    last_rpt_seq: int
    may_view: bool = True
    """Whether it may query its member's orders, fills and account."""


class StatRow(Struct, frozen=True):
    """The day of an instrument so far; prices in fen, 0 where there is none yet.

    The fields are those of the public `InstrumentStat`, which is made of them.
    """

    trade_date: int
    phase: Phase
    reference_price: int
    limit_up: int
    limit_down: int
    open: int
    high: int
    low: int
    last: int
    vwap: int
    close: int
    volume: int
    turnover: int
    trade_count: int
    indicative_price: int = 0
    indicative_qty: int = 0
    indicative_surplus: int = 0
    auction_volume: int = 0
    auction_turnover: int = 0
    block_session: bool = False
    block_volume: int = 0
    block_turnover: int = 0
    block_count: int = 0


def stat_row(state: State, symbol: str) -> StatRow:
    """Sum up a symbol's day; the close is there after `close_day`. Raises KeyError if unknown."""
    instrument = state.instruments[symbol]
    statistics = instrument.statistics
    return StatRow(
        state.trade_date,
        instrument.phase,
        instrument.day_reference,
        instrument.limit_up,
        instrument.limit_down,
        statistics.open,
        statistics.high,
        statistics.low,
        statistics.last,
        statistics.vwap(),
        statistics.close,
        statistics.volume,
        statistics.turnover,
        statistics.trade_count,
        *indicative(instrument),
        statistics.auction_volume,
        statistics.auction_turnover,
        instrument.block_session,
        statistics.block_volume,
        statistics.block_turnover,
        statistics.block_count,
    )


def volatility_auctions_due(state: State, now_ns: int) -> list[str]:
    """Return the symbols whose volatility auction has lasted its time, in alphabetical order."""
    return [
        symbol
        for symbol, instrument in sorted(state.instruments.items())
        if 0 < instrument.volatility_ends_ns <= now_ns
    ]


def instrument_rows(state: State) -> list[InstrumentRow]:
    return [
        InstrumentRow(
            instrument.rules,
            instrument.phase,
            state.trade_date,
            instrument.day_reference,
            instrument.limit_up,
            instrument.limit_down,
            instrument.block_session,
            *block_limits(instrument),
        )
        for _, instrument in sorted(state.instruments.items())
    ]


def member_rows(state: State) -> list[MemberRow]:
    return [
        MemberRow(
            name,
            member.name,
            member.owner,
            member.city,
            member.kind,
            member.suspended,
            member.killed,
            member.owner in state.barred,
        )
        for name, member in sorted(state.directory.members.items())
    ]


def order_rows(state: State, member: str) -> list[OrderRow]:
    """List a member's resting and held orders, oldest id first; none of an unknown member."""
    found = state.directory.members.get(member)
    if found is None:
        return []
    tickets = {**found.open_tickets, **found.held_tickets}
    return [_order_row(ticket) for _, ticket in sorted(tickets.items())]


def _order_row(ticket: Ticket) -> OrderRow:
    terms = ticket.terms or OrderTerms()
    return OrderRow(
        ticket.order_id,
        ticket.cl_ord_id,
        ticket.user.user,
        ticket.symbol,
        ticket.side,
        ticket.price,
        ticket.order_qty,
        ticket.leaves_qty,
        ticket.cum_qty,
        ticket.ord_type,
        ticket.time_in_force,
        ticket.transact_time,
        ticket.client_account,
        terms.expire_date,
        terms.min_qty,
        terms.display_qty,
        terms.stop_px,
        terms.exec_inst,
        terms.waiting,
        ticket.ended == "pending_new",
    )


def fill_rows(state: State, member: str) -> list[FillRow]:
    """List a member's last fills of the day, in order; none of an unknown member."""
    found = state.directory.members.get(member)
    prices = state.corrections.prices
    return [_fill_row(event, prices) for event in found.fills] if found else []


def _fill_row(event: OrderEvent, prices: dict[int, int]) -> FillRow:
    report = event.report
    corrected = prices.get(report.exec_id)
    return FillRow(
        report.exec_id,
        report.order_id,
        report.cl_ord_id,
        event.user,
        report.symbol,
        "buy" if report.side == "buy" else "sell",
        report.last_px,
        report.last_qty,
        report.transact_time,
        "" if corrected is None else "adjust" if corrected else "cancel",
        corrected or 0,
        event.mode,
    )


def account_rows(state: State, member: str) -> list[AccountRow]:
    """List what a member holds of every asset, cash first; nothing of an unknown member."""
    accounts = state.ledger.accounts.get(member, {})
    return [
        AccountRow(member, asset, account.available, account.frozen, account.bought_today)
        for asset, account in sorted(accounts.items(), key=lambda item: (item[0] != CASH, item[0]))
    ]


def limits_row(state: State, user: str) -> LimitsRow:
    """Return what bounds a user. Raises KeyError if unknown."""
    known = state.directory.users[user]
    member = known.member
    return LimitsRow(
        member.member,
        user,
        known.permissions if known.role == "trader" else (),
        member.guard.limits if member.guard is not None else MemberLimits(),
        [
            (account, client.name, client.active and not client.barred)
            for account, client in sorted(member.clients.items())
        ],
        _holding_limits(state, known) if "view" in known.permissions else {},
    )


def _holding_limits(state: State, user: User) -> dict[str, int]:
    """Return the most tonnes that a trader's member may hold, where that is bounded."""
    if user.role != "trader":
        return {}
    bounds = {
        symbol: holding_bound(user.member, instrument)
        for symbol, instrument in sorted(state.instruments.items())
    }
    return {symbol: bound for symbol, bound in bounds.items() if bound}
