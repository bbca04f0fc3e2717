"""Commands of any member: sessions, orders and queries."""

from typing import Annotated

from msgspec import Meta

from bashu_protocol.messages.base import (
    Encoding,
    ExecInst,
    Int64,
    KillScope,
    Message,
    Name,
    OrdType,
    QueryWhat,
    Side,
    TimeInForce,
)


class Logon(Message, frozen=True, tag="logon"):
    """Open a session: answered by `logon_ack`, then by every report after `last_rpt_seq`.

    `session` names this run of the client program. `last_rpt_seq` is the last report number that
    the client holds: 0 for none, -1 to be sent nothing from the past.
    """

    session: Name
    last_rpt_seq: Int64 = -1
    encoding: Encoding = "msgpack"
    cancel_on_disconnect: bool = False
    heartbeat_seconds: Annotated[int, Meta(ge=0, le=86_400)] = 0
    """With `cancel_on_disconnect`: a mass cancel for the user when nothing at all was heard
    of it for so long, until it logs on again; 0 for never. Anything sent is a sign of life."""


class NewOrder(Message, frozen=True, tag="new_order"):
    """Place an order. `price` in fen, unused for a market order; `order_qty` in tonnes.

    The last fields are of features that an instrument may offer. `expire_date` (YYYYMMDD) goes
    with `gtd`; `stop_px` (fen) with `stop` and `stop_limit`; of an iceberg only `display_qty`
    tonnes are shown; `min_qty` tonnes must trade at once or the order is refused.
    """

    cl_ord_id: Name
    symbol: Name
    side: Side
    order_qty: Int64
    price: Int64 = 0
    ord_type: OrdType = "limit"
    time_in_force: TimeInForce = "day"
    client_account: Name = ""
    """Of a client of the member, for whom it trades; empty for its own account."""
    expire_date: Int64 = 0
    min_qty: Int64 = 0
    display_qty: Int64 = 0
    stop_px: Int64 = 0
    exec_inst: ExecInst = ""


class CancelOrder(Message, frozen=True, tag="cancel_order"):
    """Withdraw what is left of one's own order."""

    cl_ord_id: Name
    orig_cl_ord_id: Name


class ReplaceOrder(Message, frozen=True, tag="replace_order"):
    """Change price or total quantity of one's own order.

    `order_qty` is the new total, fills included. Priority is kept only when the price stays and
    the quantity falls. The order answers to `cl_ord_id` from then on. `stop_px` is the new stop
    price of a waiting stop order; 0 leaves it.
    """

    cl_ord_id: Name
    orig_cl_ord_id: Name
    order_qty: Int64
    price: Int64
    stop_px: Int64 = 0


class PickOrder(Message, frozen=True, tag="pick_order"):
    """Take a listing that stands within reach, at its price (摘牌).

    `listing_id` is a row of the `listings` query; `order_qty` at most what it shows. All of it
    trades at once, or the command is refused.
    """

    cl_ord_id: Name
    listing_id: Int64
    order_qty: Int64


class MassCancel(Message, frozen=True, tag="mass_cancel"):
    """Withdraw all that one has entered and that could still trade, or what is in one symbol.

    That is orders, sealed bids, and the blocks and negotiations that one began. `scope` member
    means those of all users of the member; it needs the permission `risk`.
    """

    cl_ord_id: Name
    symbol: Name = ""
    scope: KillScope = "user"


class Query(Message, frozen=True, tag="query"):
    """Ask for the present state; `since` is a lower bound on the rows' own number."""

    cl_ord_id: Name
    what: QueryWhat
    symbol: Name = ""
    since: Int64 = 0
