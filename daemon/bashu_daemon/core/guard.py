"""What the venue counts for a member that has limits. A member without any has no guard."""

from __future__ import annotations

from typing import Final

from bashu_protocol.messages import MemberLimits

NS_PER_SECOND: Final = 1_000_000_000
NS_PER_MS: Final = 1_000_000
MAX_REMEMBERED_ORDERS: Final = 256
"""Different last orders of a user that the duplicate check knows; older ones leave first."""

OrderKey = tuple[str, str, int, int, str]
"""Symbol, side, price, quantity and client account."""


class Position:
    """What bounds on holdings need to know of a member and an instrument, in tonnes of this year.

    `reported` says that supervisors know of the large holding. `buying` is what the member may
    still buy in one-way auctions and blocks; it follows from them and is in no snapshot.
    """

    __slots__ = ("allocation", "banked", "bought", "buying", "reported", "sold")

    def __init__(self) -> None:
        self.allocation = 0
        self.banked = 0
        self.bought = 0
        self.buying = 0
        self.sold = 0
        self.reported = False


class MemberGuard:
    """A member's limits with the orders of the second, and its users' last orders.

    `second` is a whole second since 1970 and `orders` what was accepted in it. `last_orders` has
    for each user the time of its last orders by what they were, oldest first.
    """

    __slots__ = ("last_orders", "limits", "orders", "second")

    def __init__(self, limits: MemberLimits) -> None:
        self.limits = limits
        self.second = 0
        self.orders = 0
        self.last_orders: dict[str, dict[OrderKey, int]] = {}

    def is_too_fast(self, now_ns: int) -> bool:
        """Whether the second of `now_ns` has as many orders as it may."""
        limit = self.limits.max_orders_per_second
        return 0 < limit <= self.orders and self.second == now_ns // NS_PER_SECOND

    def is_duplicate(self, user: str, key: OrderKey, now_ns: int) -> bool:
        """Whether the user placed the same order less than the window ago."""
        last = self.last_orders.get(user, {}).get(key)
        return last is not None and now_ns - last < self.limits.duplicate_window_ms * NS_PER_MS

    def count(self, now_ns: int) -> None:
        """Count an accepted order or replacement."""
        if not self.limits.max_orders_per_second:
            return
        second = now_ns // NS_PER_SECOND
        if second != self.second:
            self.second = second
            self.orders = 0
        self.orders += 1

    def remember(self, user: str, key: OrderKey, now_ns: int) -> None:
        """Keep an accepted order for the duplicate check, and forget what is too old for it."""
        window_ns = self.limits.duplicate_window_ms * NS_PER_MS
        if not window_ns:
            return
        orders = self.last_orders.setdefault(user, {})
        orders.pop(key, None)
        orders[key] = now_ns
        while len(orders) > MAX_REMEMBERED_ORDERS or now_ns - next(iter(orders.values())) >= (
            window_ns
        ):
            del orders[next(iter(orders))]
