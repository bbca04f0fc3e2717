"""The whole state as canonical bytes, and back.

Canonical: msgpack with sorted keys, every list in an order that the state itself defines. Orders
are kept once, by id; queues and receipts refer to them. A resting order's accounts, level and
neighbours are found again from what it is.
"""

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from bashu_daemon.core.auction_snapshot import DumpedAuctions, dump_auctions, load_auctions
from bashu_daemon.core.block_snapshot import DumpedOffer, dump_blocks, load_blocks
from bashu_daemon.core.book import OrderBook
from bashu_daemon.core.directory import Member, User
from bashu_daemon.core.events import OrderEvent
from bashu_daemon.core.execution import add_to_book
from bashu_daemon.core.ledger import CASH, Account
from bashu_daemon.core.limits_snapshot import Protections, dump_protections, load_protections
from bashu_daemon.core.prices import DayStatistics
from bashu_daemon.core.state import Instrument, State
from bashu_daemon.core.stops import enqueue
from bashu_daemon.core.tickets import OrderTerms, Receipt, Ticket
from bashu_protocol.messages import (
    City,
    ExecutionReport,
    InstrumentRules,
    MemberKind,
    Notice,
    OrdStatus,
    OrdType,
    Phase,
    Role,
    Side,
    StateCommand,
    TimeInForce,
)

FORMAT_VERSION = 2


class _Dumped(Struct, forbid_unknown_fields=True):
    """Base of the snapshot's parts."""


class _Account(_Dumped):
    asset: str
    available: int
    frozen: int
    bought_today: int


class _Fill(_Dumped, array_like=True):
    user: str
    report: ExecutionReport


class _Member(_Dumped):
    member: str
    name: str
    owner: str
    city: City
    kind: MemberKind
    suspended: bool
    accounts: list[_Account]
    fills: list[_Fill]


class _Receipt(_Dumped, array_like=True):
    command: StateCommand
    order_id: int
    """0 where there is none."""
    accepted: bool


class _User(_Dumped):
    user: str
    member: str
    role: Role
    rpt_seq: int
    turn_over_at: int
    older: list[_Receipt]
    recent: list[_Receipt]


class _Ticket(_Dumped, array_like=True):
    order_id: int
    user: str
    cl_ord_id: str
    symbol: str
    side: Side
    price: int
    order_qty: int
    leaves_qty: int
    cum_qty: int
    ord_type: OrdType
    time_in_force: TimeInForce
    transact_time: int
    ended: OrdStatus | None
    owner: str
    client_account: str
    terms: OrderTerms | None = None
    shown_qty: int = 0
    """Tonnes that a resting iceberg shows; 0 for any other order."""


class _Statistics(_Dumped):
    open: int
    high: int
    low: int
    last: int
    close: int
    volume: int
    turnover: int
    trade_count: int
    auction_volume: int = 0
    auction_turnover: int = 0
    block_volume: int = 0
    block_turnover: int = 0
    block_count: int = 0


class _Instrument(_Dumped):
    rules: InstrumentRules
    phase: Phase
    day_reference: int
    next_reference: int
    limit_up: int
    limit_down: int
    ever_traded: bool
    volatility_ends_ns: int
    statistics: _Statistics
    bids: list[int]
    """Order ids in priority; so are the asks."""
    asks: list[int]
    block_session: bool
    stops: list[int] | None
    """Order ids of the waiting stop orders: sales, then buys, each in the order of triggering."""


class _State(_Dumped):
    version: int
    seq: int
    now_ns: int
    trade_date: int
    day_open: bool
    order_id: int
    exec_id: int
    notice_id: int
    external: list[tuple[str, int]]
    members: list[_Member]
    users: list[_User]
    tickets: list[_Ticket]
    instruments: list[_Instrument]
    notices: list[Notice]
    protections: Protections
    auctions: DumpedAuctions
    blocks: list[DumpedOffer]


_ENCODER = msgspec.msgpack.Encoder(order="sorted")
_DECODER = msgspec.msgpack.Decoder(_State)


def dump(state: State) -> bytes:
    """Write the state; the same state gives the same bytes on any Python."""
    users = state.directory.users.values()
    return _ENCODER.encode(
        _State(
            FORMAT_VERSION,
            state.seq,
            state.now_ns,
            state.trade_date,
            state.day_open,
            state.order_id,
            state.exec_id,
            state.notice_id,
            list(state.ledger.external.items()),
            [_dump_member(member) for member in state.directory.members.values()],
            [_dump_user(user) for user in users],
            [_dump_ticket(ticket) for ticket in _known_tickets(state)],
            [_dump_instrument(instrument) for instrument in state.instruments.values()],
            list(state.notices),
            dump_protections(state),
            dump_auctions(state.auction_room),
            dump_blocks(state),
        )
    )


