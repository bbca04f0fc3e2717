"""Strict reading against bounds of its own: those of blocks, bids and alerts.

As in `state/entry.py`, a value is never guessed and never changed.
"""

from typing import Final

from msgspec import Struct

from bashu_protocol.messages import AuctionRow, AuctionRules, InstrumentRow
from bashu_protocol.units import divide_half_up, format_price, parse_price, parse_quantity
from bashu_tui.state.entry import Entry, normalize

_BASIS: Final = 10_000


class Bounds(Struct, frozen=True):
    """What a value may be, in fen or tonnes. `low` and `high` are 0 where there is no bound."""

    step: int = 1
    low: int = 0
    high: int = 0


def price_within(text: str, bounds: Bounds) -> Entry:
    """Read a price in yuan as fen; `step` is the tick."""
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
        return Entry(None, "entry.price_at_most", format_price(bounds.high))
    if price < bounds.low:
        return Entry(None, "entry.price_at_least", format_price(bounds.low))
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


def block_price(instrument: InstrumentRow) -> Bounds:
    """Bound the price of a block: the day's limits of block trades, and the listing's tick."""
    return Bounds(instrument.rules.tick, instrument.block_limit_down, instrument.block_limit_up)


def block_quantity(instrument: InstrumentRow) -> Bounds:
    """Bound the size of a block: the rulebook's threshold and maximum, and the listing's lot."""
    rules = instrument.rules.block
    if rules is None:
        return Bounds(instrument.rules.lot)
    return Bounds(instrument.rules.lot, rules.min_qty, rules.max_qty)


def bid_price(row: AuctionRow, instrument: InstrumentRow | None) -> Bounds:
    """Bound the price of a bid: the auction's floor and cap."""
    tick = instrument.rules.tick if instrument is not None else 1
    return Bounds(tick, row.floor, row.cap)


def bid_quantity(row: AuctionRow, instrument: InstrumentRow | None) -> Bounds:
    """Bound the size of a bid: at most what is offered, and the limit of one bidder."""
    rules = _auction_rules(instrument)
    high = row.bidder_limit_qty or row.order_qty
    return Bounds(rules.lot, rules.min_bid_qty, high)


def offer_quantity(instrument: InstrumentRow | None) -> Bounds:
    """Bound what a member may apply to sell or buy by auction."""
    rules = _auction_rules(instrument)
    return Bounds(rules.lot, rules.min_offer_qty)


def auction_limit_price(instrument: InstrumentRow) -> Bounds:
    """Bound a limit price of an auction's owner: the band round the previous close."""
    rules, reference = _auction_rules(instrument), instrument.reference_price
    low = divide_half_up(reference * (_BASIS - rules.floor_bps), _BASIS) if rules.floor_bps else 0
    high = divide_half_up(reference * (_BASIS + rules.cap_bps), _BASIS) if rules.cap_bps else 0
    return Bounds(instrument.rules.tick, low, high)


def _auction_rules(instrument: InstrumentRow | None) -> AuctionRules:
    rules = instrument.rules.auction if instrument is not None else None
    return rules or AuctionRules(min_offer_qty=1)
