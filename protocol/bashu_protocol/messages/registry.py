"""Commands of the registrar, and the rules of an instrument."""

from typing import Annotated

from msgspec import Meta, Struct

from bashu_protocol.messages.auctions import AuctionRules
from bashu_protocol.messages.base import (
    City,
    Int64,
    MemberKind,
    Message,
    Name,
    Permission,
    Phase,
    Product,
    Role,
    SelfTradePrevention,
    SelfTradeScope,
    WithinPrice,
)
from bashu_protocol.messages.blocks import BlockRules
from bashu_protocol.messages.call_auction import CallAuctionRules, VolatilityRules
from bashu_protocol.messages.protections import HoldingRules


class OrderFeatures(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Order features beyond limit and market orders for the day; all are off at first.

    The national rules have none of them (market_rules.md 1.4); ICE has them all (7).
    """

    max_gtd_days: Annotated[int, Meta(ge=0, le=366)] = 0
    """Calendar days that a good-till-date order may reach ahead; 0 for none."""
    post_only: bool = False
    min_qty: bool = False
    iceberg_min_display: Annotated[int, Meta(ge=0)] = 0
    """Tonnes that an iceberg order must show at least; 0 for no icebergs."""
    stop: bool = False
    """Stop and stop-limit orders."""
    market_collar_bps: Annotated[int, Meta(ge=0, le=10_000)] = 0
    """A market order trades no further than so many 1/10,000 from the best price; 0 for no end."""


class InstrumentRules(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the rulebook says of one instrument."""

    symbol: Name
    name_zh: Name
    name_en: Name
    product: Product
    reference_price: Int64
    """Fen; the registrar's reference for the first trading day."""
    tick: Annotated[int, Meta(ge=1)] = 1
    """Fen."""
    lot: Annotated[int, Meta(ge=1)] = 1
    """Tonnes."""
    min_order_qty: Annotated[int, Meta(ge=1)] = 1
    max_order_qty: Annotated[int, Meta(ge=1)] = 99_999
    """Tonnes; listing trades stay below the block threshold of 100,000 t."""
    band_bps: Annotated[int, Meta(ge=0, le=10_000)] = 1_000
    """Price limits in 1/10,000 of the previous close; 0 switches them off."""
    self_trade_prevention: SelfTradePrevention = "cancel_incoming"
    resale_ban: bool = True
    """Whether what was bought today may not be sold today."""
    call_auction: CallAuctionRules | None = None
    """None where the instrument has no call auction."""
    volatility: VolatilityRules | None = None
    """None where it has no dynamic collar."""
    auction: AuctionRules | None = None
    """One-way auctions; None where there are none."""
    holding: HoldingRules | None = None
    """None where holdings and sales have no bounds."""
    self_trade_scope: SelfTradeScope = "control_group"
    """Whose orders never meet: all of one beneficial owner's, or those of one account (member)."""
    reach_levels: Annotated[int, Meta(ge=0, le=1_000)] = 0
    """An incoming order trades with so many of the best opposite price levels; 0 for all.

    The national listing mode has 5 (market_rules.md 0, fact 3).
    """
    within_price: WithinPrice = "time"
    """Who trades first at one price; with `taker_choice` a taker may also name a listing (摘牌),
    the national rule (market_rules.md 0, fact 2)."""
    block: BlockRules | None = None
    """None where there is no block trading."""
    features: OrderFeatures = OrderFeatures()


class ListInstrument(Message, frozen=True, tag="list_instrument"):
    """Open an instrument to trading, or change its rules while it is closed."""

    cl_ord_id: Name
    rules: InstrumentRules


class AddMember(Message, frozen=True, tag="add_member"):
    """Admit a member. `owner` is the beneficial owner; several members may share one."""

    cl_ord_id: Name
    member: Name
    name: Name
    owner: Name
    city: City = "other"
    kind: MemberKind = "emitter"


class AddUser(Message, frozen=True, tag="add_user"):
    """Give a person or program of a member a user name and a role."""

    cl_ord_id: Name
    user: Name
    member: Name
    role: Role = "trader"
    permissions: tuple[Permission, ...] = ("view", "enter")
    """Of a trader; the other roles have none."""


class Deposit(Message, frozen=True, tag="deposit"):
    """Book cash ("CNY", fen) or tonnes (a symbol) into a member's account; negative withdraws."""

    cl_ord_id: Name
    member: Name
    asset: Name
    amount: Int64


class OpenDay(Message, frozen=True, tag="open_day"):
    """Begin a trading day: limits from the previous close, statistics cleared.

    `trade_date` is YYYYMMDD and must be later than the last.
    """

    cl_ord_id: Name
    trade_date: Annotated[int, Meta(ge=19_000_101, le=29_991_231)]


class SetPhase(Message, frozen=True, tag="set_phase"):
    """Move one symbol, or all where `symbol` is empty, to a phase of the open day."""

    cl_ord_id: Name
    phase: Phase
    symbol: Name = ""


class CloseDay(Message, frozen=True, tag="close_day"):
    """End the trading day: day orders expire, closes are fixed, bought tonnes become available."""

    cl_ord_id: Name
