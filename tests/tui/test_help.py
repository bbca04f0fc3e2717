"""The help card: what has the focus, the keys as the user has them, in both languages."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

import bashu_tui.screens
import bashu_tui.widgets
from bashu_tui.app import BashuApp
from bashu_tui.i18n import Language, Texts, load
from bashu_tui.keymap import ACTIONS, PLACES, actions, keys_at
from bashu_tui.screens.amend import AmendScreen
from bashu_tui.screens.card import Card, ExplainedScreen
from bashu_tui.screens.confirm import ConfirmScreen
from bashu_tui.screens.help import HelpScreen
from bashu_tui.screens.login import LoginScreen
from bashu_tui.screens.trading import TradingScreen
from bashu_tui.settings import Settings
from bashu_tui.state.help_contents import about, sections, widget_name, widget_names
from bashu_tui.widgets.ladder import Ladder
from bashu_tui.widgets.tape import Tape
from bashu_tui.widgets.watchlist import Watchlist

PREFIX = f"{bashu_tui.screens.__name__}."


def focusable() -> Iterator[type[Widget]]:
    """Find every widget of ours that can have the focus."""
    for room in (bashu_tui.widgets, bashu_tui.screens):
        for module in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
            for kind in vars(importlib.import_module(module.name)).values():
                if (
                    isinstance(kind, type)
                    and issubclass(kind, Widget)
                    and not issubclass(kind, Screen)
                    and kind.__module__ == module.name
                    and kind.can_focus
                ):
                    yield kind


@pytest.mark.parametrize("language", ["en", "zh"])
def test_whatever_can_have_the_focus_is_explained(language: Language) -> None:
    kinds = list(focusable())
    assert Ladder in kinds
    assert Tape in kinds
    known = load(language)
    assert not [k for k in kinds if f"help.widget.{widget_name(k)}" not in known]


def cards() -> list[type[ExplainedScreen[Any]]]:
    """Return the cards, and what else is outside the keymap."""
    found = [kind for entry in pkgutil.iter_modules(bashu_tui.screens.__path__, PREFIX)
             for kind in vars(importlib.import_module(entry.name)).values()
             if isinstance(kind, type) and issubclass(kind, ExplainedScreen)]  # fmt: skip
    return sorted(set(found) - {ExplainedScreen, Card}, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_card_is_explained(language: Language) -> None:
    kinds = cards()
    assert {ConfirmScreen, LoginScreen} < set(kinds)
    known = load(language)
    assert not [k for k in kinds if f"help.widget.{widget_name(k)}" not in known]


def test_no_widget_is_explained_that_there_is_not() -> None:
    there_are = {
        widget_name(kind)
        for room in (bashu_tui.widgets, bashu_tui.screens)
        for module in pkgutil.iter_modules(room.__path__, f"{room.__name__}.")
        for kind in vars(importlib.import_module(module.name)).values()
        if isinstance(kind, type) and issubclass(kind, Widget)
    }
    explained = {k.removeprefix("help.widget.") for k in load("en") if k.startswith("help.widget.")}
    assert explained <= there_are


def test_a_list_is_explained_with_the_keys_of_every_list() -> None:
    said = about(widget_names([Watchlist]), Texts("en"))
    assert said[0].startswith("Market:")
    assert "PgUp" in said[1]


@pytest.mark.parametrize("place", sorted(PLACES))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_action_of_a_screen_stands_there_once(place: str, language: Language) -> None:
    lines = [line for section in sections(place, {}, Texts(language)) for line in section.lines]
    assert len(lines) == len([a for a in actions(place) if keys_at(place, a, {})])
    titles = [section.title for section in sections(place, {}, Texts(language))]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_action_names_its_group(language: Language) -> None:
    texts = Texts(language)
    assert not [a.id for a in ACTIONS if texts("text.group") not in texts(f"action.{a.id}")]


def test_what_withdraws_orders_is_in_sight_and_the_focus_comes_next() -> None:
    found = sections("trading", {}, Texts("en"), ["ladder"])
    assert [line.text for line in found[0].lines[:2]] == [
        "cancel mine in this instrument", "cancel all mine",
    ]  # fmt: skip
    assert found[1].title == "ladder"


def test_the_users_own_keys_are_shown_and_what_has_none_is_not() -> None:
    own = {"order.buy": ("f13",), "order.sell": ()}
    lines = {
        line.text: line.keys
        for section in sections("trading", own, Texts("en"))
        for line in section.lines
    }
    assert lines["buy at the chosen price"] == ("F13",)
    assert "sell at the chosen price" not in lines


@pytest.mark.parametrize("size", [(80, 24), (140, 42)])
async def test_the_card_explains_the_focus_and_changes_its_language(
    terminal: Any, wait: Any, shown: Any, size: Any
) -> None:
    async with terminal(size=size) as (app, pilot):
        app.screen.query_one(Ladder).focus()
        await wait(pilot, lambda: isinstance(app.focused, Ladder))
        await pilot.press("f1")
        await wait(pilot, lambda: isinstance(app.screen, HelpScreen) and app.screen.is_mounted)
        await wait(pilot, lambda: "Ladder: bids left" in shown(app))
        assert "cancel all mine" in shown(app)
        await pilot.press("ctrl+l")
        await wait(pilot, lambda: "盘口：左买右卖" in shown(app))
        assert "撤销全部委托" in shown(app)


async def test_it_scrolls_to_its_end_where_there_is_no_room(
    terminal: Any, wait: Any, shown: Any
) -> None:
    async with terminal(size=(80, 24)) as (app, pilot):
        await pilot.press("f1")
        await wait(pilot, lambda: isinstance(app.screen, HelpScreen) and app.screen.is_mounted)
        page = app.screen.query_one("#help-scroll", VerticalScroll)
        await wait(pilot, lambda: page.max_scroll_y > 0)
        await pilot.press("down")
        await wait(pilot, lambda: page.scroll_y > 0)
        await pilot.press("pagedown")
        await pilot.press("end")
        await wait(pilot, lambda: "terminal" in shown(app) and "ctrl+q" in shown(app))
        assert "close" in shown(app)  # the last line stays in sight


async def test_two_columns_show_all_at_once_in_a_wide_window(
    terminal: Any, wait: Any, shown: Any
) -> None:
    async with terminal(size=(140, 42)) as (app, pilot):
        await pilot.press("f1")
        await wait(pilot, lambda: isinstance(app.screen, HelpScreen) and app.screen.is_mounted)
        await wait(pilot, lambda: "ctrl+q" in shown(app))
        assert app.screen.query_one("#help-scroll", VerticalScroll).max_scroll_y == 0


@pytest.mark.acts("market.help")
@pytest.mark.parametrize("key", ["escape", "f1", "enter", "question_mark"])
async def test_keys_close_it(terminal: Any, wait: Any, key: str) -> None:
    async with terminal() as (app, pilot):
        await pilot.press("f1")
        await wait(pilot, lambda: isinstance(app.screen, HelpScreen) and app.screen.is_mounted)
        await pilot.press(key)
        await wait(pilot, lambda: isinstance(app.screen, TradingScreen))


async def test_a_click_on_the_last_line_closes_it(terminal: Any, wait: Any) -> None:
    async with terminal() as (app, pilot):
        await pilot.press("f1")
        await wait(pilot, lambda: isinstance(app.screen, HelpScreen) and app.screen.is_mounted)
        await pilot.click("#help-page")
        assert isinstance(app.screen, HelpScreen)
        await pilot.click("#help-close")
        await wait(pilot, lambda: isinstance(app.screen, TradingScreen))


async def test_a_card_is_explained_and_the_enter_that_closes_help_sends_nothing(
    terminal: Any, market: Any, wait: Any, shown: Any, fill_ticket: Any, open_card: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("bashu_tui.state.modes.QUIET_SECONDS", 3_600.0)
    async with terminal(size=(80, 24)) as (app, pilot):
        await fill_ticket(pilot, app, "buy", "10", "74.50")
        await open_card(pilot, app)
        card = app.screen
        card.one_press.presses.pressed_at = float("-inf")  # it is there for a while
        await pilot.press("f1")
        await wait(pilot, lambda: isinstance(app.screen, HelpScreen) and app.screen.is_mounted)
        await wait(pilot, lambda: "nothing is sent before Enter" in shown(app))
        assert "change the language" in shown(app)
        for other in ("cancel all mine", "find one by its name"):
            assert other not in shown(app), "the card takes no such key"
        await pilot.press("enter")
        await wait(pilot, lambda: app.screen is card)
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert app.screen is card
        assert not market.venue.order_rows("alice-co")


async def test_help_in_a_field_of_a_card_explains_both_and_a_question_mark_is_typed(
    terminal: Any, wait: Any, shown: Any
) -> None:
    async with terminal(language="zh") as (app, pilot):
        await app.session.client.place("CEA25", "buy", 100, 7_450)
        await wait(pilot, lambda: app.session.orders)
        await pilot.press("f6")
        await wait(pilot, lambda: isinstance(app.screen, AmendScreen) and app.screen.is_mounted)
        card = app.screen
        await pilot.press("question_mark")
        await pilot.pause()
        assert app.screen is card
        await pilot.press("f1")
        await wait(pilot, lambda: "输入栏：" in shown(app) and "改单：上下方向键" in shown(app))
        await pilot.press("escape")
        await wait(pilot, lambda: app.screen is card)


async def test_the_login_is_explained_with_the_users_own_key(wait: Any, shown: Any) -> None:
    app = BashuApp(user="alice", settings=Settings(language="en", keys={"market.help": ("f13",)}))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot, lambda: isinstance(app.screen, LoginScreen) and app.screen.is_mounted)
        await wait(pilot, lambda: isinstance(app.focused, Input))
        await pilot.press("f13")
        await wait(pilot, lambda: "Login: Tab goes to the next field" in shown(app))
        await pilot.press("f13")
        await wait(pilot, lambda: isinstance(app.screen, LoginScreen))
