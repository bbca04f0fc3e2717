"""Reading the numbers of the settings screen: the most at one click, and the quantities at hand."""

import re
from typing import Final

from bashu_protocol.units import parse_quantity
from bashu_tui.state.entry import Entry, normalize

LARGEST_QUANTITY: Final = 1_000_000_000
"""Tonnes; as `settings.Quantity`."""
MOST_PRESETS: Final = 9


def read_amount(text: str) -> Entry:
    """Read a whole number of tonnes within what a setting allows."""
    try:
        amount = parse_quantity(normalize(text))
    except ValueError:
        return Entry(None, "entry.not_quantity")
    if amount <= 0:
        return Entry(None, "entry.not_positive")
    if amount > LARGEST_QUANTITY:
        return Entry(None, "entry.too_large", f"{LARGEST_QUANTITY:,}")
    return Entry(amount)


def presets_of(text: str) -> tuple[int, ...]:
    """Return the quantities in a text; those that are none are left out, see `read_presets`."""
    found = [read_amount(part).value for part in _parts(text)]
    return tuple(amount for amount in found if amount is not None)


def read_presets(text: str) -> Entry:
    """Read one to nine quantities with blanks or commas between them; the value is their count."""
    parts = _parts(text)
    for part in parts:
        entry = read_amount(part)
        if entry.value is None:
            return entry
    if not 1 <= len(parts) <= MOST_PRESETS:
        return Entry(None, "setting.presets_count", str(MOST_PRESETS))
    return Entry(len(parts))


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"[\s,，、；;]+", normalize(text)) if part]
