"""The identified event stream as it comes, newest first."""

from collections.abc import Sequence
from typing import Final

from bashu_protocol.units import format_price
from bashu_tui.cells import left, right
from bashu_tui.i18n import Texts
from bashu_tui.state.session import local_time
from bashu_tui.widgets.line_panel import LinePanel, Piece

_NARROW: Final = 12
_WIDE: Final = 21
_ALL: Final = 78
"""Cells that all columns need, the wide one of events included."""


class AuditTail(LinePanel):
    """A line an event, with the member behind it."""

    title_key = "panel.audit"

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        app = self.bashu
        texts, palette = app.texts, app.palette
        column = _WIDE if width >= _ALL else _NARROW
        head = left(texts("column.time"), 9) + left(texts("column.event"), column)
        head += left(texts("column.member"), 17) + left(texts("column.symbol"), 7)
        head += left(texts("column.side"), 5) + right(texts("column.qty"), 8)
        head += right(texts("column.price"), 9)
        made: list[Sequence[Piece]] = [[(head, palette.head)]]
        if app.session is None:
            return made
        for event in list(app.session.audit)[: height - 1]:
            is_trade = event.event == "trade"
            quantity = event.last_qty or event.order_qty
            price = event.last_px or event.price
            text = left(local_time(event.transact_time), 9)
            text += left(_words(texts, event.event), column - 1) + " "
            text += left(event.member, 16) + " " + left(event.symbol, 7)
            text += left(texts(f"side.{event.side}") if event.side else "", 5)
            text += right(f"{quantity:,}" if quantity else "", 8)
            text += right(format_price(price) if price else "", 9)
            made.append([(text, palette.plain if is_trade else palette.faint)])
        return made


def _words(texts: Texts, event: str) -> str:
    """Say what happened; a phase has its own name, and what a newer venue says is shown as is."""
    if event.startswith("phase_"):
        return texts.get(event.replace("_", ".", 1), event)
    return texts.get(f"event.{event}", event)
