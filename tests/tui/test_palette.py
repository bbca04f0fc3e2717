"""The command palette: everything that can be done, found by names in either language."""

from typing import Any

import pytest
from textual.command import CommandInput, CommandList

from bashu_tui.commands import commands
from bashu_tui.screens.command_palette import BashuPalette
from bashu_tui.screens.mode import ModeScreen
from bashu_tui.screens.settings import SettingsScreen
from bashu_tui.screens.trading import TradingScreen
from bashu_tui.state.initials import initials


@pytest.mark.parametrize(
    ("text", "expected"),
    [("买入", "mr"), ("撤销全部委托", "cxqbwt"), ("F8：止损", "f8zs"), ("囧", ""), ("", "")],
)
def test_initials_are_those_of_pinyin(text: str, expected: str) -> None:
    assert initials(text) == expected


async def find(app: Any, pilot: Any, wait: Any, text: str) -> CommandList:
    await pilot.press("ctrl+p")
    await wait(pilot, lambda: isinstance(app.screen, BashuPalette) and app.screen.is_mounted)
    found: CommandList = app.screen.query_one(CommandList)
    await wait(pilot, lambda: found.option_count > 10)
    whole = found.option_count
    app.screen.query_one(CommandInput).value = text
    await wait(pilot, lambda: 0 < found.option_count < whole)
    await pilot.pause()
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("text", ["open Settings", "打开设置", "dksz"])
async def test_a_screen_is_found_in_either_language_and_opened(
    terminal: Any, wait: Any, language: str, text: str
) -> None:
    async with terminal(language=language, size=(80, 24)) as (app, pilot):
        await find(app, pilot, wait, text)
        await pilot.press("enter")
        await wait(pilot, lambda: isinstance(app.screen, SettingsScreen))


@pytest.mark.acts("app.palette")
async def test_an_action_of_the_screen_shows_its_key_and_is_done(
    terminal: Any, wait: Any, shown: Any
) -> None:
    async with terminal() as (app, pilot):
        await app.session.client.place("CEA25", "buy", 100, 7_400)
        await wait(pilot, lambda: app.session.orders.within("CEA25"))
        await find(app, pilot, wait, "cancel all mine")
        await wait(pilot, lambda: "ctrl+x" in shown(app))
        await pilot.press("enter")
        await wait(pilot, lambda: not app.session.orders.within("CEA25"))
        assert isinstance(app.screen, TradingScreen)


async def test_instruments_and_settings_are_commands(terminal: Any, wait: Any) -> None:
    async with terminal() as (app, pilot):
        await find(app, pilot, wait, "instrument: CCER")
        await pilot.press("enter")
        await wait(pilot, lambda: app.symbol == "CCER")
        await wait(pilot, lambda: isinstance(app.screen, TradingScreen))
        await find(app, pilot, wait, "Theme, Light")
        await pilot.press("enter")
        await wait(pilot, lambda: app.settings.theme == "light")


async def test_the_modes_are_commands_and_one_click_asks_once_more(
    terminal: Any, wait: Any
) -> None:
    async with terminal() as (app, pilot):
        await find(app, pilot, wait, "VIEW ONLY")
        await pilot.press("enter")
        await wait(pilot, lambda: app.session.mode == "view")
        await find(app, pilot, wait, "ONE CLICK")
        await pilot.press("enter")
        await wait(pilot, lambda: isinstance(app.screen, ModeScreen) and app.screen.is_mounted)
        assert app.session.mode == "view"
        await pilot.press("f4")
        await wait(pilot, lambda: app.session.mode == "one_click")


async def test_who_may_not_trade_is_offered_no_modes(terminal: Any) -> None:
    async with terminal("sup") as (app, _pilot):
        assert not [c for c in commands(app, app.screen) if "VIEW ONLY" in c.english]


async def test_what_is_not_found_is_said_in_the_users_language(
    terminal: Any, wait: Any, shown: Any
) -> None:
    async with terminal(language="zh") as (app, pilot):
        await pilot.press("ctrl+k")
        await wait(pilot, lambda: isinstance(app.screen, BashuPalette) and app.screen.is_mounted)
        await wait(pilot, lambda: "输入命令" in shown(app))
        app.screen.query_one(CommandInput).value = "zzzzzzz"
        await wait(pilot, lambda: "没有找到" in shown(app))
        await pilot.press("ctrl+p")
        await wait(pilot, lambda: isinstance(app.screen, TradingScreen))


async def test_it_never_covers_a_card_that_asks(terminal: Any, wait: Any) -> None:
    async with terminal() as (app, pilot):
        await pilot.press("f10")
        await wait(pilot, lambda: app.screen.is_modal and app.screen.is_mounted)
        card = app.screen
        await pilot.press("ctrl+p")
        await pilot.pause()
        assert app.screen is card


def test_the_start_does_not_import_it() -> None:
    import subprocess
    import sys

    said = "import sys, bashu_tui.app; print('bashu_tui.screens.command_palette' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
