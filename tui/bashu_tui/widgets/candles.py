"""Candles and volume of the chosen instrument's day."""

import time
from collections.abc import Sequence
from typing import Final

from bashu_protocol.units import NS_PER_SECOND, format_price
from bashu_tui.cells import join_fitting
from bashu_tui.state.market_history import Bar
from bashu_tui.widgets.candle_paint import Chart, fitting, paint
from bashu_tui.widgets.line_panel import LinePanel, Piece

MINUTES: Final = (1, 5, 15)
_LEAST_LINES: Final = 4


class Candles(LinePanel):
    """Bars of 1, 5 or 15 minutes, as many as have room, the newest at the right."""

    can_focus = True
    title_key = "panel.candles"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self.minutes = MINUTES[0]

    def title(self) -> str:
        return self.bashu.texts(self.title_key, minutes=self.minutes)

    def next_length(self) -> None:
        """Show bars of the next length."""
        self.minutes = MINUTES[(MINUTES.index(self.minutes) + 1) % len(MINUTES)]
        self.repaint()

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        app = self.bashu
        if app.session is None or height < _LEAST_LINES:
            return []
        bars = app.session.market_history.bars(app.symbol, self.minutes, fitting(width))
        if not bars:
            return [[(app.texts("candles.empty"), app.palette.faint)]]
        chart = Chart.of(bars, width, height - 1)
        head = [
            (self._facts(bars[-1], width), app.palette.direction(bars[-1].close - bars[-1].open))
        ]
        return [head, *paint(chart, app.palette, [_clock(bar.start_ns) for bar in bars])]

    def on_click(self) -> None:
        self.focus()

    def _facts(self, bar: Bar, width: int) -> str:
        texts = self.bashu.texts
        sign = "+" if bar.close > bar.open else "-" if bar.close < bar.open else "="
        parts = [f"{sign} {_clock(bar.start_ns)}"]
        for name in ("open", "high", "low", "close"):
            price = format_price(getattr(bar, name))
            parts.append(texts(f"candles.{name}", price=price))
        parts.append(texts("candles.volume", qty=f"{bar.volume:,}"))
        return join_fitting(parts, width)


def _clock(start_ns: int) -> str:
    return time.strftime("%H:%M", time.localtime(start_ns // NS_PER_SECOND))
