"""Cash and every instrument: what is held, frozen and bought today, and what it is worth."""

from collections.abc import Callable, Hashable, Sequence

from bashu_protocol.units import format_money, format_price
from bashu_tui.cells import left, right
from bashu_tui.state.holdings import Holding
from bashu_tui.state.positions import CASH
from bashu_tui.widgets.line_panel import Piece
from bashu_tui.widgets.list_panel import ListPanel

_WIDE = 94
"""Where there is room for the limit."""


class HoldingList(ListPanel[Holding]):
    """Cash stands first, in yuan; the rest in tonnes. `R` marks a reference price."""

    title_key = "panel.holdings"
    empty_key = "holdings.empty"

    def __init__(self, holdings: Callable[[], Sequence[Holding]], *, id: str) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self._holdings = holdings

    def items(self) -> Sequence[Holding]:
        return self._holdings()

    def key_of(self, item: Holding) -> Hashable:
        return item.asset

    def head(self, width: int) -> list[Piece]:
        texts, column = self.bashu.texts, _column(width)
        head = left(texts("column.asset"), 7)
        for name in ("available", "frozen", "bought_today"):
            head += right(texts(f"column.{name}"), column)
        head += right(texts("column.price"), 9) + right(texts("holdings.value"), 18)
        if width >= _WIDE:
            head += right(texts("holdings.limit"), 18)
        return [(head, self.bashu.palette.head)]

    def row(self, item: Holding, width: int) -> list[Piece]:
        texts, palette, column = self.bashu.texts, self.bashu.palette, _column(width)
        is_cash = item.asset == CASH
        name = texts("holdings.cash") if is_cash else item.asset
        amounts = (item.available, item.frozen, item.bought_today)
        mark = texts("holdings.reference_mark") if item.is_reference else " "
        price = (format_price(item.price) + mark) if item.price and not is_cash else "- "
        style = palette.plain if is_cash or item.held else palette.faint
        pieces: list[Piece] = [
            (left(name, 7), palette.head if is_cash else style),
            *((right(_amount(number, column, is_cash=is_cash), column), style)
              for number in amounts),
            (right(price, 9), palette.faint),
            (right(format_money(item.value), 18), style),
        ]  # fmt: skip
        if width >= _WIDE:
            pieces.append((right(share(item), 18), palette.warn if is_near(item) else style))
        return pieces


def share(item: Holding) -> str:
    """Show how much of the limit is held, in percent and of how many tonnes."""
    if not item.limit:
        return "-"
    return f"{item.limit_bps // 100}.{item.limit_bps % 100:02d}% / {item.limit:,}"


def is_near(item: Holding) -> bool:
    """Whether nine tenths of the limit are held."""
    return item.limit_bps >= 9_000


def _column(width: int) -> int:
    return 14 if width < 110 else 18


def _amount(number: int, width: int, *, is_cash: bool) -> str:
    """Show yuan with their decimals where there is room for them."""
    if not number:
        return "-"
    if not is_cash:
        return f"{number:,}"
    text = format_money(number)
    return text if len(text) < width else text.partition(".")[0]
