"""Time and sales of the chosen instrument, newest first."""

from collections.abc import Sequence

from bashu_protocol.units import format_price
from bashu_tui.cells import left, right
from bashu_tui.state.session import local_time
from bashu_tui.widgets.line_panel import LinePanel, Piece


class Tape(LinePanel):
    """A line a trade; the sign tells who came to the other."""

    title_key = "panel.tape"

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        app = self.bashu
        texts, palette = app.texts, app.palette
        head = left(texts("column.time"), 9) + right(texts("column.price"), 8)
        head += right(texts("column.qty"), 8)
        made: list[Sequence[Piece]] = [[(head, palette.head)]]
        trades = app.session.trades.get(app.symbol, ()) if app.session is not None else ()
        for trade in list(trades)[: height - 1]:
            bought = trade.aggressor_side == "buy"
            style = palette.buy if bought else palette.sell
            made.append(
                [
                    (left(local_time(trade.transact_time), 9), palette.faint),
                    (right(format_price(trade.price), 8), style),
                    (right(f"{'+' if bought else '-'}{trade.qty:,}", 8), style),
                ]
            )
        return made
