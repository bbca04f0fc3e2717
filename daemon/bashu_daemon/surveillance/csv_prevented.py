"""Self-trade prevention, recognised in a recorded file by what it does.

An order that meets one of its own group's and is withdrawn within a millisecond, one of the two,
without a trade between them, was prevented from it. A file may say nothing of day orders that
expired, so that an order of an earlier day is met only where it can still stand: a price beyond
its own traded on no later day, and nobody else's order rests there.
"""

from collections import deque
from typing import Final, NamedTuple

from bashu_daemon.surveillance.book import Order
from bashu_daemon.surveillance.market import Market

PREVENTED_NS: Final = 1_000_000
DAYS: Final = 30
"""An order that is older has expired, or is not looked for."""


class Met(NamedTuple):
    """An order of one's own group that was met."""

    other_id: int
    time: int
    price: int


class _Day(NamedTuple):
    last_before: int
    """The last number of an order of an earlier day."""
    prices: dict[str, tuple[int, int]]
    """The lowest and the highest by symbol, in fen."""


class OwnMeetings:
    """Who met whom of its own group, while that may still be prevented."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._met: dict[int, Met] = {}
        self._last_time = 0
        self._days: deque[_Day] = deque(maxlen=DAYS)

    def begin_day(self, last_before: int) -> None:
        """Another day begins; orders up to this number are of earlier ones."""
        self._days.append(_Day(last_before, {}))

    def came(self, order: Order, time: int) -> None:
        """Note whom an order meets that is not in the book yet."""
        side = self._market.instrument(order.symbol).side(-order.sign)
        if not side.best or (order.price - side.best) * order.sign < 0:
            return  # it meets nobody's
        for other in self._market.own(order.group, order.symbol).orders.values():
            if (
                other.sign != order.sign
                and (order.price - other.price) * order.sign >= 0
                and self._may_stand(other)
            ):
                if time - self._last_time > PREVENTED_NS:
                    self._met.clear()
                self._last_time = time
                self._met[order.order_id] = Met(other.order_id, time, other.price)
                self._met[other.order_id] = Met(order.order_id, time, other.price)
                break

    def _may_stand(self, order: Order) -> bool:
        if order.order_id > self._days[-1].last_before:
            return True
        opposite = self._market.instrument(order.symbol).side(-order.sign).best
        if opposite and (order.price - opposite) * order.sign >= 0:
            return False
        for day in reversed(self._days):
            if order.order_id > day.last_before:
                return True  # the day of its entry
            low, high = day.prices.get(order.symbol, (order.price, order.price))
            if (order.price - (low if order.sign > 0 else high)) * order.sign > 0:
                return False
        return False

    def traded(self, symbol: str, price: int, sides: tuple[tuple[int, int], ...]) -> None:
        """Count a trade of the book between orders of these numbers and signs; 0 is unknown.

        Two that met have traded with each other then, or, for all that is told, may have. A trade
        with somebody else leaves the rest of an order to meet its own group's, unless it was
        beyond that one's price, which then was not in its way.
        """
        prices = self._days[-1].prices
        low, high = prices.get(symbol, (price, price))
        prices[symbol] = min(low, price), max(high, price)
        for (number, sign), (other_id, _sign) in (sides, sides[::-1]):
            met = self._met.get(number)
            if met is not None and (
                other_id in (0, met.other_id) or (price - met.price) * sign > 0
            ):
                del self._met[number]

    def withdrawn(self, order: Order, time: int) -> Met | None:
        """Return the meeting from which an order's withdrawal kept it, if any."""
        met = self._met.pop(order.order_id, None)
        if met is None or time - met.time > PREVENTED_NS:
            return None
        self._met.pop(met.other_id, None)
        return met
