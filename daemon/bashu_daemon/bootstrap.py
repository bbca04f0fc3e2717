"""From the rulebook and the members file to the venue's first commands and passwords."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Final

from msgspec import Struct

from bashu_daemon.bus.credentials import (
    hash_password,
    load_credentials,
    new_password,
    save_credentials,
    write_private,
)
from bashu_daemon.config import Config
from bashu_daemon.core import Venue
from bashu_daemon.errors import OperatorError
from bashu_daemon.parameter_record import entries
from bashu_daemon.rulebook import MemberEntry, MembersFile, Rulebook, load_members, load_rulebook
from bashu_protocol import topics
from bashu_protocol.messages import (
    AddClient,
    AddMember,
    AddUser,
    Deposit,
    ListInstrument,
    MemberLimits,
    Role,
    SetAllocation,
    SetMemberLimits,
    StateCommand,
)

CREDENTIALS_FILE: Final = "passwd"
FIRST_PASSWORDS_FILE: Final = "first-passwords.txt"
PUBLIC_USER_FILE: Final = "public-password.txt"


class Founding(Struct, frozen=True):
    """What the files say the venue begins with."""

    rulebook: Rulebook
    members: MembersFile

    def commands(self, venue: Venue) -> list[StateCommand]:
        """Return what the journal does not hold yet.

        The journal wins: an instrument, member or user that exists is left as it is, so a
        changed file never changes a running market behind the registrar's back.
        """
        listed = set(venue.symbols())
        known = {row.member for row in venue.member_rows()}
        numbers = count(1)

        def new_id() -> str:
            # The journal's number keeps those of an earlier start apart.
            return f"found-{venue.seq}-{next(numbers)}"

        found: list[StateCommand] = [
            ListInstrument(new_id(), rules)
            for rules in self.rulebook.instruments
            if rules.symbol not in listed
        ]
        found += entries(self.rulebook.surveillance, venue, new_id)
        for entry in self.members.members:
            if entry.member not in known:
                found += _admission(entry, new_id)
            found.extend(
                AddUser(new_id(), user.user, entry.member, user.role, user.permissions)
                for user in entry.users
                if venue.user_info(user.user) is None
            )
        return found

    def role_of(self, venue: Venue, user: str) -> Role | None:
        """Return a user's role, from the venue or, before its first commands, from the file."""
        info = venue.user_info(user)
        return info.role if info is not None else self.roles().get(user)

    def roles(self) -> dict[str, Role]:
        return {user.user: user.role for entry in self.members.members for user in entry.users}


def _admission(entry: MemberEntry, new_id: Callable[[], str]) -> Iterator[StateCommand]:
    """Admit a member with what it holds, its allocation of that, its limits and its clients."""
    name = entry.member
    yield AddMember(new_id(), name, entry.name, entry.owner, entry.city, entry.kind)
    for asset, amount in {"CNY": entry.cash, **entry.holdings}.items():
        if amount:
            yield Deposit(new_id(), name, asset, amount)
    for symbol in {**entry.allocations, **entry.banked}:
        tonnes, banked = entry.allocations.get(symbol, 0), entry.banked.get(symbol, 0)
        yield SetAllocation(new_id(), name, symbol, tonnes, banked)
    if entry.limits != MemberLimits():
        yield SetMemberLimits(new_id(), name, entry.limits)
    for client in entry.clients:
        yield AddClient(new_id(), name, client.client_account, client.name, client.owner)


def load_founding(config: Config) -> Founding:
    """Read both files. Raises OperatorError."""
    found = Founding(load_rulebook(config.rulebook), load_members(config.members))
    for user in (topics.VENUE_USER, topics.PUBLIC_USER):
        if user in found.roles():
            raise OperatorError(
                f"The members file {config.members} has a user {user!r}: that name is the venue's."
            )
    return found


def prepare_passwords(data_dir: Path, users: list[str]) -> str:
    """Give every user without a password a random one, and return the venue's own.

    First passwords are written beside the journal, readable by the owner only, until the
    operator hands them out. That of the public user has a file of its own too: whoever serves
    the public board needs no other.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    credentials = load_credentials(data_dir / CREDENTIALS_FILE)
    first = read_first_passwords(data_dir)
    everybody = [topics.VENUE_USER, topics.PUBLIC_USER, *users]
    missing = [user for user in everybody if user not in credentials]
    if topics.VENUE_USER not in first and topics.VENUE_USER not in missing:
        missing.append(topics.VENUE_USER)
    for user in dict.fromkeys(missing):
        first[user] = new_password()
        credentials[user] = hash_password(first[user])
    if missing:
        text = "".join(f"{user} {password}\n" for user, password in sorted(first.items()))
        write_private(data_dir / FIRST_PASSWORDS_FILE, text)
        save_credentials(data_dir / CREDENTIALS_FILE, credentials)
    if topics.PUBLIC_USER in missing:
        write_private(data_dir / PUBLIC_USER_FILE, first[topics.PUBLIC_USER] + "\n")
    return first[topics.VENUE_USER]


def read_first_passwords(data_dir: Path) -> dict[str, str]:
    """Return the passwords that were drawn at random, by user."""
    path = data_dir / FIRST_PASSWORDS_FILE
    if not path.exists():
        return {}
    return dict(line.split(" ", 1) for line in path.read_text("utf-8").splitlines() if line)
