"""The instruments with their quotes."""

from bashu_tui.i18n import Locale
from bashu_tui.state.desk import Desk
from bashu_tui.state.market import Quote
from bashu_tui.state.ticket import format_bps
from bashu_tui.text import amount, left, right
from bashu_tui.widgets.lines import Line, LineList, Part
from bashu_protocol.units import format_price


class Watchlist(LineList):
    """One row an instrument; narrow ones show fewer columns."""

    def __init__(self, locale: Locale, desk: Desk) -> None:
        super().__init__(locale, id="watchlist")
        self._desk = desk
        self.symbol = ""

    def count(self) -> int:
        return len(self._desk.market.symbols)

    def empty(self) -> str:
        return self.locale.t("watchlist.empty")

    def heads(self, width: int) -> list[Line]:
        t = self.locale.t
        names = [left(f" {t('column.symbol')}", 7), right(t("column.last"), 8)]
        names.append(right(t("column.change"), 8))
        if width >= 36:
            names.append(right(t("column.volume"), width - 23))
        return [self.head(t("watchlist.title"), width), ((left("".join(names), width), "dim"),)]

    def row(self, index: int, width: int) -> Line:
        quote = self._desk.market.quote(self._desk.market.symbols[index])
        is_shown = quote.symbol == self.symbol
        mark = "*" if is_shown else " "
        style = "chosen bold" if is_shown else ""
        parts: list[Part] = [(left(f"{mark}{quote.symbol}", 7), style), *_numbers(quote)]
        if width >= 36:
            volume = amount(quote.volume)
            if quote.phase == "halted":
                parts.append((right(self.locale.t("phase.halted"), width - 23), "halt"))
            else:
                parts.append((right(volume, width - 23), "dim"))
        return tuple(parts)


def _numbers(quote: Quote) -> list[Part]:
    change = quote.change
    style = "up" if change > 0 else "down" if change < 0 else "flat"
    price = quote.last or quote.reference_price
    bps = 0
    if quote.last and quote.reference_price:
        bps = (1 if change > 0 else -1) * (abs(change) * 10_000 // quote.reference_price)
    shown = format_bps(bps) if quote.last else "-"
    return [(right(format_price(price), 8), style), (right(shown, 8), style)]
