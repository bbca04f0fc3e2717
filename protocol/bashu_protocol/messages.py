"""Every message of the wire protocol.

Field names are FIX's, in snake case. Prices and money are integer fen, quantities tonnes, times
nanoseconds since 1970 (UTC). In msgpack a message is an array that starts with its type name; in
JSON it is an object with `type`. Fields are only ever added, at the end and with a default.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.units import INT64_MAX, INT64_MIN

Int64 = Annotated[int, Meta(ge=INT64_MIN, le=INT64_MAX)]
Name = Annotated[str, Meta(max_length=64)]
Sentence = Annotated[str, Meta(max_length=2000)]

Encoding = Literal["msgpack", "json"]
Side = Literal["buy", "sell"]
OrdType = Literal["limit", "market"]
TimeInForce = Literal["day", "ioc", "fok"]
ExecType = Literal["new", "trade", "canceled", "replaced", "rejected", "expired"]
OrdStatus = Literal[
    "new", "partially_filled", "filled", "canceled", "rejected", "expired", "unknown"
]
Phase = Literal["closed", "pre_open", "continuous", "pause", "halted"]
Role = Literal["trader", "supervisor", "registrar", "auditor"]
City = Literal["chengdu", "chongqing", "other"]
MemberKind = Literal["emitter", "institution", "market_maker", "operator"]
Product = Literal["CEA", "CQEA", "CCER", "CDCER", "CQCER"]
SelfTradePrevention = Literal["cancel_incoming", "cancel_resting", "cancel_both"]
QueryWhat = Literal[
    "orders", "fills", "account", "instruments", "book", "alerts", "notices", "members"
]
NoticeKind = Literal["notice", "halt", "resume", "suspend", "reinstate"]
Severity = Literal["info", "warning", "violation"]


class Message(
    Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag_field="type", gc=False
):
    """Base of every message; arrays in msgpack, objects with `type` in JSON (see `codec`)."""


# Commands of any member


class Logon(Message, frozen=True, tag="logon"):
    """Open a session: answered by `logon_ack`, then by every report after `last_rpt_seq`.

    `session` names this run of the client program. `last_rpt_seq` is the last report number that
    the client holds: 0 for none, -1 to be sent nothing from the past.
    """

    session: Name
    last_rpt_seq: Int64 = -1
    encoding: Encoding = "msgpack"
    cancel_on_disconnect: bool = False


class NewOrder(Message, frozen=True, tag="new_order"):
    """Place an order. `price` in fen, unused for a market order; `order_qty` in tonnes."""

    cl_ord_id: Name
    symbol: Name
    side: Side
    order_qty: Int64
    price: Int64 = 0
    ord_type: OrdType = "limit"
    time_in_force: TimeInForce = "day"


class CancelOrder(Message, frozen=True, tag="cancel_order"):
    """Withdraw what is left of one's own order."""

    cl_ord_id: Name
    orig_cl_ord_id: Name


class ReplaceOrder(Message, frozen=True, tag="replace_order"):
    """Change price or total quantity of one's own order.

    `order_qty` is the new total, fills included. Priority is kept only when the price stays and
    the quantity falls. The order answers to `cl_ord_id` from then on.
    """

    cl_ord_id: Name
    orig_cl_ord_id: Name
    order_qty: Int64
    price: Int64


class MassCancel(Message, frozen=True, tag="mass_cancel"):
    """Withdraw all of one's own orders, or those in one symbol."""

    cl_ord_id: Name
    symbol: Name = ""


class Query(Message, frozen=True, tag="query"):
    """Ask for the present state; `since` is a lower bound on the rows' own number."""

    cl_ord_id: Name
    what: QueryWhat
    symbol: Name = ""
    since: Int64 = 0


# Commands of supervisors


class HaltInstrument(Message, frozen=True, tag="halt_instrument"):
    """Stop matching and order entry; orders stay, cancels are allowed."""

    cl_ord_id: Name
    symbol: Name
    reason: Sentence


class ResumeInstrument(Message, frozen=True, tag="resume_instrument"):
    """End a halt, into the named phase."""

    cl_ord_id: Name
    symbol: Name
    reason: Sentence
    phase: Phase = "continuous"


class SuspendMember(Message, frozen=True, tag="suspend_member"):
    """Block a member's order entry and withdraw its resting orders."""

    cl_ord_id: Name
    member: Name
    reason: Sentence


