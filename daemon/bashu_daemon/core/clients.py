"""Clients for whom a member trades as an agent (issue 4, item 8: the venue's own).

An order may name a client account of its member. Self-trade prevention and surveillance then take
the client's beneficial owner for the member's. The venue keeps no sub-accounts: the member's
account holds everything, and the bounds on holdings are the member's.
"""

from bashu_daemon.core.access import BARRED
from bashu_daemon.core.checks import Refusal
from bashu_daemon.core.directory import Client, Member, User
from bashu_daemon.core.rejections import refuse, unknown_member
from bashu_daemon.core.state import State
from bashu_daemon.core.tickets import Receipt
from bashu_protocol.messages import AddClient, SetClientActive
from bashu_protocol.reject_codes import RejectCode


def add_client(state: State, user: User, command: AddClient) -> Receipt:
    """Admit a member's client."""
    member = state.directory.members.get(command.member)
    refusal: Refusal | None = None
    if member is None:
        refusal = unknown_member(command.member)
    elif not command.client_account or not command.owner:
        refusal = (RejectCode.INVALID_VALUE, "A client needs an account's name and an owner.")
    elif command.client_account in member.clients:
        text = f"The member has a client account {command.client_account} already."
        refusal = (RejectCode.ALREADY_EXISTS, text)
    elif command.owner in state.barred:
        refusal = BARRED
    if refusal is not None or member is None:
        assert refusal is not None
        return refuse(state, user, command, refusal)
    member.clients[command.client_account] = Client(command.name, command.owner)
    state.report_command(user, command)
    return Receipt(command, None, accepted=True)


def set_client_active(state: State, user: User, command: SetClientActive) -> Receipt:
    """Stop or allow new orders for a client."""
    member = state.directory.members.get(command.member)
    if member is None:
        return refuse(state, user, command, unknown_member(command.member))
    client = member.clients.get(command.client_account)
    if client is None:
        return refuse(state, user, command, unknown_client(command.client_account))
    client.active = command.active
    state.report_command(user, command)
    return Receipt(command, None, accepted=True)


def set_barred(state: State, person: str, *, barred: bool) -> None:
    """Mark every client of a beneficial owner."""
    for member in state.directory.members.values():
        for client in member.clients.values():
            if client.owner == person:
                client.barred = barred


def check_client(member: Member, client_account: str) -> Refusal | None:
    """Refuse an order for a client that is unknown, inactive or barred; empty for no client."""
    if not client_account:
        return None
    client = member.clients.get(client_account)
    if client is None:
        return unknown_client(client_account)
    if client.barred:
        return BARRED
    if not client.active:
        return RejectCode.CLIENT_INACTIVE, f"The client account {client_account} is not active."
    return None


def unknown_client(client_account: str) -> Refusal:
    return RejectCode.UNKNOWN_CLIENT, f"The member has no client account {client_account}."
