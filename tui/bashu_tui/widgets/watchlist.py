"""All instruments with last price, change against the reference, best prices and volume."""

from collections.abc import Callable, Hashable, Sequence
from typing import Final

from msgspec import Struct
from textual.geometry import Size

from bashu_protocol.messages import InstrumentStat
from bashu_protocol.units import format_price
from bashu_tui.cells import fit_quantity, left, right, signed_percent
from bashu_tui.widgets.line_panel import Piece
from bashu_tui.widgets.list_panel import ListPanel

_SYMBOL: Final = 7


class _Column(Struct, frozen=True):
    """What a wider panel adds, in this order."""

    key: str
    width: int
    piece: Callable[["Watchlist", str, InstrumentStat], Piece]


class Watchlist(ListPanel[str]):
    """A line an instrument; choosing one makes it the one that is traded."""

    title_key = "panel.watchlist"

    def items(self) -> Sequence[str]:
        session = self.bashu.session
        return session.symbols if session is not None else ()

    def key_of(self, item: str) -> str:
        return item

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Take as many lines as there are instruments, so that others have the rest."""
        return len(self.items()) + 1

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        self.chosen_key = self.bashu.symbol
        return super().lines(width, height)

    def head(self, width: int) -> list[Piece]:
        texts = self.bashu.texts
        text = left(texts("column.symbol"), _SYMBOL)
        text += "".join(right(texts(column.key), column.width) for column in _fitting(width))
        return [(text, self.bashu.palette.head)]

    def row(self, item: str, width: int) -> list[Piece]:
        app = self.bashu
        stat = app.session.stat(item) if app.session is not None else None
        is_chosen = item == app.symbol
        name = (left(item, _SYMBOL), app.palette.own if is_chosen else app.palette.plain)
        if stat is None:
            return [name]
        return [name, *(column.piece(self, item, stat) for column in _fitting(width))]

    def choose(self, key: Hashable) -> None:
        """Make an instrument the one that is traded; what is shown as chosen follows."""
        if isinstance(key, str) and key != self.bashu.symbol:
            self.bashu.choose_symbol(key)

    # One method a column

    def last(self, _symbol: str, stat: InstrumentStat) -> Piece:
        last = _last(stat)
        change = last - stat.reference_price if stat.reference_price else 0
        return right(format_price(last) if last else "-", 8), self.bashu.palette.direction(change)

    def change(self, _symbol: str, stat: InstrumentStat) -> Piece:
        reference = stat.reference_price
        if not reference:
            return right("-", 8), self.bashu.palette.faint
        change = _last(stat) - reference
        return right(signed_percent(change, reference), 8), self.bashu.palette.direction(change)

    def phase(self, _symbol: str, stat: InstrumentStat) -> Piece:
        palette = self.bashu.palette
        text = self.bashu.texts(f"phase.short.{stat.phase}")
        style = palette.alarm if stat.phase == "halted" else palette.warn
        is_quiet = stat.phase in ("continuous", "closed")
        padding = right(" " + text, 7)
        return padding, palette.faint if is_quiet else style

    def bid(self, symbol: str, _stat: InstrumentStat) -> Piece:
        bids = self._book(symbol)[0]
        return right(format_price(bids) if bids else "-", 8), self.bashu.palette.buy

    def ask(self, symbol: str, _stat: InstrumentStat) -> Piece:
        asks = self._book(symbol)[1]
        return right(format_price(asks) if asks else "-", 8), self.bashu.palette.sell

    def volume(self, _symbol: str, stat: InstrumentStat) -> Piece:
        return right(fit_quantity(stat.volume, 9), 10), self.bashu.palette.plain

    def high(self, _symbol: str, stat: InstrumentStat) -> Piece:
        return right(format_price(stat.high) if stat.high else "-", 8), self.bashu.palette.plain

    def low(self, _symbol: str, stat: InstrumentStat) -> Piece:
        return right(format_price(stat.low) if stat.low else "-", 8), self.bashu.palette.plain

    def _book(self, symbol: str) -> tuple[int, int]:
        """Return the best bid and ask, 0 where there is none."""
        session = self.bashu.session
        if session is None:
            return 0, 0
        return session.client.feed.book(symbol).best()


_COLUMNS: Final = (
    _Column("column.last", 8, Watchlist.last),
    _Column("column.change", 8, Watchlist.change),
    _Column("column.phase", 7, Watchlist.phase),
    _Column("column.bid", 8, Watchlist.bid),
    _Column("column.ask", 8, Watchlist.ask),
    _Column("column.volume", 10, Watchlist.volume),
    _Column("column.high", 8, Watchlist.high),
    _Column("column.low", 8, Watchlist.low),
)


def _fitting(width: int) -> list[_Column]:
    """Return the columns that have room, the first ones first."""
    found, used = [], _SYMBOL
    for column in _COLUMNS:
        used += column.width
        if used > width:
            break
        found.append(column)
    return found


def _last(stat: InstrumentStat) -> int:
    return stat.last or stat.close or stat.reference_price