class ReinstateMember(Message, frozen=True, tag="reinstate_member"):
    """Lift a suspension."""

    cl_ord_id: Name
    member: Name
    reason: Sentence


class PublishNotice(Message, frozen=True, tag="publish_notice"):
    """Put a notice before the whole market."""

    cl_ord_id: Name
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    body: Sentence = ""
    symbol: Name = ""


# Commands of the registrar


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


# Reports to one user


class LogonAck(Message, frozen=True, tag="logon_ack"):
    """The session is open. `rpt_seq` is the number of the user's last report so far."""

    rpt_seq: int
    session: str
    user: str
    member: str
    role: Role
    trade_date: int
    epoch: int
    seq: int
    transact_time: int
    encoding: Encoding


class ExecutionReport(Message, frozen=True, tag="execution_report"):
    """What happened to an order. `rpt_seq` counts the user's own reports without a gap.

    `seq` is the journal's number of the command that caused it. For exec_type `rejected` the
    order state is that of the order referred to, `unknown` where there is none.
    """

    rpt_seq: int
    seq: int
    transact_time: int
    cl_ord_id: str
    order_id: int
    exec_type: ExecType
    ord_status: OrdStatus
    symbol: str
    side: Literal["buy", "sell", ""]
    price: int
    order_qty: int
    leaves_qty: int
    cum_qty: int
    last_px: int = 0
    last_qty: int = 0
    exec_id: int = 0
    reject_code: RejectCode = RejectCode.NONE
    text: str = ""
    orig_cl_ord_id: str = ""
    ord_type: OrdType = "limit"
    time_in_force: TimeInForce = "day"


class CommandReport(Message, frozen=True, tag="command_report"):
    """The outcome of a command that is not about one order, in the same `rpt_seq` stream."""

    rpt_seq: int
    seq: int
    transact_time: int
    cl_ord_id: str
    command: str
    accepted: bool
    affected: int = 0
    """How many orders a mass cancel or suspension withdrew."""
    reject_code: RejectCode = RejectCode.NONE
    text: str = ""


class Reject(Message, frozen=True, tag="reject"):
    """A message that never became a command: unreadable, too large, throttled. Not numbered."""

    cl_ord_id: str
    reject_code: RejectCode
    text: str


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


class FillRow(Struct, frozen=True, tag_field="type", tag="fill"):
    """One fill of the asking user's member on the present trading day."""

    exec_id: int
    order_id: int
    cl_ord_id: str
    user: str
    symbol: str
    side: Side
    last_px: int
    last_qty: int
    transact_time: int


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


class BookRow(Struct, frozen=True, tag_field="type", tag="book_level_set"):
    """The whole book of a symbol: (price, quantity, orders) from the best level outwards."""

    symbol: str
    md_seq: int
    epoch: int
    bids: list[tuple[int, int, int]]
    asks: list[tuple[int, int, int]]


class MemberRow(Struct, frozen=True, tag_field="type", tag="member"):
    """A member as supervisors see it."""

    member: str
    name: str
    owner: str
    city: City
    kind: MemberKind
    suspended: bool


Row = OrderRow | FillRow | AccountRow | InstrumentRow | BookRow | MemberRow


# Market data, to all. `md_seq` counts per topic; `epoch` changes when the venue restarts.


class BookSnapshot(Message, frozen=True, tag="book", gc=True):
    """Depth: (price, quantity, orders) from the best level outwards.

    `md_seq` is the number of the last delta that is included.
    """

    symbol: str
    md_seq: int
    epoch: int
    transact_time: int
    bids: list[tuple[int, int, int]]
    asks: list[tuple[int, int, int]]


class BookDelta(Message, frozen=True, tag="delta", gc=True):
    """Levels that changed: (side, price, quantity, orders); quantity 0 removes the level."""

    symbol: str
    md_seq: int
    epoch: int
    transact_time: int
    changes: list[tuple[Side, int, int, int]]


class PublicTrade(Message, frozen=True, tag="trade"):
    """A trade as everybody may see it."""

    symbol: str
    md_seq: int
    epoch: int
    seq: int
    transact_time: int
    exec_id: int
    price: int
    qty: int
    aggressor_side: Side


