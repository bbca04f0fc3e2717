"""What all messages are made of."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from bashu_protocol.units import INT64_MAX, INT64_MIN

Int64 = Annotated[int, Meta(ge=INT64_MIN, le=INT64_MAX)]
Name = Annotated[str, Meta(max_length=64)]
Sentence = Annotated[str, Meta(max_length=2000)]

Encoding = Literal["msgpack", "json"]
Side = Literal["buy", "sell"]
OrdType = Literal["limit", "market", "stop", "stop_limit"]
TimeInForce = Literal["day", "ioc", "fok", "gtd"]
ExecInst = Literal["", "post_only"]
ExecType = Literal[
    "new",
    "trade",
    "canceled",
    "replaced",
    "rejected",
    "expired",
    "trade_cancel",
    "trade_correct",
    "restated",
    "triggered",
    "pending_new",
]
OrdStatus = Literal[
    "new", "partially_filled", "filled", "canceled", "rejected", "expired", "unknown", "pending_new"
]
Phase = Literal[
    "closed",
    "pre_open",
    "continuous",
    "pause",
    "halted",
    "call_auction",
    "call_auction_no_cancel",
    "volatility_auction",
]
Role = Literal["trader", "supervisor", "registrar", "auditor"]
Permission = Literal["view", "enter", "approve", "risk"]
"""What a trader may do: query its member's orders, fills and account; enter and amend orders;
approve a colleague's order above the member's limit; withdraw all orders of the member."""
KillScope = Literal["user", "member"]
CorrectionAction = Literal["cancel", "adjust"]
City = Literal["chengdu", "chongqing", "other"]
MemberKind = Literal["emitter", "institution", "market_maker", "operator"]
Product = Literal["CEA", "CQEA", "CCER", "CDCER", "CQCER"]
SelfTradePrevention = Literal["cancel_incoming", "cancel_resting", "cancel_both", "decrement"]
SelfTradeScope = Literal["control_group", "account"]
WithinPrice = Literal["time", "taker_choice"]
QueryWhat = Literal[
    "orders",
    "fills",
    "account",
    "instruments",
    "book",
    "alerts",
    "notices",
    "members",
    "auctions",
    "listings",
    "blocks",
    "limits",
    "trades",
    "bars",
    "parameters",
    "links",
]
NoticeKind = Literal[
    "notice", "halt", "resume", "suspend", "reinstate", "volatility", "auction", "correction"
]
TradeMode = Literal["listing", "block", "auction", "call_auction"]
BlockEventKind = Literal[
    "posted", "offered", "countered", "traded", "withdrawn", "expired", "ended"
]
BlockKind = Literal["offer", "own_offer", "negotiation"]
Environment = Literal["demo", "test", "production"]
Severity = Literal["info", "warning", "violation"]


class Message(
    Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag_field="type", gc=False
):
    """Base of every message; arrays in msgpack, objects with `type` in JSON (see `codec`)."""
