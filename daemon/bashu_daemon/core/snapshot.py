"""The whole state as canonical bytes, and back.

Canonical: msgpack with sorted keys, every list in an order that the state itself defines. Orders
are kept once, by id; queues and receipts refer to them. A resting order's accounts, level and
neighbours are found again from what it is.
"""

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from bashu_daemon.core.directory import LiveOrder, Member, Receipt, User
from bashu_daemon.core.ledger import Account
from bashu_daemon.core.prices import DayStatistics
from bashu_daemon.core.state import Instrument, State
from bashu_protocol.messages import (
    City,
    FillRow,
    InstrumentRules,
    MemberKind,
    NewOrder,
    Notice,
    OrdStatus,
    OrdType,
    Phase,
    Role,
    Side,
    StateCommand,
    TimeInForce,
)

FORMAT_VERSION = 1


class _Dumped(Struct, forbid_unknown_fields=True):
    """Base of the snapshot's parts."""


class _Account(_Dumped):
    asset: str
    available: int
    frozen: int
    bought_today: int


class _Member(_Dumped):
    member: str
    name: str
    owner: str
    city: City
    kind: MemberKind
    suspended: bool
    accounts: list[_Account]
    fills: list[FillRow]


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
    seen: list[_Receipt]


class _Order(_Dumped, array_like=True):
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


class _Statistics(_Dumped):
    open: int
    high: int
    low: int
    last: int
    close: int
    volume: int
    turnover: int
    trade_count: int


class _Instrument(_Dumped):
    rules: InstrumentRules
    phase: Phase
    day_reference: int
    next_reference: int
    limit_up: int
    limit_down: int
    ever_traded: bool
    statistics: _Statistics
    bids: list[int]
    """Order ids in priority; so are the asks."""
    asks: list[int]


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
    orders: list[_Order]
    instruments: list[_Instrument]
    notices: list[Notice]


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
            [_dump_order(order) for order in _known_orders(users)],
            [_dump_instrument(instrument) for instrument in state.instruments.values()],
            list(state.notices),
        )
    )


def _known_orders(users: Iterable[User]) -> list[LiveOrder]:
    """Return all orders that are live or that a receipt refers to, by id."""
    known: dict[int, LiveOrder] = {}
    for user in users:
        known.update(user.open_orders)
        for receipt in user.seen.values():
            if receipt.order is not None:
                known[receipt.order.order_id] = receipt.order
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
        list(member.fills),
    )


def _dump_user(user: User) -> _User:
    seen = [
        _Receipt(receipt.command, receipt.order.order_id if receipt.order else 0, receipt.accepted)
        for receipt in user.seen.values()
    ]
    return _User(user.user, user.member.member, user.role, user.rpt_seq, seen)


def _dump_order(order: LiveOrder) -> _Order:
    return _Order(
        order.order_id,
        order.user.user,
        order.cl_ord_id,
        order.symbol,
        order.side,
        order.price,
        order.order_qty,
        order.leaves_qty,
        order.cum_qty,
        order.ord_type,
        order.time_in_force,
        order.transact_time,
        order.ended,
    )


def _dump_instrument(instrument: Instrument) -> _Instrument:
    day = instrument.statistics
    book = instrument.book
    return _Instrument(
        instrument.rules,
        instrument.phase,
        instrument.day_reference,
        instrument.next_reference,
        instrument.limit_up,
        instrument.limit_down,
        instrument.ever_traded,
        _Statistics(
            day.open,
            day.high,
            day.low,
            day.last,
            day.close,
            day.volume,
            day.turnover,
            day.trade_count,
        ),
        [order.order_id for order in book.bids.queue()],
        [order.order_id for order in book.asks.queue()],
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
    orders = {order.order_id: _load_order(state, order) for order in dumped.orders}
    for user in dumped.users:
        _load_receipts(state.directory.users[user.user], user.seen, orders)
    for instrument in dumped.instruments:
        _load_instrument(state, instrument, orders)
    for live in filter(LiveOrder.is_live, orders.values()):
        live.user.open_orders[live.order_id] = live
        live.user.member.open_orders += 1
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
    member.fills.extend(dumped.fills)
    state.directory.add_member(member)


def _load_user(state: State, dumped: _User) -> None:
    user = state.directory.users.get(dumped.user)
    if user is None:
        user = User(dumped.user, state.directory.members[dumped.member], dumped.role)
        state.directory.add_user(user)
    user.rpt_seq = dumped.rpt_seq


def _load_order(state: State, dumped: _Order) -> LiveOrder:
    placed = NewOrder(
        dumped.cl_ord_id,
        dumped.symbol,
        dumped.side,
        dumped.order_qty,
        dumped.price,
        dumped.ord_type,
        dumped.time_in_force,
    )
    user = state.directory.users[dumped.user]
    order = LiveOrder(dumped.order_id, user, placed, dumped.transact_time)
    order.leaves_qty = dumped.leaves_qty
    order.cum_qty = dumped.cum_qty
    order.ended = dumped.ended
    return order


def _load_receipts(user: User, seen: list[_Receipt], orders: dict[int, LiveOrder]) -> None:
    for receipt in seen:
        order = orders[receipt.order_id] if receipt.order_id else None
        command = receipt.command
        user.seen[command.cl_ord_id] = Receipt(command, order, receipt.accepted)


def _load_instrument(state: State, dumped: _Instrument, orders: dict[int, LiveOrder]) -> None:
    instrument = Instrument(dumped.rules)
    instrument.phase = dumped.phase
    instrument.day_reference = dumped.day_reference
    instrument.next_reference = dumped.next_reference
    instrument.limit_up = dumped.limit_up
    instrument.limit_down = dumped.limit_down
    instrument.ever_traded = dumped.ever_traded
    instrument.statistics = _load_statistics(dumped.statistics)
    for order_id in (*dumped.bids, *dumped.asks):
        instrument.book.add(orders[order_id])
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
    return day
