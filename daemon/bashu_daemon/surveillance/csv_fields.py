"""The fields of a recorded row, read as other people's programs write them."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Final

from bashu_protocol.messages import TradeMode
from bashu_protocol.units import NS_PER_SECOND, parse_price

SHANGHAI: Final = timezone(timedelta(hours=8))
_SIGNS: Final = {
    "buy": 1, "b": 1, "bid": 1, "1": 1, "sell": -1, "s": -1, "ask": -1, "-1": -1, "2": -1,
}  # fmt: skip
_MODES: Final[dict[str, TradeMode]] = {
    "": "listing", "listing": "listing", "block": "block", "auction": "auction",
    "call_auction": "call_auction",
}  # fmt: skip
NO_ORDER: Final = ("0", "-1")
"""What programs write for no order where ids are numbers; an order may be called so, too."""
_NOTHING: Final = {"", "nan", "nat", "none", "null", "na", "n/a", "<na>"}
"""What programs write where a field has no value."""
_FEN: Final = Decimal("0.01")
_FLOAT_NOISE: Final = Decimal("0.000001")
"""Yuan by which a price may miss a whole fen: programs that reckon in floats write 70.10000001."""


class BadRow(Exception):  # noqa: N818  the row's fault
    """A row that cannot be used; the text says why."""


def is_empty(text: str) -> bool:
    """Tell whether a field has no value, however that is written."""
    return not text or text.strip().lower() in _NOTHING


def order_name(text: str) -> str:
    """Read an order id; `7.0` is 7, for a column of numbers with gaps is written as floats."""
    text = text.strip()
    return text[:-2] if text.endswith(".0") and text[:-2].isdigit() else text


def counter_name(row: Mapping[str, str]) -> str:
    """Read the id of a trade's other order; "" for none, which is written as 0 and -1, too."""
    name = order_name(row["counter_order_id"])
    return "" if is_empty(name) or name in NO_ORDER else name


def text_of(row: Mapping[str, str], name: str) -> str:
    """Return a field that must not be empty."""
    text = row[name].strip()
    if is_empty(text):
        raise BadRow(f"{name} is empty")
    return text


def whole_number(row: Mapping[str, str], name: str) -> int:
    """Read a whole number of at most 19 digits; `100.0` and `1.767e+18` are such, too."""
    text = row[name].strip()
    if not text.isdigit():
        text = _digits(text)
    if not text.isascii() or not text.isdigit() or len(text) > 19:
        raise BadRow(f"{name} {row[name]!r} is no whole number")
    return int(text)


def quantity_of(row: Mapping[str, str]) -> int:
    """Read tonnes, at least one."""
    quantity = whole_number(row, "qty")
    if not quantity:
        raise BadRow("qty is 0")
    return quantity


def price_of(row: Mapping[str, str]) -> int:
    """Read a price in yuan as fen: `70`, `70.0` and `70.00` are one price."""
    text = row["price"].strip()
    try:
        price = parse_price(text)
    except ValueError:
        price = _long_price(text)
    if price <= 0:
        raise BadRow(f"price {row['price']!r} is not positive")
    return price


def has_price(row: Mapping[str, str]) -> bool:
    """Tell an order with a price from one at the market, which has none or 0."""
    return not is_empty(row["price"].strip().strip("0."))


def sign_of(row: Mapping[str, str]) -> int:
    """Return 1 for a buyer and -1 for a seller; FIX's 1 and 2 are known, too."""
    sign = _SIGNS.get(row["side"].strip().lower())
    if sign is None:
        raise BadRow(f"side {row['side']!r} is neither buy nor sell")
    return sign


def mode_of(row: Mapping[str, str]) -> TradeMode:
    """Return how a trade was made; in the listing mode where the file does not say."""
    mode = _MODES.get(row.get("mode", "").strip().lower())
    if mode is None:
        raise BadRow(f"mode {row['mode']!r} is none of {', '.join(filter(None, _MODES))}")
    return mode


def trade_date(time: int) -> tuple[int, int]:
    """Return the day in Shanghai, YYYYMMDD, and the time at which it ends."""
    moment = datetime.fromtimestamp(time // NS_PER_SECOND, SHANGHAI)
    midnight = moment.replace(hour=0, minute=0, second=0) + timedelta(days=1)
    ends = round(midnight.timestamp()) * NS_PER_SECOND
    return moment.year * 10_000 + moment.month * 100 + moment.day, ends


def _digits(text: str) -> str:
    """Write a number without its empty decimals or its exponent; what is none stays."""
    digits, point, decimals = text.partition(".")
    if point and not decimals.strip("0"):
        return digits
    mantissa, exponent, power = text.lower().partition("e")
    if exponent and mantissa and power.lstrip("+").isdigit() and int(power) < 20:
        try:
            exact = Decimal(text)
        except InvalidOperation:
            return text
        return str(int(exact)) if exact == int(exact) else text
    return text


def _long_price(text: str) -> int:
    """Read a price with more decimals than it has fen, if they say nothing."""
    try:
        exact = Decimal(text)
        misses = abs(exact - exact.quantize(_FEN))  # NaN and the endless have no place here
        is_whole = misses <= _FLOAT_NOISE
    except InvalidOperation as error:
        raise BadRow(f"price {text!r} is no price in yuan") from error
    if not is_whole:
        raise BadRow(f"price {text!r} has more than two decimals")
    return int(exact.quantize(_FEN) * 100)
