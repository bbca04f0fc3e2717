"""What is refused in block trading: pure functions that return why, or None."""

from typing import Final

from bashu_daemon.core.block_book import Commitment
from bashu_daemon.core.checks import (
    MAX_RULE_QTY,
    MAX_TURNOVER,
    Refusal,
    check_cash,
    check_holding,
    check_price,
)
from bashu_daemon.core.directory import Member
from bashu_daemon.core.holdings import check_purchase, check_sale
from bashu_daemon.core.prices import limit_prices
from bashu_daemon.core.state import Instrument
from bashu_protocol.messages import BlockRules, InstrumentRules
from bashu_protocol.reject_codes import RejectCode

MAX_OPEN_BLOCKS: Final = 200
"""Standing offers and negotiations that one member has begun; each queue has a limit."""

SELF_DEALING: Final = (
    RejectCode.SELF_TRADE,
    "Both sides would belong to the same beneficial owner.",
)
UNKNOWN_BLOCK: Final = (
    RejectCode.UNKNOWN_BLOCK,
    "There is no such block of yours, or it has ended.",
)


def block_limits(instrument: Instrument) -> tuple[int, int]:
    """Return the (upper, lower) limit of the day's block trades in fen; (0, 0) without any.

    +-30 % of the previous close of the vintage (market_rules.md 1.2), rounded as the listing's.
    """
    rules = instrument.rules.block
    return block_limits_of(instrument.day_reference, rules) if rules else (0, 0)


def block_limits_of(reference: int, rules: BlockRules) -> tuple[int, int]:
    """Return the (upper, lower) limit that follows from a previous close in fen."""
    return limit_prices(reference, rules.band_bps)


def check_session(instrument: Instrument) -> Refusal | None:
    """Blocks have their own session (market_rules.md 1.2); not while the instrument is halted."""
    symbol = instrument.rules.symbol
    if instrument.rules.block is None:
        return RejectCode.NO_BLOCK_TRADING, f"{symbol} is not traded in blocks."
    if instrument.phase == "halted":
        return RejectCode.INSTRUMENT_HALTED, "Trading in the instrument is halted."
    if instrument.phase == "closed":
        return RejectCode.MARKET_CLOSED, "The instrument is closed."
    if not instrument.block_session:
        return RejectCode.BLOCK_SESSION_CLOSED, "The block session is not open."
    if instrument.statistics.block_turnover >= MAX_TURNOVER:
        return RejectCode.TOO_MANY_ORDERS, "The instrument's turnover of the day is at its bound."
    return None


def check_terms(instrument: Instrument, qty: int, price: int) -> Refusal | None:
    """Block threshold and band (market_rules.md 1.2), lot and tick (1.1), rulebook's maximum."""
    rules = instrument.rules.block
    assert rules is not None, "check_session comes first"
    return _check_quantity(qty, rules, instrument.rules.lot) or check_price(
        price, instrument.rules, *block_limits(instrument)
    )


def _check_quantity(qty: int, rules: BlockRules, lot: int) -> Refusal | None:
    if qty <= 0:
        return RejectCode.INVALID_QTY, "The quantity must be positive."
    if qty < rules.min_qty:
        return RejectCode.QTY_TOO_SMALL, f"The smallest block is {rules.min_qty} t."
    if qty > rules.max_qty:
        return RejectCode.QTY_TOO_LARGE, f"The largest block is {rules.max_qty} t."
    if qty % lot:
        return RejectCode.QTY_OFF_LOT, f"The quantity must be a multiple of {lot} t."
    return None


def check_cover(instrument: Instrument, side: Commitment, price: int, qty: int) -> Refusal | None:
    """Cash and tonnes must be there (market_rules.md 1.4), what the block has frozen included.

    What is added must also fit the bounds on holdings and on sales (1.7, 5.1).
    """
    needed = side.need(price, qty)
    available = side.account.available + side.frozen
    if side.side == "buy":
        added = qty - side.buying
        return check_cash(available, needed) or (
            check_purchase(side.member, instrument, added) if added > 0 else None
        )
    added = qty - side.frozen
    return check_holding(available, side.holding.bought_today, needed) or (
        check_sale(side.member, instrument, added) if added > 0 else None
    )


def check_parties(poster: Member, other: Member) -> Refusal | None:
    """Nobody trades a block with itself (venue's own, as in the listing)."""
    return SELF_DEALING if poster.owner == other.owner else None


def check_count(count: int) -> Refusal | None:
    if count < MAX_OPEN_BLOCKS:
        return None
    return RejectCode.TOO_MANY_ORDERS, f"The member has {count} blocks under way already."


def check_block_rules(rules: InstrumentRules) -> Refusal | None:
    """Bounds that the types of `BlockRules` do not hold."""
    block = rules.block
    if block is None:
        return None
    if block.max_qty > MAX_RULE_QTY:
        wrong = f"block.max_qty must be at most {MAX_RULE_QTY} t"
    elif max(rules.lot, block.min_qty) > block.max_qty:
        wrong = "lot and block.min_qty must not exceed block.max_qty"
    else:
        return None
    return RejectCode.INVALID_VALUE, f"{rules.symbol}: {wrong}."
