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


class Bounds(Struct, frozen=True):
    """What a value may be, in fen or tonnes. `low` and `high` are 0 where there is no bound."""

    step: int = 1
    low: int = 0
    high: int = 0


def read_price(text: str, instrument: InstrumentRow | None) -> Entry:
    """Read a price in yuan as fen, checked against tick and the day's limits."""
    if instrument is None:
        return price_within(text, Bounds())
    bounds = Bounds(instrument.rules.tick, instrument.limit_down, instrument.limit_up)
    return price_within(text, bounds, above="entry.above", below="entry.below")


def read_quantity(text: str, instrument: InstrumentRow | None) -> Entry:
    """Read whole tonnes, checked against lot and order size."""
    if instrument is None:
        return quantity_within(text, Bounds())
    rules = instrument.rules
    return quantity_within(text, Bounds(rules.lot, rules.min_order_qty, rules.max_order_qty))


def price_within(
    text: str,
    bounds: Bounds,
    *,
    above: str = "entry.price_at_most",
    below: str = "entry.price_at_least",
) -> Entry:
    """Read a price in yuan as fen; `step` is the tick. The last two are the bounds' text keys."""
    plain = normalize(text)
    if not plain:
        return Entry(None, "entry.empty")
    try:
        price = parse_price(plain)
    except ValueError:
        return Entry(None, "entry.not_price")
    if price <= 0:
        return Entry(None, "entry.not_positive")
    if price % bounds.step:
        return Entry(None, "entry.off_tick", format_price(bounds.step))
    if bounds.high and price > bounds.high:
        return Entry(None, above, format_price(bounds.high))
    if price < bounds.low:
        return Entry(None, below, format_price(bounds.low))
    return Entry(price)


def quantity_within(text: str, bounds: Bounds) -> Entry:
    """Read whole tonnes; `step` is the lot."""
    plain = normalize(text)
    if not plain:
        return Entry(None, "entry.empty")
    try:
        quantity = parse_quantity(plain)
    except ValueError:
        return Entry(None, "entry.not_quantity")
    if quantity <= 0:
        return Entry(None, "entry.not_positive")
    if quantity % bounds.step:
        return Entry(None, "entry.off_lot", f"{bounds.step:,}")
    if quantity < bounds.low:
        return Entry(None, "entry.too_small", f"{bounds.low:,}")
    if bounds.high and quantity > bounds.high:
        return Entry(None, "entry.too_large", f"{bounds.high:,}")
    return Entry(quantity)
