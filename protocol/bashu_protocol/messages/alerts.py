"""What supervisors are shown."""

from typing import Literal

from msgspec import field

from bashu_protocol.messages.base import Message, OrdType, Severity, TimeInForce
from bashu_protocol.reject_codes import RejectCode


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
    """The rule's own numbers, thresholds included; the stories are made of them."""
    order_seqs: list[int] = field(default_factory=list)
    """The journal's number of each order's entry, in the order of `order_ids`; 0 for forgotten."""
    links: list[tuple[str, str, str]] = field(default_factory=list)
    """What makes one group of the accounts: (account, kind of the link, what they share)."""
    gain: int = 0
    """Fen that the group gained, or kept from losing, as the rule reckons it; 0 for unknown."""
    parameters: dict[str, int] = field(default_factory=dict)
    """Those by which the rule judged the last observation."""
    stories: dict[str, str] = field(default_factory=dict)
    """What happened, in plain sentences by language ("en", "zh")."""
    replay_from: int = 0
    """The journal's numbers between which a replay shows the episode."""
    replay_to: int = 0
    parameters_version: int = 0
    """Of the rule's parameters; 0 where they are of a file and on no record."""


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
