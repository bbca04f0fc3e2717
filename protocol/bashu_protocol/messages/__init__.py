"""Every message of the wire protocol.

Field names are FIX's, in snake case. Prices and money are integer fen, quantities tonnes, times
nanoseconds since 1970 (UTC). In msgpack a message is an array that starts with its type name; in
JSON it is an object with `type`. Fields are only ever added, at the end and with a default.
"""

from bashu_protocol.messages.alerts import Alert, AuditBatch, AuditEvent
from bashu_protocol.messages.auctions import (
    ApplyAuction,
    AuctionEvent,
    AuctionForm,
    AuctionLimit,
    AuctionPricing,
    AuctionReport,
    AuctionRow,
    AuctionRules,
    AuctionState,
    BidEvent,
    BidReport,
    CancelAuction,
    CloseAuction,
    OpenAuction,
    OwnBid,
    PlaceBid,
    ScheduleAuction,
    WithdrawBid,
)
from bashu_protocol.messages.base import (
    BlockEventKind,
    BlockKind,
    City,
    CorrectionAction,
    Encoding,
    Environment,
    ExecInst,
    ExecType,
    Int64,
    KillScope,
    MemberKind,
    Message,
    Name,
    NoticeKind,
    OrdStatus,
    OrdType,
    Permission,
    Phase,
    Product,
    QueryWhat,
    Role,
    SelfTradePrevention,
    SelfTradeScope,
    Sentence,
    Severity,
    Side,
    TimeInForce,
    TradeMode,
    WithinPrice,
)
from bashu_protocol.messages.blocks import (
    AcceptBlock,
    BlockRules,
    CounterBlock,
    PostBlock,
    SetBlockSession,
    WithdrawBlock,
)
from bashu_protocol.messages.call_auction import CallAuctionRules, VolatilityRules
from bashu_protocol.messages.corrections import (
    ConfirmTradeCorrection,
    ProposeTradeCorrection,
    TradeCorrection,
)
from bashu_protocol.messages.disclosures import (
    Direction,
    DisclosureKind,
    RegisterDisclosure,
    RegisterStatement,
)
from bashu_protocol.messages.links import DeclaredLinkKind, DeclareLink, LinkRow
from bashu_protocol.messages.market_data import (
    BookDelta,
    BookSnapshot,
    InstrumentStat,
    Notice,
    PublicTrade,
    RecentNotices,
    VenueStatus,
)
from bashu_protocol.messages.orders import (
    CancelOrder,
    Logon,
    MassCancel,
    NewOrder,
    PickOrder,
    Query,
    ReplaceOrder,
)
from bashu_protocol.messages.parameters import (
    ConfirmParameterChange,
    EnterSurveillanceRule,
    ParameterChangeRow,
    ProposeParameterChange,
    SurveillanceRuleRow,
)
from bashu_protocol.messages.presence import Presence
from bashu_protocol.messages.protections import (
    AddClient,
    ApproveOrder,
    BarPerson,
    DeclineOrder,
    HoldingRules,
    KillSwitch,
    MassCancelFor,
    MemberLimits,
    ReinstateUser,
    SetAllocation,
    SetClientActive,
    SetMemberLimits,
    SetPermissions,
    SuspendUser,
)
from bashu_protocol.messages.registry import (
    AddMember,
    AddUser,
    CloseDay,
    Deposit,
    InstrumentRules,
    ListInstrument,
    OpenDay,
    OrderFeatures,
    SetPhase,
)
from bashu_protocol.messages.reports import (
    BlockReport,
    CommandReport,
    ExecutionReport,
    LogonAck,
    Reject,
)
from bashu_protocol.messages.rows import (
    AccountRow,
    BarRow,
    BlockRow,
    BookRow,
    FillRow,
    InstrumentRow,
    LimitsRow,
    ListingRow,
    MemberRow,
    OrderRow,
    QueryResult,
    Row,
    TradeRow,
)
from bashu_protocol.messages.supervision import (
    HaltInstrument,
    PublishNotice,
    ReinstateMember,
    ResumeInstrument,
    SuspendMember,
)

