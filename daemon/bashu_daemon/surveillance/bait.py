"""Orders that may be bait: large for their owner or for the market, on one side, and alone there.

Shared by the rules about spoofing. What makes an order bait is decided later: by what its group
traded on the other side while it stood, and by how it went.
"""

from typing import Final

from msgspec import Struct

from bashu_daemon.surveillance.book import USUAL_NS, Order, Own
from bashu_daemon.surveillance.market import Instrument, Market
from bashu_protocol.units import NS_PER_MINUTE, NS_PER_MS

BAIT_SHARE: Final = 2
"""One in so many of what a spoofer shows at least serves a trade on the other side."""
ONE_HAND: Final = 3
"""Orders of one hand come so many times as close together as a group's orders come by chance."""
KNOWN_ORDERS: Final = 30
"""Of fewer orders of a day it is not known what a maker usually shows."""

SOON_ORDERS: Final = 30
"""As long as so many orders take to come is soon, too: in a slow market seconds are nothing."""
LONGEST_NS: Final = 10 * NS_PER_MINUTE

FEW_TRADES: Final = 10
"""Of fewer of a day it is not known how often a group trades."""


class Habit(Struct, array_like=True):
    """What one group showed in one instrument, and how often it traded against it meanwhile.

    A maker shows five hundred ladders, and trades on the other side of some while they stand. A
    spoofer trades against most of what is large for him.
    """

    shown: dict[int, int] = {}
    """How many, by the number of binary digits of the square of their tonnes: what is twice as
    large is two further."""
    traded: dict[int, int] = {}
    """How many of them were traded against."""
    told: int = 0
    """How many of the day were told as bait."""
    trades: int = 0
    """The group's trades of the day while something stood that it traded against."""

    def add(self, qty: int, *, is_traded_against: bool) -> None:
        """Count what was shown."""
        key = _size_class(qty)
        self.shown[key] = self.shown.get(key, 0) + 1
        if is_traded_against:
            self.traded[key] = self.traded.get(key, 0) + 1

    def is_bait(self, qty: int) -> bool:
        """Tell whether the group trades against most of what is half as large and larger.

        One more, which it traded against, is counted with them.
        """
        least = _size_class(qty) - 2
        shown = 1 + sum(count for key, count in self.shown.items() if key >= least)
        traded = 1 + sum(count for key, count in self.traded.items() if key >= least)
        return traded * BAIT_SHARE >= shown

    def begin_day(self) -> None:
        """Begin the day's counts anew; what was shown before counts half."""
        self.told = self.trades = 0
        self.shown = {key: count // 2 for key, count in self.shown.items() if count > 1}
        self.traded = {key: count // 2 for key, count in self.traded.items() if count > 1}


def _size_class(qty: int) -> int:
    return (qty * qty).bit_length()


def is_unknown_maker(own: Own, time: int) -> bool:
    """Tell whether a group is mostly on both sides, and too new for its habits to be known."""
    return (
        own.two_sided > own.one_sided and own.placed < KNOWN_ORDERS and time - own.began < USUAL_NS
    )


def trades_anyway(own: Own, trades: int, stood: int) -> bool:
    """Tell whether a group is as likely as not to trade in so many nanoseconds.

    `trades` are its trades of the day beside those that may have served bait.
    """
    return 2 * trades * stood > own.two_sided + own.one_sided


def is_soon(passed: int, within_ms: int, came: int) -> bool:
    """Tell whether what followed after so many nanoseconds and orders of the market came soon.

    `within_ms` is soon in any market. Seconds of a busy one are minutes where an order comes every
    minute.
    """
    return passed <= within_ms * NS_PER_MS or (came <= SOON_ORDERS and passed <= LONGEST_NS)


def all_trade_anyway(instrument: Instrument, came: int) -> bool:
    """Tell whether a group trades once, on average over all, while so many orders come."""
    day = instrument.day
    return 2 * came * day.trades > day.orders * instrument.groups


def is_of_one_hand(
    market: Market, group: str, symbol: str, orders: int, came: int, qty: int
) -> bool:
    """Tell whether a group's orders of some tonnes followed each other faster than by chance.

    `came` orders of all came from the first of its `orders` to the last. Chance would make as many
    of them the group's as its share of the day's orders, or as each group has on average.
    """
    instrument = market.instrument(symbol)
    all_orders = max(1, instrument.day.orders - orders)
    own = max(0, market.own(group, symbol).placed - orders)
    share = instrument.order_size.percent_of_at_least(qty)
    groups = max(1, instrument.groups)
    by_chance = max(0, came - orders) * share * max(own * groups, all_orders)
    return ONE_HAND * by_chance <= (orders - 1) * 100 * all_orders * groups


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
    is_large: bool = True
    """Whether it is large enough to be bait, and not only to tell what its group usually shows."""
    is_traded_against: bool = False
    """Whether its group traded on the other side at all while it stood."""
    trades_before: int = 0
    """Of its group's day, when it came."""
    number: int = 0
    """Among the instrument's orders of the day."""
    filled_number: int = 0
    """How many of them there were at the last trade."""


def meant_orders(own: Own, sign: int, since: int, qty: int, imbalance: int) -> list[Order]:
    """Return the own live orders for whose sake so many tonnes of a side may have been shown.

    They are on the other side, were entered since a time, and are small beside it; else none is.
    """
    meant = [
        order for order in own.orders.values() if order.sign != sign and order.placed_at >= since
    ]
    return meant if qty >= imbalance * sum(order.leaves for order in meant) else []


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
