"""The command palette: type a few letters in either language; Enter does it."""

from typing import TYPE_CHECKING, Final, cast

from textual import events
from textual.command import (
    CommandList,
    CommandPalette,
    DiscoveryHit,
    Hit,
    Hits,
    Provider,
    SearchIcon,
)
from textual.content import Content
from textual.widgets.option_list import Option

from bashu_tui.cells import right
from bashu_tui.commands import Command, commands
from bashu_tui.state.entry import normalize

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp

_WIDTH: Final = 76
"""Cells of the palette at most."""
_KEYS: Final = 16
_WHOLE: Final = 100.0
"""More than scattered letters score: what was typed stands there as it is."""
_INITIALS: Final = 50.0


class BashuCommands(Provider):
    """All commands of the screen in front, found by a name in either language or its initials."""

    @property
    def bashu(self) -> "BashuApp":
        return cast("BashuApp", self.app)

    async def startup(self) -> None:
        self._commands = list(commands(self.bashu, self.screen))

    async def discover(self) -> Hits:
        language = self.bashu.texts.language
        for command in self._commands:
            name = command.name(language)
            yield DiscoveryHit(self._line(Content(name), command), command.run, name)

    async def search(self, query: str) -> Hits:
        language, wanted = self.bashu.texts.language, normalize(query)
        matcher = self.matcher(wanted)
        low = wanted.lower()
        for command in self._commands:
            name, other = command.name(language), command.other(language)
            score, other_score = (
                matcher.match(text) + _WHOLE * (low in text.lower()) for text in (name, other)
            )
            if len(low) > 1 and low.isascii() and low in command.initials and score < _WHOLE:
                yield Hit(_INITIALS, self._line(Content(name), command), command.run, name)
            elif score and score >= other_score:
                yield Hit(score, self._line(matcher.highlight(name), command), command.run, name)
            elif other_score:
                both = Content.assemble(name, "  ", matcher.highlight(other))
                yield Hit(other_score, self._line(both, command), command.run, name)

    def _line(self, name: Content, command: Command) -> Content:
        """Put the keys in a column of their own at the right."""
        room = min(_WIDTH, self.app.size.width - 8) - _KEYS
        shown = name.truncate(room, ellipsis=False, pad=True)
        keys = right("  ".join(command.keys[:2]), _KEYS)
        return Content.assemble(shown, (keys, "not bold $text-muted"))


class BashuPalette(CommandPalette):
    """Textual's palette with texts of ours, and nothing that some terminals draw too wide."""

    DEFAULT_CSS = """
    BashuPalette > Vertical { width: 80; max-width: 100%; margin-top: 2; background: $surface; }
    BashuPalette #--input { border: $edge $accent; background: $surface; }
    BashuPalette #--input.--list-visible { border: $edge $accent; }
    BashuPalette SearchIcon { color: $accent; margin-top: 0; }
    BashuPalette CommandInput, BashuPalette CommandInput:focus { border: none; height: 1; }
    BashuPalette CommandList, BashuPalette CommandList:focus {
        border: none; background: $surface; max-height: 60vh;
    }
    BashuPalette CommandList > .option-list--option { padding: 0 1; text-style: none; }
    BashuPalette LoadingIndicator { display: none; }
    """

    def __init__(self, app: "BashuApp") -> None:
        self._texts = app.texts
        super().__init__([BashuCommands], placeholder=app.texts("palette.placeholder"))

    def on_mount(self, event: events.Mount) -> None:
        self.query_one(SearchIcon).icon = ">"

    def _start_no_matches_countdown(self, search_value: str) -> None:
        """Say in the user's language that nothing was found."""
        self._stop_no_matches_countdown()

        def say() -> None:
            if search_value and self.is_running:
                said = Option(self._texts("palette.nothing"), disabled=True, id=self._NO_MATCHES)
                self.query_one(CommandList).add_option(said)
            self._list_visible = bool(search_value)

        self._no_matches_timer = self.set_timer(self._NO_MATCHES_COUNTDOWN, say)
