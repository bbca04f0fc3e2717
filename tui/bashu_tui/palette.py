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
    error="#ff7b7b",
    dark=True,
    variables={"frame": "#3a4656", "field": "#25384c"},
)
LIGHT: Final = Theme(
    name="bashu-light",
    primary="#2f5d8a",
    secondary="#7a5a1e",
    accent="#7d5300",
    foreground="#1f2630",
    background="#eef1f4",
    surface="#fbfcfd",
    panel="#dfe5eb",
    success="#07632f",
    warning="#7a4e00",
    error="#ad231c",
    dark=False,
    variables={"frame": "#b8c2cd", "field": "#d6e4f2"},
)
THEMES: Final[dict[ThemeName, str]] = {
    "dark": DARK.name, "light": LIGHT.name, "ansi": "ansi-dark", "ansi_light": "ansi-light",
}  # fmt: skip


ANSI_THEMES: Final = frozenset({"ansi", "ansi_light"})


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
        red=("#ff7b7b", "#4a1f24"), green=("#3ddc84", "#163f2b"), blue=("#6cb6ff", "#173655"),
        orange=("#ffa94d", "#4d3213"), plain="#d6dae0", faint="#98a2af", head="#8fa3b8",
        gold="#e0b354", ink="#10141a", cursor="#283241", own="#7aa2c8", alarm="#a4262c",
        good="#3ddc84",
    ),
    "light": _Shades(
        red=("#ad231c", "#f8d7d5"), green=("#07632f", "#cfeedb"), blue=("#0a559f", "#d2e4f7"),
        orange=("#864000", "#fae0c8"), plain="#1f2630", faint="#525d69", head="#44566b",
        gold="#7a4e00", ink="#ffffff", cursor="#cfdae6", own="#2f5d8a", alarm="#b3261e",
        good="#07632f",
    ),
    "ansi": _Shades(
        red=("bright_red", "red"), green=("bright_green", "green"), blue=("bright_cyan", "blue"),
        orange=("bright_yellow", "yellow"), plain="default", faint="default", head="cyan",
        gold="bright_yellow", ink="black", cursor="default", own="cyan", alarm="red",
        good="bright_green",
    ),
    "ansi_light": _Shades(
        red=("red", "bright_red"), green=("green", "bright_green"), blue=("blue", "bright_cyan"),
        orange=("magenta", "bright_yellow"), plain="default", faint="default", head="blue",
        gold="magenta", ink="black", cursor="default", own="cyan", alarm="red", good="green",
    ),
}  # fmt: skip
"""Of the sixteen colours of a terminal only names are known, so there what matters is reversed."""


class Palette:
    """The styles that the line widgets paint with."""

    def __init__(
        self, colors: MarketColors, theme: ThemeName = "dark", *, is_mono: bool = False
    ) -> None:
        self.colors, self.theme, self.is_mono = colors, theme, is_mono
        shades = _SHADES[theme]
        pairs = {
            "red_up": (shades.red, shades.green),
            "green_up": (shades.green, shades.red),
            "blue_orange": (shades.blue, shades.orange),
        }
        (up, buy_bar), (down, sell_bar) = pairs[colors]
        is_ansi = theme in ANSI_THEMES
        self.up = Style(color=up)
        self.down = Style(color=down)
        self.buy = Style(color=up)
        self.sell = Style(color=down)
        self.buy_bar = Style(bgcolor=buy_bar, color=shades.ink if is_ansi else up)
        self.sell_bar = Style(bgcolor=sell_bar, color=shades.ink if is_ansi else down)
        self.plain = Style(color=shades.plain)
        self.faint = Style(color=shades.faint, dim=is_ansi)
        self.head = Style(color=shades.head, bold=True)
        self.mark = Style(color=shades.ink, bgcolor=shades.gold, bold=True)
        self.cursor = Style(reverse=True) if is_ansi else Style(bgcolor=shades.cursor)
        self.own = Style(color=shades.ink, bgcolor=shades.own, bold=True)
        self.limit = Style(color=shades.gold, underline=True)
        self.alarm = Style(color="white" if is_ansi else "#ffffff", bgcolor=shades.alarm, bold=True)
        self.good = Style(color=shades.good, bold=True)
        self.warn = Style(color=shades.gold, bold=True)
        if is_mono:  # without colours a ground is reversed text
            self.buy_bar = self.sell_bar = Style(reverse=True)
            self.mark = self.own = self.alarm = Style(reverse=True, bold=True)
            self.cursor = Style(reverse=True, underline=True)

    def direction(self, change: int) -> Style:
        """Return the style of a rise, a fall, or neither."""
        if change > 0:
            return self.up
        return self.down if change < 0 else self.plain

    def on_cursor(self, style: Style) -> Style:
        """Return a style on the chosen row; what has a ground of its own keeps it."""
        if style.bgcolor is not None:
            return style
        if self.theme in ANSI_THEMES:  # reversed, blanks would show the text's colour
            return Style(color="default", bold=style.bold) + self.cursor
        return style + self.cursor
