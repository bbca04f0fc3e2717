"""The screen of the settings: each choice holds at once on all screens, and is kept."""

from pathlib import Path
from typing import Any

import pytest

from bashu_tui.screens.bindings import BindingsScreen
from bashu_tui.screens.keys import KeysScreen
from bashu_tui.screens.settings import SettingsScreen
from bashu_tui.screens.trading import TradingScreen
from bashu_tui.settings import Settings, load
from bashu_tui.state.choices import presets_of, read_amount, read_presets
from bashu_tui.state.preferences import Preferences
from bashu_tui.widgets.choice import Choice
from bashu_tui.widgets.form_field import FormField


async def open_settings(app: Any, pilot: Any, wait: Any) -> None:
    app.open_screen("settings")
    await wait(pilot, lambda: isinstance(app.screen, SettingsScreen) and app.screen.is_mounted)
    await wait(pilot, lambda: app.focused is not None and app.focused.id == "language")
    await pilot.pause()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("100 500", (100, 500)), ("１００，５００、7", (100, 500, 7)), (" 5 ", (5,))],
)
def test_presets_are_read_with_any_marks_between_them(text: str, expected: tuple[int, ...]) -> None:
    assert presets_of(text) == expected
    assert read_presets(text).value == len(expected)


@pytest.mark.parametrize(
    "text", ["", "1 x", "1.5", "0", "-3", "1 2 3 4 5 6 7 8 9 10", "1000000001"]
)
def test_presets_that_cannot_be_kept_are_refused(text: str) -> None:
    assert read_presets(text).value is None
    assert read_presets(text).error


def test_an_amount_is_within_what_the_file_allows() -> None:
    assert read_amount("1,000").error == "entry.not_quantity"
    assert read_amount("１０００").value == 1_000
    assert read_amount("1000000001").error == "entry.too_large"


async def test_a_choice_holds_at_once_and_is_kept(
    market: Any, wait: Any, shown: Any, tmp_path: Path
) -> None:
    file = tmp_path / "terminal.toml"
    file.write_text("# my desk\n", "utf-8")
    app = market.app("alice")
    app.preferences = Preferences(
        Settings(language="en"), path=file, overridden={"market_colors": "green_up"}
    )
    app.settings = app.preferences.now
    async with app.run_test(size=(100, 30)) as pilot:
        await wait(pilot, lambda: isinstance(app.screen, TradingScreen) and app.screen.is_mounted)
        await open_settings(app, pilot, wait)
        await wait(pilot, lambda: str(file)[:40] in shown(app))
        assert "session only: Colours" in shown(app)
        await pilot.press("down", "2")
        await wait(pilot, lambda: app.theme == "bashu-light")
        assert app.palette.theme == "light"
        await pilot.press("down", "3")
        await wait(pilot, lambda: app.palette.colors == "blue_orange")
        await wait(pilot, lambda: "session only" not in shown(app))
        await pilot.press("up", "up", "right")
        await wait(pilot, lambda: app.texts.language == "zh")
        await wait(pilot, lambda: "蓝涨橙跌" in shown(app))
        assert app.palette.colors == "blue_orange"
        assert load(file) == Settings(language="zh", theme="light", market_colors="blue_orange")
        assert file.read_text("utf-8").startswith("# my desk\n")
        await pilot.press("escape")
        await wait(pilot, lambda: isinstance(app.screen, TradingScreen))
        await wait(pilot, lambda: app.texts("panel.ladder") in shown(app))
    assert app._exception is None


async def test_another_language_leaves_the_colours_as_they_are(terminal: Any, wait: Any) -> None:
    async with terminal() as (app, pilot):
        assert app.palette.colors == "red_up"
        app.choose(market_colors=None)
        assert app.palette.colors == "green_up"
        await pilot.press("ctrl+l")
        await wait(pilot, lambda: app.texts.language == "zh")
        assert app.palette.colors == "green_up"


async def test_numbers_are_kept_when_they_can_be(terminal: Any, wait: Any, shown: Any) -> None:
    async with terminal(size=(80, 24)) as (app, pilot):
        await open_settings(app, pilot, wait)
        cap = app.screen.query_one("#one_click_max_qty", FormField)
        cap.input.focus()
        await wait(pilot, lambda: app.focused is cap.input)
        cap.text = "0"
        await pilot.press("enter")
        await wait(pilot, lambda: "more than zero" in shown(app))
        assert app.settings.one_click_max_qty == 1_000
        cap.text = "250"
        await pilot.press("enter")
        await wait(pilot, lambda: app.settings.one_click_max_qty == 250)
        presets = app.screen.query_one("#quantity_presets", FormField)
        presets.input.focus()
        await wait(pilot, lambda: app.focused is presets.input)
        presets.text = "10 20"
        await pilot.press("up")
        await wait(pilot, lambda: app.settings.quantity_presets == (10, 20))


