"""Every screen at four sizes, in both languages and both themes, as it was when last looked at.

`make snapshots` writes them anew; then read the diff. A new screen is a line in `SHOTS`.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final, cast

import pytest
from msgspec import Struct
from screen_picture import Picture, diffable, picture, size_of
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.pilot import Pilot
from textual.strip import Strip
from tui_scene import EXPORT, Scene, SceneClock, nothing_by_chance, until

from bashu_daemon.surveillance.catalogue import RULES
from bashu_tui.app import BashuApp
from bashu_tui.i18n import Language, load
from bashu_tui.looks import ThemeName
from bashu_tui.screens.base import MarketScreen
from bashu_tui.screens.registry import SCREENS
from bashu_tui.settings import Settings
from bashu_tui.widgets.ladder import Ladder
from bashu_tui.widgets.tape import Tape

SIZES: Final = ("200x60", "140x42", "100x30", "80x24")
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")
THEMES: Final[tuple[ThemeName, ...]] = ("dark", "light")
FILES: Final = Path(__file__).parent / "__snapshots__" / "test_snapshots"
taken_once: Final = pytest.mark.skipif(
    not FILES.exists(), reason="no pictures are kept here yet: make snapshots"
)
SETTLING_SECONDS: Final = 0.03
"""What is the same after so long, with nothing left to do for the app, stays as it is."""
HAN: Final = re.compile(r"[\u3400-\u9fff]+")
WORD: Final = re.compile(r"[A-Za-z]{2,}")
LANGUAGE_NAMES: Final = ("English", "中文")


class Shot(Struct, frozen=True):
    """A screen to take pictures of."""

    name: str
    title: str
    """The key of a text that it shows at every size."""
    place: str = "trading"
    """The screen of the registry that is in front, or behind what `keys` open."""
    user: str = "alice"
    keys: tuple[str, ...] = ()
    names_theme: bool = False
    """Whether its text says which theme it is, so that each theme has a file of its own."""


SHOTS: Final = (
    Shot("trading", "panel.ladder"),
    Shot("confirm", "confirm.back", keys=("f2", "enter")),
    Shot("amend", "amend.title", keys=("f6",)),
    Shot("help", "help.title", keys=("f1",)),
    Shot("card_help", "help.title", keys=("f2", "enter", "f1")),
    Shot("goto", "goto.title", keys=("f10",)),
    Shot("statements", "panel.fills", place="statements"),
    Shot("holdings", "panel.holdings", place="holdings"),
    Shot("export", "export.title", place="holdings", keys=("f9",)),
    Shot("palette", "palette.placeholder", keys=("ctrl+p",)),
    Shot("mode", "mode.title", keys=("f12",)),
    Shot("notices", "panel.notices", place="notices"),
    Shot("price_alerts", "panel.price_alerts", place="price_alerts"),
    Shot("alert_form", "alerts.new", place="price_alerts", keys=("f2",)),
    Shot("blotter", "panel.session_log", place="blotter"),
    Shot("blocks", "panel.blocks", place="blocks"),
    Shot("block_offer", "blocks.form.offer", place="blocks", keys=("f2",)),
    Shot("block_counter", "blocks.card.counter", place="blocks", keys=("f3", "f5")),
    Shot("block_accept", "blocks.card.accept", place="blocks", keys=("f4",)),
    Shot("auctions", "panel.auctions", place="auctions"),
    Shot("bid", "auctions.card.change", place="auctions", keys=("f2", "f5")),
    Shot("application", "auctions.form.apply", place="auctions", keys=("f3",)),
    Shot("supervisor", "panel.alerts", place="supervisor", user="sup"),
    Shot("halt", "sup.halt", place="supervisor", user="sup", keys=("f5",)),
    Shot("parameters", "panel.parameters", place="parameters", user="sup"),
    Shot("propose", "parameters.propose", place="parameters", user="sup", keys=("down", "f2")),
    Shot("settings", "screen.settings", place="settings", names_theme=True),
    Shot("bindings", "panel.bindings", place="bindings"),
    Shot("press", "press.title", place="bindings", keys=("f2",)),
    Shot("keys", "panel.key_history", place="keys"),
)


class TextFile(SingleFileSnapshotExtension):
    """One text file a snapshot."""

    file_extension = "txt"
    _write_mode = WriteMode.TEXT


async def settled(app: BashuApp, pilot: Pilot[None]) -> Picture:
    """Return the picture once it no longer changes."""
    before = None
    while True:
        app._paint()
        await pilot.pause(SETTLING_SECONDS)
        now = picture(app)
        if now == before:
            return now
        before = now


async def take(
    directory: Path, shot: Shot, language: Language
) -> dict[str, dict[ThemeName, Picture]]:
    """Open a terminal at a venue of its own, go to the screen, and take it in all its forms."""
    clock = SceneClock()
    with nothing_by_chance(clock):
        async with (
            Scene(directory, clock).running() as scene,
            scene.terminal(shot.user, language, size_of(SIZES[0])) as (app, pilot),
        ):
            if shot.place == "parameters":
                await scene.enter_parameters()
            app.open_screen(shot.place)
            await until(pilot, lambda: cast("MarketScreen", app.screen).place == shot.place)
            await until(pilot, lambda: app.screen.is_mounted)
            await pilot.press(*shot.keys)
            title = app.texts(shot.title)
            await until(pilot, lambda: title in picture(app).text)
            taken: dict[str, dict[ThemeName, Picture]] = {}
            for size in SIZES:
                await pilot.resize_terminal(*size_of(size))
                await until(pilot, lambda size=size: app.screen.size == size_of(size))
                for screen in app.screen_stack:
                    for ladder in screen.query(Ladder):
                        ladder.recentre()  # else its top is what the sizes before left
                taken[size] = {}
                for theme in THEMES:
                    app.choose(theme=theme)
                    taken[size][theme] = await settled(app, pilot)
            return taken


@taken_once
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
async def test_screen_is_as_it_was(
    snapshot: SnapshotAssertion, tmp_path: Path, shot: Shot, language: Language
) -> None:
    taken = await take(tmp_path, shot, language)
    title = load(language)[shot.title]
    for size in SIZES:
        assert all(title in shown.text for shown in taken[size].values())
        name = f"{shot.name} {size} {language}"
        if shot.names_theme:
            for theme, shown in taken[size].items():
                text = diffable(name, {theme: shown})
                assert text == snapshot(name=f"{size}-{theme}", extension_class=TextFile)
        else:
            assert diffable(name, taken[size]) == snapshot(name=size, extension_class=TextFile)


@taken_once
@pytest.mark.parametrize("language", LANGUAGES)
async def test_login_is_as_it_was(snapshot: SnapshotAssertion, language: Language) -> None:
    app = BashuApp(settings=Settings(language=language), broker="mqtt://127.0.0.1:1883")
    title = load(language)["login.title"]
    with nothing_by_chance(SceneClock()):
        async with app.run_test(size=size_of(SIZES[0])) as pilot:
            for size in SIZES:
                await pilot.resize_terminal(*size_of(size))
                await until(pilot, lambda size=size: app.screen.size == size_of(size))
                shown: dict[ThemeName, Picture] = {}
                for theme in THEMES:
                    app.choose(theme=theme)
                    shown[theme] = await settled(app, pilot)
                text = shown["dark"].text
                assert title in text
                said = text.replace("English", "").replace("中文", "").replace("mqtt", "")
                words = strange(WORD.findall(said))
                assert not (HAN.findall(said) if language == "en" else words)
                named = diffable(f"login {size} {language}", shown)
                assert named == snapshot(name=size, extension_class=TextFile)


@taken_once
def test_every_screen_of_the_registry_is_taken() -> None:
    assert {entry.place for entry in SCREENS} <= {shot.place for shot in SHOTS if not shot.keys}


@taken_once
@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
@pytest.mark.parametrize("language", LANGUAGES)
def test_screen_speaks_one_language(shot: Shot, language: Language) -> None:
    """What is compared above is what is on screen, so the files are read here."""
    files = list(FILES.glob(f"test_screen_is_as_it_was[[]{shot.name}-{language}[]]*.txt"))
    assert len(files) == len(SIZES) * (len(THEMES) if shot.names_theme else 1)
    for file in files:
        text = file.read_text("utf-8").partition("\n")[2].partition("\n# styles")[0]
        for quoted in (*LANGUAGE_NAMES, *QUOTED):
            text = text.replace(quoted, "")
        text = BRACKETED.sub(without_parameter, text)
        found = HAN.findall(text) if language == "en" else strange(WORD.findall(text))
        assert not found, (file.name, found)


def strange(words: list[str]) -> set[str]:
    """Return the words that are no names; of a name behind a card only a part may be seen."""
    return {
        word
        for word in words
        if not any(name.startswith(word) or name.endswith(word) for name in NAMES)
    }


NAMES: Final = {
    # instruments, members and their users, and the start of an order's own name
    "CCER", "CDCER", "CEA", "CQEA", "alice", "sup", "reg", "carol",
    "bureau", "bayu", "jialing", "jincheng", "minjiang", "office",
    # keys, and a unit
    "Enter", "Esc", "Tab", "Del", "Space", "Up", "Down", "Left", "Right", "PgUp", "PgDn", "Home",
    "End", "ctrl", "shift", "ms",
}  # fmt: skip
"""Words that stand in Latin letters on Chinese screens, too."""
QUOTED: Final = (EXPORT, "QTY_TOO_LARGE", "PRICE_ABOVE_LIMIT", "The largest order is 99999 t.")
"""What the venue said in words that no terminal can know."""


BRACKETED: Final = re.compile(r"\(([a-z_]+)\)?")
PARAMETERS: Final = {name for rule in RULES for name in rule.schema().known}
"""Their names as the rulebook has them stand beside their words; behind a card only a part does."""


def without_parameter(found: re.Match[str]) -> str:
    is_one = any(name.startswith(found[1]) for name in PARAMETERS)
    return "" if is_one else found[0]


def break_mount(panel: Tape) -> None:
    raise RuntimeError("broken on purpose")


def break_line(panel: Tape, y: int) -> Strip:
    raise RuntimeError("broken on purpose")


@pytest.mark.parametrize(
    ("method", "broken"), [("on_mount", break_mount), ("render_line", break_line)]
)
async def test_no_picture_is_taken_of_what_has_crashed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, method: str, broken: Callable[..., object]
) -> None:
    monkeypatch.setattr(Tape, method, broken, raising=False)
    with pytest.raises(RuntimeError, match="broken on purpose"):
        await take(tmp_path, SHOTS[0], "en")
