"""What control groups hold, from what was booked into their accounts and what they traded.

Known for an instrument only where bookings are seen: a recorded file has none. A client's trades
count for its own beneficial owner, while the tonnes were booked for the member that acts for it.
"""

from msgspec import Struct

from bashu_daemon.surveillance.history import rename


class Holdings(Struct, array_like=True):
    """Tonnes by instrument and group."""

    held: dict[str, dict[str, int]] = {}
    allocated: dict[str, dict[str, int]] = {}
    """Annual allocations that raise what a group may hold."""
    allocations: dict[str, dict[str, int]] = {}
    """The same by account."""
    supply: dict[str, int] = {}
    """All tonnes that are in accounts."""

    def book(self, symbol: str, group: str, tonnes: int) -> None:
        """Tonnes came into an account of a group, or left it, other than by a trade."""
        held = self.held.setdefault(symbol, {})
        held[group] = held.get(group, 0) + tonnes
        self.supply[symbol] = self.supply.get(symbol, 0) + tonnes

    def trade(self, symbol: str, buyer: str, seller: str, qty: int) -> None:
        """Tonnes changed hands."""
        held = self.held.get(symbol)
        if held is not None:
            held[buyer] = held.get(buyer, 0) + qty
            held[seller] = held.get(seller, 0) - qty

    def allocate(self, symbol: str, account: str, group: str, tonnes: int) -> None:
        """Set the annual allocation of an account of a group."""
        of_accounts = self.allocations.setdefault(symbol, {})
        of_groups = self.allocated.setdefault(symbol, {})
        of_groups[group] = of_groups.get(group, 0) + tonnes - of_accounts.get(account, 0)
        of_accounts[account] = tonnes

    def join(self, group: str, name: str) -> None:
        """Count what a group holds, and may hold, for the one of another name."""
        for of_groups in (*self.held.values(), *self.allocated.values()):
            rename(of_groups, group, name)

    def of(self, symbol: str, group: str) -> int:
        """Return what a group holds; 0 where it is not known."""
        held = self.held.get(symbol)
        return held.get(group, 0) if held is not None else 0

    def allocation_of(self, symbol: str, group: str) -> int:
        """Return the allocation of all accounts of a group."""
        allocated = self.allocated.get(symbol)
        return allocated.get(group, 0) if allocated is not None else 0
