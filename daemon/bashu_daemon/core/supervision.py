"""What supervisors do: halts, suspensions and notices. Each leaves a public notice.

Measures of market_rules.md 1.7 and 6.3: suspension of trading, restriction of an account, public
notice.
"""

from bashu_daemon.core.access import refresh_member
from bashu_daemon.core.auction_results import cancel_auctions_of
from bashu_daemon.core.call_auction import enter_phase
from bashu_daemon.core.directory import User
from bashu_daemon.core.events import MemberStatusChanged
from bashu_daemon.core.execution import withdraw
from bashu_daemon.core.held_orders import withdraw_held
from bashu_daemon.core.rejections import refuse, unknown_member, unknown_symbol
from bashu_daemon.core.sessions import has_phase, may_halt, may_resume_into
from bashu_daemon.core.standing import withdraw_standing
from bashu_daemon.core.state import State
from bashu_daemon.core.tickets import Receipt
from bashu_protocol.messages import (
    HaltInstrument,
    PublishNotice,
    ReinstateMember,
    ResumeInstrument,
    SuspendMember,
)
from bashu_protocol.reject_codes import RejectCode


def halt_instrument(state: State, user: User, command: HaltInstrument) -> Receipt:
    """Stop order entry, amendments and matching; resting orders stay and can be cancelled.

    So it is in a call phase, even in the part without cancels.
    """
    symbol = command.symbol
    instrument = state.instruments.get(symbol)
    if instrument is None:
        return refuse(state, user, command, unknown_symbol(symbol))
    if not may_halt(instrument.phase, state.day_open):
        text = f"{symbol} is {instrument.phase} and cannot be halted."
        return refuse(state, user, command, (RejectCode.INVALID_PHASE, text))
    enter_phase(state, symbol, instrument, "halted", user.user, command.reason)
    title = f"Trading in {symbol} is halted"
    state.publish_notice("halt", user.user, title, command.reason, symbol=symbol)
    state.report_command(user, command, symbol=symbol)
    return Receipt(command, None, accepted=True)


def resume_instrument(state: State, user: User, command: ResumeInstrument) -> Receipt:
    """End a halt into a phase of the open day, or into `closed` between days.

    After a halt in a call phase orders may stand crossed: any phase but a call phase uncrosses
    them first.
    """
    symbol = command.symbol
    instrument = state.instruments.get(symbol)
    if instrument is None:
        return refuse(state, user, command, unknown_symbol(symbol))
    if instrument.phase != "halted":
        return refuse(state, user, command, (RejectCode.INVALID_PHASE, "It is not halted."))
    phase = command.phase
    if not (may_resume_into(phase, state.day_open) and has_phase(phase, instrument.rules)):
        text = f"A halt cannot end in the phase {command.phase} now."
        return refuse(state, user, command, (RejectCode.INVALID_PHASE, text))
    if phase == "closed" and instrument.book.is_crossed():
        text = "Orders of its call auction stand crossed; it can resume when a day is open."
        return refuse(state, user, command, (RejectCode.INVALID_PHASE, text))
    enter_phase(state, symbol, instrument, phase, user.user, command.reason)
    title = f"Trading in {symbol} resumes: {command.phase}"
    state.publish_notice("resume", user.user, title, command.reason, symbol=symbol)
    state.report_command(user, command, symbol=symbol)
    return Receipt(command, None, accepted=True)


def suspend_member(state: State, user: User, command: SuspendMember) -> Receipt:
    """Block a member's order entry and withdraw its resting orders, oldest id first.

    Its sealed bids are withdrawn as well, and its own auctions canceled.
    """
    member = state.directory.members.get(command.member)
    if member is None:
        return refuse(state, user, command, unknown_member(command.member))
    if member.suspended:
        return refuse(state, user, command, (RejectCode.INVALID_VALUE, "It is suspended already."))
    member.suspended = True
    refresh_member(state, member)
    state.events.append(
        MemberStatusChanged(state.seq, state.now_ns, member.member, True, user.user, command.reason)
    )
    tickets = member.live_tickets()
    text = "Withdrawn: the member is suspended."
    for ticket in tickets:
        withdraw(state, ticket, "canceled", text)
    affected = len(tickets) + withdraw_held(state, lambda t: t.user.member is member, text)
    cancel_auctions_of(state, member, user.user)
    affected += withdraw_standing(state, lambda owner, _: owner.member is member, text)
    title = f"{member.member} is suspended from trading"
    state.publish_notice("suspend", user.user, title, command.reason, member=member.member)
    state.report_command(user, command, affected=affected)
    return Receipt(command, None, accepted=True)


def reinstate_member(state: State, user: User, command: ReinstateMember) -> Receipt:
    """Lift a suspension; withdrawn orders stay withdrawn."""
    member = state.directory.members.get(command.member)
    if member is None:
        return refuse(state, user, command, unknown_member(command.member))
    if not member.suspended:
        return refuse(state, user, command, (RejectCode.INVALID_VALUE, "It is not suspended."))
    member.suspended = False
    refresh_member(state, member)
    state.events.append(
        MemberStatusChanged(
            state.seq, state.now_ns, member.member, False, user.user, command.reason
        )
    )
    title = f"{member.member} may trade again"
    state.publish_notice("reinstate", user.user, title, command.reason, member=member.member)
    state.report_command(user, command)
    return Receipt(command, None, accepted=True)


def publish_notice(state: State, user: User, command: PublishNotice) -> Receipt:
    """Put a notice before the whole market."""
    if command.symbol and command.symbol not in state.instruments:
        return refuse(state, user, command, unknown_symbol(command.symbol))
    state.publish_notice("notice", user.user, command.title, command.body, symbol=command.symbol)
    state.report_command(user, command, symbol=command.symbol)
    return Receipt(command, None, accepted=True)
