"""From the rulebook and the members file to the venue's first commands and passwords."""

import secrets
from pathlib import Path

from bashu_daemon.bus.credentials import Credentials
from bashu_daemon.core import Venue
from bashu_daemon.rulebook import MembersFile, Rulebook
from bashu_protocol import topics
from bashu_protocol.messages import (
    AddMember,
    AddUser,
    Deposit,
    ListInstrument,
    Role,
    StateCommand,
)

CREDENTIALS_FILE = "passwd"
FIRST_PASSWORDS_FILE = "first-passwords.txt"
VENUE_PASSWORD_FILE = "venue-password"


def founding_commands(venue: Venue, rulebook: Rulebook, members: MembersFile) -> list[StateCommand]:
    """Return what the files say and the journal does not hold yet.

    The journal wins: an instrument, member or user that exists is left as it is, so a changed
    file never changes a running market behind the registrar's back.
    """
    commands: list[StateCommand] = []
    listed = set(venue.symbols())
    for rules in rulebook.instruments:
        if rules.symbol not in listed:
            commands.append(ListInstrument(f"list-{rules.symbol}", rules))
    known = {row.member for row in venue.member_rows()}
    for member in members.members:
        if member.member not in known:
            commands.append(
                AddMember(
                    f"member-{member.member}",
                    member.member,
                    member.name,
                    member.owner,
                    member.city,
                    member.kind,
                )
            )
            if member.cash:
                commands.append(Deposit(f"cash-{member.member}", member.member, "CNY", member.cash))
            commands.extend(
                Deposit(f"holding-{member.member}-{symbol}"[:36], member.member, symbol, quantity)
                for symbol, quantity in sorted(member.holdings.items())
            )
        commands.extend(
            AddUser(f"user-{user.user}"[:36], user.user, member.member, user.role)
            for user in member.users
            if venue.user_info(user.user) is None
        )
    return commands
