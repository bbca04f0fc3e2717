"""Colours: red is up on the mainland, green elsewhere; never colour alone, always a sign too."""

from typing import Final

from msgspec import Struct
from rich.style import Style
from textual.theme import Theme

from bashu_tui.looks import MarketColors, ThemeName

DARK: Final = Theme(
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
    variables={"frame": "#3a4656"},
)
LIGHT: Final = Theme(
    name="bashu-light",
    primary="#2f5d8a",
    secondary="#7a5a1e",
    accent="#9a6700",
    foreground="#1f2630",
    background="#eef1f4",
    surface="#fbfcfd",
    panel="#dfe5eb",
    success="#0a7d3c",
    warning="#8a5a00",
    error="#b3261e",
    dark=False,
    variables={"frame": "#b8c2cd"},
)
THEMES: Final[dict[ThemeName, str]] = {
    "dark": DARK.name, "light": LIGHT.name, "ansi": "ansi-dark",
}  # fmt: skip


class _Shades(Struct, frozen=True):
    """The colours of one theme. A pair is the text's colour and the ground of a depth bar."""

    red: tuple[str, str]
    green: tuple[str, str]
    blue: tuple[str, str]
    orange: tuple[str, str]
    plain: str
    faint: str
    head: str
    gold: str
    ink: str
    """On a coloured ground."""
    cursor: str
    own: str
    alarm: str
    """A ground for white text."""
    good: str


_SHADES: Final[dict[ThemeName, _Shades]] = {
    "dark": _Shades(
        red=("#ff6b6b", "#4a1f24"), green=("#3ddc84", "#163f2b"), blue=("#6cb6ff", "#173655"),
        orange=("#ffa94d", "#4d3213"), plain="#d6dae0", faint="#7d8794", head="#8fa3b8",
        gold="#e0b354", ink="#10141a", cursor="#2b3644", own="#7aa2c8", alarm="#a4262c",
        good="#3ddc84",
    ),
    "light": _Shades(
        red=("#b3261e", "#f8d7d5"), green=("#0a7d3c", "#cfeedb"), blue=("#0b5cad", "#d2e4f7"),
        orange=("#9a4a00", "#fae0c8"), plain="#1f2630", faint="#626d7a", head="#44566b",
        gold="#8a5a00", ink="#ffffff", cursor="#cdd8e4", own="#2f5d8a", alarm="#b3261e",
        good="#0a7d3c",
    ),
    "ansi": _Shades(
        red=("bright_red", "red"), green=("bright_green", "green"), blue=("bright_cyan", "blue"),
        orange=("bright_yellow", "yellow"), plain="default", faint="bright_black", head="cyan",
        gold="yellow", ink="black", cursor="bright_black", own="cyan", alarm="red",
        good="bright_green",
    ),
}  # fmt: skip


class Palette:
    """The styles that the line widgets paint with."""

    def __init__(self, colors: MarketColors, theme: ThemeName = "dark") -> None:
        self.colors, self.theme = colors, theme
        shades = _SHADES[theme]
        pairs = {
            "red_up": (shades.red, shades.green),
            "green_up": (shades.green, shades.red),
            "blue_orange": (shades.blue, shades.orange),
        }
        (up, buy_bar), (down, sell_bar) = pairs[colors]
        is_ansi = theme == "ansi"
        self.up = Style(color=up)
        self.down = Style(color=down)
        self.buy = Style(color=up)
        self.sell = Style(color=down)
        self.buy_bar = Style(bgcolor=buy_bar, color=shades.ink if is_ansi else up)
        self.sell_bar = Style(bgcolor=sell_bar, color=shades.ink if is_ansi else down)
        self.plain = Style(color=shades.plain)
        self.faint = Style(color=shades.faint)
        self.head = Style(color=shades.head, bold=True)
        self.mark = Style(color=shades.ink, bgcolor=shades.gold, bold=True)
        self.cursor = Style(reverse=True) if is_ansi else Style(bgcolor=shades.cursor)
        self.own = Style(color=shades.ink, bgcolor=shades.own, bold=True)
        self.limit = Style(color=shades.gold, underline=True)
        self.alarm = Style(color="white" if is_ansi else "#ffffff", bgcolor=shades.alarm, bold=True)
        self.good = Style(color=shades.good, bold=True)
        self.warn = Style(color=shades.gold, bold=True)

    def direction(self, change: int) -> Style:
        """Return the style of a rise, a fall, or neither."""
        if change > 0:
            return self.up
        return self.down if change < 0 else self.plain
