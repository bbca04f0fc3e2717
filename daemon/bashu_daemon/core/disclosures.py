"""What supervisors put on record for surveillance; nothing of the market changes by it."""

from typing import Final

from bashu_daemon.core.checks import Refusal
from bashu_daemon.core.directory import User
from bashu_daemon.core.events import DisclosureRegistered, StatementRegistered
from bashu_daemon.core.rejections import refuse, unknown_member, unknown_symbol
from bashu_daemon.core.state import State
from bashu_daemon.core.tickets import Receipt
from bashu_protocol.messages import RegisterDisclosure, RegisterStatement
from bashu_protocol.reject_codes import RejectCode

_LATER: Final = (RejectCode.INVALID_VALUE, "It cannot have happened later than now.")


def register_disclosure(state: State, user: User, command: RegisterDisclosure) -> Receipt:
    """Record when facts became public. Its member, where it names one, must exist."""
    refusal = _check(state, command.symbol, command.disclosed_time)
    member = state.directory.members.get(command.member) if command.member else None
    if refusal is None and command.member and member is None:
        refusal = unknown_member(command.member)
    if refusal is not None:
        return refuse(state, user, command, refusal)
    state.events.append(
        DisclosureRegistered(
            state.seq,
            state.now_ns,
            command.kind,
            command.symbol,
            user.user,
            command.text,
            command.disclosed_time or state.now_ns,
            command.member,
            "" if member is None else member.owner,
        )
    )
    state.report_command(user, command, symbol=command.symbol)
    return Receipt(command, None, accepted=True)


def register_statement(state: State, user: User, command: RegisterStatement) -> Receipt:
    """Record a statement. Its poster may be somebody whom the venue does not know."""
    refusal = _check(state, command.symbol, command.stated_time)
    if refusal is None and not command.poster:
        refusal = (RejectCode.INVALID_VALUE, "A statement has somebody who made it.")
    if refusal is not None:
        return refuse(state, user, command, refusal)
    state.events.append(
        StatementRegistered(
            state.seq,
            state.now_ns,
            command.symbol,
            user.user,
            command.text,
            command.stated_time or state.now_ns,
            command.direction,
            command.poster,
        )
    )
    state.report_command(user, command, symbol=command.symbol)
    return Receipt(command, None, accepted=True)


def _check(state: State, symbol: str, time: int) -> Refusal | None:
    if symbol not in state.instruments:
        return unknown_symbol(symbol)
    return _LATER if time > state.now_ns else None
