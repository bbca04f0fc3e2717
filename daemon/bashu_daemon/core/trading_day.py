"""The registrar's commands that begin, move and end a trading day."""

from bashu_daemon.core import auction_results, corrections
from bashu_daemon.core.block_session import close_block_sessions
from bashu_daemon.core.call_auction import enter_phase
from bashu_daemon.core.dates import is_date
from bashu_daemon.core.directory import User
from bashu_daemon.core.events import DayClosed, DayOpened, LimitsSet
from bashu_daemon.core.held_orders import withdraw_held
from bashu_daemon.core.order_expiry import expire_orders, held_overnight, review_orders
from bashu_daemon.core.prices import DayStatistics, limit_prices
from bashu_daemon.core.rejections import refuse, unknown_symbol
from bashu_daemon.core.sessions import (
    CALL_PHASES,
    at_close_day,
    at_open_day,
    has_phase,
    may_set,
)
from bashu_daemon.core.state import Instrument, State
from bashu_daemon.core.tickets import Receipt
from bashu_protocol.messages import CloseDay, OpenDay, SetPhase
from bashu_protocol.reject_codes import RejectCode


def open_day(state: State, user: User, command: OpenDay) -> Receipt:
    """Begin a day: limits from the references, and nothing of yesterday's ids, fills, figures."""
    if state.day_open:
        text = f"The day {state.trade_date} is still open."
        return refuse(state, user, command, (RejectCode.INVALID_PHASE, text))
    if not is_date(command.trade_date) or command.trade_date <= state.trade_date:
        text = f"{command.trade_date} is not a date after {state.trade_date}."
        return refuse(state, user, command, (RejectCode.INVALID_VALUE, text))
    state.trade_date = command.trade_date
    state.day_open = True
    for known in state.directory.users.values():
        known.memory.begin_day(known.live_tickets())
    for member in state.directory.members.values():
        member.fills.clear()
    corrections.begin_day(state)
    state.events.append(DayOpened(state.seq, state.now_ns, state.trade_date))
    for symbol, instrument in state.instruments.items():
        instrument.statistics = DayStatistics()
        reference = instrument.day_reference = instrument.next_reference
        band = instrument.rules.band_bps
        instrument.limit_up, instrument.limit_down = limit_prices(reference, band)
        state.events.append(
            LimitsSet(
                state.seq,
                state.now_ns,
                symbol,
                reference,
                instrument.limit_up,
                instrument.limit_down,
            )
        )
        state.change_phase(symbol, instrument, at_open_day(instrument.phase), user.user)
    review_orders(state)
    state.report_command(user, command)
    return Receipt(command, None, accepted=True)


def set_phase(state: State, user: User, command: SetPhase) -> Receipt:
    """Move one instrument, or all that can go, to a phase of the day.

    Without a symbol it is refused only where no instrument can go there.
    """
    symbol = command.symbol
    instruments = state.instruments
    if symbol:
        if symbol not in instruments:
            return refuse(state, user, command, unknown_symbol(symbol))
        instruments = {symbol: instruments[symbol]}
    moving = [name for name, item in instruments.items() if _may_go(item, command)]
    if not moving:
        text = f"{symbol or 'No instrument'} can{'not' if symbol else ''} go to {command.phase}."
        return refuse(state, user, command, (RejectCode.INVALID_PHASE, text))
    for name in moving:
        enter_phase(state, name, instruments[name], command.phase, user.user)
    state.report_command(user, command, symbol=symbol)
    return Receipt(command, None, accepted=True)


def _may_go(instrument: Instrument, command: SetPhase) -> bool:
    """Whether an instrument can make the step.

    The start of continuous trading for the whole market cuts no volatility auction short.
    """
    if not has_phase(command.phase, instrument.rules):
        return False
    if instrument.phase == "volatility_auction" and command.phase == "continuous":
        return bool(command.symbol)
    return may_set(instrument.phase, command.phase)


def close_day(state: State, user: User, command: CloseDay) -> Receipt:
    """End the day: orders expire in id order, closes are fixed, bought tonnes become sellable.

    What is left of an order lapses at the end of its day (market_rules.md 1.4, row 3). A call
    auction that is under way is uncrossed first. A halted instrument closes like the others and
    stays halted. An announced one-way auction of the day without a result is canceled; what is
    frozen for one of a later day stays so.
    """
    if not state.day_open:
        return refuse(state, user, command, (RejectCode.INVALID_PHASE, "No day is open."))
    for symbol, instrument in state.instruments.items():
        if instrument.phase in CALL_PHASES:
            enter_phase(state, symbol, instrument, "pause", user.user)
    withdraw_held(state, lambda _: True, "Nobody approved it today.", "expired")
    expire_orders(state)
    auction_results.end_day(state, user.user)
    close_block_sessions(state, user.user)
    for instrument in state.instruments.values():
        _fix_close(instrument)
    held = auction_results.held_overnight(state)
    orders = held_overnight(state)
    for member, accounts in state.ledger.accounts.items():
        for asset, account in accounts.items():
            expected = held.get((member, asset), 0) + orders.get((member, asset), 0)
            assert account.frozen == expected, "all else is gone, so nothing else is frozen"
            account.end_day()
    state.ledger.verify()
    corrections.end_day(state)
    state.day_open = False
    for symbol, instrument in state.instruments.items():
        state.change_phase(symbol, instrument, at_close_day(instrument.phase), user.user)
    state.events.append(DayClosed(state.seq, state.now_ns, state.trade_date))
    state.report_command(user, command)
    return Receipt(command, None, accepted=True)


def _fix_close(instrument: Instrument) -> None:
    """Fix the close, which is the next day's reference; not of one listed after the opening."""
    if instrument.phase == "closed":
        return
    if instrument.statistics.trade_count:
        instrument.ever_traded = True
    instrument.next_reference = instrument.statistics.end_day(instrument.day_reference)
