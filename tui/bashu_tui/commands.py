"""What the command palette offers: everything that can be done now, named in both languages."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, get_args

from msgspec import Struct
from textual.screen import Screen

from bashu_tui.i18n import Language, Texts
from bashu_tui.keymap import actions, keys_at, label
from bashu_tui.screens.base import MarketScreen
from bashu_tui.screens.registry import open_to
from bashu_tui.state.initials import initials
from bashu_tui.state.modes import EntryMode, may_trade

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp

SETTINGS: Final[dict[str, tuple[str, ...]]] = {
    "theme": ("dark", "light", "ansi", "ansi_light"),
    "market_colors": ("red_up", "green_up", "blue_orange"),
    "glyphs": ("unicode", "ascii"),
    "language": ("en", "zh"),
}
"""Settings that the palette changes, with their values."""
_ENGLISH: Final = Texts("en")
_CHINESE: Final = Texts("zh")


class Command(Struct, frozen=True):
    """Something that can be done now."""

    english: str
    chinese: str
    """Both in the form `group: verb object`."""
    run: Callable[[], Any]
    keys: tuple[str, ...] = ()
    """As they are written on keyboards."""

    def name(self, language: Language) -> str:
        return self.chinese if language == "zh" else self.english

    def other(self, language: Language) -> str:
        """Return the name in the other language."""
        return self.english if language == "zh" else self.chinese

    @property
    def initials(self) -> str:
        """The first letters of the Chinese name in pinyin."""
        return initials(self.chinese)


def commands(app: "BashuApp", screen: Screen[Any]) -> Iterator[Command]:
    """Return what can be done on a screen, its own actions first."""
    place: str = getattr(screen, "place", "")
    yield from _actions(app, screen, place)
    if app.session is not None:
        yield from _modes(app, screen)
        yield from _screens(app, place)
        yield from _instruments(app)
    yield from _settings(app)


def _command(
    key: str, run: Callable[[], Any], keys: tuple[str, ...] = (), **values: tuple[str, str]
) -> Command:
    """Make a command of a text; each value is given in English and in Chinese."""
    english = {name: value[0] for name, value in values.items()}
    chinese = {name: value[1] for name, value in values.items()}
    return Command(_ENGLISH(key, **english), _CHINESE(key, **chinese), run, keys)


def _both(key: str) -> tuple[str, str]:
    return _ENGLISH(key), _CHINESE(key)


def _actions(app: "BashuApp", screen: Screen[Any], place: str) -> Iterator[Command]:
    for action in actions(place):
        if action.id == "app.palette":
            continue
        keys = tuple(map(label, keys_at(place, action, app.settings.keys)))

        async def run(written: str = action.run) -> None:
            await app.run_action(written, screen)

        yield _command(f"action.{action.id}", run, keys)


def _modes(app: "BashuApp", screen: Screen[Any]) -> Iterator[Command]:
    """Return how orders are to be sent, for who may send any."""
    session = app.session
    if session is None or may_trade(session) is not None or not isinstance(screen, MarketScreen):
        return
    for mode in get_args(EntryMode):

        def run(mode: EntryMode = mode) -> None:
            screen.choose_mode(mode)

        yield _command(
            "command.mode",
            run,
            mode=_both(f"mode.{mode}"),
            about=_both(f"mode.about.{mode}"),
        )


def _screens(app: "BashuApp", present: str) -> Iterator[Command]:
    assert app.session is not None  # noqa: S101  as the caller saw
    for entry in open_to(app.session.role):
        if entry.place != present:

            def run(place: str = entry.place) -> None:
                app.open_screen(place)

            yield _command("command.screen", run, screen=_both(f"screen.{entry.place}"))


def _instruments(app: "BashuApp") -> Iterator[Command]:
    assert app.session is not None  # noqa: S101  as the caller saw
    for symbol in app.session.symbols:
        rules = app.session.instruments[symbol].rules

        def run(chosen: str = symbol) -> None:
            app.choose_symbol(chosen)

        names = (rules.name_en, rules.name_zh)
        yield _command("command.symbol", run, symbol=(symbol, symbol), name=names)


def _settings(app: "BashuApp") -> Iterator[Command]:
    for name, values in SETTINGS.items():
        for value in values:

            def run(name: str = name, value: str = value) -> None:
                app.choose_and_tell(name, value)

            yield _command(
                "command.setting",
                run,
                setting=_both(f"setting.{name}"),
                value=_both(f"setting.{name}.{value}"),
            )