OrderCommand = NewOrder | CancelOrder | ReplaceOrder | MassCancel | PickOrder
SupervisorCommand = (
    HaltInstrument
    | ResumeInstrument
    | SuspendMember
    | ReinstateMember
    | PublishNotice
    | RegisterDisclosure
    | RegisterStatement
)
RegistrarCommand = ListInstrument | AddMember | AddUser | Deposit | OpenDay | SetPhase | CloseDay
ProtectionCommand = (
    SetMemberLimits
    | SetAllocation
    | MassCancelFor
    | KillSwitch
    | SetPermissions
    | SuspendUser
    | ReinstateUser
    | BarPerson
    | DeclareLink
    | AddClient
    | ApproveOrder
    | DeclineOrder
    | SetClientActive
    | ProposeTradeCorrection
    | ConfirmTradeCorrection
)
ParameterCommand = EnterSurveillanceRule | ProposeParameterChange | ConfirmParameterChange
AuctionCommand = ScheduleAuction | OpenAuction | CloseAuction | CancelAuction
BidCommand = ApplyAuction | PlaceBid | WithdrawBid
BlockCommand = PostBlock | CounterBlock | AcceptBlock | WithdrawBlock | SetBlockSession
StateCommand = (
    OrderCommand
    | SupervisorCommand
    | RegistrarCommand
    | ProtectionCommand
    | ParameterCommand
    | AuctionCommand
    | BidCommand
    | BlockCommand
)
"""Commands that change the venue's state and are journaled."""
Command = Logon | Query | StateCommand
PartyReport = BlockReport | BidReport | AuctionReport
"""Private reports of other modes than the order book."""
NumberedReport = ExecutionReport | CommandReport | PartyReport
"""Reports in a user's gapless `rpt_seq` stream."""
Report = LogonAck | NumberedReport | Reject | QueryResult
Broadcast = (
    BookSnapshot
    | BookDelta
    | PublicTrade
    | TradeCorrection
    | InstrumentStat
    | Notice
    | RecentNotices
    | VenueStatus
    | Alert
    | AuditEvent
    | AuditBatch
)
AnyMessage = Command | Report | Broadcast | Presence

__all__ = [
    "AcceptBlock",
    "AccountRow",
    "AddClient",
    "AddMember",
    "AddUser",
    "Alert",
    "AnyMessage",
    "ApplyAuction",
    "ApproveOrder",
    "AuctionCommand",
    "AuctionEvent",
    "AuctionForm",
    "AuctionLimit",
    "AuctionPricing",
    "AuctionReport",
    "AuctionRow",
    "AuctionRules",
    "AuctionState",
    "AuditBatch",
    "AuditEvent",
    "BarPerson",
    "BarRow",
    "BidCommand",
    "BidEvent",
    "BidReport",
    "BlockCommand",
    "BlockEventKind",
    "BlockKind",
    "BlockReport",
    "BlockRow",
    "BlockRules",
    "BookDelta",
    "BookRow",
    "BookSnapshot",
    "Broadcast",
    "CallAuctionRules",
    "CancelAuction",
    "CancelOrder",
    "City",
    "CloseAuction",
    "CloseDay",
    "Command",
    "CommandReport",
    "ConfirmParameterChange",
    "ConfirmTradeCorrection",
    "CorrectionAction",
    "CounterBlock",
    "DeclareLink",
    "DeclaredLinkKind",
    "DeclineOrder",
    "Deposit",
    "Direction",
    "DisclosureKind",
    "Encoding",
    "EnterSurveillanceRule",
    "Environment",
    "ExecInst",
    "ExecType",
    "ExecutionReport",
    "FillRow",
    "HaltInstrument",
    "HoldingRules",
    "InstrumentRow",
    "InstrumentRules",
    "InstrumentStat",
    "Int64",
    "KillScope",
    "KillSwitch",
    "LimitsRow",
    "LinkRow",
    "ListInstrument",
    "ListingRow",
    "Logon",
    "LogonAck",
    "MassCancel",
    "MassCancelFor",
    "MemberKind",
    "MemberLimits",
    "MemberRow",
    "Message",
    "Name",
    "NewOrder",
    "Notice",
    "NoticeKind",
    "NumberedReport",
    "OpenAuction",
    "OpenDay",
    "OrdStatus",
    "OrdType",
    "OrderCommand",
    "OrderFeatures",
    "OrderRow",
    "OwnBid",
    "ParameterChangeRow",
    "ParameterCommand",
    "PartyReport",
    "Permission",
    "Phase",
    "PickOrder",
    "PlaceBid",
    "PostBlock",
    "Presence",
    "Product",
    "ProposeParameterChange",
    "ProposeTradeCorrection",
    "ProtectionCommand",
    "PublicTrade",
    "PublishNotice",
    "Query",
    "QueryResult",
    "QueryWhat",
    "RecentNotices",
    "RegisterDisclosure",
    "RegisterStatement",
    "RegistrarCommand",
    "ReinstateMember",
    "ReinstateUser",
    "Reject",
    "ReplaceOrder",
    "Report",
    "ResumeInstrument",
    "Role",
    "Row",
    "ScheduleAuction",
    "SelfTradePrevention",
    "SelfTradeScope",
    "Sentence",
    "SetAllocation",
    "SetBlockSession",
    "SetClientActive",
    "SetMemberLimits",
    "SetPermissions",
    "SetPhase",
    "Severity",
    "Side",
    "StateCommand",
    "SupervisorCommand",
    "SurveillanceRuleRow",
    "SuspendMember",
    "SuspendUser",
    "TimeInForce",
    "TradeCorrection",
    "TradeMode",
    "TradeRow",
    "VenueStatus",
    "VolatilityRules",
    "WithdrawBid",
    "WithdrawBlock",
    "WithinPrice",
]
