"""Colours: red is up on the mainland, green elsewhere; never colour alone, always a sign too."""

from typing import Final, Literal

from rich.style import Style
from textual.theme import Theme

MarketColors = Literal["red_up", "green_up", "blue_orange"]

_PAIRS: Final[dict[MarketColors, tuple[str, str, str, str]]] = {
    "red_up": ("#ff6b6b", "#3ddc84", "#4a1f24", "#163f2b"),
    "green_up": ("#3ddc84", "#ff6b6b", "#163f2b", "#4a1f24"),
    "blue_orange": ("#6cb6ff", "#ffa94d", "#173655", "#4d3213"),
}
"""Up or buy, down or sell, and the backgrounds of their depth bars."""

THEME: Final = Theme(
    name="bashu-dark",
    primary="#7aa2c8",
    secondary="#c9a66b",
    accent="#e0b354",
    foreground="#d6dae0",
    background="#10141a",
    surface="#161b23",
    panel="#1d242e",
    success="#3ddc84",
    warning="#e0b354",
    error="#ff6b6b",
    dark=True,
)


class Palette:
    """The styles that the line widgets paint with."""

    def __init__(self, colors: MarketColors) -> None:
        up, down, buy_bar, sell_bar = _PAIRS[colors]
        self.up = Style(color=up)
        self.down = Style(color=down)
        self.buy = Style(color=up)
        self.sell = Style(color=down)
        self.buy_bar = Style(bgcolor=buy_bar, color=up)
        self.sell_bar = Style(bgcolor=sell_bar, color=down)
        self.plain = Style(color="#d6dae0")
        self.faint = Style(color="#7d8794")
        self.head = Style(color="#8fa3b8", bold=True)
        self.mark = Style(color="#10141a", bgcolor="#e0b354", bold=True)
        self.cursor = Style(bgcolor="#2b3644")
        self.own = Style(color="#10141a", bgcolor="#7aa2c8", bold=True)
        self.limit = Style(color="#e0b354", underline=True)
        self.alarm = Style(color="#ffffff", bgcolor="#a4262c", bold=True)
        self.good = Style(color="#3ddc84", bold=True)
        self.warn = Style(color="#e0b354", bold=True)

    def direction(self, change: int) -> Style:
        """Return the style of a rise, a fall, or neither."""
        if change > 0:
            return self.up
        return self.down if change < 0 else self.plain
