"""Members, their users, and what each user has in hand."""

from __future__ import annotations

from collections import deque
from typing import Final

from msgspec import Struct

from bashu_daemon.core.book import Order
from bashu_daemon.core.ledger import CASH, Account
from bashu_protocol.messages import (
    City,
    FillRow,
    MemberKind,
    NewOrder,
    OrderCommand,
    OrdStatus,
    OrdType,
    RegistrarCommand,
    ReplaceOrder,
    Role,
    StateCommand,
    SupervisorCommand,
    TimeInForce,
)
from bashu_protocol.topics import VENUE_USER

MAX_FILL_ROWS: Final = 10_000
"""Fills of a member that a day keeps for queries; older ones leave first."""

ROLES: Final[dict[type, Role]] = {
    **dict.fromkeys(OrderCommand.__args__, "trader"),
    **dict.fromkeys(SupervisorCommand.__args__, "supervisor"),
    **dict.fromkeys(RegistrarCommand.__args__, "registrar"),
}
"""The role that each command asks for."""


_NAMING: Final = (NewOrder, ReplaceOrder)
"""Commands whose id an order bears."""


class UserInfo(Struct, frozen=True):
    """Who a user is, and the number of its last report."""

    user: str
    member: str
    role: Role
    owner: str
    last_rpt_seq: int


class Member:
    """A participant; several may share one beneficial `owner`."""

    __slots__ = (
        "accounts",
        "city",
        "fills",
        "kind",
        "member",
        "name",
        "open_orders",
        "owner",
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
        self.open_orders = 0
        self.users: list[User] = []
        self.fills: deque[FillRow] = deque(maxlen=MAX_FILL_ROWS)

    def live_orders(self) -> list[LiveOrder]:
        """Return all resting orders of the member's users, oldest id first."""
        orders = [order for user in self.users for order in user.open_orders.values()]
        return sorted(orders, key=lambda order: order.order_id)


class Receipt(Struct, frozen=True, gc=False):
    """A command that was received, the order it made or meant, and whether it was accepted.

    Not tracked by the garbage collector: a day keeps one for each command, and all are dropped
    at once.
    """

    command: StateCommand
    order: LiveOrder | None
    accepted: bool


class User:
    """A login of a member, with its own report numbers and remembered commands."""

    __slots__ = ("member", "open_orders", "role", "rpt_seq", "seen", "user")

    def __init__(self, user: str, member: Member, role: Role) -> None:
        self.user = user
        self.member = member
        self.role: Role = role
        self.rpt_seq = 0
        self.open_orders: dict[int, LiveOrder] = {}
        self.seen: dict[str, Receipt] = {}

    def live_orders(self) -> list[LiveOrder]:
        """Return the user's resting orders, oldest id first."""
        return sorted(self.open_orders.values(), key=lambda order: order.order_id)

    def named_order(self, cl_ord_id: str) -> LiveOrder | None:
        """Return the order that was placed or replaced under an id today, live or not."""
        receipt = self.seen.get(cl_ord_id)
        if receipt is None or not receipt.accepted:
            return None
        return receipt.order if type(receipt.command) in _NAMING else None


class LiveOrder(Order):
    """An accepted order with its party; kept after its end while the day remembers it.

    A market order has the price 0 and never rests: one for the day is immediate-or-cancel.
    `ended` is None while the order lives, and for good when it was filled.
    """

    __slots__ = (
        "cash",
        "cl_ord_id",
        "cum_qty",
        "ended",
        "holding",
        "ord_type",
        "order_qty",
        "symbol",
        "time_in_force",
        "transact_time",
        "user",
    )

    def __init__(self, order_id: int, user: User, command: NewOrder, now_ns: int) -> None:
        member = user.member
        is_market = command.ord_type == "market"
        self.order_id = order_id
        self.side = command.side
        self.price = 0 if is_market else command.price
        self.leaves_qty = command.order_qty
        self.owner = member.owner
        self.level = self.before = self.after = None
        self.user = user
        self.cl_ord_id = command.cl_ord_id
        self.symbol = command.symbol
        self.order_qty = command.order_qty
        self.cum_qty = 0
        self.ord_type: OrdType = command.ord_type
        time_in_force = command.time_in_force
        self.time_in_force: TimeInForce = (
            "ioc" if is_market and time_in_force == "day" else time_in_force
        )
        self.transact_time = now_ns
        self.cash = member.accounts[CASH]
        self.holding = member.accounts[command.symbol]
        self.ended: OrdStatus | None = None

    def status(self) -> OrdStatus:
        if self.ended is not None:
            return self.ended
        if self.leaves_qty == 0:
            return "filled"
        return "partially_filled" if self.cum_qty else "new"

    def is_live(self) -> bool:
        return self.level is not None

    def frozen_amount(self) -> int:
        """What a resting order holds frozen: fen for a buy, tonnes for a sale."""
        return self.price * self.leaves_qty if self.side == "buy" else self.leaves_qty

    def freeze(self) -> None:
        """Set aside what the order needs to rest."""
        account = self.cash if self.side == "buy" else self.holding
        account.freeze(self.frozen_amount())

    def release(self) -> None:
        """Give back what the resting order holds frozen."""
        account = self.cash if self.side == "buy" else self.holding
        account.release(self.frozen_amount())


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
