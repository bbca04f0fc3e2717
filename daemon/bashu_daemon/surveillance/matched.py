"""Trades in which two orders met as if they had been meant for each other.

Shared by the rules about pre-arranged and circular trading (reference/surveillance.md A1 #2). Both
orders are of nearly one size, and nearly all of both traded in this one meeting, at once or in
parts. A fast meeting is of orders entered within seconds of each other, a slow one of orders
entered within minutes, at one price and of one size.
"""

from typing import Final, NamedTuple

from msgspec import Struct

from bashu_daemon.surveillance.seen import Traded
from bashu_protocol.units import NS_PER_SECOND

MOST_OPEN: Final = 500
"""Meetings under way that are remembered."""


class MeetingLimits(NamedTuple):
    """What makes a meeting. Shares in percent, the price in 1/10,000."""

    gap_ns: int
    match_percent: int
    slow_gap_ns: int
    slow_match_percent: int
    price_bps: int


class Meeting(NamedTuple):
    """Two orders that were meant for each other."""

    qty: int
    is_fast: bool
    is_slow: bool


class Meetings(Struct, array_like=True):
    """Tells meetings of two orders; remembers those of which a part has traded."""

    open: dict[str, int] = {}
    """Tonnes that a buyer's and a seller's order have traded with each other, by their numbers."""

    def of(self, event: Traded, limits: MeetingLimits) -> Meeting | None:
        """Return the meeting that a listing trade of two different groups completes."""
        buy, sell = event.buy, event.sell
        if buy is None or sell is None or event.mode != "listing" or buy.group == sell.group:
            return None
        larger, smaller = buy.qty, sell.qty
        if larger < smaller:
            larger, smaller = smaller, larger
        if smaller * 100 < limits.match_percent * larger:
            return None
        gap = abs(buy.placed_at - sell.placed_at)
        is_fast = gap <= limits.gap_ns
        is_slow = (
            gap <= limits.slow_gap_ns
            and smaller * 100 >= limits.slow_match_percent * larger
            and abs(buy.price - sell.price) * 10_000 <= limits.price_bps * event.price
        )
        if not (is_fast or is_slow):
            return None
        qty, enough = event.qty, limits.match_percent * larger
        if qty * 100 < enough:
            before = self._before(event)
            if before * 100 >= enough:
                return None  # it was complete
            qty += before
            if qty * 100 < enough:
                return None
        return Meeting(qty, is_fast, is_slow)

    def _before(self, event: Traded) -> int:
        """Return what the two orders had traded with each other, and add this trade."""
        key = f"{event.buy_id}/{event.sell_id}"
        before = self.open.pop(key, 0)
        self.open[key] = before + event.qty
        if len(self.open) > MOST_OPEN:
            del self.open[next(iter(self.open))]
        return before


def meeting_limits(limits: dict[str, int]) -> MeetingLimits:
    """Take them out of a rule's parameters."""
    ms = NS_PER_SECOND // 1_000
    return MeetingLimits(
        limits["gap_ms"] * ms, limits["match_percent"], limits["slow_gap_ms"] * ms,
        limits["slow_match_percent"], limits["price_bps"],
    )  # fmt: skip
