"""Kill switches, mass cancels, suspended users and barred persons.

Measures against a user or a firm are no public matter, unlike a member's suspension: they are
shown to supervisors in the audit stream, and to those whom they meet by their own reports.
"""

from bashu_daemon.core import clients
from bashu_daemon.core.access import refresh, refresh_member
from bashu_daemon.core.auction_results import cancel_auctions_of
from bashu_daemon.core.checks import Refusal
from bashu_daemon.core.directory import Member, User
from bashu_daemon.core.events import AccessChanged
from bashu_daemon.core.execution import withdraw
from bashu_daemon.core.held_orders import withdraw_held
from bashu_daemon.core.rejections import refuse, unknown_member, unknown_symbol
from bashu_daemon.core.standing import withdraw_standing
from bashu_daemon.core.state import State
from bashu_daemon.core.tickets import Receipt, Ticket
from bashu_protocol.messages import (
    BarPerson,
    KillSwitch,
    MassCancelFor,
    ReinstateUser,
    SetPermissions,
    SuspendUser,
)
from bashu_protocol.reject_codes import RejectCode


def mass_cancel_for(state: State, user: User, command: MassCancelFor) -> Receipt:
    """Withdraw what fits the named user, member and symbol, oldest id first."""
    directory = state.directory
    refusal: Refusal | None = None
    if command.user and command.user not in directory.users:
        refusal = unknown_user(command.user)
    elif command.member and command.member not in directory.members:
        refusal = unknown_member(command.member)
    elif command.symbol and command.symbol not in state.instruments:
        refusal = unknown_symbol(command.symbol)
    if refusal is not None:
        return refuse(state, user, command, refusal)
    tickets = [
        ticket
        for member in directory.members.values()
        if command.member in ("", member.member)
        for ticket in member.open_tickets.values()
        if command.user in ("", ticket.user.user) and command.symbol in ("", ticket.symbol)
    ]
    state.events.append(
        AccessChanged(
            state.seq,
            state.now_ns,
            "mass_cancel_for",
            user.user,
            command.user,
            command.member,
            "",
            command.symbol,
            command.reason,
        )
    )
    affected = _withdraw(state, tickets, "Withdrawn by a supervisor.")
    affected += withdraw_held(
        state,
        lambda t: (
            command.member in ("", t.user.member.member)
            and command.user in ("", t.user.user)
            and command.symbol in ("", t.symbol)
        ),
        "Withdrawn by a supervisor.",
    )
    affected += withdraw_standing(
        state,
        lambda owner, symbol: (
            command.member in ("", owner.member.member)
            and command.user in ("", owner.user)
            and command.symbol in ("", symbol)
        ),
        "Withdrawn by a supervisor.",
    )
    state.report_command(user, command, affected=affected, symbol=command.symbol)
    return Receipt(command, None, accepted=True)


def kill_switch(state: State, user: User, command: KillSwitch) -> Receipt:
    """Engage or release the switch of a user or of a whole member."""
    target = _target(state, command)
    if target is None:
        is_user = command.scope == "user"
        unknown = unknown_user(command.name) if is_user else unknown_member(command.name)
        return refuse(state, user, command, unknown)
    if target.killed == command.engaged:
        text = f"The kill switch is {'engaged' if command.engaged else 'released'} already."
        return refuse(state, user, command, (RejectCode.INVALID_VALUE, text))
    target.killed = command.engaged
    kind = "kill_switch_engaged" if command.engaged else "kill_switch_released"
    affected = _after_change(state, target, kind, user.user, command.reason)
    state.report_command(user, command, affected=affected)
    return Receipt(command, None, accepted=True)


def _target(state: State, command: KillSwitch) -> User | Member | None:
    if command.scope == "member":
        return state.directory.members.get(command.name)
    return _trader(state, command.name)


def suspend_user(state: State, user: User, command: SuspendUser) -> Receipt:
    """Block one user's order entry and withdraw its resting orders."""
    return _set_suspended(state, user, command, suspended=True)


def reinstate_user(state: State, user: User, command: ReinstateUser) -> Receipt:
    """Lift a user's suspension."""
    return _set_suspended(state, user, command, suspended=False)


