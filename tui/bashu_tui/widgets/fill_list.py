"""One's own trades of the day, the latest first."""

from collections.abc import Callable, Hashable, Sequence

from bashu_protocol.units import format_money, format_price
from bashu_tui.cells import left, right
from bashu_tui.state.fills import Fill
from bashu_tui.state.session import local_time
from bashu_tui.state.statement import amount, correction, correction_short
from bashu_tui.widgets.line_panel import Piece
from bashu_tui.widgets.list_panel import ListPanel

_WIDE = 110
"""Where there is room for the order, the user, and the correction in full."""


class FillList(ListPanel[Fill]):
    """A line a fill; what supervisors corrected says so in words, with the price it had."""

    title_key = "panel.fills"
    empty_key = "statement.empty"

    def __init__(self, fills: Callable[[], Sequence[Fill]], *, id: str) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self._fills = fills

    def items(self) -> Sequence[Fill]:
        return self._fills()

    def key_of(self, item: Fill) -> Hashable:
        return item.exec_id, item.side

    def head(self, width: int) -> list[Piece]:
        texts = self.bashu.texts
        head = left(texts("statement.time"), 9) + left(texts("column.symbol"), 7)
        head += left(texts("statement.side"), 5) + right(texts("statement.qty"), 9)
        head += right(texts("column.price"), 8) + right(texts("column.amount"), 17)
        head += "  " + left(texts("statement.mode"), 9) + right(texts("column.exec_id"), 6)
        if width >= _WIDE:
            head += right(texts("column.order_id"), 9) + "  " + left(texts("statement.user"), 12)
        else:
            head += " "
        head += " " + texts("statement.correction") if width >= _WIDE else ""
        return [(head, self.bashu.palette.head)]

    def row(self, item: Fill, width: int) -> list[Piece]:
        texts, palette = self.bashu.texts, self.bashu.palette
        side = palette.buy if item.side == "buy" else palette.sell
        is_cancelled = item.correction == "cancel"
        plain = palette.faint if is_cancelled else palette.plain
        pieces: list[Piece] = [
            (left(local_time(item.transact_time), 9), palette.faint),
            (left(item.symbol, 7), plain),
            (left(texts(f"side.{item.side}"), 5), palette.faint if is_cancelled else side),
            (right(f"{item.quantity:,}", 9), plain),
            (right(format_price(item.counted_price), 8), plain),
            (right("-" if is_cancelled else format_money(amount(item)), 17), plain),
            ("  " + left(texts(f"mode.{item.mode}"), 9), palette.faint),
            (right(str(item.exec_id), 6), palette.faint),
        ]
        if width >= _WIDE:
            number = right(str(item.order_id) if item.order_id else "-", 9)
            pieces.append((number + "  " + left(item.user or "-", 12), palette.faint))
            pieces.append((" " + correction(item, texts), palette.warn))
        elif item.correction:  # it takes the place of the mode and the number
            pieces[6:] = [(" " + correction_short(item, texts), palette.warn)]
        return pieces
