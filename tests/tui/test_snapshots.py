"""Every screen at four sizes, in both languages and both themes, as it was when last looked at.

`make snapshots` writes them anew; then read the diff. A new screen is a line in `SHOTS`.
"""

import re
from pathlib import Path
from typing import Any, Final, cast

import pytest
from msgspec import Struct
from screen_picture import Picture, diffable, picture, size_of
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.pilot import Pilot
from tui_scene import Scene, SceneClock, nothing_by_chance, until

from bashu_tui.app import BashuApp
from bashu_tui.i18n import Language, load
from bashu_tui.looks import ThemeName
from bashu_tui.screens.base import MarketScreen
from bashu_tui.screens.registry import SCREENS
from bashu_tui.widgets.ladder import Ladder

SIZES: Final = ("200x60", "140x42", "100x30", "80x24")
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")
THEMES: Final[tuple[ThemeName, ...]] = ("dark", "light")


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
    directory: Path, shot: Shot, language: Language, theme: ThemeName
) -> dict[str, Picture]:
    """Open a terminal at a venue of its own, go to the screen, and take it at each size."""
    clock = SceneClock()
    with nothing_by_chance(clock):
        async with (
            Scene(directory, clock).running() as scene,
            scene.terminal(shot.user, language, theme, size_of(SIZES[0])) as (app, pilot),
        ):
            app.open_screen(shot.place)
            await until(pilot, lambda: cast("MarketScreen", app.screen).place == shot.place)
            if shot.keys:
                await pilot.press(*shot.keys)
                await until(pilot, lambda: app.screen.is_mounted)
            pictures = {}
            for size in SIZES:
                await pilot.resize_terminal(*size_of(size))
                await until(pilot, lambda size=size: app.screen.size == size_of(size))
                pictures[size] = await settled(app, pilot)
            return pictures


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
async def test_screen(
    snapshot: SnapshotAssertion, tmp_path: Path, shot: Shot, language: Language
) -> None:
    taken = {theme: await take(tmp_path / theme, shot, language, theme) for theme in THEMES}
    title = load(language)[shot.title]
    for size in SIZES:
        pictures = {theme: taken[theme][size] for theme in THEMES}
        assert title in pictures["dark"].text
        name = f"{shot.name} {size} {language}"
        assert diffable(name, pictures) == snapshot(name=size, extension_class=TextFile)