def _known_tickets(state: State) -> list[Ticket]:
    """Return all tickets that are open or that a receipt refers to, by id."""
    known: dict[int, Ticket] = {}
    for member in state.directory.members.values():
        known.update(member.open_tickets)
        known.update(member.held_tickets)
    for user in state.directory.users.values():
        for receipt in user.memory.receipts():
            if receipt.ticket is not None:
                known[receipt.ticket.order_id] = receipt.ticket
    return [known[order_id] for order_id in sorted(known)]


def _dump_member(member: Member) -> _Member:
    return _Member(
        member.member,
        member.name,
        member.owner,
        member.city,
        member.kind,
        member.suspended,
        [
            _Account(asset, account.available, account.frozen, account.bought_today)
            for asset, account in member.accounts.items()
        ],
        [_Fill(event.user, event.report) for event in member.fills],
    )


def _dump_user(user: User) -> _User:
    return _User(
        user.user,
        user.member.member,
        user.role,
        user.rpt_seq,
        user.memory.turn_over_at,
        _dump_receipts(user.memory.older),
        _dump_receipts(user.memory.recent),
    )


def _dump_receipts(generation: dict[str, Receipt]) -> list[_Receipt]:
    return [
        _Receipt(
            receipt.command, receipt.ticket.order_id if receipt.ticket else 0, receipt.accepted
        )
        for receipt in generation.values()
    ]


def _shown_qty(ticket: Ticket) -> int:
    resting = ticket.resting
    return resting.leaves_qty if resting is not None and resting.reserve is not None else 0


def _dump_ticket(ticket: Ticket) -> _Ticket:
    return _Ticket(
        ticket.order_id,
        ticket.user.user,
        ticket.cl_ord_id,
        ticket.symbol,
        ticket.side,
        ticket.price,
        ticket.order_qty,
        ticket.leaves_qty,
        ticket.cum_qty,
        ticket.ord_type,
        ticket.time_in_force,
        ticket.transact_time,
        ticket.ended,
        ticket.owner,
        ticket.client_account,
        ticket.terms,
        _shown_qty(ticket),
    )


def _dump_instrument(instrument: Instrument) -> _Instrument:
    day = instrument.statistics
    book = instrument.book
    stops = instrument.stops
    return _Instrument(
        instrument.rules,
        instrument.phase,
        instrument.day_reference,
        instrument.next_reference,
        instrument.limit_up,
        instrument.limit_down,
        instrument.ever_traded,
        instrument.volatility_ends_ns,
        _Statistics(
            day.open,
            day.high,
            day.low,
            day.last,
            day.close,
            day.volume,
            day.turnover,
            day.trade_count,
            day.auction_volume,
            day.auction_turnover,
            day.block_volume,
            day.block_turnover,
            day.block_count,
        ),
        [order.order_id for order in book.bids.queue()],
        [order.order_id for order in book.asks.queue()],
        instrument.block_session,
        None
        if stops is None
        else [order.order_id for order in (*stops.bids.queue(), *stops.asks.queue())],
    )


def load(data: bytes) -> State:
    """Read what `dump` wrote.

    Raises:
        msgspec.MsgspecError: if it is not a snapshot.
        ValueError: if it is one of another format version.
    """
    dumped = _DECODER.decode(data)
    if dumped.version != FORMAT_VERSION:
        raise ValueError(f"the snapshot has format {dumped.version}, not {FORMAT_VERSION}")
    state = State()
    state.seq = dumped.seq
    state.now_ns = dumped.now_ns
    state.trade_date = dumped.trade_date
    state.day_open = dumped.day_open
    state.order_id = dumped.order_id
    state.exec_id = dumped.exec_id
    state.notice_id = dumped.notice_id
    state.notices.extend(dumped.notices)
    state.ledger.external = dict(dumped.external)
    for member in dumped.members:
        _load_member(state, member)
    for user in dumped.users:
        _load_user(state, user)
    tickets = {ticket.order_id: _load_ticket(state, ticket) for ticket in dumped.tickets}
    shown_qty = {ticket.order_id: ticket.shown_qty for ticket in dumped.tickets}
    for user in dumped.users:
        memory = state.directory.users[user.user].memory
        memory.turn_over_at = user.turn_over_at
        memory.older = _load_receipts(user.older, tickets)
        memory.recent = _load_receipts(user.recent, tickets)
    for instrument in dumped.instruments:
        _load_instrument(state, instrument, tickets, shown_qty)
    _list_open_tickets(tickets.values())
    load_protections(state, dumped.protections)
    load_auctions(state, dumped.auctions)
    load_blocks(state, dumped.blocks)
    return state


