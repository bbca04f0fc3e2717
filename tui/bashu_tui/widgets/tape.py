"""Time and sales."""

from bashu_protocol.units import format_price
from bashu_tui.i18n import Locale
from bashu_tui.state.desk import Desk
from bashu_tui.text import clock, left, right
from bashu_tui.widgets.lines import Line, LineWidget


class Tape(LineWidget):
    """The public trades of the instrument, newest first."""

    def __init__(self, locale: Locale, desk: Desk) -> None:
        super().__init__(locale, id="tape")
        self._desk = desk
        self.symbol = ""

    def build(self, width: int, height: int) -> list[Line]:
        t = self.locale.t
        lines: list[Line] = [self.head(t("tape.title"), width)]
        trades = self._desk.market.tape(self.symbol)
        if not trades:
            return [*lines, ((left(f" {t('tape.empty')}", width), "dim"),)]
        for trade, _ in zip(trades, range(height - 1), strict=False):
            style = "buy" if trade.aggressor_side == "buy" else "sell"
            side = t(f"side.{trade.aggressor_side}")
            lines.append(
                (
                    (f" {clock(trade.transact_time)}", "dim"),
                    (right(format_price(trade.price), 9), style),
                    (right(f"{trade.qty:,}", 9), ""),
                    (right(f"{side} ", max(0, width - 27)), style),
                )
            )
        return lines
