"""The menu of screens, the key bar, and what each screen of the registry must have."""

from pathlib import Path
from typing import Any, Final, get_args

import pytest
from rich.cells import cell_len

import bashu_tui
from bashu_protocol.messages import Role
from bashu_tui.i18n import load
from bashu_tui.keymap import ACTIONS
from bashu_tui.screens.goto import KEYS, GotoScreen
from bashu_tui.screens.registry import SCREENS, make, open_to
from bashu_tui.screens.trading import TradingScreen
from bashu_tui.widgets.key_bar import KeyBar

PACKAGE: Final = Path(bashu_tui.__file__).parent


@pytest.mark.parametrize("entry", SCREENS, ids=lambda entry: entry.place)
def test_each_screen_can_be_made_and_has_its_name(entry: Any) -> None:
    assert make(entry).place == entry.place
    for language in ("en", "zh"):
        texts = load(language)
        assert texts[f"screen.{entry.place}"]
        about = texts[f"screen_about.{entry.place}"]
        assert 0 < cell_len(about) <= 37, "what is left of a card beside the key and the name"


def test_no_handler_calls_that_of_its_base() -> None:
    """Textual runs the handlers of all classes of a widget itself, so that one would run twice.

    It gave a double click two cards, and asked the venue twice as often as was meant.
    """
    files = [file for part in ("screens", "widgets") for file in (PACKAGE / part).glob("*.py")]
    assert len(files) > 50
    assert not [file.name for file in files if "super().on_" in file.read_text("utf-8")]


def test_each_action_has_its_texts() -> None:
    for language in ("en", "zh"):
        texts = load(language)
        assert not [a.id for a in ACTIONS if f"action.{a.id}" not in texts]
        assert not [a.id for a in ACTIONS if a.bar and f"bar.{a.id}" not in texts]


def test_a_trader_is_not_offered_the_supervisors_screen() -> None:
    assert "supervisor" not in [entry.place for entry in open_to("trader")]
    assert "supervisor" in [entry.place for entry in open_to("supervisor")]


@pytest.mark.acts("market.goto")
async def test_a_digit_in_the_menu_opens_a_screen(terminal: Any, wait: Any, shown: Any) -> None:
    async with terminal("sup") as (app, pilot):
        await pilot.press("f10")
        await wait(pilot, lambda: isinstance(app.screen, GotoScreen) and app.screen.is_mounted)
        await wait(pilot, lambda: "Trading" in shown(app))
        await pilot.press("1")
        await wait(pilot, lambda: isinstance(app.screen, TradingScreen))
        await wait(pilot, lambda: app.session.symbols[0] in shown(app))


def test_each_line_of_the_menu_has_a_key() -> None:
    for role in get_args(Role):
        assert len(open_to(role)) <= len(KEYS)


async def test_the_last_line_of_the_menu_has_its_key_too(
    terminal: Any, wait: Any, shown: Any
) -> None:
    async with terminal(size=(80, 24), language="zh") as (app, pilot):
        await pilot.press("f10")
        await wait(pilot, lambda: "-  按键测试" in shown(app))
        await pilot.press("minus")
        await wait(pilot, lambda: getattr(app.screen, "place", "") == "keys")


async def test_the_menu_closes_without_a_choice(terminal: Any, wait: Any) -> None:
    async with terminal() as (app, pilot):
        await pilot.press("ctrl+g")
        await wait(pilot, lambda: isinstance(app.screen, GotoScreen) and app.screen.is_mounted)
        await pilot.press("escape")
        await wait(pilot, lambda: isinstance(app.screen, TradingScreen))


async def test_a_screen_keeps_what_was_typed_while_another_was_in_front(
    terminal: Any, wait: Any
) -> None:
    async with terminal("sup") as (app, pilot):
        app.open_screen("trading")
        await wait(pilot, lambda: isinstance(app.screen, TradingScreen) and app.screen.is_mounted)
        await pilot.pause()
        app.screen.query_one("#ticket-price").value = "74.12"
        app.open_screen("supervisor")
        await wait(pilot, lambda: app.screen.place == "supervisor")
        app.open_screen("trading")
        await wait(pilot, lambda: app.screen.place == "trading")
        assert app.screen.query_one("#ticket-price").value == "74.12"


async def test_a_click_on_the_key_bar_does_what_the_key_does(
    terminal: Any, wait: Any, shown: Any
) -> None:
    async with terminal() as (app, pilot):
        bar = app.screen.query_one(KeyBar)
        await wait(pilot, lambda: bar.spans)
        at = next(first for first, _last, run in bar.spans if run == "goto")
        await pilot.click(KeyBar, offset=(at + 2, 0))
        await wait(pilot, lambda: isinstance(app.screen, GotoScreen))


async def test_who_does_not_trade_is_offered_no_traders_keys(
    terminal: Any, wait: Any, shown: Any
) -> None:
    async with terminal("reg", size=(80, 24)) as (app, pilot):
        app.open_screen("blocks")
        await wait(pilot, lambda: app.screen.place == "blocks" and app.screen.is_mounted)
        await wait(pilot, lambda: "LOCKED: only traders may do this" in shown(app))
        line = shown(app).split("\n")[-1]
        assert "F10 Screens" in line
        assert "Cancel" not in line


@pytest.mark.parametrize("width", [80, 100, 140, 200])
async def test_the_key_bar_cuts_no_word(terminal: Any, shown: Any, width: int) -> None:
    async with terminal(size=(width, 30)) as (app, _pilot):
        line = shown(app).split("\n")[-1].rstrip()
        texts = load("en")
        assert " F1 Help " in line
        assert line.endswith(tuple(texts[f"bar.{a.id}"] for a in ACTIONS if a.bar))


async def _laid_out(app: Any, pilot: Any, wait: Any, places: list[str]) -> dict[str, Any]:
    """Open screens one after another; return where each widget with an id is on each."""
    found: dict[str, Any] = {}
    for place in places:
        app.open_screen(place)
        await wait(pilot, lambda place=place: getattr(app.screen, "place", "") == place)
        await wait(pilot, lambda: app.screen.is_mounted)
        await pilot.pause(0.2)
        for widget in app.screen.query("*"):
            if widget.id and widget.display:
                found[f"{place}#{widget.id}"] = (widget.region.x, widget.region.width)
    return found


@pytest.mark.parametrize("size", [(80, 24), (140, 42)])
async def test_no_screen_lays_out_another(terminal: Any, wait: Any, size: tuple[int, int]) -> None:
    """The style sheets of all screens that were opened hold together in one application."""
    places = [entry.place for entry in open_to("trader")]
    laid_out = []
    for order in (places, places[::-1]):
        async with terminal(size=size) as (app, pilot):
            await wait(pilot, lambda app=app: app.session is not None)
            laid_out.append(await _laid_out(app, pilot, wait, order))
    forward, backward = laid_out
    assert {
        key: (forward[key], backward.get(key))
        for key in forward
        if forward[key] != backward.get(key)
    } == {}


@pytest.mark.acts("app.quit")
@pytest.mark.parametrize("key", ["ctrl+q", "ctrl+c"])
async def test_the_terminal_ends_and_logs_off(market: Any, wait: Any, key: str) -> None:
    app = market.app("alice")
    async with app.run_test(size=(100, 30)) as pilot:
        await wait(pilot, lambda: isinstance(app.screen, TradingScreen) and app.screen.is_mounted)
        await wait(pilot, lambda: app.session.is_live)
        await pilot.press(key)
        await wait(pilot, lambda: not app.is_running)
        assert app.session.link_state == "closed"