def _load_member(state: State, dumped: _Member) -> None:
    accounts = {
        account.asset: Account(
            account.asset, account.available, account.frozen, account.bought_today
        )
        for account in dumped.accounts
    }
    state.ledger.accounts[dumped.member] = accounts
    member = Member(
        dumped.member,
        accounts,
        name=dumped.name,
        owner=dumped.owner,
        city=dumped.city,
        kind=dumped.kind,
    )
    member.suspended = dumped.suspended
    member.fills.extend(
        OrderEvent(fill.report, fill.user, dumped.member, dumped.owner) for fill in dumped.fills
    )
    state.directory.add_member(member)


def _load_user(state: State, dumped: _User) -> None:
    user = state.directory.users.get(dumped.user)
    if user is None:
        user = User(dumped.user, state.directory.members[dumped.member], dumped.role)
        state.directory.add_user(user)
    user.rpt_seq = dumped.rpt_seq


def _load_ticket(state: State, dumped: _Ticket) -> Ticket:
    user = state.directory.users[dumped.user]
    accounts = user.member.accounts
    return Ticket(
        dumped.order_id,
        user,
        dumped.cl_ord_id,
        dumped.symbol,
        dumped.side,
        dumped.price,
        dumped.order_qty,
        dumped.leaves_qty,
        dumped.ord_type,
        dumped.time_in_force,
        dumped.transact_time,
        accounts[CASH],
        accounts[dumped.symbol],
        dumped.owner,
        dumped.cum_qty,
        dumped.ended,
        client_account=dumped.client_account,
        terms=dumped.terms,
    )


def _load_receipts(dumped: list[_Receipt], tickets: dict[int, Ticket]) -> dict[str, Receipt]:
    return {
        receipt.command.cl_ord_id: Receipt(
            receipt.command,
            tickets[receipt.order_id] if receipt.order_id else None,
            receipt.accepted,
        )
        for receipt in dumped
    }


def _load_instrument(
    state: State, dumped: _Instrument, tickets: dict[int, Ticket], shown_qty: dict[int, int]
) -> None:
    instrument = Instrument(dumped.rules)
    instrument.phase = dumped.phase
    instrument.day_reference = dumped.day_reference
    instrument.next_reference = dumped.next_reference
    instrument.limit_up = dumped.limit_up
    instrument.limit_down = dumped.limit_down
    instrument.ever_traded = dumped.ever_traded
    instrument.volatility_ends_ns = dumped.volatility_ends_ns
    instrument.block_session = dumped.block_session
    instrument.statistics = _load_statistics(dumped.statistics)
    for order_id in (*dumped.bids, *dumped.asks):
        ticket = tickets[order_id]
        add_to_book(instrument, ticket, shown_qty.get(order_id, 0))
    if dumped.stops is not None:
        instrument.stops = OrderBook()
        for order_id in dumped.stops:
            enqueue(instrument, tickets[order_id])
    state.instruments[dumped.rules.symbol] = instrument


def _load_statistics(dumped: _Statistics) -> DayStatistics:
    day = DayStatistics()
    day.open = dumped.open
    day.high = dumped.high
    day.low = dumped.low
    day.last = dumped.last
    day.close = dumped.close
    day.volume = dumped.volume
    day.turnover = dumped.turnover
    day.trade_count = dumped.trade_count
    day.auction_volume = dumped.auction_volume
    day.auction_turnover = dumped.auction_turnover
    day.block_volume = dumped.block_volume
    day.block_turnover = dumped.block_turnover
    day.block_count = dumped.block_count
    return day


def _list_open_tickets(tickets: Iterable[Ticket]) -> None:
    for ticket in tickets:
        if ticket.resting is not None:
            ticket.user.member.open_tickets[ticket.order_id] = ticket
        elif ticket.ended == "pending_new":
            ticket.user.member.held_tickets[ticket.order_id] = ticket
