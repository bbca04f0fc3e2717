"""The price ladder on screen: own buys | bids | price | asks | own sales."""

import time
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from bashu_protocol.messages import Side
from bashu_protocol.units import format_price
from bashu_tui.i18n import Locale
from bashu_tui.state.desk import Desk
from bashu_tui.state.ladder import Ladder, LadderRow, View
from bashu_tui.text import amount, centre, left, right
from bashu_tui.widgets.lines import Line, LineWidget, Part

PRICE_WIDTH = 10
MINE_WIDTH = 7
HEAD_LINES = 2


class LadderWidget(LineWidget):
    """Depth is a bar of background colour; a row has one price, or none outside the limits."""

    can_focus = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(1)", show=False),
        Binding("down", "move(-1)", show=False),
        Binding("pageup", "move(10)", show=False),
        Binding("pagedown", "move(-10)", show=False),
        Binding("enter", "pick", show=False),
    ]

    class PricePicked(Message):
        """A price was picked; a click also says which side, by where it was."""

        def __init__(self, price: int, side: Side | None) -> None:
            super().__init__()
            self.price = price
            self.side: Side | None = side

    def __init__(self, locale: Locale, desk: Desk) -> None:
        super().__init__(locale, id="ladder")
        self._desk = desk
        self.model = Ladder()
        self._rows: list[LadderRow] = []

    def build(self, width: int, height: int) -> list[Line]:
        heads = self._heads(width)
        rows = self._model_rows(height - HEAD_LINES)
        if not rows:
            return [*heads, ((left(f" {self.locale.t('ladder.empty')}", width), "dim"),)]
        self._rows = rows
        deepest = max((max(row.bid_qty, row.ask_qty) for row in rows), default=0)
        side = (width - PRICE_WIDTH) // 2
        return [*heads, *(self._line(row, side, width, deepest) for row in rows)]

    def _model_rows(self, height: int) -> list[LadderRow]:
        market, symbol = self._desk.market, self.model.symbol
        rules = market.rules(symbol)
        if rules is None:
            return []
        book = market.book(symbol)
        orders = self._desk.blotter.orders_in(symbol)
        view = View(market.quote(symbol), rules, book.bids, book.asks, orders)
        return self.model.rows(view, height, time.monotonic())

    def _heads(self, width: int) -> list[Line]:
        t, symbol = self.locale.t, self.model.symbol
        rules = self._desk.market.rules(symbol)
        name = (rules.name_zh if self.locale.language == "zh" else rules.name_en) if rules else ""
        title = f"{symbol} {name}  {t('ladder.step', step=format_price(self.model.unit))}"
        side = (width - PRICE_WIDTH) // 2
        columns = (
            left(f" {t('ladder.mine')}", MINE_WIDTH)
            + right(t("ladder.bid") + " ", side - MINE_WIDTH)
            + centre(t("column.price"), PRICE_WIDTH)
            + left(" " + t("ladder.ask"), side - MINE_WIDTH)
            + right(t("ladder.mine") + " ", MINE_WIDTH)
        )
        return [self.head(title, width), ((left(columns, width), "dim"),)]

    def _line(self, row: LadderRow, side: int, width: int, deepest: int) -> Line:
        if not row.price:
            return ((" " * width, "hole"),)
        base = " cursor" if row.is_cursor else ""
        depth = side - MINE_WIDTH
        return (
            *_mine(row.my_buy_qty, base, at_end=False),
            *self._bid(row, depth, deepest, base),
            self._price(row, base),
            *self._ask(row, depth, deepest, base),
            *_mine(row.my_sell_qty, base, at_end=True),
        )

    def _bid(self, row: LadderRow, depth: int, deepest: int, base: str) -> list[Part]:
        text = right(f"{amount(row.bid_qty)} ", depth)
        if row.is_limit_up and not row.bid_qty:
            return [(right(f"{self.locale.t('ladder.limit_up')} ", depth), f"limit{base}")]
        bar = _bar(row.bid_qty, deepest, depth)
        return _cut(text, depth - bar, f"buy{base}", "buy bid-bar")

    def _ask(self, row: LadderRow, depth: int, deepest: int, base: str) -> list[Part]:
        text = left(f" {amount(row.ask_qty)}", depth)
        if row.is_limit_down and not row.ask_qty:
            return [(left(f" {self.locale.t('ladder.limit_down')}", depth), f"limit{base}")]
        bar = _bar(row.ask_qty, deepest, depth)
        return _cut(text, bar, "sell ask-bar", f"sell{base}")

    def _price(self, row: LadderRow, base: str) -> Part:
        text = format_price(row.price)
        mark = ">" if row.is_cursor and self.has_focus else " "
        if row.is_last:
            return left(f"{mark}[{right(text, PRICE_WIDTH - 3)}]", PRICE_WIDTH), "last bold"
        style = "limit" if row.is_limit_up or row.is_limit_down else self._trend(row.price)
        return left(f"{mark}{right(text, PRICE_WIDTH - 2)} ", PRICE_WIDTH), f"{style}{base}"

    def _trend(self, price: int) -> str:
        reference = self._desk.market.quote(self.model.symbol).reference_price
        return "up" if price > reference else "down" if price < reference else "flat"

    # What the user does

    def action_move(self, rows: int) -> None:
        self.model.move(rows, self.size.height - HEAD_LINES, time.monotonic())
        self.paint()

    def action_pick(self) -> None:
        if self.model.cursor:
            self.post_message(self.PricePicked(self.model.cursor, None))

    def on_mouse_scroll_up(self) -> None:
        self.action_move(1)

    def on_mouse_scroll_down(self) -> None:
        self.action_move(-1)

    def on_click(self, event: events.Click) -> None:
        """Left of the price buys there, right of it sells there, on it only takes the price."""
        offset = event.get_content_offset(self)
        if offset is None or not 0 <= offset.y - HEAD_LINES < len(self._rows):
            return
        price = self._rows[offset.y - HEAD_LINES].price
        if not price:
            return
        self.model.point(price, time.monotonic())
        half = (self.size.width - PRICE_WIDTH) // 2
        side: Side | None = None
        if offset.x < half:
            side = "buy"
        elif offset.x >= half + PRICE_WIDTH:
            side = "sell"
        self.paint()
        self.post_message(self.PricePicked(price, side))


def _mine(quantity: int, base: str, *, at_end: bool) -> list[Part]:
    if not quantity:
        return [(" " * MINE_WIDTH, base.strip())]
    text = f"{quantity:,}"
    return [(left(f" {text}", MINE_WIDTH) if not at_end else right(f"{text} ", MINE_WIDTH), "mine")]


def _bar(quantity: int, deepest: int, width: int) -> int:
    """Return the cells that a quantity fills; a cell at least where there is any."""
    return max(1, quantity * width // deepest) if quantity and deepest else 0


def _cut(text: str, at: int, first: str, second: str) -> list[Part]:
    """Give two styles to a text of one-cell characters."""
    return [(text[:at], first), (text[at:], second)]
