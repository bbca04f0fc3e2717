"""The dynamic collar of continuous trading, and the call auction that interrupts it.

An order trades up to the collar round the last price. What would trade beyond it interrupts
continuous trading (venue's own, as on Xetra: reference/matching_engines.md 1, row "price band");
the collar itself still trades.
"""

from bashu_daemon.core.prices import limit_prices
from bashu_daemon.core.state import Instrument, State
from bashu_protocol.messages import VolatilityRules
from bashu_protocol.topics import VENUE_USER
from bashu_protocol.units import NS_PER_SECOND


def dynamic_reference(instrument: Instrument) -> int:
    """Return the last price of the day, be it of the book or an uncross; else the day's reference.

    In fen.
    """
    return instrument.statistics.last or instrument.day_reference


def within_collar(instrument: Instrument, is_buy: bool, limit: int) -> int:
    """Return `limit`, or the end of the dynamic collar where that comes first. In fen."""
    rules = instrument.rules.volatility
    if rules is None:
        return limit
    upper, lower = limit_prices(dynamic_reference(instrument), rules.dynamic_bps)
    return min(limit, upper) if is_buy else max(limit, lower)


def interrupt(state: State, instrument: Instrument, rules: VolatilityRules) -> None:
    """Begin a volatility auction."""
    symbol = instrument.rules.symbol
    state.change_phase(symbol, instrument, "volatility_auction", VENUE_USER)
    start_clock(state, instrument)
    title = f"Volatility interruption in {symbol}"
    body = (
        f"An order would have traded more than {rules.dynamic_bps / 100:g} % from the last price. "
        f"A call auction of {rules.auction_seconds} s follows."
    )
    state.publish_notice("volatility", VENUE_USER, title, body, symbol=symbol)


def start_clock(state: State, instrument: Instrument) -> None:
    """Fix when the volatility auction that begins now is to end."""
    rules = instrument.rules.volatility
    assert rules is not None, "the rules provide for no volatility auction"
    instrument.volatility_ends_ns = state.now_ns + rules.auction_seconds * NS_PER_SECOND
