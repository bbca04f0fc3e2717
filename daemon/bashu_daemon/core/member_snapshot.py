"""Members and users in a snapshot, with accounts, fills of the day and remembered commands."""

from msgspec import Struct

from bashu_daemon.core.directory import Member, User
from bashu_daemon.core.events import OrderEvent
from bashu_daemon.core.ledger import Account
from bashu_daemon.core.state import State
from bashu_daemon.core.ticket_snapshot import DumpedReceipt, dump_receipts, load_receipts
from bashu_daemon.core.tickets import Ticket
from bashu_protocol.messages import City, ExecutionReport, MemberKind, Role, TradeMode


class _Account(Struct, forbid_unknown_fields=True):
    asset: str
    available: int
    frozen: int
    bought_today: int


class _Fill(Struct, array_like=True, forbid_unknown_fields=True):
    user: str
    report: ExecutionReport
    mode: TradeMode


class DumpedMember(Struct, forbid_unknown_fields=True):
    member: str
    name: str
    owner: str
    city: City
    kind: MemberKind
    suspended: bool
    accounts: list[_Account]
    fills: list[_Fill]


class DumpedUser(Struct, forbid_unknown_fields=True):
    user: str
    member: str
    role: Role
    rpt_seq: int
    turn_over_at: int
    older: list[DumpedReceipt]
    recent: list[DumpedReceipt]


def dump_member(member: Member) -> DumpedMember:
    return DumpedMember(
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
        [_Fill(event.user, event.report, event.mode) for event in member.fills],
    )


def dump_user(user: User) -> DumpedUser:
    return DumpedUser(
        user.user,
        user.member.member,
        user.role,
        user.rpt_seq,
        user.memory.turn_over_at,
        dump_receipts(user.memory.older),
        dump_receipts(user.memory.recent),
    )


def load_member(state: State, dumped: DumpedMember) -> None:
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
        OrderEvent(fill.report, fill.user, dumped.member, dumped.owner, mode=fill.mode)
        for fill in dumped.fills
    )
    state.directory.add_member(member)


def load_user(state: State, dumped: DumpedUser) -> None:
    user = state.directory.users.get(dumped.user)
    if user is None:
        user = User(dumped.user, state.directory.members[dumped.member], dumped.role)
        state.directory.add_user(user)
    user.rpt_seq = dumped.rpt_seq


def load_memory(state: State, dumped: DumpedUser, tickets: dict[int, Ticket]) -> None:
    memory = state.directory.users[dumped.user].memory
    memory.turn_over_at = dumped.turn_over_at
    memory.older = load_receipts(dumped.older, tickets)
    memory.recent = load_receipts(dumped.recent, tickets)
