"""Where one's own orders stand in their queues, as far as public data tell.

The venue does not publish places in a queue. What is kept is a bound: the tonnes of others ahead
of an order are never more than this. It begins with all that stood at the price when the order
first showed in the published book, falls with every trade there, as trades take from the front,
and is never above what others have at the price now. Nobody can get in front of a resting order,
so a bound once found holds; 0 is certain.
"""

from collections import deque
from typing import Final

from msgspec import Struct

from bashu_protocol.client import Client
from bashu_protocol.feed import MarketFeed
from bashu_protocol.messages import (
    AnyMessage,
    BookDelta,
    BookSnapshot,
    ExecutionReport,
    OrderRow,
    PublicTrade,
    QueryResult,
    Side,
)

_RECENT: Final = 500
"""Reports that may be newer than an answer about orders that is under way."""
_CHANGED: Final = {"queue"}
_NOTHING: Final[set[str]] = set()


class Place(Struct):
    """One working order's place. `ahead` is None until the published book shows the order."""

    symbol: str
    side: Side
    price: int
    leaves_qty: int
    entered_ns: int
    ahead: int | None = None
    image_ns: int = 0
    """The time of the newest book that was compared."""
    is_hidden: bool = False
    """An iceberg: each shown part goes to the end of the queue, so no bound holds."""


class Queue:
    """The places of one's own orders, by order id."""

    def __init__(self, feed: MarketFeed) -> None:
        self._feed = feed
        self._places: dict[int, Place] = {}
        self._recent: deque[ExecutionReport] = deque(maxlen=_RECENT)

    def ahead(self, symbol: str, side: Side, low: int, high: int) -> int | None:
        """Return at most how many tonnes of others stand ahead of the first order in a range.

        None where there is no order of one's own, or where it cannot be told yet.
        """
        if not self._feed.book(symbol).is_current:
            return None
        found = [
            (place.price, place.ahead)
            for place in self._places.values()
            if place.symbol == symbol and place.side == side and low <= place.price <= high
        ]
        if not found:
            return None
        best = max(found)[0] if side == "buy" else min(found)[0]
        known = [ahead for price, ahead in found if price == best and ahead is not None]
        return min(known, default=None)

    def hear(self, message: AnyMessage) -> set[str]:
        """Take one message of the client; return the name of what changed, if anything did."""
        if isinstance(message, BookDelta | BookSnapshot):
            return self._look(message.symbol)
        if isinstance(message, PublicTrade):
            return self._take_trade(message)
        if isinstance(message, ExecutionReport):
            if message.exec_type == "rejected":
                return _NOTHING
            self._recent.append(message)
            self._take_report(message)
            return _CHANGED
        return _NOTHING

    async def reload(self, client: Client) -> None:
        """After a break nothing is known of the places: begin again from the book as it is."""
        self.begin(await client.query("orders"), client.user)

    def begin(self, answer: QueryResult, user: str) -> None:
        """Take a user's working orders as the venue lists them, and the reports since then."""
        self._places = {
            row.order_id: Place(
                row.symbol, row.side, row.price, row.leaves_qty, row.transact_time,
                is_hidden=row.display_qty > 0,
            )
            for row in answer.rows
            if isinstance(row, OrderRow)
            and row.user == user
            and not (row.waiting or row.pending)
        }  # fmt: skip
        for report in self._recent:
            if report.seq > answer.seq:
                self._take_report(report)
        for symbol in {place.symbol for place in self._places.values()}:
            self._look(symbol)

    def _take_report(self, report: ExecutionReport) -> None:
        if not report.side or not report.leaves_qty or report.ord_status == "pending_new":
            self._places.pop(report.order_id, None)
            return
        place = self._places.get(report.order_id)
        if place is None and report.stop_px and report.exec_type in ("new", "replaced"):
            return  # a stop order waits in no queue until it is triggered
        keeps_place = (
            place is not None
            and report.price == place.price
            and (report.leaves_qty < place.leaves_qty or report.exec_type != "replaced")
        )
        if place is None or not keeps_place:
            self._places[report.order_id] = Place(
                report.symbol, report.side, report.price, report.leaves_qty,
                report.transact_time, is_hidden=report.display_qty > 0,
            )  # fmt: skip
            return
        place.leaves_qty = report.leaves_qty
        if report.exec_type == "trade" and place.ahead is not None:
            place.ahead = 0  # who trades stands in front

    def _take_trade(self, trade: PublicTrade) -> set[str]:
        if trade.mode != "listing":
            return _NOTHING
        changed = _NOTHING
        for place in self._places.values():
            if (
                place.ahead
                and (place.symbol, place.price) == (trade.symbol, trade.price)
                and place.side != trade.aggressor_side
                and trade.transact_time > place.image_ns
            ):
                place.ahead = max(0, place.ahead - trade.qty)
                changed = _CHANGED
        return changed

    def _look(self, symbol: str) -> set[str]:
        """Compare the orders of a symbol with its book."""
        book = self._feed.book(symbol)
        if not book.is_current:
            return _NOTHING
        shown = [
            place
            for place in self._places.values()
            if place.symbol == symbol and place.entered_ns < book.transact_time
        ]
        changed = _NOTHING
        for place in shown:
            same = [s for s in shown if (s.side, s.price) == (place.side, place.price)]
            quantity, _orders = book.level(place.side, place.price)
            others = quantity - sum(own.leaves_qty for own in same)
            if others < 0 or any(own.is_hidden for own in same):
                continue  # below the published depth, or a report is still on its way
            place.image_ns = book.transact_time
            if place.ahead is None or others < place.ahead:
                place.ahead = others
                changed = _CHANGED
        return changed
