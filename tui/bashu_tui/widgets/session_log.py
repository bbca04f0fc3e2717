"""The session blotter's lines: what happened, the newest first."""

from collections.abc import Callable, Hashable, Sequence
from typing import Final

from rich.style import Style

from bashu_protocol.units import format_price
from bashu_tui.cells import left, right
from bashu_tui.state.blotter_rows import remark, what
from bashu_tui.state.session import local_time
from bashu_tui.state.session_blotter import Entry
from bashu_tui.widgets.line_panel import Piece
from bashu_tui.widgets.list_panel import ListPanel

_ALARMS: Final = frozenset(
    {"link.stale", "link.reconnecting", "link.venue_down", "link.refused", "trade_cancelled"}
    | {"repriced"}
)


class SessionLog(ListPanel[Entry]):
    """A line an entry; the remark takes what room is left."""

    title_key = "panel.session_log"
    empty_key = "filter.nothing"

    def __init__(self, entries: Callable[[], Sequence[Entry]], *, id: str) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self._entries = entries

    def items(self) -> Sequence[Entry]:
        return self._entries()

    def key_of(self, item: Entry) -> Hashable:
        return item.number

    def head(self, width: int) -> list[Piece]:
        texts = self.bashu.texts
        head = left(texts("column.time"), 9) + left(texts("log_column.what"), _event_width(width))
        head += left(texts("column.symbol"), 8) + left(texts("column.side"), 5)
        head += right(texts("column.qty"), 8) + right(texts("column.price"), 8)
        head += "  " + texts("log_column.text")
        return [(head, self.bashu.palette.head)]

    def row(self, item: Entry, width: int) -> list[Piece]:
        texts, palette = self.bashu.texts, self.bashu.palette
        side = texts(f"side.{item.side}") if item.side else ""
        amounts = right(f"{item.quantity:,}" if item.quantity else "", 8)
        amounts += right(format_price(item.price) if item.price else "", 8)
        sides = {"buy": palette.buy, "sell": palette.sell}
        return [
            (left(local_time(item.time_ns), 9), palette.faint),
            (left(what(item, texts), _event_width(width)), self._style(item)),
            (left(item.symbol, 8), palette.plain),
            (left(side, 5), sides.get(item.side, palette.plain)),
            (amounts, palette.plain),
            ("  " + left(remark(item, texts), max(0, width - _event_width(width) - 40)),
             palette.warn if item.reject_code else palette.faint),
        ]  # fmt: skip

    def _style(self, item: Entry) -> Style:
        palette = self.bashu.palette
        if item.event in _ALARMS or item.event == "refused":
            return palette.warn
        if item.kind == "fill" or item.event in ("link.live", "logged_on"):
            return palette.good
        return palette.head if item.event.startswith("sent.") else palette.plain


def _event_width(width: int) -> int:
    return 20 if width < 100 else 30
