"""Orders that may be bait: large for their owner or for the market, on one side, and alone there.

Shared by the rules about spoofing. What makes an order bait is decided later: by what its group
traded on the other side while it stood, and by how it went.
"""

from msgspec import Struct

from bashu_daemon.surveillance.book import Order
from bashu_daemon.surveillance.market import Market


class Bait(Struct, array_like=True):
    """A candidate. Prices in fen, quantities in tonnes."""

    order_id: int
    account: str
    sign: int
    price: int
    qty: int
    placed_seq: int
    placed_at: int
    market_best: int
    """The best price of its side, of others, when it came; 0 for none."""
    usual: int
    """Thousandths of a tonne that its group usually has on its side."""
    stood: int = 0
    """Tonnes that its group had on its side when it traded on the other."""
    fills: int = 0
    """Tonnes that the group traded on the other side while it stood, at a better price."""
    fill_value: int = 0
    """Fen paid or received for them."""
    filled_at: int = 0
    """When the last of them was."""
    fill_ids: list[int] = []
    fill_accounts: list[str] = []
    exec_ids: list[int] = []


def others_best(market: Market, order: Order) -> int:
    """Return the best price on an order's side that is not of its group alone; 0 for none."""
    side = market.instrument(order.symbol).side(order.sign)
    own: dict[int, int] = {}
    for mine in market.own(order.group, order.symbol).orders.values():
        if mine.sign == order.sign:
            own[mine.price] = own.get(mine.price, 0) + mine.leaves
    for price, quantity in side.best_levels(len(own) + 1):
        if quantity > own.get(price, 0):
            return price
    return 0
