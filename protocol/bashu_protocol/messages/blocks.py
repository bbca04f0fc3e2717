"""Block trading: the rulebook's values, the traders' commands and the registrar's session.

An offer and each negotiation on it have a `block_id` of their own.
"""

from typing import Annotated

from msgspec import Meta, Struct

from bashu_protocol.messages.base import Int64, Message, Name, Side


class BlockRules(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the rulebook says of an instrument's block trades; tick and lot are the listing's."""

    min_qty: Annotated[int, Meta(ge=1)] = 100_000
    """Tonnes; the block threshold."""
    max_qty: Annotated[int, Meta(ge=1)] = 100_000_000
    """Tonnes; no source gives an upper limit, so it is a parameter [G]."""
    band_bps: Annotated[int, Meta(ge=0, le=10_000)] = 3_000
    """Price limits in 1/10,000 of the previous close; 0 switches them off."""


class PostBlock(Message, frozen=True, tag="post_block"):
    """Offer a block, to all or to the member named by `counterparty`.

    What it needs is frozen at once: fen for a purchase, tonnes for a sale.
    """

    cl_ord_id: Name
    symbol: Name
    side: Side
    order_qty: Int64
    price: Int64
    counterparty: Name = ""


class CounterBlock(Message, frozen=True, tag="counter_block"):
    """Propose other terms: to an offer, which starts a negotiation, or in one under way.

    What the proposal needs is frozen at once; the proposal it supersedes binds no more.
    """

    cl_ord_id: Name
    block_id: Int64
    order_qty: Int64
    price: Int64


class AcceptBlock(Message, frozen=True, tag="accept_block"):
    """Confirm the other side's present terms, which are repeated here, and so trade."""

    cl_ord_id: Name
    block_id: Int64
    order_qty: Int64
    price: Int64


class WithdrawBlock(Message, frozen=True, tag="withdraw_block"):
    """Take back one's own offer, or leave a negotiation."""

    cl_ord_id: Name
    block_id: Int64


class SetBlockSession(Message, frozen=True, tag="set_block_session"):
    """Begin or end the block session of one symbol, or of all where `symbol` is empty."""

    cl_ord_id: Name
    open: bool
    symbol: Name = ""
