"""Declared links between accounts, for surveillance; nothing of the market changes by them.

Accounts under actual control (实际控制关系) count together at the Chinese futures exchanges
(surveillance.md A1). What the venue's members declare at admission is the beneficial owner; what
else is found out is put on record here. Self-trade prevention stays with the owner.
"""

from typing import Final

from bashu_daemon.core.checks import Refusal
from bashu_daemon.core.clients import unknown_client
from bashu_daemon.core.directory import User
from bashu_daemon.core.events import LinkDeclared
from bashu_daemon.core.rejections import refuse, unknown_member
from bashu_daemon.core.state import LinkKey, State
from bashu_daemon.core.tickets import Receipt
from bashu_protocol.messages import DeclareLink, LinkRow
from bashu_protocol.reject_codes import RejectCode

MAX_LINKS: Final = 10_000


def declare_link(state: State, user: User, command: DeclareLink) -> Receipt:
    """Record that an account has a controller, an operator or a device."""
    member = state.directory.members.get(command.member)
    client = command.client_account
    if member is None:
        return refuse(state, user, command, unknown_member(command.member))
    if client and client not in member.clients:
        return refuse(state, user, command, unknown_client(client))
    refusal = _check(state, command)
    if refusal is not None:
        return refuse(state, user, command, refusal)
    state.links[_key(command)] = LinkRow(
        member.member, client, command.kind, command.name, user.user, state.now_ns
    )
    state.events.append(
        LinkDeclared(
            state.seq,
            state.now_ns,
            command.kind,
            command.name,
            member.member,
            client,
            member.owner_for(client),
            user.user,
            command.reason,
        )
    )
    state.report_command(user, command)
    return Receipt(command, None, accepted=True)


def _check(state: State, command: DeclareLink) -> Refusal | None:
    if not command.name:
        return RejectCode.INVALID_VALUE, "A link names a person or a device."
    if _key(command) in state.links:
        return RejectCode.ALREADY_EXISTS, "This link is declared already."
    if len(state.links) >= MAX_LINKS:
        return RejectCode.TOO_MANY_ORDERS, f"{MAX_LINKS} links are on record already."
    return None


def _key(link: DeclareLink | LinkRow) -> LinkKey:
    return link.member, link.client_account, link.kind, link.name


def load_links(state: State, links: list[LinkRow]) -> None:
    """Put back what a snapshot has."""
    state.links = {_key(link): link for link in links}
