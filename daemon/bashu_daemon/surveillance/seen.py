"""What rules see: the market's events with the orders behind them. Times in ns, prices in fen."""

from typing import Literal

from msgspec import Struct

from bashu_daemon.surveillance.book import Order
from bashu_protocol.messages import DisclosureKind, Phase, TradeMode

Cause = Literal["asked", "mass", "immediate", "self_trade", "expired", "venue"]
"""Why an order was withdrawn: on its owner's request, with others at once (a kill switch or a
broken connection does that), because it was never to rest, by self-trade prevention, at the end
of its time, by the venue."""


class Placed(Struct, frozen=True, gc=False):
    """An order came to the book; its trades follow."""

    seq: int
    time: int
    order: Order


class Amended(Struct, frozen=True, gc=False):
    """An order has another price or quantity."""

    seq: int
    time: int
    order: Order
    old_price: int
    old_leaves: int


class Withdrawn(Struct, frozen=True, gc=False):
    """What was left of an order is gone."""

    seq: int
    time: int
    order: Order
    qty: int
    """Tonnes that were withdrawn; `order.leaves` is 0."""
    cause: Cause


class Refused(Struct, frozen=True, gc=False):
    """The venue took no order or change."""

    seq: int
    time: int
    account: str
    group: str
    symbol: str


class Traded(Struct, frozen=True, gc=False):
    """A trade, once. An order is None where the trade came from no order of the book."""

    seq: int
    time: int
    exec_id: int
    symbol: str
    price: int
    qty: int
    sign: int
    """Of the side that came to the other."""
    buy_id: int
    sell_id: int
    buy_account: str
    sell_account: str
    buy_group: str
    sell_group: str
    buy: Order | None = None
    sell: Order | None = None
    mode: TradeMode = "listing"
    previous: int = 0
    """The last listing price before it; 0 for none."""

    def group(self, sign: int) -> str:
        """The control group on one side."""
        return self.buy_group if sign > 0 else self.sell_group

    def account(self, sign: int) -> str:
        """The account on one side."""
        return self.buy_account if sign > 0 else self.sell_account

    def order_id(self, sign: int) -> int:
        """The order on one side."""
        return self.buy_id if sign > 0 else self.sell_id


class Prevented(Struct, frozen=True, gc=False):
    """Two orders of one hand would have met."""

    seq: int
    time: int
    symbol: str
    group: str
    price: int
    qty: int
    incoming_id: int
    resting_id: int
    accounts: tuple[str, ...]


class Booked(Struct, frozen=True, gc=False):
    """Tonnes came into a group's account, or left it, and it was no trade."""

    seq: int
    time: int
    symbol: str
    account: str
    group: str
    tonnes: int


class Disclosed(Struct, frozen=True, gc=False):
    """It was put on record when facts that move the price became public."""

    seq: int
    time: int
    kind: DisclosureKind
    symbol: str
    at: int
    """When they became public: `time` or earlier."""
    about: str = ""
    """The control group that they are about; empty for none or many."""


class Stated(Struct, frozen=True, gc=False):
    """It was put on record what somebody said about the market, falsely as it seems."""

    seq: int
    time: int
    symbol: str
    at: int
    """When it was said: `time` or earlier."""
    sign: int
    """1 where it would move the price up, -1 for down."""
    poster: str
    """An account, or the name of a person or firm."""


class Barred(Struct, frozen=True, gc=False):
    """A person or firm may not trade, or may again."""

    seq: int
    time: int
    person: str
    is_barred: bool


class DayBegan(Struct, frozen=True, gc=False):
    """A trading day began."""

    seq: int
    time: int
    trade_date: int


class DayEnded(Struct, frozen=True, gc=False):
    """A trading day ended."""

    seq: int
    time: int
    trade_date: int


class PhaseMoved(Struct, frozen=True, gc=False):
    """An instrument is in another phase; what the step traded came before. Not in every stream."""

    seq: int
    time: int
    symbol: str
    phase: Phase
    previous: Phase


def symbol_of(event: object) -> str:
    """Return the instrument that an event is about; "" for one that is about all."""
    order = getattr(event, "order", None)
    return order.symbol if isinstance(order, Order) else getattr(event, "symbol", "")


Seen = (
    Placed
    | Amended
    | Withdrawn
    | Refused
    | Traded
    | Prevented
    | Booked
    | Disclosed
    | Stated
    | Barred
    | DayBegan
    | DayEnded
    | PhaseMoved
)
