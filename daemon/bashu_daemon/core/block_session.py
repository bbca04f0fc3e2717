"""The block session: a window of its own beside the listing's phases (market_rules.md 1.2)."""

from bashu_daemon.core.blocks import end_offer
from bashu_daemon.core.directory import User
from bashu_daemon.core.events import BlockSessionChanged
from bashu_daemon.core.rejections import refuse, unknown_symbol
from bashu_daemon.core.state import Instrument, State
from bashu_daemon.core.tickets import Receipt
from bashu_protocol.messages import SetBlockSession
from bashu_protocol.reject_codes import RejectCode


def set_block_session(state: State, user: User, command: SetBlockSession) -> Receipt:
    """Begin or end the block session of one instrument, or of all that can.

    It can begin where blocks are traded and the instrument is not closed; during a halt it begins
    for the time after it. Without a symbol it is refused only where no instrument can.
    """
    symbol = command.symbol
    instruments = state.instruments
    if symbol:
        if symbol not in instruments:
            return refuse(state, user, command, unknown_symbol(symbol))
        if instruments[symbol].rules.block is None:
            text = f"{symbol} is not traded in blocks."
            return refuse(state, user, command, (RejectCode.NO_BLOCK_TRADING, text))
        instruments = {symbol: instruments[symbol]}
    moving = [name for name, item in instruments.items() if _may_set(state, item, command.open)]
    if not moving:
        text = f"No block session can {'begin' if command.open else 'end'} now."
        return refuse(state, user, command, (RejectCode.INVALID_PHASE, text))
    for name in moving:
        _set(state, name, command.open, user.user)
    if not command.open:
        _expire(state, moving, "The block session is over.")
    state.report_command(user, command, symbol=symbol)
    return Receipt(command, None, accepted=True)


def _may_set(state: State, instrument: Instrument, is_open: bool) -> bool:
    if instrument.block_session == is_open:
        return False
    if not is_open:
        return True
    return state.day_open and instrument.rules.block is not None and instrument.phase != "closed"


def close_block_sessions(state: State, author: str) -> None:
    """End every block session with the day."""
    moving = [name for name, item in state.instruments.items() if item.block_session]
    for name in moving:
        _set(state, name, False, author)
    _expire(state, moving, "The trading day is over.")


def _set(state: State, symbol: str, is_open: bool, author: str) -> None:
    state.instruments[symbol].block_session = is_open
    state.events.append(BlockSessionChanged(state.seq, state.now_ns, symbol, is_open, author))


def _expire(state: State, symbols: list[str], text: str) -> None:
    """Let the offers of the symbols lapse in id order."""
    for offer in list(state.blocks.offers.values()):
        if offer.symbol in symbols:
            end_offer(state, offer, "expired", None, text)
