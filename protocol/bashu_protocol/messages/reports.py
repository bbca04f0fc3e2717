"""Reports to one user."""

from typing import Literal

from bashu_protocol.messages.base import (
    BlockEventKind,
    Encoding,
    ExecInst,
    ExecType,
    Message,
    OrdStatus,
    OrdType,
    Role,
    Side,
    TimeInForce,
)
from bashu_protocol.reject_codes import RejectCode


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
    client_account: str = ""
    expire_date: int = 0
    min_qty: int = 0
    display_qty: int = 0
    stop_px: int = 0
    exec_inst: ExecInst = ""


class CommandReport(Message, frozen=True, tag="command_report"):
    """The outcome of a command that is not about one order, in the same `rpt_seq` stream."""

    rpt_seq: int
    seq: int
    transact_time: int
    cl_ord_id: str
    command: str
    accepted: bool
    affected: int = 0
    """How many orders, bids and blocks a mass cancel or suspension withdrew."""
    reject_code: RejectCode = RejectCode.NONE
    text: str = ""


class BlockReport(Message, frozen=True, tag="block_report"):
    """What happened to a block offer or negotiation, in the `rpt_seq` stream.

    Every trader of a party's member is told; `ended` is a negotiation whose offer is gone.
    """

    rpt_seq: int
    seq: int
    transact_time: int
    cl_ord_id: str
    """Of the party's own command that it answers; empty where the other side moved."""
    block_id: int
    symbol: str
    side: Side
    """The reported party's own side."""
    price: int
    order_qty: int
    event: BlockEventKind
    offer_id: int = 0
    """Of the offer that the negotiation is about; that of an offer itself is its `block_id`."""
    counterparty: str = ""
    """The other member, where it was named or has moved itself."""
    your_turn: bool = False
    """Whether the reported party may accept these terms."""
    exec_id: int = 0
    text: str = ""


class Reject(Message, frozen=True, tag="reject"):
    """A message that never became a command: unreadable, too large, throttled. Not numbered."""

    cl_ord_id: str
    reject_code: RejectCode
    text: str
