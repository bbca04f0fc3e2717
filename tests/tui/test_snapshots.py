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
from tui_scene import Scene, SceneClock, nothing_by_chance, until

from bashu_tui.app import BashuApp
from bashu_tui.i18n import Language, load
from bashu_tui.looks import ThemeName
from bashu_tui.screens.base import MarketScreen
from bashu_tui.screens.registry import SCREENS
from bashu_tui.widgets.tape import Tape

SIZES: Final = ("200x60", "140x42", "100x30", "80x24")
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")
THEMES: Final[tuple[ThemeName, ...]] = ("dark", "light")
FILES: Final = Path(__file__).parent / "__snapshots__" / "test_snapshots"
taken_once: Final = pytest.mark.skipif(
    not FILES.exists(), reason="no pictures are kept here yet: make snapshots"
)
HAN: Final = re.compile(r"[\u3400-\u9fff]+")
WORD: Final = re.compile(r"[A-Za-z]{2,}")
OTHER_LANGUAGE: Final = {"zh": "中文", "en": "English"}


class Shot(Struct, frozen=True):
    """A screen to take pictures of."""

    name: str
    title: str
    """The key of a text that it shows at every size."""
    place: str = "trading"
    """The screen of the registry that is in front, or behind what `keys` open."""
    user: str = "alice"
    keys: tuple[str, ...] = ()


SHOTS: Final = (
    Shot("trading", "panel.ladder"),
    Shot("help", "help.title", keys=("f1",)),
    Shot("goto", "goto.title", keys=("f10",)),
    Shot("blotter", "panel.session_log", place="blotter"),
    Shot("keys", "panel.key_history", place="keys"),
    Shot("supervisor", "panel.alerts", place="supervisor", user="sup"),
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
        await pilot.pause()
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
            app.open_screen(shot.place)
            await until(pilot, lambda: cast("MarketScreen", app.screen).place == shot.place)
            await pilot.press(*shot.keys)
            await until(pilot, lambda: app.screen.is_mounted)
            taken: dict[str, dict[ThemeName, Picture]] = {}
            for size in SIZES:
                await pilot.resize_terminal(*size_of(size))
                await until(pilot, lambda size=size: app.screen.size == size_of(size))
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
        assert title in taken[size]["dark"].text
        text = diffable(f"{shot.name} {size} {language}", taken[size])
        assert text == snapshot(name=size, extension_class=TextFile)


@taken_once
def test_every_screen_of_the_registry_is_taken() -> None:
    assert {entry.place for entry in SCREENS} <= {shot.place for shot in SHOTS if not shot.keys}


@taken_once
@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
@pytest.mark.parametrize("language", LANGUAGES)
def test_screen_speaks_one_language(shot: Shot, language: Language) -> None:
    """What is compared above is what is on screen, so the files are read here."""
    for size in SIZES:
        file = FILES / f"test_screen_is_as_it_was[{shot.name}-{language}][{size}].txt"
        text = file.read_text("utf-8").partition("\n")[2].partition("\n# styles")[0]
        text = text.replace(OTHER_LANGUAGE[language], "")
        found = HAN.findall(text) if language == "en" else set(WORD.findall(text)) - NAMES
        assert not found, (file.name, found)


NAMES: Final = {
    # instruments, users, members
    "CCER", "CDCER", "CEA", "CQEA", "CNY", "alice", "sup", "bureau", "minjiang", "carol", "dora",
    # what was written in English by those who wrote it
    # keys
    "Enter", "Esc", "Tab", "ctrl", "shift", "ms",
}  # fmt: skip
"""Words that stand in Latin letters on Chinese screens, too."""


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
