"""Strict reading of what a person types: a price is never guessed and never changed.

A Chinese input method gives full-width digits and `。` for the point. Those, and only those, are
read as what they stand for; everything else that is not a plain number is refused.
"""

from typing import Final

from msgspec import Struct

from bashu_protocol.messages import InstrumentRow
from bashu_protocol.units import format_price, parse_price, parse_quantity

_FULL_WIDTH: Final = {
    **{0xFF10 + digit: ord("0") + digit for digit in range(10)},
    ord("．"): ord("."),
    ord("。"): ord("."),
    ord("｡"): ord("."),
}


class Entry(Struct, frozen=True):
    """A value, or the text key that says why there is none."""

    value: int | None
    error: str = ""
    limit: str = ""
    """Fills the error's text."""


def normalize(text: str) -> str:
    """Replace full-width digits and points by ASCII ones, and strip outer blanks."""
    return text.strip(" \u3000").translate(_FULL_WIDTH)


def read_price(text: str, instrument: InstrumentRow | None) -> Entry:
    """Read a price in yuan as fen, checked against tick and the day's limits."""
    plain = normalize(text)
    if not plain:
        return Entry(None, "entry.empty")
    try:
        price = parse_price(plain)
    except ValueError:
        return Entry(None, "entry.not_price")
    if price <= 0:
        return Entry(None, "entry.not_positive")
    if instrument is not None:
        tick = instrument.rules.tick
        if price % tick:
            return Entry(None, "entry.off_tick", format_price(tick))
        if instrument.limit_up and price > instrument.limit_up:
            return Entry(None, "entry.above", format_price(instrument.limit_up))
        if price < instrument.limit_down:
            return Entry(None, "entry.below", format_price(instrument.limit_down))
    return Entry(price)


def read_quantity(text: str, instrument: InstrumentRow | None) -> Entry:
    """Read whole tonnes, checked against lot and order size."""
    plain = normalize(text)
    if not plain:
        return Entry(None, "entry.empty")
    try:
        quantity = parse_quantity(plain)
    except ValueError:
        return Entry(None, "entry.not_quantity")
    if quantity <= 0:
        return Entry(None, "entry.not_positive")
    if instrument is not None:
        rules = instrument.rules
        if quantity % rules.lot:
            return Entry(None, "entry.off_lot", str(rules.lot))
        if quantity < rules.min_order_qty:
            return Entry(None, "entry.too_small", f"{rules.min_order_qty:,}")
        if quantity > rules.max_order_qty:
            return Entry(None, "entry.too_large", f"{rules.max_order_qty:,}")
    return Entry(quantity)