class InstrumentStat(Message, frozen=True, tag="stat"):
    """The day of an instrument so far. Prices are 0 where there is none yet."""

    symbol: str
    md_seq: int
    epoch: int
    transact_time: int
    trade_date: int
    phase: Phase
    reference_price: int
    limit_up: int
    limit_down: int
    open: int
    high: int
    low: int
    last: int
    vwap: int
    close: int
    volume: int
    turnover: int
    trade_count: int


class Notice(Message, frozen=True, tag="notice"):
    """A disclosure, halt or decision, to the whole market."""

    notice_id: int
    seq: int
    transact_time: int
    kind: NoticeKind
    author: str
    title: str
    body: str = ""
    symbol: str = ""
    member: str = ""


class VenueStatus(Message, frozen=True, tag="venue_status", gc=True):
    """The heartbeat: retained, every second; `state` down is the venue's last will."""

    state: Literal["up", "down"]
    epoch: int
    seq: int = 0
    transact_time: int = 0
    trade_date: int = 0
    version: str = ""
    counters: dict[str, int] = {}
    """What happened since the start, by name."""
    gauges: dict[str, int] = {}
    """How much waits where, and mean times of the last second in microseconds (`…_us`)."""


class Presence(Message, frozen=True, tag="presence"):
    """A user's retained sign of life; `online` false is its last will.

    `cancel_on_disconnect` in the will withdraws the user's orders when the session ends, also
    when the venue itself was down at that moment and reads the will later.
    """

    user: str
    session: str
    online: bool
    cancel_on_disconnect: bool = False


# To supervisors


class Alert(Message, frozen=True, tag="alert", gc=True):
    """One growing episode of a surveillance rule; a higher `update` replaces a lower one."""

    alert_id: int
    update: int
    rule: str
    rule_version: int
    severity: Severity
    symbol: str
    owner: str
    members: list[str]
    first_seq: int
    last_seq: int
    first_time: int
    last_time: int
    count: int
    score: int
    """0 to 100."""
    order_ids: list[int]
    exec_ids: list[int]
    facts: dict[str, int | str]
    """The rule's own numbers, thresholds included; the terminal makes sentences of them."""


class AuditEvent(Message, frozen=True, tag="audit_event"):
    """An order event with the identities behind it, for supervisors only.

    `event` is an exec type, or `self_trade_prevented`, `phase`, `halt`, `suspend` and the like.
    """

    seq: int
    transact_time: int
    event: str
    user: str
    member: str
    owner: str
    symbol: str
    side: Literal["buy", "sell", ""] = ""
    cl_ord_id: str = ""
    order_id: int = 0
    price: int = 0
    order_qty: int = 0
    leaves_qty: int = 0
    cum_qty: int = 0
    last_px: int = 0
    last_qty: int = 0
    exec_id: int = 0
    aggressor: bool = False
    contra_order_id: int = 0
    contra_owner: str = ""
    ord_type: OrdType = "limit"
    time_in_force: TimeInForce = "day"
    reject_code: RejectCode = RejectCode.NONE
    text: str = ""


class AuditBatch(Message, frozen=True, tag="audit_batch", gc=True):
    """Audit events in order; `md_seq` counts the batches of this run of the venue."""

    md_seq: int
    epoch: int
    events: list[AuditEvent]


class QueryResult(Message, frozen=True, tag="query_result", gc=True):
    """The answer to a query, as of journal number `seq`; the rows may span several results."""

    cl_ord_id: str
    what: QueryWhat
    seq: int
    rows: list[Row]
    last: bool = True
    alerts: list[Alert] = []
    notices: list[Notice] = []


OrderCommand = NewOrder | CancelOrder | ReplaceOrder | MassCancel
SupervisorCommand = (
    HaltInstrument | ResumeInstrument | SuspendMember | ReinstateMember | PublishNotice
)
RegistrarCommand = ListInstrument | AddMember | AddUser | Deposit | OpenDay | SetPhase | CloseDay
StateCommand = OrderCommand | SupervisorCommand | RegistrarCommand
"""Commands that change the venue's state and are journaled."""
Command = Logon | Query | StateCommand
NumberedReport = ExecutionReport | CommandReport
"""Reports in a user's gapless `rpt_seq` stream."""
Report = LogonAck | NumberedReport | Reject | QueryResult
Broadcast = (
    BookSnapshot
    | BookDelta
    | PublicTrade
    | InstrumentStat
    | Notice
    | VenueStatus
    | Alert
    | AuditEvent
    | AuditBatch
)
AnyMessage = Command | Report | Broadcast | Presence
