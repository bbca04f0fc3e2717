"""What stands in the arguments, read as strictly as in the ticket: refused, never guessed."""

from datetime import date, datetime
from typing import Final

from bashu_protocol.messages import OrdType
from bashu_protocol.units import INT64_MAX, NS_PER_SECOND
from bashu_tui.headless.outcome import UsageError
from bashu_tui.i18n import Texts
from bashu_tui.state.entry import Entry, normalize, read_price, read_quantity

_DATE_DIGITS: Final = 8
_MOST_DIGITS: Final = 18
_LAST_SECOND: Final = INT64_MAX // NS_PER_SECOND


def price(texts: Texts, what: str, text: str) -> int:
    """Return fen; tick and limits are the venue's to check.

    Raises:
        UsageError: it is not a price.
    """
    return _value(texts, what, text, read_price(text, None))


def quantity(texts: Texts, what: str, text: str) -> int:
    """Return tonnes; lot and order size are the venue's to check.

    Raises:
        UsageError: it is not a whole number of tonnes.
    """
    return _value(texts, what, text, read_quantity(text, None))


def whole(texts: Texts, what: str, text: str) -> int:
    """Return a number that is not negative, such as a threshold.

    Raises:
        UsageError: it is none.
    """
    plain = normalize(text).replace(",", "")
    if plain.isascii() and plain.isdecimal() and len(plain) <= _MOST_DIGITS:
        return int(plain)
    raise UsageError(_unreadable(texts, what, text, texts("headless.not_whole")))


def day(texts: Texts, what: str, text: str) -> int:
    """Return a date as the protocol has it, YYYYMMDD.

    Raises:
        UsageError: there is no such date.
    """
    plain = normalize(text)
    try:
        if len(plain) == _DATE_DIGITS and plain.isascii() and plain.isdecimal():
            found = date(int(plain[:4]), int(plain[4:6]), int(plain[6:]))
            return int(f"{found:%Y%m%d}")
    except ValueError:
        pass  # such as 20260230
    raise UsageError(_unreadable(texts, what, text, texts("headless.not_date")))


def moment(texts: Texts, text: str) -> int:
    """Return a time in ns; without a zone it is one of this computer's.

    Raises:
        UsageError: there is no such time.
    """
    try:
        seconds = int(datetime.fromisoformat(normalize(text)).timestamp())
    except (ValueError, OverflowError, OSError):
        seconds = 0
    if 0 < seconds <= _LAST_SECOND:
        return seconds * NS_PER_SECOND
    what = texts("headless.column.time")
    raise UsageError(_unreadable(texts, what, text, texts("headless.not_time")))


def ord_type(texts: Texts, price_text: str | None, *, market: bool, stop: bool) -> OrdType:
    """Return the kind of order; a missing price never means an order at any price.

    Raises:
        UsageError: neither a price nor the market was named, or both were.
    """
    if (price_text is None) != market:
        raise UsageError(texts("headless.price_or_market", option="--market"))
    if stop:
        return "stop" if market else "stop_limit"
    return "market" if market else "limit"


def _value(texts: Texts, what: str, text: str, entry: Entry) -> int:
    if entry.value is None:
        raise UsageError(_unreadable(texts, what, text, texts(entry.error)))
    return entry.value


def _unreadable(texts: Texts, what: str, text: str, why: str) -> str:
    return texts("headless.unreadable", what=what, text=text, why=why)
