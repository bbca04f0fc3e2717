"""The page that shows what the terminal sends: nothing is obeyed, everything is shown."""

from typing import Any

import pytest

from bashu_tui import cli
from bashu_tui.app import BashuApp
from bashu_tui.keymap import PLACES, uses
from bashu_tui.screens.keys import KeysScreen
from bashu_tui.screens.trading import TradingScreen
from bashu_tui.settings import Settings
from bashu_tui.state.pressed import PressedKeys
from bashu_tui.widgets.key_checklist import KeyChecklist


def test_a_key_that_arrived_is_marked_and_counted_once() -> None:
    pressed = PressedKeys({})
    _none, whole = pressed.count()
    assert whole == len(uses({}))
    pressed.hear("f8", None)
    pressed.hear("f8", None)
    pressed.hear("f19", None)
    assert pressed.count() == (1, whole)
    assert [press.key for press in pressed.presses] == ["f19", "f8", "f8"]


def test_each_key_names_the_others_that_do_the_same() -> None:
    rows = {(w.key, w.action.id): w.others for w in PressedKeys({"order.buy": ("f6", "7")}).wanted}
    assert rows["f6", "order.buy"] == ("7",)
    assert "f8" not in rows["f8", "orders.cancel_here"]
    assert rows["f8", "orders.cancel_here"]


def test_f_keys_come_first_in_the_order_of_their_numbers() -> None:
    keys = [wanted.key for wanted in PressedKeys({}).wanted]
    assert keys[0] == "f1"
    assert keys.index("f2") < keys.index("f10") < keys.index("ctrl+g") < keys.index("1")


@pytest.mark.parametrize(
    ("key", "character", "is_on"),
    [("买", "买", True), ("１", "１", True), ("a", "a", False), ("f8", None, False)],
)
def test_an_input_method_is_told_by_what_stands_on_no_keyboard(
    key: str, character: str | None, is_on: bool
) -> None:
    pressed = PressedKeys({})
    pressed.hear(key, character)
    assert pressed.input_method is is_on


def test_an_input_method_is_off_when_a_letter_arrives() -> None:
    pressed = PressedKeys({})
    pressed.hear("买", "买")
    pressed.hear("1", "1")
    assert pressed.input_method
    pressed.hear("b", "b")
    assert not pressed.input_method


def test_the_keys_of_screens_that_a_user_cannot_open_are_left_out() -> None:
    shown = {w.action.place for w in PressedKeys({}, PLACES - {"trading"}).wanted}
    assert "trading" in shown
    assert "supervisor" not in shown


async def test_no_key_does_what_it_does_elsewhere(terminal: Any, wait: Any, shown: Any) -> None:
    async with terminal(size=(80, 24)) as (app, pilot):
        await app.session.client.place("CEA25", "buy", 100, 7_400)
        app.open_screen("keys")
        await wait(pilot, lambda: isinstance(app.screen, KeysScreen) and app.screen.is_mounted)
        await pilot.pause()
        for key in ("ctrl+q", "ctrl+l", "ctrl+x", "f8", "f1", "f10", "tab", "ctrl+c"):
            await pilot.press(key)
        await wait(pilot, lambda: "cancel all mine" in shown(app))
        assert [press.key for press in app.screen.pressed.presses][-1] == "ctrl+q"
        assert len(app.screen.pressed.presses) == 8
        assert app.is_running
        assert app.texts.language == "en"
        assert len(app.session.orders.within("CEA25")) == 1


async def test_escape_is_shown_and_a_second_one_leaves(
    terminal: Any, wait: Any, shown: Any
) -> None:
    async with terminal() as (app, pilot):
        app.open_screen("keys")
        await wait(pilot, lambda: isinstance(app.screen, KeysScreen) and app.screen.is_mounted)
        await pilot.pause()
        await pilot.press("escape")
        await wait(pilot, lambda: "Press it again to leave" in shown(app))
        await pilot.press("f8")
        await wait(pilot, lambda: "Press it again to leave" not in shown(app))
        await pilot.press("escape", "escape")
        await wait(pilot, lambda: isinstance(app.screen, TradingScreen))


async def test_a_mouse_alone_can_leave(terminal: Any, wait: Any) -> None:
    async with terminal() as (app, pilot):
        app.open_screen("keys")
        await wait(pilot, lambda: isinstance(app.screen, KeysScreen) and app.screen.is_mounted)
        await pilot.pause()
        await pilot.click("#keys-leave", offset=(3, 0))
        await wait(pilot, lambda: isinstance(app.screen, TradingScreen))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", [(80, 24), (140, 42)])
async def test_it_works_without_a_venue(
    wait: Any, shown: Any, size: tuple[int, int], language: Any
) -> None:
    app = BashuApp(settings=Settings(language=language), first_screen="keys")
    async with app.run_test(size=size) as pilot:
        await wait(pilot, lambda: isinstance(app.screen, KeysScreen) and app.screen.is_mounted)
        await pilot.pause()
        await pilot.press("f10", "买")
        await wait(pilot, lambda: "U+4E70" in shown(app))
        assert app.texts("keys.input_method")[:8] in shown(app)
        checklist = app.screen.query_one(KeyChecklist)
        assert checklist.chosen is not None
        assert checklist.chosen.key == "f10"
        assert "[x] F10" in shown(app)
        await pilot.press("escape", "escape")
        await wait(pilot, lambda: not app.is_running)
    assert app._exception is None


def test_the_command_needs_no_venue_and_forgives_bad_keys(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Any] = []

    def run(app: BashuApp) -> None:
        opened.append(app)

    monkeypatch.setattr(BashuApp, "run", run)
    file = tmp_path / "mine.toml"
    file.write_text('[keys]\n"orders.cancel_all" = []\n', "utf-8")
    assert cli.main(["--settings", str(file), "keys"]) == 0
    assert opened[0]._first_screen == "keys"
    assert opened[0].settings.keys == {}
