"""The last orders that this terminal sent, but the very last, which the ticket tells in full."""

from collections.abc import Sequence
from typing import Final

from bashu_tui.cells import left, right
from bashu_tui.state.order_life import OrderLife
from bashu_tui.widgets.line_panel import LinePanel, Piece
from bashu_tui.widgets.order_words import short_outcome, short_price_words

_MOST: Final = 3


class RecentOrders(LinePanel):
    """A line an order; as high as there are orders to show."""

    def shown(self) -> list[OrderLife]:
        session = self.bashu.session
        return list(session.lives.recent)[1 : _MOST + 1] if session is not None else []

    def repaint(self) -> None:
        self.styles.height = len(self.shown())
        super().repaint()

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        texts, palette = self.bashu.texts, self.bashu.palette
        made: list[Sequence[Piece]] = []
        for life in self.shown():
            draft = life.draft
            side = palette.buy if draft.side == "buy" else palette.sell
            sign = "+" if draft.side == "buy" else "-"
            quantity, price = f"{sign}{draft.quantity:,}", short_price_words(draft, texts)
            order = f"{right(quantity, 7)} {left(price, 7)}"
            said, style = short_outcome(life, texts)
            made.append([(order + " ", side), (said, getattr(palette, style))])
        return made
