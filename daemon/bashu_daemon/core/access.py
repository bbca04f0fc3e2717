"""Who may enter orders now. The answer is kept with each user, so that an order asks once."""

from typing import Final

from bashu_daemon.core.checks import Refusal
from bashu_daemon.core.directory import Member, User
from bashu_daemon.core.state import State
from bashu_protocol.reject_codes import RejectCode

BARRED: Final = (
    RejectCode.PERSON_BARRED,
    "The beneficial owner is a person who may not trade (Decree 775 Art. 7, 20).",
)


def refresh(state: State, user: User) -> None:
    """Find anew why a user may enter nothing; to be called when any of the reasons changed."""
    user.blocked = _reason(state, user)


def refresh_member(state: State, member: Member) -> None:
    for user in member.users:
        refresh(state, user)


def _reason(state: State, user: User) -> Refusal | None:
    stopped = stop_reason(state, user)
    if stopped is None and "enter" not in user.permissions:
        return RejectCode.NOT_PERMITTED, "The user may not enter orders."
    return stopped


def stop_reason(state: State, user: User) -> Refusal | None:
    """Return why a user is stopped, whatever its permissions are; None if it is not."""
    member = user.member
    if member.suspended:
        return RejectCode.MEMBER_SUSPENDED, "The member is suspended."
    if member.owner in state.barred:
        return BARRED
    if member.killed:
        return RejectCode.KILL_SWITCH, "The kill switch of the member is engaged."
    if user.killed:
        return RejectCode.KILL_SWITCH, "The kill switch of the user is engaged."
    if user.suspended:
        return RejectCode.USER_SUSPENDED, "The user is suspended."
    return None


def may_withdraw(user: User) -> bool:
    """Whether a user may withdraw a colleague's order; its own it always may."""
    return "enter" in user.permissions or "risk" in user.permissions
