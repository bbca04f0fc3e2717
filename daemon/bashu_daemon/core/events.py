"""What the core says happened. Identities are in here; what leaves the venue is made from it."""

from msgspec import Struct

from bashu_protocol.messages import (
    CommandReport,
    CorrectionAction,
    DeclaredLinkKind,
    Direction,
    DisclosureKind,
    ExecutionReport,
    Notice,
    PartyReport,
    Phase,
    Product,
    Side,
    TradeMode,
)


class OrderEvent(Struct, frozen=True, gc=False):
    """An execution report with the identities behind it."""

    report: ExecutionReport
    user: str
    member: str
    owner: str
    aggressor: bool = False
    contra_order_id: int = 0
    contra_owner: str = ""
    mode: TradeMode = "listing"
    """Of a fill."""


class CommandEvent(Struct, frozen=True, gc=False):
    """A command report for `user`."""

    report: CommandReport
    user: str
    member: str
    owner: str
    symbol: str = ""


class PartyEvent(Struct, frozen=True, gc=False):
    """A private report of another mode than the order book, for `user`."""

    report: PartyReport
    user: str
    member: str
    owner: str
    symbol: str = ""


class TradeEvent(Struct, frozen=True, gc=False):
    """A match, once; the two order events of the same `exec_id` go to its parties."""

    seq: int
    transact_time: int
    exec_id: int
    symbol: str
    price: int
    qty: int
    aggressor_side: Side
    buy_order_id: int
    sell_order_id: int
    buy_owner: str
    sell_owner: str
    mode: TradeMode = "listing"


class SelfTradePrevented(Struct, frozen=True, gc=False):
    """Two orders of one beneficial owner would have met; order events say what was withdrawn."""

    seq: int
    transact_time: int
    symbol: str
    owner: str
    incoming_order_id: int
    resting_order_id: int
    price: int
    qty: int
    incoming_member: str
    resting_member: str


class PhaseChanged(Struct, frozen=True, gc=False):
    """An instrument moved to another phase."""

    seq: int
    transact_time: int
    symbol: str
    phase: Phase
    previous: Phase
    author: str
    reason: str = ""


class BlockSessionChanged(Struct, frozen=True, gc=False):
    """An instrument's block session began or ended."""

    seq: int
    transact_time: int
    symbol: str
    is_open: bool
    author: str


class MemberStatusChanged(Struct, frozen=True, gc=False):
    """A member was suspended or reinstated."""

    seq: int
    transact_time: int
    member: str
    suspended: bool
    author: str
    reason: str


class AccessChanged(Struct, frozen=True, gc=False):
    """What somebody may do was changed by a supervisor or the registrar.

    `kind` is such as `kill_switch_engaged`; `user`, `member` or `owner` says whom it meets.
    """

    seq: int
    transact_time: int
    kind: str
    author: str
    user: str = ""
    member: str = ""
    owner: str = ""
    symbol: str = ""
    text: str = ""


class TradeCorrected(Struct, frozen=True, gc=False):
    """A correction of a trade was proposed, declined or executed; only then anything changed."""

    seq: int
    transact_time: int
    stage: str
    correction_id: int
    exec_id: int
    symbol: str
    action: CorrectionAction
    price: int
    previous_price: int
    qty: int
    author: str
    reason: str


class ParameterChange(Struct, frozen=True, gc=False):
    """A change of surveillance's parameters was proposed, declined or put into force."""

    seq: int
    transact_time: int
    stage: str
    change_id: int
    rule: str
    symbol: str
    """Empty for all instruments."""
    parameter: str
    value: int
    previous: int
    author: str
    reason: str


class ParametersSet(Struct, frozen=True):
    """All parameters of a rule, as they are in force after the command."""

    seq: int
    transact_time: int
    rule: str
    version: int
    parameters: dict[str, int]
    symbols: dict[str, dict[str, int]]


class LargeHolder(Struct, frozen=True, gc=False):
    """A member's holding reached the level from which supervisors are told, in tonnes."""

    seq: int
    transact_time: int
    symbol: str
    member: str
    owner: str
    tonnes: int
    level: int


class InstrumentListed(Struct, frozen=True, gc=False):
    """A symbol was listed, or its rules changed."""

    seq: int
    transact_time: int
    symbol: str
    product: Product


class AssetBooked(Struct, frozen=True, gc=False):
    """Cash (fen) or tonnes came into a member's account, or left it, and it was no trade."""

    seq: int
    transact_time: int
    member: str
    owner: str
    asset: str
    amount: int


class AllocationSet(Struct, frozen=True, gc=False):
    """A member's annual allocation, in tonnes, as far as it raises what the member may hold."""

    seq: int
    transact_time: int
    symbol: str
    member: str
    owner: str
    tonnes: int


class DisclosureRegistered(Struct, frozen=True, gc=False):
    """Facts that move prices became public at `disclosed_time`; `about` is an owner or empty."""

    seq: int
    transact_time: int
    kind: DisclosureKind
    symbol: str
    author: str
    text: str
    disclosed_time: int
    member: str = ""
    about: str = ""


class StatementRegistered(Struct, frozen=True, gc=False):
    """Somebody said at `stated_time` what a supervisor holds for false or misleading."""

    seq: int
    transact_time: int
    symbol: str
    author: str
    text: str
    stated_time: int
    direction: Direction
    poster: str


class LinkDeclared(Struct, frozen=True, gc=False):
    """An account has a controller, an operator or a device; `owner` is its beneficial one."""

    seq: int
    transact_time: int
    kind: DeclaredLinkKind
    name: str
    member: str
    client_account: str
    owner: str
    author: str
    reason: str


class NoticePublished(Struct, frozen=True, gc=False):
    """A notice for the whole market."""

    notice: Notice


class DayOpened(Struct, frozen=True, gc=False):
    """A trading day began."""

    seq: int
    transact_time: int
    trade_date: int


class LimitsSet(Struct, frozen=True, gc=False):
    """The price limits of an instrument's day, in fen; 0 where there are none."""

    seq: int
    transact_time: int
    symbol: str
    reference_price: int
    limit_up: int
    limit_down: int


class DayClosed(Struct, frozen=True, gc=False):
    """A trading day ended."""

    seq: int
    transact_time: int
    trade_date: int


Event = (
    OrderEvent
    | CommandEvent
    | PartyEvent
    | TradeEvent
    | SelfTradePrevented
    | PhaseChanged
    | BlockSessionChanged
    | MemberStatusChanged
    | AccessChanged
    | LargeHolder
    | InstrumentListed
    | AssetBooked
    | AllocationSet
    | DisclosureRegistered
    | StatementRegistered
    | LinkDeclared
    | TradeCorrected
    | ParameterChange
    | ParametersSet
    | NoticePublished
    | DayOpened
    | DayClosed
    | LimitsSet
)
