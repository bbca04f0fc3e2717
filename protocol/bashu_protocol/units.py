"""Units: integers only. Price and money in fen (0.01 CNY), quantity in tonnes, time in ns."""

import re
from typing import Final

FEN_PER_YUAN: Final = 100
NS_PER_SECOND: Final = 1_000_000_000
NS_PER_MS: Final = 1_000_000
NS_PER_MINUTE: Final = 60 * NS_PER_SECOND
NS_PER_DAY: Final = 86_400 * NS_PER_SECOND

INT64_MIN: Final = -(2**63)
INT64_MAX: Final = 2**63 - 1

_PRICE = re.compile(r"(\d{1,9})(?:\.(\d{1,2}))?", re.ASCII)
_QUANTITY = re.compile(r"\d{1,12}", re.ASCII)


def divide_half_up(numerator: int, denominator: int) -> int:
    """Divide non-negative integers, ties away from zero.

    The rounding of the national market: 沪环境交〔2021〕34号, close and limit prices "四舍五入" to
    0.01 CNY.

    Raises:
        ValueError: if the numerator is negative or the denominator not positive.
    """
    if numerator < 0 or denominator <= 0:
        raise ValueError(f"cannot round {numerator}/{denominator} half-up")
    return (2 * numerator + denominator) // (2 * denominator)


def parse_price(text: str) -> int:
    """Read a price in yuan, at most two decimals, as fen.

    Strict: ASCII digits and one point only, so that no keyboard's digits can change a price.

    Raises:
        ValueError: for anything else.
    """
    match = _PRICE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a price in yuan with at most two decimals")
    yuan, decimals = match.groups()
    return int(yuan) * FEN_PER_YUAN + int((decimals or "").ljust(2, "0"))


def parse_quantity(text: str) -> int:
    """Read a whole number of tonnes.

    Raises:
        ValueError: for anything but ASCII digits.
    """
    if _QUANTITY.fullmatch(text) is None:
        raise ValueError(f"{text!r} is not a whole number of tonnes")
    return int(text)


def format_price(fen: int) -> str:
    """Show fen as yuan with two decimals: 7463 is "74.63"."""
    sign = "-" if fen < 0 else ""
    yuan, rest = divmod(abs(fen), FEN_PER_YUAN)
    return f"{sign}{yuan}.{rest:02d}"


def format_money(fen: int) -> str:
    """Show fen as yuan with thousands separators: 123456789 is "1,234,567.89"."""
    sign = "-" if fen < 0 else ""
    yuan, rest = divmod(abs(fen), FEN_PER_YUAN)
    return f"{sign}{yuan:,}.{rest:02d}"
