"""Trades in which two groups' orders met as if they had been meant for each other.

Shared by the rules about pre-arranged and circular trading (reference/surveillance.md A1 #2). Two
groups' trades that go on from one order are one deal. It is a meeting where both entered nearly the
same tonnes and nearly all of both traded in this one deal, at once or in parts; or where only a
part did, because others stepped between, and both entered one size at one price. A fast meeting is
of orders entered within seconds of each other, a slow one of orders entered within minutes, at one
price and of one size.
"""

from typing import Final, NamedTuple

from msgspec import Struct

from bashu_daemon.surveillance.book import Order
from bashu_daemon.surveillance.seen import Traded
from bashu_protocol.units import NS_PER_SECOND

MOST_OPEN: Final = 500
"""Deals under way that are remembered."""


class MeetingLimits(NamedTuple):
    """What makes a meeting. Shares in percent, the price in 1/10,000."""

    gap_ns: int
    match_percent: int
    slow_gap_ns: int
    slow_match_percent: int
    price_bps: int
    part_percent: int


class Meeting(NamedTuple):
    """Two orders that were meant for each other."""

    qty: int
    """Tonnes that were to be traded; less were where others stepped between."""
    is_fast: bool
    is_slow: bool


class _Deal(Struct, array_like=True):
    """A seller's and a buyer's trades that go on from one order. Tonnes, as entered."""

    sell_id: int
    buy_id: int
    offered: int
    wanted: int
    traded: int
    gap: int
    """Between the first entries of both, in ns."""
    is_told: bool = False


class Meetings(Struct, array_like=True):
    """Tells meetings of two groups; remembers the deals of which a part has traded."""

    open: dict[str, _Deal] = {}
    """The last of a seller and a buyer."""

    def of(self, event: Traded, limits: MeetingLimits) -> Meeting | None:
        """Return the meeting that a listing trade of two different groups makes, once."""
        buy, sell = event.buy, event.sell
        if buy is None or sell is None or event.mode != "listing" or buy.group == sell.group:
            return None
        gap = abs(buy.placed_at - sell.placed_at)
        if gap > limits.slow_gap_ns and gap > limits.gap_ns:
            return None
        deal = self._deal(event, buy, sell, gap)
        if deal.is_told:
            return None
        larger, smaller = deal.offered, deal.wanted
        if larger < smaller:
            larger, smaller = smaller, larger
        if smaller * 100 < limits.match_percent * larger:
            return None
        is_at_one_price = abs(buy.price - sell.price) * 10_000 <= limits.price_bps * event.price
        if deal.traded * 100 < limits.match_percent * larger and not (
            is_at_one_price
            and deal.traded * 100 >= limits.part_percent * larger
            and smaller * 100 >= limits.slow_match_percent * larger
        ):
            return None
        is_fast = deal.gap <= limits.gap_ns
        is_slow = (
            deal.gap <= limits.slow_gap_ns
            and is_at_one_price
            and smaller * 100 >= limits.slow_match_percent * larger
        )
        if not (is_fast or is_slow):
            return None
        deal.is_told = True
        return Meeting(smaller, is_fast, is_slow)

    def _deal(self, event: Traded, buy: Order, sell: Order, gap: int) -> _Deal:
        """Add the trade to the deal that it goes on with, or begin one."""
        key = f"{sell.group}/{buy.group}"
        deal = self.open.pop(key, None)
        if deal is None or (deal.sell_id != event.sell_id and deal.buy_id != event.buy_id):
            deal = _Deal(event.sell_id, event.buy_id, sell.qty, buy.qty, event.qty, gap)
        else:
            if deal.sell_id != event.sell_id:
                deal.sell_id = event.sell_id
                deal.offered += sell.qty
            if deal.buy_id != event.buy_id:
                deal.buy_id = event.buy_id
                deal.wanted += buy.qty
            deal.traded += event.qty
        self.open[key] = deal
        if len(self.open) > MOST_OPEN:
            del self.open[next(iter(self.open))]
        return deal


def meeting_limits(limits: dict[str, int]) -> MeetingLimits:
    """Take them out of a rule's parameters."""
    ms = NS_PER_SECOND // 1_000
    return MeetingLimits(
        limits["gap_ms"] * ms, limits["match_percent"], limits["slow_gap_ms"] * ms,
        limits["slow_match_percent"], limits["price_bps"], limits["part_percent"],
    )  # fmt: skip