async def test_a_mouse_alone_can_choose(terminal: Any, wait: Any) -> None:
    async with terminal(size=(80, 24)) as (app, pilot):
        await open_settings(app, pilot, wait)
        choice = app.screen.query_one("#glyphs", Choice)
        await wait(pilot, lambda: choice.spans)
        first = next(first for _y, first, _last, value in choice.spans if value == "ascii")
        await pilot.click("#glyphs", offset=(first + 1, 0))
        await wait(pilot, lambda: app.settings.glyphs == "ascii")


async def test_what_cannot_be_kept_is_said(
    market: Any, wait: Any, shown: Any, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    app = market.app("alice")
    app.preferences.path = tmp_path / "file" / "terminal.toml"
    async with app.run_test(size=(140, 42)) as pilot:
        await wait(pilot, lambda: isinstance(app.screen, TradingScreen) and app.screen.is_mounted)
        await open_settings(app, pilot, wait)
        await pilot.press("down", "2")
        await wait(pilot, lambda: "cannot be written" in shown(app))
        assert app.settings.theme == "light"
    assert app._exception is None


@pytest.mark.acts("settings.bindings", "settings.keys", "tool.back")
@pytest.mark.parametrize(
    ("change", "test", "back"), [("f2", "f3", "escape"), ("ctrl+y", "ctrl+t", "ctrl+b")]
)
async def test_keys_are_changed_and_tested_from_here_and_back_is_the_way_one_came(
    terminal: Any, wait: Any, change: str, test: str, back: str
) -> None:
    async with terminal(size=(80, 24)) as (app, pilot):
        await open_settings(app, pilot, wait)
        await pilot.press(change)
        await wait(pilot, lambda: isinstance(app.screen, BindingsScreen) and app.screen.is_mounted)
        await pilot.press(back)
        await wait(pilot, lambda: isinstance(app.screen, SettingsScreen))
        await pilot.press(test)
        await wait(pilot, lambda: isinstance(app.screen, KeysScreen) and app.screen.is_mounted)
        await pilot.press("escape", "escape")
        await wait(pilot, lambda: isinstance(app.screen, SettingsScreen))
        await pilot.press(back)
        await wait(pilot, lambda: isinstance(app.screen, TradingScreen))


async def test_the_way_back_leads_out_of_tools_that_led_to_each_other(
    terminal: Any, wait: Any
) -> None:
    async with terminal() as (app, pilot):
        for place in ("holdings", "bindings", "settings", "bindings"):
            app.open_screen(place)
            await wait(pilot, lambda place=place: app.screen.place == place)
            await wait(pilot, lambda: app.screen.is_mounted)
        await pilot.press("escape")
        await wait(pilot, lambda: app.screen.place == "holdings")
        app.open_screen("keys")
        await wait(pilot, lambda: app.screen.place == "keys" and app.screen.is_mounted)
        app.open_screen("notices")
        await wait(pilot, lambda: app.screen.place == "notices")
        app.open_screen("bindings")
        await wait(pilot, lambda: app.screen.place == "bindings")
        await pilot.press("escape")
        await wait(pilot, lambda: app.screen.place == "notices")


async def test_digits_on_this_screen_withdraw_nothing(terminal: Any, wait: Any) -> None:
    async with terminal(size=(80, 24)) as (app, pilot):
        await app.session.client.place("CEA25", "buy", 100, 7_400)
        await open_settings(app, pilot, wait)
        await pilot.press("8", "delete", "1", "3")
        await pilot.pause()
        assert len(app.session.orders.within("CEA25")) == 1


@pytest.mark.parametrize("place", ["settings", "bindings"])
@pytest.mark.parametrize("key", ["f8", "ctrl+x"])
async def test_orders_are_withdrawn_from_the_tools_too(
    terminal: Any, wait: Any, place: str, key: str
) -> None:
    async with terminal() as (app, pilot):
        await app.session.client.place("CEA25", "buy", 100, 7_400)
        await wait(pilot, lambda: app.session.orders.within("CEA25"))
        app.open_screen(place)
        await wait(pilot, lambda: app.screen.is_mounted and app.screen.place == place)
        await pilot.press(key)
        await wait(pilot, lambda: not app.session.orders.within("CEA25"))
