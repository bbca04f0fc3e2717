"""What the values of blocks, bids and offers may be, for their strict reading."""

from typing import Final

from bashu_protocol.messages import AuctionRow, AuctionRules, InstrumentRow
from bashu_protocol.units import divide_half_up
from bashu_tui.state.entry import Bounds

_BASIS: Final = 10_000


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
