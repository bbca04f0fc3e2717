"""Candles and volumes in whole cells: what a chart of bars looks like, without a widget."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from rich.cells import cell_len

from bashu_protocol.units import format_price
from bashu_tui.cells import fit_quantity, left, right
from bashu_tui.palette import Palette
from bashu_tui.state.market_history import Bar
from bashu_tui.widgets.line_panel import Piece

AXIS: Final = 8
"""Cells at the right for prices and tonnes."""
PITCH: Final = 2
"""Cells from one candle to the next."""
_TIME: Final = 6
_VOLUME_SHARE: Final = 4
_PRICE_STEP_ROWS: Final = 4


class Chart(Struct, frozen=True):
    """What is drawn where; rows count from the top."""

    bars: Sequence[Bar]
    width: int
    price_rows: int
    volume_rows: int
    low: int
    high: int

    @classmethod
    def of(cls, bars: Sequence[Bar], width: int, height: int) -> "Chart":
        """Divide a size: prices above, tonnes below, one line for times."""
        volume_rows = max(2, height // _VOLUME_SHARE) if height >= 8 else 0
        price_rows = max(1, height - volume_rows - 1)
        low, high = min(bar.low for bar in bars), max(bar.high for bar in bars)
        return cls(bars, width, price_rows, volume_rows, low, high)

    @property
    def gap(self) -> int:
        """Cells before the first bar: the newest one stands next to the axis."""
        return max(0, self.width - AXIS - len(self.bars) * PITCH)

    def row_of(self, price: int) -> int:
        """Return the row of a price."""
        if self.high == self.low:
            return self.price_rows // 2
        span = self.high - self.low
        return ((self.high - price) * (self.price_rows - 1) + span // 2) // span

    def price_at(self, row: int) -> int:
        """Return the price in the middle of a row."""
        if self.price_rows == 1 or self.high == self.low:
            return self.high
        return self.high - (self.high - self.low) * row // (self.price_rows - 1)


def fitting(width: int) -> int:
    """Return how many candles have room."""
    return max(1, (width - AXIS) // PITCH)


def paint(chart: Chart, palette: Palette, times: Sequence[str]) -> list[list[Piece]]:
    """Return the lines of a chart; `times` has a label for each bar."""
    made = [_price_row(chart, palette, row) for row in range(chart.price_rows)]
    made += [_volume_row(chart, palette, row) for row in range(chart.volume_rows)]
    made.append([(_time_row(chart, times), palette.faint)])
    return made


def _price_row(chart: Chart, palette: Palette, row: int) -> list[Piece]:
    pieces: list[Piece] = [(" " * chart.gap, palette.plain)]
    for bar in chart.bars:
        pieces.append(_candle_cell(chart, palette, bar, row))
        pieces.append((" " * (PITCH - 1), palette.plain))
    is_labelled = row % _PRICE_STEP_ROWS == 0 or row == chart.price_rows - 1
    label = format_price(chart.price_at(row)) if is_labelled else ""
    last = chart.bars[-1].close
    style = palette.faint
    if chart.row_of(last) == row:
        label, style = f"<{format_price(last)}", palette.own
    return [*pieces, (right(label, AXIS), style)]


def _candle_cell(chart: Chart, palette: Palette, bar: Bar, row: int) -> Piece:
    """Return a cell of a candle: a rise is hollow with `+`, a fall is filled with `-`."""
    top, bottom = chart.row_of(max(bar.open, bar.close)), chart.row_of(min(bar.open, bar.close))
    change = bar.close - bar.open
    if top <= row <= bottom:
        if change > 0:
            return "+", palette.up
        if change < 0:
            return "-", palette.sell_bar
        return "=", palette.plain
    if chart.row_of(bar.high) <= row <= chart.row_of(bar.low):
        return "|", palette.direction(change)
    return " ", palette.plain


def _volume_row(chart: Chart, palette: Palette, row: int) -> list[Piece]:
    largest = max(1, *(bar.volume for bar in chart.bars))
    level = chart.volume_rows - row
    pieces: list[Piece] = [(" " * chart.gap, palette.plain)]
    for bar in chart.bars:
        height = -(-bar.volume * chart.volume_rows // largest)
        is_up = bar.close >= bar.open
        style = palette.buy_bar if is_up else palette.sell_bar
        pieces.append((" ", style) if height >= level else (" ", palette.plain))
        pieces.append((" " * (PITCH - 1), palette.plain))
    label = fit_quantity(largest, AXIS - 1) if row == 0 else ""
    return [*pieces, (right(label, AXIS), palette.faint)]


def _time_row(chart: Chart, times: Sequence[str]) -> str:
    """Write a time under every bar that has room for it."""
    line = ""
    for index, label in enumerate(times):
        at = chart.gap + index * PITCH
        if at >= cell_len(line) + (1 if line else 0) and at + _TIME <= chart.width:
            line = left(line, at) + label
    return line
