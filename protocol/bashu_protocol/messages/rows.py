"""Rows of a query's answer."""

from typing import Literal

from msgspec import Struct, field

from bashu_protocol.messages.alerts import Alert
from bashu_protocol.messages.auctions import AuctionRow
from bashu_protocol.messages.base import (
    BlockKind,
    City,
    ExecInst,
    MemberKind,
    Message,
    OrdType,
    Permission,
    Phase,
    QueryWhat,
    Side,
    TimeInForce,
    TradeMode,
)
from bashu_protocol.messages.links import LinkRow
from bashu_protocol.messages.market_data import Notice
from bashu_protocol.messages.parameters import ParameterChangeRow, SurveillanceRuleRow
from bashu_protocol.messages.protections import MemberLimits
from bashu_protocol.messages.registry import InstrumentRules


class OrderRow(Struct, frozen=True, tag_field="type", tag="order"):
    """One live order of the asking user's member."""

    order_id: int
    cl_ord_id: str
    user: str
    symbol: str
    side: Side
    price: int
    order_qty: int
    leaves_qty: int
    cum_qty: int
    ord_type: OrdType
    time_in_force: TimeInForce
    transact_time: int
    client_account: str = ""
    expire_date: int = 0
    min_qty: int = 0
    display_qty: int = 0
    stop_px: int = 0
    exec_inst: ExecInst = ""
    waiting: bool = False
    """Whether a stop order still waits for its stop price."""
    pending: bool = False
    """Whether it still waits for a colleague's approval, in no book and freezing nothing."""


class FillRow(Struct, frozen=True, tag_field="type", tag="fill"):
    """One fill of the asking user's member on the present trading day.

    A fill in a block has the block's id as `order_id`, one in a one-way auction 0.
    """

    exec_id: int
    order_id: int
    cl_ord_id: str
    user: str
    symbol: str
    side: Side
    last_px: int
    last_qty: int
    transact_time: int
    correction: Literal["", "cancel", "adjust"] = ""
    """Whether supervisors cancelled the trade or changed its price."""
    corrected_px: int = 0
    """Fen of an adjusted trade."""
    mode: TradeMode = "listing"


class TradeRow(Struct, frozen=True, tag_field="type", tag="public_trade"):
    """A trade of the present day as everybody may see it, of any mode."""

    exec_id: int
    symbol: str
    transact_time: int
    price: int
    qty: int
    aggressor_side: Side
    mode: TradeMode
    correction: Literal["", "cancel", "adjust"] = ""
    """Whether supervisors cancelled the trade or changed its price."""
    corrected_px: int = 0
    """Fen of an adjusted trade."""

    @property
    def standing_px(self) -> int:
        """Fen that the trade counts for now, 0 if it was cancelled."""
        return self.corrected_px if self.correction else self.price


class BarRow(Struct, frozen=True, tag_field="type", tag="bar"):
    """A minute of the present day in which the order book traded; prices in fen.

    Call auctions count, blocks and one-way auctions do not. Corrections are in it already; where
    all of its trades were cancelled the prices are 0.
    """

    symbol: str
    start_time: int
    """Nanoseconds since 1970."""
    open: int
    high: int
    low: int
    close: int
    volume: int
    turnover: int
    trade_count: int
    last_exec_id: int
    """The last trade in it: later ones of the trade topic are not counted yet."""


class AccountRow(Struct, frozen=True, tag_field="type", tag="account"):
    """What a member holds of one asset: "CNY" in fen, or a symbol in tonnes."""

    member: str
    asset: str
    available: int
    frozen: int
    bought_today: int


class InstrumentRow(Struct, frozen=True, tag_field="type", tag="instrument"):
    """An instrument with its rules and the numbers of the day."""

    rules: InstrumentRules
    phase: Phase
    trade_date: int
    reference_price: int
    limit_up: int
    limit_down: int
    block_session: bool = False
    block_limit_up: int = 0
    """Fen; the limits of block trades, 0 where there are none."""
    block_limit_down: int = 0


class BookRow(Struct, frozen=True, tag_field="type", tag="book_level_set"):
    """The whole book of a symbol: (price, quantity, orders) from the best level outwards."""

    symbol: str
    md_seq: int
    epoch: int
    bids: list[tuple[int, int, int]]
    asks: list[tuple[int, int, int]]


class ListingRow(Struct, frozen=True, tag_field="type", tag="listing"):
    """A resting order that `pick_order` may name; whose it is stays unsaid."""

    listing_id: int
    side: Side
    price: int
    leaves_qty: int
    symbol: str


class LimitsRow(Struct, frozen=True, tag_field="type", tag="limits"):
    """What bounds the asking user: its permissions, its member's limits and clients."""

    member: str
    user: str
    permissions: tuple[Permission, ...]
    """Of a trader; the other roles have none."""
    limits: MemberLimits
    clients: list[tuple[str, str, bool]]
    """Client accounts: name of the account, of the client, and whether it may trade."""
    holding_limits: dict[str, int] = {}
    """The most tonnes that the member may hold, by symbol; for who may view its account."""


class MemberRow(Struct, frozen=True, tag_field="type", tag="member"):
    """A member as supervisors see it."""

    member: str
    name: str
    owner: str
    city: City
    kind: MemberKind
    suspended: bool
    kill_switch: bool = False
    barred: bool = False
    """Whether its beneficial owner is a barred person."""


class BlockRow(Struct, frozen=True, tag_field="type", tag="block"):
    """A block offer or negotiation that the asking user's member may see.

    `side` is the poster's for an offer, the asking member's own in a negotiation.
    """

    block_id: int
    offer_id: int
    """The offer's `block_id`; an offer has its own here."""
    kind: BlockKind
    symbol: str
    side: Side
    price: int
    order_qty: int
    your_turn: bool
    """Whether the asking member may accept these terms."""
    counterparty: str
    """The other member, where it was named or has moved itself; empty for an open offer."""
    transact_time: int


Row = (
    OrderRow
    | FillRow
    | AccountRow
    | InstrumentRow
    | BookRow
    | MemberRow
    | AuctionRow
    | ListingRow
    | BlockRow
    | LimitsRow
    | TradeRow
    | BarRow
    | SurveillanceRuleRow
    | ParameterChangeRow
    | LinkRow
)


class QueryResult(Message, frozen=True, tag="query_result", gc=True):
    """The answer to a query, as of journal number `seq`; the rows may span several results."""

    cl_ord_id: str
    what: QueryWhat
    seq: int
    rows: list[Row]
    last: bool = True
    alerts: list[Alert] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
