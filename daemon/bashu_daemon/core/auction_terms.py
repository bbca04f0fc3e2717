"""What an auction may be: pure checks of its terms, and the bounds of its bids.

Sources are rows of the domain rulebook (market_rules.md) or keys of `AuctionRules`.
"""

from bashu_daemon.core.checks import MAX_RULE_QTY, Refusal
from bashu_daemon.core.prices import MAX_PRICE
from bashu_protocol.messages import (
    ApplyAuction,
    AuctionForm,
    AuctionRules,
    InstrumentRules,
    ScheduleAuction,
)
from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.units import divide_half_up, format_price

_BASIS = 10_000

Terms = ApplyAuction | ScheduleAuction


def offered_rules(rules: InstrumentRules, form: AuctionForm) -> AuctionRules | None:
    """Return the auction rules of an instrument, None where it has no auctions of this form."""
    auction = rules.auction
    if auction is None or not (auction.selling if form == "sell" else auction.buying):
        return None
    return auction


def not_offered(symbol: str) -> Refusal:
    return RejectCode.AUCTION_NOT_OFFERED, f"{symbol} has no auctions of this form."


def check_offer(terms: Terms, rules: AuctionRules) -> Refusal | None:
    """The offer, not the fill, has a minimum of 100,000 t (market_rules.md 1.2, and 9 row 9)."""
    qty = terms.order_qty
    if qty < rules.min_offer_qty:
        return RejectCode.QTY_TOO_SMALL, f"The smallest offer is {rules.min_offer_qty} t."
    if qty > MAX_RULE_QTY:
        return RejectCode.QTY_TOO_LARGE, f"The largest offer is {MAX_RULE_QTY} t."
    if qty % rules.lot:
        return RejectCode.QTY_OFF_LOT, f"The quantity must be a multiple of {rules.lot} t."
    return None


def bidder_limit(terms: ScheduleAuction, rules: AuctionRules) -> int:
    """Return the most tonnes that one bidder gets, in whole lots; 0 for no limit."""
    limits = []
    if terms.bidder_limit_qty:
        limits.append(terms.bidder_limit_qty)
    if terms.bidder_limit_bps:
        limits.append(terms.order_qty * terms.bidder_limit_bps // _BASIS)
    lowest = min(limits, default=0)
    return lowest - lowest % rules.lot


def check_result_terms(terms: ScheduleAuction, rules: AuctionRules) -> Refusal | None:
    """What decides whether the auction is void, and the limit per bidder."""
    if not 0 <= terms.min_total_qty <= terms.order_qty:
        text = "The minimum total quantity must be within 0 and the quantity offered."
        return RejectCode.INVALID_VALUE, text
    if not 0 <= terms.bidder_limit_qty <= terms.order_qty:
        text = "The limit per bidder must be within 0 and the quantity offered."
        return RejectCode.INVALID_VALUE, text
    limited = terms.bidder_limit_bps or terms.bidder_limit_qty
    if limited and bidder_limit(terms, rules) < rules.min_bid_qty:
        text = f"The limit per bidder must allow the smallest bid of {rules.min_bid_qty} t."
        return RejectCode.INVALID_VALUE, text
    return None


def price_band(rules: InstrumentRules, reference: int) -> tuple[int, int]:
    """Return the lowest and highest bid at all in fen for a previous close.

    10 % either way (market_rules.md 1.2), half-up as the daily limits are; without bounds from
    one tick to the largest price.
    """
    auction = rules.auction
    assert auction is not None, "the instrument has auctions"
    lowest, highest = rules.tick, MAX_PRICE
    if auction.floor_bps:
        lowest = max(divide_half_up(reference * (_BASIS - auction.floor_bps), _BASIS), lowest)
    if auction.cap_bps:
        highest = divide_half_up(reference * (_BASIS + auction.cap_bps), _BASIS)
    return lowest, highest


def price_bounds(terms: Terms, rules: InstrumentRules, reference: int) -> tuple[int, int]:
    """Return (floor, cap) of an auction's bids in fen for a previous close.

    Selling form: the floor is the previous close, or 10 % below it, at the seller's choice, and
    the cap 10 % above it (market_rules.md 1.2 and 1.6 step 4). The buying form mirrors it: the
    cap is the owner's choice.
    """
    lowest, highest = price_band(rules, reference)
    if terms.limit == "band":
        return lowest, highest
    own = reference if terms.limit == "previous_close" else terms.limit_price
    return (own, highest) if terms.form == "sell" else (lowest, own)


def check_bounds(terms: Terms, rules: InstrumentRules, reference: int) -> Refusal | None:
    """A price of the owner's own lies within the band; a reserve within floor and cap."""
    low, high = price_band(rules, reference)
    if terms.limit == "price" and not low <= terms.limit_price <= high:
        text = f"The limit price must be within {format_price(low)} and {format_price(high)}."
        return RejectCode.INVALID_PRICE, text
    if terms.limit == "price" and terms.limit_price % rules.tick:
        text = f"The limit price must be a multiple of {rules.tick} fen."
        return RejectCode.PRICE_OFF_TICK, text
    floor, cap = price_bounds(terms, rules, reference)
    reserve = terms.reserve_price if isinstance(terms, ScheduleAuction) else 0
    if reserve and not floor <= reserve <= cap:
        text = f"The reserve must be within {format_price(floor)} and {format_price(cap)}."
        return RejectCode.INVALID_PRICE, text
    return None
