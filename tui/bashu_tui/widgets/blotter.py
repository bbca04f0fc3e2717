"""Working orders first, then what happened: fills, withdrawals, refusals with their reason."""

from collections.abc import Sequence
from typing import Final

from bashu_protocol.messages import Notice
from bashu_protocol.units import format_price
from bashu_tui.cells import left, right
from bashu_tui.state.session import HistoryLine, OrderLine, local_time
from bashu_tui.widgets.line_panel import LinePanel, Piece

_WIDE: Final = 60
"""Cells that the time and the filled quantity need besides the rest."""


class Blotter(LinePanel):
    """One's own orders in all instruments."""

    title_key = "panel.blotter"

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        app = self.bashu
        texts, palette = app.texts, app.palette
        wide = width >= _WIDE
        head = left(texts("column.time"), 9) if wide else ""
        head += left(texts("column.symbol"), 7) + left(texts("column.side"), 5)
        head += right(texts("column.qty"), 7) + right(texts("column.price"), 7)
        if wide:
            head += right(texts("column.filled"), 8)
        made: list[Sequence[Piece]] = [[(head + " " + texts("column.status"), palette.head)]]
        if app.session is None:
            return made
        orders = sorted(app.session.orders.values(), key=lambda order: -order.order_id)
        made += [self._order(order, wide=wide) for order in orders]
        made += [self._happened(line, wide=wide) for line in app.session.history]
        if len(made) == 1:
            made.append([(texts("blotter.empty"), palette.faint)])
        return made[:height]

    def _order(self, order: OrderLine, *, wide: bool) -> list[Piece]:
        texts, palette = self.bashu.texts, self.bashu.palette
        style = palette.buy if order.side == "buy" else palette.sell
        text = left(order.symbol, 7) + left(texts(f"side.{order.side}"), 5)
        text += right(f"{order.leaves_qty:,}", 7) + right(format_price(order.price), 7)
        if wide:
            text = left(local_time(order.transact_time), 9) + text
            text += right(f"{order.cum_qty:,}", 8)
        return [(text, style), (" " + texts(f"status.{order.status}"), palette.plain)]

    def _happened(self, line: HistoryLine, *, wide: bool) -> list[Piece]:
        texts, palette = self.bashu.texts, self.bashu.palette
        if line.notice is not None:
            return self._notice(line.kind, line.notice, wide=wide)
        text = left(line.symbol, 7) + left(texts(f"side.{line.side}") if line.side else "", 5)
        text += right(f"{line.quantity:,}", 7) + right(format_price(line.price), 7)
        if wide:
            text = left(local_time(line.transact_time), 9) + text + " " * 8
        status = texts(line.kind)
        style = palette.plain if line.kind == "blotter.fill" else palette.faint
        if line.reject_code:
            why = texts.get(f"reject.{line.reject_code}", line.reject_code)
            status = texts("text.because", what=status, why=why)
            style = palette.warn
        return [(text, palette.faint), (" " + status, style)]

    def _notice(self, key: str, notice: Notice, *, wide: bool) -> list[Piece]:
        texts, palette = self.bashu.texts, self.bashu.palette
        said = texts(key, symbol=notice.symbol, member=notice.member, title=notice.title)
        text = texts("text.because", what=said, why=notice.body) if notice.body else said
        time = left(local_time(notice.transact_time), 9) if wide else ""
        return [(time, palette.faint), (text, palette.warn)]
