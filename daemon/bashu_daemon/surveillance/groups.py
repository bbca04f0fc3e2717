"""Control groups: accounts that one hand moves, found by what they share.

The Chinese futures exchanges count accounts under actual control together (实际控制关系;
reference/surveillance.md A1). Links are beneficial owner, declared control, operator and device.
"""

from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct

LinkKind = Literal["owner", "control", "operator", "device"]
LINK_KINDS: Final[tuple[LinkKind, ...]] = ("owner", "control", "operator", "device")


class Link(Struct, frozen=True, order=True):
    """An account has something that binds it to all others that have the same."""

    account: str
    kind: LinkKind
    name: str
    """Of the owner, the controller, the person or the device."""


def account_name(member: str, client_account: str) -> str:
    """Return what an account is called: the member, or the client for whom it trades."""
    return f"{member}/{client_account}" if client_account else member


class Groups:
    """Union of accounts over their links.

    A group is called by the beneficial owner of its first account, or by that account where no
    owner is known. A link that comes late joins two groups from then on: the joined account's group
    takes the name of the other.
    """

    def __init__(self, links: Iterable[Link] = ()) -> None:
        self._parent: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._links: dict[str, list[Link]] = {}
        self._all: list[Link] = []
        self._holders: dict[tuple[LinkKind, str], str] = {}
        for link in links:
            self.add(link)

    def __len__(self) -> int:
        """How many links there are."""
        return len(self._all)

    def add(self, link: Link) -> None:
        """Join an account with all that share the link."""
        root = self._root(link.account)
        known = self._links.setdefault(link.account, [])
        if link in known:
            return
        known.append(link)
        self._all.append(link)
        if link.kind == "owner" and self._names[root] == root:
            self._names[root] = link.name
        holder = self._holders.setdefault((link.kind, link.name), link.account)
        other = self._root(holder)
        if other != root:
            self._parent[root] = other

    def of(self, account: str) -> str:
        """Return the name of an account's group."""
        return self._names[self._root(account)]

    def of_owner(self, owner: str) -> str:
        """Return the name of the group that a beneficial owner is in."""
        holder = self._holders.get(("owner", owner))
        return owner if holder is None else self.of(holder)

    def accounts_of(self, group: str) -> list[str]:
        """Return the accounts of a group, in order of their names.

        One that nothing links is a group of its own name.
        """
        linked = sorted(account for account in self._links if self.of(account) == group)
        return linked or [group]

    def named(self, name: str) -> list[str]:
        """Return the groups of an account of this name, or of accounts that the name links."""
        found = {self.of(account) for (_kind, of), account in self._holders.items() if of == name}
        if name in self._links:
            found.add(self.of(name))
        return sorted(found)

    def links_of(self, accounts: Iterable[str]) -> list[Link]:
        """Return what binds some accounts: the links that at least two of them share."""
        wanted = sorted({link for account in accounts for link in self._links.get(account, ())})
        counts: dict[tuple[LinkKind, str], int] = {}
        for link in wanted:
            counts[link.kind, link.name] = counts.get((link.kind, link.name), 0) + 1
        return [link for link in wanted if counts[link.kind, link.name] > 1]

    def links(self) -> list[Link]:
        """Return all links, in the order in which they came."""
        return list(self._all)

    def _root(self, account: str) -> str:
        parent = self._parent.get(account)
        if parent is None:
            self._parent[account] = account
            self._names[account] = account
            return account
        while parent != account:
            grandparent = self._parent[parent]
            self._parent[account] = grandparent
            account, parent = parent, grandparent
        return account
