"""The slow consumer: reads all market data, stands still for a while, and must catch up."""

import asyncio
import time
from typing import Final

from bashu_daemon.tools.load.connection import GmqttConnection
from bashu_daemon.tools.load.session import Session
from bashu_protocol.codec import MALFORMED, decode, encode
from bashu_protocol.feed import MarketFeed
from bashu_protocol.messages import (
    BookDelta,
    BookRow,
    BookSnapshot,
    InstrumentStat,
    PublicTrade,
    Query,
    QueryResult,
)

SETTLE_SECONDS: Final = 30.0
_ASK_SECONDS: Final = 0.2
_MARKET_DATA = (BookSnapshot, BookDelta, InstrumentStat, PublicTrade)


class Reader:
    """Keeps books out of what a session reads."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.feed = MarketFeed()
        self.unreadable = 0
        self._rows: dict[str, BookRow] = {}
        self._queries = 0
        session.on_public = self._take
        session.on_result = self._take_result

    def stand_still(self) -> None:
        if isinstance(self.session.connection, GmqttConnection):
            self.session.connection.pause_reading()

    def go_on(self) -> None:
        if isinstance(self.session.connection, GmqttConnection):
            self.session.connection.resume_reading()

    async def differing(self, symbols: list[str]) -> list[str]:
        """Ask the venue for its books, and return those symbols whose own book is not equal.

        The market must be quiet. A gap is closed as the protocol says: by asking for the book.
        """
        deadline = time.monotonic() + SETTLE_SECONDS
        different = symbols
        while different and time.monotonic() < deadline:
            self._rows.clear()
            for symbol in different:
                self._ask(symbol)
            await asyncio.sleep(_ASK_SECONDS)
            different = [symbol for symbol in different if not self._equals(symbol)]
            for symbol in self.feed.broken_books(time.monotonic()):
                row = self._rows.get(symbol)
                if row is not None:
                    self.feed.accept_rows([row])
        return different

    def _equals(self, symbol: str) -> bool:
        row, book = self._rows.get(symbol), self.feed.book(symbol)
        return row is not None and (
            (book.is_current, book.epoch, book.md_seq, book.bids, book.asks)
            == (True, row.epoch, row.md_seq, row.bids, row.asks)
        )

    def _ask(self, symbol: str) -> None:
        self._queries += 1
        query = Query(f"q-{self.session.accounting.prefix}{self._queries}", "book", symbol)
        self.session.publish(encode(query, "msgpack"))

    def _take(self, topic: str, payload: bytes) -> None:
        try:
            messages = decode(payload)
        except MALFORMED:
            self.unreadable += 1
            return
        for message in messages:
            if isinstance(message, _MARKET_DATA):
                self.feed.accept(message)

    def _take_result(self, result: QueryResult) -> None:
        for row in result.rows:
            if isinstance(row, BookRow):
                self._rows[row.symbol] = row
