"""What the rulebook says of an instrument's call auctions and of its dynamic collar."""

from typing import Annotated

from msgspec import Meta, Struct


class CallAuctionRules(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """That an instrument may open, or trade again after a pause, by a call auction."""

    prevent_self_trades: bool = True
    """Whether the instrument's self-trade prevention applies in the uncross."""


class VolatilityRules(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A dynamic collar round the last price, and the call auction that follows its breach."""

    dynamic_bps: Annotated[int, Meta(ge=1, le=10_000)]
    """How far from the last price a trade may be, in 1/10,000 of it."""
    auction_seconds: Annotated[int, Meta(ge=1, le=86_400)]
    """How long the interruption lasts."""
