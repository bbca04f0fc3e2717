"""The price ladder: fixed steps, depth, own orders with their place, last trade, limits."""

import time
from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from textual import events
from textual.message import Message

from bashu_protocol.feed import BookView
from bashu_protocol.messages import InstrumentStat, Side
from bashu_protocol.units import format_price
from bashu_tui.cells import join_fitting, left, signed_percent
from bashu_tui.keymap import first_key
from bashu_tui.state.ladder import (
    STEPS,
    LadderRow,
    Marks,
    build,
    covered,
    cumulative,
    in_sight,
    middle,
)
from bashu_tui.state.modes import CALL_PHASES
from bashu_tui.widgets.ladder_paint import Columns, Ground, Zone, head, paint
from bashu_tui.widgets.line_panel import LinePanel, Piece

_HOLD_SECONDS: Final = 10.0
"""How long after a touch the ladder stays put even when the market leaves it."""
_WHEEL_ROWS: Final = 3
_BOTH: Final[tuple[Side, Side]] = ("buy", "sell")
_SIDES: Final[dict[Zone, Side]] = {
    "own_buy": "buy", "bid": "buy", "ask": "sell", "own_sell": "sell",
}  # fmt: skip


class Ladder(LinePanel):
    """Bids left, asks right, prices between. Arrows choose a price; a click acts on one."""

    can_focus = True
    title_key = "panel.ladder"

    class PriceChosen(Message):
        """A price was taken into the ticket."""

        def __init__(self, price: int) -> None:
            super().__init__()
            self.price = price

    class TradeAt(Message):
        """A click asked to buy or sell at a price; what follows depends on the entry mode."""

        def __init__(self, side: Side, price: int) -> None:
            super().__init__()
            self.side = side
            self.price = price

    class OwnClicked(Message):
        """Own quantity on a row was clicked, to be withdrawn."""

        def __init__(self, side: Side, price: int, step: int) -> None:
            super().__init__()
            self.side = side
            self.price = price
            self.step = step

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self.cursor_price = 0
        self.is_locked = False
        """Held for good, until told otherwise."""
        self._top_price = 0
        self._step_index = 0
        self._rows: list[LadderRow] = []
        self._columns = Columns.of(0)
        self._touched_at = float("-inf")
        self._hover: tuple[int, Zone] | None = None
        self._middle = 0
        self._state_shown = ""

    @property
    def step(self) -> int:
        """Fen between two rows."""
        session = self.bashu.session
        row = session.instruments.get(self.bashu.symbol) if session is not None else None
        return STEPS[self._step_index] * (row.rules.tick if row is not None else 1)

    @property
    def is_held(self) -> bool:
        """Whether the rows stay where they are even when the market leaves them."""
        is_touched = time.monotonic() - self._touched_at < _HOLD_SECONDS
        return self.is_locked or is_touched or self._hover is not None

    # What the screen tells it

    def reset(self) -> None:
        """Another instrument: begin in the middle of its market."""
        self.cursor_price = self._top_price = 0
        self._touched_at = float("-inf")
        self._hover = None
        self.repaint()

    def recentre(self) -> None:
        """Bring the market to the middle; the chosen price stays chosen."""
        self._top_price = 0
        self.repaint()

    def toggle_lock(self) -> None:
        """Hold the rows for good, or let them follow the market again."""
        self.is_locked = not self.is_locked
        self._touched_at = float("-inf")
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

    # What it shows

    def repaint(self) -> None:
        super().repaint()
        state = self._state()
        if state != self._state_shown:  # Textual paints the whole panel anew for it
            self._state_shown = self.border_subtitle = state

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        app = self.bashu
        if app.session is None:
            return []
        stat = app.session.stat(app.symbol)
        foot = self._foot_count(stat)
        self._build(stat, max(1, height - 1 - foot))
        self._columns = Columns.of(width)
        row = app.session.instruments.get(app.symbol)
        hover_price, hover_zone = self._hover_place()
        ground = Ground(
            self._columns,
            max(1, *(max(row.bid_qty, row.ask_qty) for row in self._rows)),
            self.step,
            self._marks(stat),
            self.cursor_price,
            hover_price,
            hover_zone,
            row is None or row.rules.within_price == "time",
        )
        made: list[Sequence[Piece]] = [head(app.texts, app.palette, self._columns)]
        made += [paint(row, ground, app.palette) for row in self._rows]
        return made + self._foot(width, stat)[:foot]

    def _build(self, stat: InstrumentStat | None, count: int) -> None:
        app = self.bashu
        session = app.session
        assert session is not None  # noqa: S101  there are lines only with a session
        book = session.client.feed.book(app.symbol)
        last = stat.last if stat is not None else 0
        reference = stat.reference_price if stat is not None else 0
        self._middle = middle(book, last, reference)
        self._place(book, self._middle, count)
        step = self.step
        own = session.orders.within(app.symbol)
        self._rows = build(book, own, self._top_price, step, count)
        for row in self._rows:
            if row.own_buy:
                row.ahead_buy = session.queue.ahead(
                    app.symbol, "buy", *covered(row.price, step, "buy")
                )
            if row.own_sell:
                row.ahead_sell = session.queue.ahead(
                    app.symbol, "sell", *covered(row.price, step, "sell")
                )

    def _place(self, book: BookView, centre_price: int, count: int) -> None:
        """Fix the top row; the ladder then holds still while the market is in sight.

        It also holds still for a while after it was touched: no row moves under a hand.
        """
        step = self.step
        is_lost = centre_price and not in_sight(book, centre_price, self._top_price, step, count)
        if is_lost and not self.is_held:
            self._top_price = 0
        if not self._top_price and centre_price:
            self._top_price = centre_price + (count // 2) * step
        if not self.cursor_price and centre_price:
            self.cursor_price = centre_price - centre_price % step
        self._top_price -= self._top_price % step

    def _marks(self, stat: InstrumentStat | None) -> Marks:
        if stat is None:
            return Marks()
        indicative = stat.indicative_price if stat.phase in CALL_PHASES else 0
        return Marks(stat.last, stat.limit_up, stat.limit_down, self._average(), indicative)

    def _average(self) -> int:
        """Return the average price of the day's position in fen, 0 without one."""
        session = self.bashu.session
        position = session.positions.get(self.bashu.symbol) if session is not None else None
        return position.mark_price if position is not None else 0

    def _state(self) -> str:
        """Say how far apart the rows are, and why they do not follow the market."""
        texts = self.bashu.texts
        parts = [texts("ladder.step", step=format_price(self.step))]
        if self._rows and self._middle:
            if self._middle > self._rows[0].price:
                parts.append(texts("ladder.market_above"))
            elif self._middle < self._rows[-1].price:
                parts.append(texts("ladder.market_below"))
        if self.is_locked:
            parts.append(texts("ladder.locked"))
        elif self.is_held:
            parts.append(texts("ladder.held"))
        return "  ".join(parts)

    def _foot_count(self, stat: InstrumentStat | None) -> int:
        is_call = stat is not None and stat.phase in CALL_PHASES
        return 3 if is_call else 2

    def _foot(self, width: int, stat: InstrumentStat | None) -> list[Sequence[Piece]]:
        """Return what is known of the chosen price, and what a click or key would do."""
        palette = self.bashu.palette
        made: list[Sequence[Piece]] = []
        if stat is not None and stat.phase in CALL_PHASES:
            made.append([(left(self._indicative(stat, width), width), palette.warn)])
        made.append([(left(self._facts(stat, width), width), palette.plain)])
        made.append([(left(self._offer(width), width), palette.faint)])
        return made

    def _indicative(self, stat: InstrumentStat, width: int) -> str:
        texts, surplus = self.bashu.texts, stat.indicative_surplus
        if not stat.indicative_price:
            return texts("ladder.no_indicative")
        price, qty = format_price(stat.indicative_price), f"{stat.indicative_qty:,}"
        left_over = ""
        if surplus:
            key = "ladder.surplus_buy" if surplus > 0 else "ladder.surplus_sell"
            left_over = "  " + texts(key, qty=f"{abs(surplus):,}")
        line = texts("ladder.indicative", price=price, qty=qty) + left_over
        if cell_len(line) > width:
            line = texts("ladder.indicative_short", price=price, qty=qty) + left_over
        return line

    def _facts(self, stat: InstrumentStat | None, width: int) -> str:
        """Return tonnes up to the chosen price, place and distance; as many as have room."""
        app = self.bashu
        if app.session is None or not self.cursor_price:
            return ""
        texts, price = app.texts, self.cursor_price
        bids, asks = cumulative(app.session.client.feed.book(app.symbol), price)
        parts = [format_price(price)]
        if bids:
            parts.append(texts("ladder.sum_bids", qty=f"{bids:,}"))
        if asks:
            parts.append(texts("ladder.sum_asks", qty=f"{asks:,}"))
        parts += self._place_words(price)
        base = (stat.last or stat.reference_price) if stat is not None else 0
        if base and price != base:
            parts.append(signed_percent(price - base, base))
        return join_fitting(parts, width)

    def _place_words(self, price: int) -> list[str]:
        app = self.bashu
        ahead = None
        for side in _BOTH:
            if ahead is None and app.session is not None:
                reach = covered(price, self.step, side)
                ahead = app.session.queue.ahead(app.symbol, side, *reach)
        if ahead is None:
            return []
        if ahead == 0:
            return [app.texts("ladder.first")]
        return [app.texts("ladder.behind", qty=f"{ahead:,}")]

    def _offer(self, width: int) -> str:
        """Say what a click where the mouse is would do; without a mouse, what the keys would."""
        texts = self.bashu.texts
        price, zone = self._hover_place()
        if zone is None:
            return join_fitting(self._keys(), width)
        row = next((row for row in self._rows if row.price == price), None)
        own, waiting = row.of_own(zone) if row is not None else (0, 0)
        if own or waiting:
            key = "ladder.click_withdraw" if own else "ladder.click_withdraw_stop"
            return texts(key, qty=f"{own + waiting:,}", price=format_price(price))
        side = _SIDES.get(zone)
        key = f"ladder.click_{side}" if side is not None else "ladder.click_price"
        return texts(key, price=format_price(price))

    def _keys(self) -> list[str]:
        texts, overrides = self.bashu.texts, self.bashu.settings.keys
        buy, sell = first_key("order.buy", overrides), first_key("order.sell", overrides)
        view = texts(
            "ladder.keys_view",
            centre=first_key("ladder.recentre", overrides),
            lock=first_key("ladder.lock", overrides),
        )
        if not self.cursor_price:
            return [view]
        price = format_price(self.cursor_price)
        return [texts("ladder.keys", buy=buy, sell=sell, price=price), view]

    # The mouse

    def _hover_place(self) -> tuple[int, Zone | None]:
        """Return the price and column under the mouse."""
        if self._hover is None:
            return 0, None
        y, zone = self._hover
        if not 1 <= y <= len(self._rows) or self._rows[y - 1].price <= 0:
            return 0, None
        return self._rows[y - 1].price, zone

    def on_mouse_move(self, event: events.MouseMove) -> None:
        offset = event.get_content_offset(self)
        hover = None if offset is None else (offset.y, self._columns.zone(offset.x))
        if hover != self._hover:
            self._hover = hover
            self.repaint()

    def on_leave(self) -> None:
        self._hover = None
        self._touched_at = time.monotonic()
        self.repaint()

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        self.focus()
        if offset is None or not 1 <= offset.y <= len(self._rows):
            return
        row = self._rows[offset.y - 1]
        if row.price <= 0:
            return
        self._touched_at = time.monotonic()
        self.cursor_price = row.price
        zone = self._columns.zone(offset.x)
        side = _SIDES.get(zone)
        if side is None:
            self.post_message(self.PriceChosen(row.price))
        elif any(row.of_own(zone)):
            self.post_message(self.OwnClicked(side, row.price, self.step))
        else:
            self.post_message(self.TradeAt(side, row.price))
        self.repaint()

    def on_mouse_scroll_up(self) -> None:
        self._scroll(_WHEEL_ROWS)

    def on_mouse_scroll_down(self) -> None:
        self._scroll(-_WHEEL_ROWS)

    def _scroll(self, rows: int) -> None:
        self._touched_at = time.monotonic()
        lowest = self.step * max(1, len(self._rows))
        self._top_price = max(lowest, self._top_price + rows * self.step)
        self.repaint()
