"""How a ladder's rows are laid out and painted."""

from typing import Final, Literal

from msgspec import Struct
from rich.cells import cell_len
from rich.style import Style

from bashu_protocol.units import format_price
from bashu_tui.cells import centre, fit_quantity, left, right
from bashu_tui.i18n import Texts
from bashu_tui.palette import Palette
from bashu_tui.state.ladder import LadderRow, Marks
from bashu_tui.widgets.line_panel import Piece

Zone = Literal["own_buy", "bid", "price", "ask", "own_sell"]

_PRICE: Final = 10
_OWN: Final = 7
_MIN_OWN: Final = 4
_QUEUE: Final = 6
_MIN_BAR: Final = 6
_QTY: Final = 9
"""Cells next to the price that quantities stand in."""
_ROOM_FOR_QUEUES: Final = 48
_ROOM_FOR_ALL: Final = 60


class Columns(Struct, frozen=True):
    """Cells of each column; the two sides mirror each other round the price."""

    queue: int
    own: int
    bar: int
    price: int

    @classmethod
    def of(cls, width: int) -> "Columns":
        """Divide a width; the tonnes ahead have columns only where there is room."""
        queue = _QUEUE if width >= _ROOM_FOR_QUEUES else 0
        own = _OWN - 1 if queue else max(_MIN_OWN, min(_OWN, (width - _PRICE) // 2 - _MIN_BAR))
        price = _PRICE
        if width >= _ROOM_FOR_ALL:
            queue, own, price = queue + 2, own + 2, price + 2
        price += width % 2
        bar = max(0, (width - 2 * (queue + own) - price) // 2)
        return cls(queue, own, bar, price)

    def zone(self, x: int) -> Zone:
        """Return what stands at a cell of a row."""
        edges: tuple[tuple[Zone, int], ...] = (
            ("own_buy", self.queue + self.own),
            ("bid", self.bar),
            ("price", self.price),
            ("ask", self.bar),
        )
        for zone, width in edges:
            if x < width:
                return zone
            x -= width
        return "own_sell"


class Ground(Struct, frozen=True):
    """What a row is drawn with besides its own numbers."""

    columns: Columns
    largest_qty: int
    step: int
    marks: Marks
    cursor_price: int
    hover_price: int = 0
    hover_zone: Zone | None = None
    has_queues: bool = True
    """Whether orders of a price trade in the order of their time."""


def head(texts: Texts, palette: Palette, columns: Columns) -> list[Piece]:
    """Return the line of column names."""
    mine = right(texts("column.mine") + " " if columns.own > _MIN_OWN else "", columns.own)
    ahead = right(texts("ladder.ahead") + " ", columns.queue) if columns.queue else ""
    text = ahead + mine + right(texts("ladder.bid") + " ", columns.bar)
    text += centre(texts("column.price"), columns.price)
    text += left(right(texts("ladder.ask") + " ", min(_QTY, columns.bar)), columns.bar)
    return [(text + mine + ahead, palette.head)]


def paint(row: LadderRow, ground: Ground, palette: Palette) -> list[Piece]:
    """Return one row."""
    columns = ground.columns
    base = palette.cursor if row.price == ground.cursor_price else Style.null()
    if ground.marks.is_beyond(row.price):
        base += Style(dim=True)
    bar = columns.bar
    buy, sell = base + palette.buy, base + palette.sell
    pieces: dict[Zone, list[Piece]] = {
        "own_buy": _own(row.own_buy, row.stop_buy, row.ahead_buy, ground, palette, base),
        "bid": _bar(row.bid_qty, ground.largest_qty, bar, palette.buy_bar, buy, at_right=True),
        "price": [_price(row.price, ground, palette, base)],
        "ask": _bar(row.ask_qty, ground.largest_qty, bar, palette.sell_bar, sell),
        "own_sell": _own(row.own_sell, row.stop_sell, row.ahead_sell, ground, palette, base)[::-1],
    }
    if row.price == ground.hover_price and ground.hover_zone is not None:
        under = Style(underline=True)
        pieces[ground.hover_zone] = [(t, style + under) for t, style in pieces[ground.hover_zone]]
    return [piece for zone in pieces.values() for piece in zone]


def own_text(quantity: int, stop: int, width: int) -> str:
    """Return one's own tonnes of a row, in the book and, behind `^`, waiting for this price."""
    if not stop:
        return fit_quantity(quantity, width) if quantity else ""
    both = f"{quantity or ''}^{stop}"
    if len(both) <= width:
        return both
    if quantity:
        return fit_quantity(quantity, width - 1) + "^"
    short = fit_quantity(stop, width - 1)
    return "^" + (short if len(short) < width and short[0] != "0" else "#")


def _own(
    quantity: int, stop: int, ahead: int | None, ground: Ground, palette: Palette, base: Style
) -> list[Piece]:
    """Return the tonnes of others ahead, and one's own; "0" ahead is certain, "~" at most."""
    columns = ground.columns
    style = palette.own if quantity else base + palette.warn if stop else base
    mine: Piece = (right(own_text(quantity, stop, columns.own - 1) + " ", columns.own), style)
    if not columns.queue:
        return [mine]
    text = ""
    if quantity and ground.has_queues:
        text = "?" if ahead is None else "0" if ahead == 0 else "~"
        if ahead:
            text += fit_quantity(ahead, columns.queue - 2)
    return [(right(text + " ", columns.queue), base + palette.faint), mine]


def _price(price: int, ground: Ground, palette: Palette, base: Style) -> Piece:
    """Return a price with its marks, which are signs as well as styles.

    `>…<` the chosen one, `[…]` the last trade, `@` one's own average, `*` the indicative price,
    `=` a limit.
    """
    marks, step = ground.marks, ground.step
    if price <= 0:
        return " " * ground.columns.price, base
    text = format_price(price)
    style = palette.plain
    if marks.is_beyond(price):
        style = palette.faint
    if marks.is_limit(price, step):
        text, style = f"={text}=", palette.limit
    if marks.has(marks.last, price, step):
        text, style = f"[{text}]", palette.mark
    signs = "@" if marks.has(marks.average, price, step) else ""
    signs += "*" if marks.has(marks.indicative, price, step) else ""
    is_chosen = price == ground.cursor_price
    has_room = cell_len(text) + 2 * len(signs) + 2 <= ground.columns.price
    text = f">{signs}{text}<" if is_chosen else signs + text
    if has_room:
        text += " " * len(signs)  # the price stays in the middle
    return centre(text, ground.columns.price), base + style


def _bar(
    quantity: int, largest: int, width: int, bar: Style, plain: Style, *, at_right: bool = False
) -> list[Piece]:
    """Return a quantity next to the price, with a bar behind it that grows away from there."""
    if not quantity:
        return [(" " * width, plain)]
    field = min(_QTY, width)
    text = right(fit_quantity(quantity, field - 1) + " ", field)
    filled = max(1, quantity * width // largest)
    if at_right:
        text = right(text, width)
        return [(text[: width - filled], plain), (text[width - filled :], bar)]
    text = left(text, width)
    return [(text[:filled], bar), (text[filled:], plain)]
