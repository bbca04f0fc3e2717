"""The part of the app that the settings rule: language, colours, borders, keys."""

import os
from typing import Any, ClassVar

from textual.app import App
from textual.binding import BindingsMap
from textual.screen import Screen
from textual.scrollbar import ScrollBar, ScrollBarRender

from bashu_tui.i18n import Texts, Translated, default_language
from bashu_tui.keymap import bindings
from bashu_tui.looks import MarketColors, ThemeName
from bashu_tui.palette import DARK, LIGHT, THEMES, Palette
from bashu_tui.screens.base import MarketScreen
from bashu_tui.settings import SettingsError
from bashu_tui.state.preferences import Preferences


class PlainScrollBar(ScrollBarRender):
    """Whole cells only: some terminals draw the parts of one two columns wide."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


class LooksApp(App[None]):
    """What is chosen holds at once, on all screens, and is kept."""

    ENABLE_COMMAND_PALETTE = False
    """Textual's own; ours speaks both languages."""

    def __init__(self, preferences: Preferences) -> None:
        self.preferences = preferences
        self.settings = preferences.now
        # Textual takes all colours out only if it may use the terminal's own from the start.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.texts = Texts(self.settings.language or default_language())
        self.palette = self._make_palette()

    def kept_screens(self) -> set[Screen[Any]]:
        """Return all screens there are, also those that are not in front."""
        return set(self.screen_stack)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give what app.tcss names and a theme does not: colours, and how borders are drawn."""
        edge = "ascii" if self.settings.glyphs == "ascii" else "round"
        return {"frame": "ansi_bright_black", "field": "ansi_default", "edge": edge}

    def begin_looks(self) -> None:
        """Take theme and keys from the settings; once, when the app runs."""
        ScrollBar.renderer = PlainScrollBar
        for theme in (DARK, LIGHT):
            self.register_theme(theme)
        self.install_keys()
        self.theme = self._theme_name()

    def install_keys(self) -> None:
        """Bind the keys that hold everywhere, and no others."""
        self._bindings = BindingsMap(bindings(["app"], self.settings.keys))

    def choose(self, **chosen: object) -> str:
        """Change settings, for now and for later; return why they could not be kept, if so."""
        problem = ""
        try:
            self.preferences.choose(**chosen)
        except SettingsError as error:
            problem = error.say(self.texts)
        self._apply_settings()
        return problem

    def action_language(self) -> None:
        """Change the language."""
        other = "zh" if self.texts.language == "en" else "en"
        self.choose_and_tell("language", other)

    def choose_and_tell(self, name: str, value: object) -> None:
        """Change a setting from anywhere; what went wrong is said in a corner of the screen.

        With the language the colours stay as they are, whatever is usual in the other one.
        """
        chosen = {name: value}
        if name == "language":
            chosen["market_colors"] = self.palette.colors
        problem = self.choose(**chosen)
        if problem:
            self.notify(problem, severity="warning", markup=False)

    def _apply_settings(self) -> None:
        """Let the settings hold on all screens that there are."""
        before, self.settings = self.settings, self.preferences.now
        self.texts.language = self.settings.language or default_language()
        self.palette = self._make_palette()
        self.theme = self._theme_name()
        if self.settings.glyphs != before.glyphs:
            self.refresh_css(animate=False)
        if self.settings.keys != before.keys:
            self.install_keys()
        for screen in self.kept_screens():
            if not screen.is_mounted:
                continue
            if isinstance(screen, MarketScreen) and self.settings.keys != before.keys:
                screen.install_keys()
            if isinstance(screen, Translated):
                screen.repaint_all()
        for screen in self.screen_stack:  # behind a card, too
            if isinstance(screen, MarketScreen) and screen.is_mounted:
                screen.apply_changes({"all"})

    def _theme_name(self) -> str:
        return THEMES["ansi" if self.no_color else self.settings.theme]

    def _make_palette(self) -> Palette:
        by_language: MarketColors = "red_up" if self.texts.language == "zh" else "green_up"
        theme: ThemeName = "ansi" if self.no_color else self.settings.theme
        colors = self.settings.market_colors or by_language
        return Palette(colors, theme, is_mono=self.no_color)
