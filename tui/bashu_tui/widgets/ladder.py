"""The price ladder: fixed steps, depth bars by background, own orders, last trade, limits."""

import time
from collections.abc import Sequence
from typing import Final

from rich.style import Style
from textual import events
from textual.message import Message

from bashu_protocol.units import format_price
from bashu_tui.cells import centre, right
from bashu_tui.state.ladder import STEPS, LadderRow, build, middle
from bashu_tui.widgets.line_panel import LinePanel, Piece

_OWN: Final = 8
_PRICE: Final = 10
_MIN_BAR: Final = 6
_HOLD_SECONDS: Final = 10.0
"""How long after a touch the ladder stays put even when the market leaves it."""


class Ladder(LinePanel):
    """Bids left, asks right, prices between. Arrows choose a price, a click takes it."""

    can_focus = True
    title_key = "panel.ladder"

    class PriceChosen(Message):
        """A price was taken into the ticket."""

        def __init__(self, price: int) -> None:
            super().__init__()
            self.price = price

    class OwnClicked(Message):
        """Own quantity between two prices was clicked, to be withdrawn."""

        def __init__(self, side: str, low: int, high: int) -> None:
            super().__init__()
            self.side = side
            self.low = low
            self.high = high

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self.cursor_price = 0
        self._top_price = 0
        self._step_index = 0
        self._rows: list[LadderRow] = []
        self._touched_at = float("-inf")

    @property
    def step(self) -> int:
        """Fen between two rows."""
        session = self.bashu.session
        row = session.instruments.get(self.bashu.symbol) if session is not None else None
        return STEPS[self._step_index] * (row.rules.tick if row is not None else 1)

    def reset(self) -> None:
        """Another instrument: begin in the middle of its market."""
        self.cursor_price = self._top_price = 0
        self._touched_at = float("-inf")
        self.repaint()

    def recentre(self) -> None:
        """Bring the market to the middle; the chosen price stays chosen."""
        self._top_price = 0
        self.repaint()

    def coarser(self, by: int) -> None:
        """Change the step between rows."""
        self._step_index = max(0, min(len(STEPS) - 1, self._step_index + by))
        self.cursor_price -= self.cursor_price % self.step
        self.recentre()

    def move(self, rows: int) -> None:
        """Choose a price so many rows up; the ladder scrolls at its edges."""
        if not self._rows:
            return
        self._touched_at = time.monotonic()
        self.cursor_price = max(self.step, self.cursor_price + rows * self.step)
        if self.cursor_price > self._rows[0].price:
            self._top_price = self.cursor_price
        elif self.cursor_price < self._rows[-1].price:
            self._top_price -= self._rows[-1].price - self.cursor_price
        self.repaint()
        self.post_message(self.PriceChosen(self.cursor_price))

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        app = self.bashu
        if app.session is None:
            return []
        book = app.session.client.feed.book(app.symbol)
        stat = app.session.stat(app.symbol)
        count = max(1, height - 1)
        last = stat.last if stat is not None else 0
        reference = stat.reference_price if stat is not None else 0
        self._place(middle(book, last, reference), count)
        own = app.session.orders_in(app.symbol)
        self._rows = build(book, own, self._top_price, self.step, count)
        bar = max(_MIN_BAR, (width - 2 * _OWN - _PRICE) // 2)
        largest = max(1, *(max(row.bid_qty, row.ask_qty) for row in self._rows))
        limits = (stat.limit_up, stat.limit_down) if stat is not None else (0, 0)
        made: list[Sequence[Piece]] = [self._head(bar)]
        made += [self._line(row, bar, largest, last, limits) for row in self._rows]
        return made

    def _head(self, bar: int) -> list[Piece]:
        texts = self.bashu.texts
        mine = right(texts("column.mine"), _OWN - 1) + " "
        head = mine + right(texts("ladder.bid") + " ", bar)
        head += centre(texts("column.price"), _PRICE) + right(texts("ladder.ask") + " ", bar)
        return [(head + mine, self.bashu.palette.head)]

    def _place(self, centre_price: int, count: int) -> None:
        """Fix the top row; the ladder then holds still while the market is in sight.

        It also holds still for a while after it was touched: no row moves under a hand.
        """
        step = self.step
        bottom_price = self._top_price - (count - 1) * step
        is_held = time.monotonic() - self._touched_at < _HOLD_SECONDS
        if centre_price and not bottom_price <= centre_price <= self._top_price and not is_held:
            self._top_price = 0
        if not self._top_price and centre_price:
            self._top_price = centre_price + (count // 2) * step
        if not self.cursor_price and centre_price:
            self.cursor_price = centre_price - centre_price % step
        self._top_price -= self._top_price % step

    def _line(
        self, row: LadderRow, bar: int, largest: int, last: int, limits: tuple[int, int]
    ) -> list[Piece]:
        palette = self.bashu.palette
        is_chosen = row.price == self.cursor_price
        ground = palette.cursor if is_chosen else Style.null()
        label = format_price(row.price) if row.price > 0 else ""
        return [
            _own(row.own_buy, palette.own, ground),
            *_bar(row.bid_qty, largest, bar, palette.buy_bar, ground + palette.buy, at_right=True),
            (
                centre(f">{label}<" if is_chosen else label, _PRICE),
                ground + self._price_style(row.price, last, limits),
            ),
            *_bar(row.ask_qty, largest, bar, palette.sell_bar, ground + palette.sell),
            _own(row.own_sell, palette.own, ground),
        ]

    def _price_style(self, price: int, last: int, limits: tuple[int, int]) -> Style:
        """Mark the row of the last trade and those of the limits; beyond them nothing trades."""
        palette = self.bashu.palette
        up, down = limits
        if last and last - last % self.step == price:
            return palette.mark
        if price in limits:
            return palette.limit
        if (up and price > up) or price < down:
            return palette.faint
        return palette.plain

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or not 1 <= offset.y <= len(self._rows):
            return
        self.focus()
        self._touched_at = time.monotonic()
        row = self._rows[offset.y - 1]
        self.cursor_price = row.price
        if row.own_buy and offset.x < _OWN:
            self.post_message(self.OwnClicked("buy", row.price, row.price + self.step - 1))
        elif row.own_sell and offset.x >= self.size.width - _OWN:
            self.post_message(self.OwnClicked("sell", row.price - self.step + 1, row.price))
        else:
            self.post_message(self.PriceChosen(row.price))
        self.repaint()

    def on_mouse_scroll_up(self) -> None:
        self._touched_at = time.monotonic()
        self._top_price += self.step * 3
        self.repaint()

    def on_mouse_scroll_down(self) -> None:
        self._touched_at = time.monotonic()
        self._top_price -= self.step * 3
        self.repaint()


def _own(quantity: int, style: Style, ground: Style) -> Piece:
    if not quantity:
        return " " * _OWN, ground
    return right(f"{quantity:,}", _OWN - 1) + " ", style


def _bar(
    quantity: int, largest: int, width: int, bar: Style, plain: Style, *, at_right: bool = False
) -> list[Piece]:
    """Return a quantity with a bar behind it, growing away from the price."""
    if not quantity:
        return [(" " * width, plain)]
    text = right(f"{quantity:,} ", width)
    filled = max(1, quantity * width // largest)
    if at_right:
        return [(text[: width - filled], plain), (text[width - filled :], bar)]
    return [(text[:filled], bar), (text[filled:], plain)]
