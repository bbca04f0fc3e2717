"""The part of the snapshot that limits and blocks fill; only of those who have any."""

from msgspec import Struct

from bashu_daemon.core.access import refresh
from bashu_daemon.core.correction_book import Proposal
from bashu_daemon.core.directory import DEFAULT_PERMISSIONS, Client, Member
from bashu_daemon.core.guard import MemberGuard, Position
from bashu_daemon.core.state import State
from bashu_protocol.messages import CorrectionAction, MemberLimits, Permission


class _Dumped(Struct, forbid_unknown_fields=True):
    """Base of the parts."""


class _LastOrder(_Dumped, array_like=True):
    user: str
    symbol: str
    side: str
    price: int
    qty: int
    client_account: str
    at_ns: int


class _Guard(_Dumped):
    member: str
    limits: MemberLimits
    second: int
    orders: int
    last_orders: list[_LastOrder]


class _UserAccess(_Dumped):
    user: str
    permissions: tuple[Permission, ...]
    suspended: bool
    killed: bool


class _Position(_Dumped, array_like=True):
    member: str
    symbol: str
    allocation: int
    banked: int
    bought: int
    sold: int
    reported: bool


class _Proposal(_Dumped, array_like=True):
    correction_id: int
    exec_id: int
    action: CorrectionAction
    price: int
    reason: str
    author: str


class _Client(_Dumped, array_like=True):
    member: str
    client_account: str
    name: str
    owner: str
    active: bool


class Protections(_Dumped):
    """What is kept of limits and blocks."""

    guards: list[_Guard]
    users: list[_UserAccess]
    """Only those that are not as they begin; so for the others."""
    killed_members: list[str]
    barred: list[tuple[str, str]]
    """Beneficial owner and reason."""
    clients: list[_Client]
    positions: list[_Position]
    last_correction_id: int
    proposals: list[_Proposal]
    corrected: list[tuple[int, int]]
    """Execution and the price in fen that it counts for."""


def dump_protections(state: State) -> Protections:
    members = state.directory.members.values()
    users = state.directory.users.values()
    return Protections(
        [_dump_guard(m, m.guard) for m in members if m.guard is not None],
        [
            _UserAccess(user.user, user.permissions, user.suspended, user.killed)
            for user in users
            if user.suspended or user.killed or user.permissions != DEFAULT_PERMISSIONS
        ],
        [member.member for member in members if member.killed],
        list(state.barred.items()),
        [
            _Client(member.member, account, client.name, client.owner, client.active)
            for member in members
            for account, client in member.clients.items()
        ],
        [
            _Position(
                member.member,
                symbol,
                position.allocation,
                position.banked,
                position.bought,
                position.sold,
                position.reported,
            )
            for member in members
            for symbol, position in member.positions.items()
        ],
        state.corrections.last_id,
        [
            _Proposal(p.correction_id, p.exec_id, p.action, p.price, p.reason, p.author)
            for p in state.corrections.pending.values()
        ],
        list(state.corrections.prices.items()),
    )


def _dump_guard(member: Member, guard: MemberGuard) -> _Guard:
    return _Guard(
        member.member,
        guard.limits,
        guard.second,
        guard.orders,
        [
            _LastOrder(user, *key, at_ns)
            for user, orders in guard.last_orders.items()
            for key, at_ns in orders.items()
        ],
    )


def load_protections(state: State, dumped: Protections) -> None:
    """Put back what `dump_protections` wrote; members and users are there already."""
    for guarded in dumped.guards:
        guard = MemberGuard(guarded.limits)
        guard.second = guarded.second
        guard.orders = guarded.orders
        for order in guarded.last_orders:
            key = (order.symbol, order.side, order.price, order.qty, order.client_account)
            guard.last_orders.setdefault(order.user, {})[key] = order.at_ns
        state.directory.members[guarded.member].guard = guard
    directory = state.directory
    for access in dumped.users:
        user = directory.users[access.user]
        user.permissions = access.permissions
        user.suspended = access.suspended
        user.killed = access.killed
    for name in dumped.killed_members:
        directory.members[name].killed = True
    state.barred.update(dumped.barred)
    for agent in dumped.clients:
        client = Client(agent.name, agent.owner)
        client.active = agent.active
        client.barred = agent.owner in state.barred
        directory.members[agent.member].clients[agent.client_account] = client
    for held in dumped.positions:
        position = directory.members[held.member].positions[held.symbol] = Position()
        position.allocation = held.allocation
        position.banked = held.banked
        position.bought = held.bought
        position.sold = held.sold
        position.reported = held.reported
    state.corrections.last_id = dumped.last_correction_id
    for waiting in dumped.proposals:
        state.corrections.pending[waiting.correction_id] = Proposal(
            waiting.correction_id,
            waiting.exec_id,
            waiting.action,
            waiting.price,
            waiting.reason,
            waiting.author,
        )
    state.corrections.prices.update(dumped.corrected)
    for user in directory.users.values():
        refresh(state, user)
