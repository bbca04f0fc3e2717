"""Members, their users, and what each user has in hand."""

from __future__ import annotations

from collections import deque
from typing import Final

from bashu_daemon.core.book import Order
from bashu_daemon.core.checks import Refusal
from bashu_daemon.core.events import OrderEvent
from bashu_daemon.core.guard import MemberGuard, Position
from bashu_daemon.core.ledger import Account
from bashu_daemon.core.tickets import Receipt, Ticket
from bashu_protocol.messages import City, MemberKind, Permission, Role
from bashu_protocol.topics import VENUE_USER

MAX_FILLS: Final = 1_000
"""Fills of a member that a day keeps for queries; older ones leave first."""

REMEMBERED = 10_000
"""A user's commands of the day that are recognised for sure when they come again.

Not final: mypyc would write the number into the code, where tests cannot lower it.
"""


DEFAULT_PERMISSIONS: Final[tuple[Permission, ...]] = ("view", "enter")


class Client:
    """For whom a member trades as an agent; `owner` is the beneficial one."""

    __slots__ = ("active", "barred", "name", "owner")

    def __init__(self, name: str, owner: str) -> None:
        self.name = name
        self.owner = owner
        self.active = True
        self.barred = False


class Member:
    """A participant; several may share one beneficial `owner`."""

    __slots__ = (
        "accounts",
        "city",
        "clients",
        "fills",
        "guard",
        "held_tickets",
        "killed",
        "kind",
        "member",
        "name",
        "open_tickets",
        "owner",
        "positions",
        "suspended",
        "users",
    )

    def __init__(
        self,
        member: str,
        accounts: dict[str, Account],
        *,
        name: str,
        owner: str,
        city: City,
        kind: MemberKind,
    ) -> None:
        self.member = member
        self.name = name
        self.owner = owner
        self.city: City = city
        self.kind: MemberKind = kind
        self.accounts = accounts
        self.suspended = False
        self.killed = False
        self.guard: MemberGuard | None = None
        self.positions: dict[str, Position] = {}
        self.clients: dict[str, Client] = {}
        self.open_tickets: dict[int, Ticket] = {}
        self.held_tickets: dict[int, Ticket] = {}
        self.users: list[User] = []
        self.fills: deque[OrderEvent] = deque(maxlen=MAX_FILLS)

    def owner_for(self, client_account: str) -> str:
        """Return the beneficial owner of a client account; without a known one, the member's."""
        client = self.clients.get(client_account)
        return self.owner if client is None else client.owner

    def live_tickets(self) -> list[Ticket]:
        """Return the tickets of the member's resting orders, oldest id first."""
        return sorted(self.open_tickets.values(), key=lambda ticket: ticket.order_id)


class CommandMemory:
    """The receipts of a user's last commands of the day, by `cl_ord_id`.

    Two generations: when the recent one is full it becomes the older one, and what was older is
    forgotten. So memory is bounded, and each of the last `REMEMBERED` commands is known. Under
    its present id a live order is known for as long as it lives.
    """

    __slots__ = ("older", "recent", "turn_over_at")

    def __init__(self) -> None:
        self.turn_over_at = REMEMBERED
        self.recent: dict[str, Receipt] = {}
        self.older: dict[str, Receipt] = {}

    def __getitem__(self, cl_ord_id: str) -> Receipt:
        """Raises KeyError for an id that is not remembered."""
        receipt = self.recent.get(cl_ord_id)
        return self.older[cl_ord_id] if receipt is None else receipt

    def ticket(self, cl_ord_id: str) -> Ticket | None:
        """Return the ticket of an accepted command, be it open or not."""
        receipt = self.recent.get(cl_ord_id)
        if receipt is None:
            receipt = self.older.get(cl_ord_id)
        return receipt.ticket if receipt is not None and receipt.accepted else None

    def turn_over(self, live: list[Ticket]) -> None:
        """Begin a new generation, and take over into it what names the user's `live` orders.

        What is forgotten names none that the generation after it does not name as well.
        """
        self.older = older = self.recent
        self.recent = {ticket.cl_ord_id: older[ticket.cl_ord_id] for ticket in live}
        self.turn_over_at = len(self.recent) + REMEMBERED

    def begin_day(self, live: list[Ticket]) -> None:
        """Forget all but what names the user's `live` orders."""
        kept = {ticket.cl_ord_id: self.recent[ticket.cl_ord_id] for ticket in live}
        self.recent.clear()  # in place: a command under way will be written into it
        self.recent.update(kept)
        self.older.clear()
        self.turn_over_at = len(kept) + REMEMBERED

    def receipts(self) -> list[Receipt]:
        """Return every receipt once, oldest first."""
        return list({**self.older, **self.recent}.values())


class User:
    """A login of a member, with its own report numbers and remembered commands.

    `blocked` says why it may enter nothing now, made by `access.refresh` from what its member,
    its owner and itself are.
    """

    __slots__ = (
        "blocked",
        "killed",
        "member",
        "memory",
        "permissions",
        "role",
        "rpt_seq",
        "suspended",
        "user",
    )

    def __init__(
        self,
        user: str,
        member: Member,
        role: Role,
        permissions: tuple[Permission, ...] = DEFAULT_PERMISSIONS,
    ) -> None:
        self.user = user
        self.member = member
        self.role: Role = role
        self.permissions: tuple[Permission, ...] = permissions
        self.suspended = False
        self.killed = False
        self.blocked: Refusal | None = None
        self.rpt_seq = 0
        self.memory = CommandMemory()

    def live_tickets(self) -> list[Ticket]:
        """Return the tickets of the user's own resting orders, oldest id first."""
        return [ticket for ticket in self.member.live_tickets() if ticket.user is self]

    def remembered_tickets(self) -> list[Ticket]:
        """Return the tickets that must answer to their ids: resting ones, and those that wait."""
        held = self.member.held_tickets.values()
        return self.live_tickets() + [ticket for ticket in held if ticket.user is self]


class RestingOrder(Order):
    """A ticket's place in the book; the two let go of each other when it leaves."""

    __slots__ = ("ticket",)

    def __init__(self, ticket: Ticket) -> None:
        self.order_id = ticket.order_id
        self.side = ticket.side
        self.price = ticket.price
        self.leaves_qty = ticket.leaves_qty
        self.owner = ticket.owner
        self.level = self.before = self.after = self.reserve = None
        self.ticket = ticket


class Directory:
    """Who is known to the venue. The venue's own user always is, as a registrar."""

    __slots__ = ("members", "users")

    def __init__(self) -> None:
        self.members: dict[str, Member] = {}
        venue = Member("", {}, name="", owner="", city="other", kind="operator")
        self.users: dict[str, User] = {VENUE_USER: User(VENUE_USER, venue, "registrar")}

    def add_member(self, member: Member) -> None:
        self.members[member.member] = member

    def add_user(self, user: User) -> None:
        self.users[user.user] = user
        user.member.users.append(user)
