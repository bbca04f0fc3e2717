"""What the day's trades add up to: a line an instrument, and the cash of all."""

from collections.abc import Callable, Sequence

from rich.cells import cell_len

from bashu_protocol.units import format_money
from bashu_tui.cells import left, right
from bashu_tui.state.positions import Position, format_average
from bashu_tui.state.statement import net_cash
from bashu_tui.widgets.line_panel import LinePanel, Piece


class Totals(LinePanel):
    """Bought and sold with their averages, net tonnes and net cash, with signs."""

    title_key = "panel.totals"

    def __init__(self, totals: Callable[[], Sequence[Position]], *, id: str) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self._totals = totals

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        texts, palette = self.bashu.texts, self.bashu.palette
        totals = self._totals()
        column = 9 if width < 100 else 12
        last = max(18, min(24, width - 7 - 5 * column))
        names = ("bought", "average", "sold", "average", "net")
        head = left(texts("column.symbol"), 7)
        head += "".join(right(texts(f"totals.{name}"), column) for name in names)
        made: list[Sequence[Piece]] = [[(head + right(texts("totals.cash"), last), palette.head)]]
        made += [self._line(total, column, last) for total in totals[: max(0, height - 2)]]
        hidden = len(totals) - max(0, height - 2)
        cash = _signed_money(sum(net_cash(total) for total in totals))
        label = texts("totals.all")
        if hidden > 0:
            label += texts("totals.hidden", count=hidden)
        used = 7 + 5 * column + last
        gap = max(1, used - cell_len(label) - len(cash))
        made.append([(label, palette.head), (" " * gap + cash, palette.plain)])
        return made[:height]

    def _line(self, total: Position, column: int, last: int) -> list[Piece]:
        palette = self.bashu.palette
        bought = right(f"{total.bought_qty:,}" if total.bought_qty else "-", column)
        bought += right(_average(total.average_bought), column)
        sold = right(f"{total.sold_qty:,}" if total.sold_qty else "-", column)
        sold += right(_average(total.average_sold), column)
        net = right(f"{total.net_qty:+,}" if total.net_qty else "0", column)
        return [
            (left(total.symbol, 7), palette.plain),
            (bought, palette.buy),
            (sold, palette.sell),
            (net, palette.plain),
            (right(_signed_money(net_cash(total)), last), palette.plain),
        ]


def _average(hundredths: int) -> str:
    return format_average(hundredths) if hundredths else "-"


def _signed_money(fen: int) -> str:
    return f"+{format_money(fen)}" if fen > 0 else format_money(fen)
