"""Answers to `query`: the present state, read only, each asker within its own rights."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from bashu_daemon.core import Venue
from bashu_daemon.core.reads import UserInfo
from bashu_daemon.day_tape import DayTape
from bashu_protocol.messages import Alert, BookRow, Notice, Query, QueryResult, Reject, Report, Row
from bashu_protocol.reject_codes import RejectCode

T = TypeVar("T")
ONE_SYMBOL = frozenset({"book", "listings", "bars"})
MAX_ROWS = 200
"""Rows per query result; a longer answer spans several."""
SUPERVISORY = frozenset({"alerts", "members", "parameters", "links"})
OWN = frozenset({"orders", "fills", "account"})
"""What of a member only its users with the permission to view may query."""


class Queries:
    """Reads the venue; alerts come from surveillance, the book from market data.

    The book is the image that the deltas continue, not the very latest: only so can a client
    that missed a delta go on from it.
    """

    def __init__(
        self,
        venue: Venue,
        alerts: Callable[[], Sequence[Alert]],
        book: Callable[[str], BookRow],
        tape: DayTape | None = None,
    ) -> None:
        self._venue = venue
        self._alerts = alerts
        self._book = book
        self._tape = tape or DayTape()

    def answer(self, asker: UserInfo, query: Query) -> Iterator[Report]:
        """Yield the query's results, or one reject."""
        if query.what in SUPERVISORY and asker.role not in ("supervisor", "registrar"):
            text = f"Only supervisors may query {query.what}."
            yield Reject(query.cl_ord_id, RejectCode.NOT_PERMITTED, text)
        elif query.what in OWN and not asker.may_view:
            text = f"You may not query the {query.what} of your member."
            yield Reject(query.cl_ord_id, RejectCode.NOT_PERMITTED, text)
        elif query.symbol and query.symbol not in self._venue.symbols():
            text = f"The venue lists no instrument {query.symbol!r}."
            yield Reject(query.cl_ord_id, RejectCode.UNKNOWN_SYMBOL, text)
        elif query.what in ONE_SYMBOL and not query.symbol:
            text = f"A query for {query.what} names one symbol."
            yield Reject(query.cl_ord_id, RejectCode.INVALID_VALUE, text)
        elif query.what == "listings":
            yield from self._listings(query)
        elif query.what == "alerts":
            alerts = [a for a in self._alerts() if a.alert_id > query.since]
            for part, last in _parts(alerts):
                yield self._result(query, [], alerts=part, last=last)
        elif query.what == "notices":
            notices = [n for n in self._venue.notices() if n.notice_id > query.since]
            for found, last in _parts(notices):
                yield self._result(query, [], notices=found, last=last)
        else:
            for rows, last in _parts(self._rows(asker, query)):
                yield self._result(query, rows, last=last)

    def _listings(self, query: Query) -> Iterator[Report]:
        listings = self._venue.listing_rows(query.symbol)
        if listings is None:
            text = f"{query.symbol} trades by time priority within a price; nothing is picked."
            yield Reject(query.cl_ord_id, RejectCode.NOT_OFFERED, text)
            return
        for rows, last in _parts(listings):
            yield self._result(query, list(rows), last=last)

    def _result(
        self,
        query: Query,
        rows: list[Row],
        *,
        last: bool,
        alerts: list[Alert] | None = None,
        notices: list[Notice] | None = None,
    ) -> QueryResult:
        seq = self._venue.seq
        return QueryResult(
            query.cl_ord_id, query.what, seq, rows, last, alerts or [], notices or []
        )

    def _rows(self, asker: UserInfo, query: Query) -> list[Row]:
        venue = self._venue
        rows: Sequence[Row]
        # Blocks and auctions are everybody's; what is the member's own in them is not.
        viewed = asker.member if asker.may_view else ""
        if query.what == "orders":
            rows = [r for r in venue.order_rows(asker.member) if _fits(r.symbol, query)]
        elif query.what == "fills":
            rows = [
                r
                for r in venue.fill_rows(asker.member)
                if r.exec_id > query.since and _fits(r.symbol, query)
            ]
        elif query.what == "account":
            rows = venue.account_rows(asker.member)
        elif query.what == "instruments":
            rows = [r for r in venue.instrument_rows() if _fits(r.rules.symbol, query)]
        elif query.what == "blocks":
            rows = [r for r in venue.block_rows(viewed) if _fits(r.symbol, query)]
        elif query.what == "members":
            rows = venue.member_rows()
        elif query.what == "parameters":
            rows = [*venue.surveillance_rules(), *venue.parameter_changes()]
        elif query.what == "links":
            rows = venue.links()
        elif query.what == "trades":
            rows = self._tape.trades(query.symbol, query.since)
        elif query.what == "bars":
            rows = self._tape.bars(query.symbol, query.since)
        elif query.what == "limits":
            rows = [venue.limits_row(asker.user)]
        elif query.what == "auctions":
            officer = asker.role in ("supervisor", "registrar")
            rows = [
                r
                for r in venue.auction_rows(viewed, officer=officer)
                if r.auction_id > query.since and _fits(r.symbol, query)
            ]
        else:
            rows = [self._book(query.symbol)]
        return list(rows)


def _fits(symbol: str, query: Query) -> bool:
    return not query.symbol or symbol == query.symbol


def _parts(items: Sequence[T]) -> Iterator[tuple[list[T], bool]]:
    """Cut into pieces of MAX_ROWS; an empty answer is one empty piece."""
    for start in range(0, max(len(items), 1), MAX_ROWS):
        yield list(items[start : start + MAX_ROWS]), start + MAX_ROWS >= len(items)
