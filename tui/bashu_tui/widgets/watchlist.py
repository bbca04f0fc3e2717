"""All instruments with last price, change against the reference, best prices and volume."""

from collections.abc import Sequence
from typing import Final

from textual import events

from bashu_protocol.messages import InstrumentStat
from bashu_protocol.units import format_price
from bashu_tui.cells import left, right, signed_percent
from bashu_tui.widgets.line_panel import LinePanel, Piece

_WIDE: Final = 50
"""Cells that all columns need."""


class Watchlist(LinePanel):
    """A line an instrument; the chosen one is marked. A click chooses."""

    title_key = "panel.watchlist"

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        app = self.bashu
        texts, palette = app.texts, app.palette
        head = left(texts("column.symbol"), 7) + right(texts("column.last"), 8)
        head += right(texts("column.change"), 9)
        if width >= _WIDE:
            head += right(texts("column.bid"), 8) + right(texts("column.ask"), 8)
            head += right(texts("column.volume"), 10)
        made: list[Sequence[Piece]] = [[(head, palette.head)]]
        if app.session is not None:
            made += [self._line(symbol, width) for symbol in app.session.symbols]
        return made

    def _line(self, symbol: str, width: int) -> list[Piece]:
        app = self.bashu
        palette = app.palette
        stat = app.session.stat(symbol) if app.session is not None else None
        name = (left(symbol, 7), palette.own if symbol == app.symbol else palette.plain)
        if stat is None:
            return [name]
        last = stat.last or stat.close or stat.reference_price
        change = last - stat.reference_price
        style = palette.direction(change)
        percent = signed_percent(change, stat.reference_price) if stat.reference_price else "-"
        pieces = [name, (right(format_price(last), 8), style), (right(percent, 9), style)]
        if width >= _WIDE:
            pieces += self._market(symbol, stat)
        return pieces

    def _market(self, symbol: str, stat: InstrumentStat) -> list[Piece]:
        app = self.bashu
        assert app.session is not None  # noqa: S101  there are lines only with a session
        book = app.session.client.feed.book(symbol)
        bids, asks = book.bids, book.asks
        return [
            (right(format_price(bids[0][0]) if bids else "-", 8), app.palette.buy),
            (right(format_price(asks[0][0]) if asks else "-", 8), app.palette.sell),
            (right(f"{stat.volume:,}", 10), app.palette.faint),
        ]

    def on_click(self, event: events.Click) -> None:
        session = self.bashu.session
        offset = event.get_content_offset(self)
        if session is not None and offset is not None and 1 <= offset.y <= len(session.symbols):
            self.bashu.choose_symbol(session.symbols[offset.y - 1])
