"""What a command is about that names an order, a block or an auction by its number alone."""

from msgspec import Struct

from bashu_protocol.messages import Command
from bashu_tui.state.auctions import Auctions
from bashu_tui.state.blocks import Blocks
from bashu_tui.state.orders import Orders


class Subject(Struct, frozen=True):
    """Empty fields are not known."""

    symbol: str = ""
    side: str = ""
    """Of one's own member."""


def subject(command: Command, orders: Orders, blocks: Blocks, auctions: Auctions) -> Subject:
    """Return what the terminal knows of what stands under a command's number."""
    line = blocks.find(getattr(command, "block_id", 0))
    if line is not None:
        return Subject(line.symbol, line.side)
    auction = auctions.rows.get(getattr(command, "auction_id", 0))
    if auction is not None:
        return Subject(auction.symbol, "sell" if auction.form == "buy" else "buy")
    name, order_id = getattr(command, "orig_cl_ord_id", ""), getattr(command, "order_id", 0)
    for order in orders.values():
        if order.order_id == order_id or (name and order.cl_ord_id == name):
            return Subject(order.symbol, order.side)
    return Subject()
