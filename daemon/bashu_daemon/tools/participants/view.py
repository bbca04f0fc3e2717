"""What a strategy may know: the market as everybody sees it, and its own account and orders."""

from msgspec import Struct, field

from bashu_protocol.messages import Side


class OwnOrder(Struct):
    """A live order of one's own; price in fen, quantity in tonnes."""

    cl_ord_id: str
    side: Side
    price: int
    leaves_qty: int


class View(Struct):
    """One instrument at one moment; prices in fen, quantities in tonnes."""

    symbol: str
    reference: int
    limit_up: int
    limit_down: int
    tick: int
    last: int
    best_bid: int
    """0 if there is none."""
    best_ask: int
    """0 if there is none."""
    cash: int
    available: int
    bought_today: int
    frozen: int
    orders: list[OwnOrder] = field(default_factory=list)

    @property
    def holding(self) -> int:
        return self.available + self.bought_today + self.frozen

    def clamp(self, price: int) -> int:
        """Bring a price to the tick and inside the day's limits."""
        price -= price % self.tick
        if self.limit_up:
            price = min(price, self.limit_up - self.limit_up % self.tick)
            price = max(price, self.limit_down + -self.limit_down % self.tick)
        return max(price, self.tick)


class Place(Struct, frozen=True):
    """Place a limit order."""

    symbol: str
    side: Side
    quantity: int
    price: int
    immediate: bool = False
    """Immediate-or-cancel instead of day."""


class Cancel(Struct, frozen=True):
    """Withdraw an own order."""

    cl_ord_id: str


Action = Place | Cancel