def _set_suspended(
    state: State, user: User, command: SuspendUser | ReinstateUser, *, suspended: bool
) -> Receipt:
    target = _trader(state, command.user)
    if target is None:
        return refuse(state, user, command, unknown_user(command.user))
    if target.suspended == suspended:
        text = f"{command.user} is {'' if suspended else 'not '}suspended{' already' * suspended}."
        return refuse(state, user, command, (RejectCode.INVALID_VALUE, text))
    target.suspended = suspended
    kind = "user_suspended" if suspended else "user_reinstated"
    affected = _after_change(state, target, kind, user.user, command.reason)
    state.report_command(user, command, affected=affected)
    return Receipt(command, None, accepted=True)


def set_permissions(state: State, user: User, command: SetPermissions) -> Receipt:
    """Replace what a trader may do; its resting orders stay."""
    target = _trader(state, command.user)
    if target is None:
        return refuse(state, user, command, unknown_user(command.user))
    target.permissions = command.permissions
    refresh(state, target)
    _note(state, target, "permissions_set", user.user, " ".join(command.permissions))
    state.report_command(user, command)
    return Receipt(command, None, accepted=True)


def bar_person(state: State, user: User, command: BarPerson) -> Receipt:
    """Bar a beneficial owner: not admitted any more, its entry blocked, its orders withdrawn.

    Decree 775 Art. 7 and 20 (market_rules.md 1.1 and 3). What a barred person holds stays where
    it is: its disposal is the authority's matter (Art. 20).
    """
    person = command.person
    directory = state.directory
    if not person or command.barred == (person in state.barred):
        text = f"{person!r} is {'' if command.barred else 'not '}barred."
        return refuse(state, user, command, (RejectCode.INVALID_VALUE, text))
    kind = "person_barred" if command.barred else "person_cleared"
    if command.barred:
        state.barred[person] = command.reason
    else:
        del state.barred[person]
    state.events.append(
        AccessChanged(state.seq, state.now_ns, kind, user.user, owner=person, text=command.reason)
    )
    clients.set_barred(state, person, barred=command.barred)
    owned = [member for member in state.directory.members.values() if member.owner == person]
    for member in owned:
        refresh_member(state, member)
    tickets = [
        ticket
        for member in directory.members.values()
        for ticket in member.open_tickets.values()
        if person in (ticket.owner, member.owner)
    ]
    affected = 0
    if command.barred:
        text = "Withdrawn: the person may not trade."
        affected = _withdraw(state, tickets, text)
        affected += withdraw_held(state, lambda t: person in (t.owner, t.user.member.owner), text)
        for member in owned:
            cancel_auctions_of(state, member, user.user)
        affected += withdraw_standing(state, lambda owner, _: owner.member.owner == person, text)
    state.report_command(user, command, affected=affected)
    return Receipt(command, None, accepted=True)


def unknown_user(user: str) -> Refusal:
    return RejectCode.UNKNOWN_USER, f"There is no trader {user}."


def _trader(state: State, name: str) -> User | None:
    user = state.directory.users.get(name)
    return user if user is not None and user.role == "trader" else None


def _after_change(state: State, target: User | Member, kind: str, author: str, reason: str) -> int:
    """Say what changed, and withdraw orders and blocks of whom it stops; return how many."""
    _note(state, target, kind, author, reason)
    if isinstance(target, Member):
        refresh_member(state, target)
        blocks, tickets, users = target.killed, target.live_tickets(), target.users
    else:
        refresh(state, target)
        blocks = target.killed or target.suspended
        tickets, users = target.live_tickets(), [target]
    if not blocks:
        return 0
    text = "Withdrawn: entry is blocked."
    affected = _withdraw(state, tickets, text)
    affected += withdraw_held(state, lambda t: t.user in users, text)
    return affected + withdraw_standing(state, lambda owner, _: owner in users, text)


def _note(state: State, target: User | Member, kind: str, author: str, reason: str) -> None:
    if isinstance(target, Member):
        name, member = "", target
    else:
        name, member = target.user, target.member
    state.events.append(
        AccessChanged(
            state.seq, state.now_ns, kind, author, name, member.member, member.owner, "", reason
        )
    )


def _withdraw(state: State, tickets: list[Ticket], text: str) -> int:
    for ticket in sorted(tickets, key=lambda ticket: ticket.order_id):
        withdraw(state, ticket, "canceled", text)
    return len(tickets)
