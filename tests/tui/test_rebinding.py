"""A user's own keys: what cannot be used is refused as a whole, and said in both languages."""

from pathlib import Path
from typing import Any

import pytest

from bashu_tui import cli
from bashu_tui.i18n import Texts
from bashu_tui.keymap import ACTIONS, KeymapError, check, is_key, problems, remark, uses
from bashu_tui.screens.bindings import BindingsScreen
from bashu_tui.screens.goto import GotoScreen
from bashu_tui.screens.press import PressScreen
from bashu_tui.screens.registry import open_to
from bashu_tui.screens.settings import SettingsScreen
from bashu_tui.screens.trading import TradingScreen
from bashu_tui.settings import load
from bashu_tui.state.rebinding import with_key, with_usual_keys, without_key
from bashu_tui.widgets.binding_list import BindingList
from bashu_tui.widgets.ticket import Ticket

EVERYTHING_WRONG = {
    "order.buy": ("f8",),
    "order.bye": ("f2",),
    "symbol.next": ("f99",),
    "orders.cancel_all": (),
}


@pytest.mark.parametrize(
    ("overrides", "key", "values"),
    [
        ({"order.buy": ("f8",)}, "keymap.clash",
         {"key": "F8", "first": "order.buy", "second": "orders.cancel_here"}),
        ({"order.buy": ("f1",)}, "keymap.clash",
         {"key": "F1", "first": "order.buy", "second": "market.help"}),
        ({"order.buy": ("ctrl+q",)}, "keymap.clash",
         {"key": "ctrl+q", "first": "order.buy", "second": "app.quit"}),
        ({"order.bye": ("f2",)}, "keymap.unknown_near", {"name": "order.bye", "near": "order.buy"}),
        ({"xxxxxxxx": ("f2",)}, "keymap.unknown", {"name": "xxxxxxxx"}),
        ({"order.buy": ("f99",)}, "keymap.no_key", {"name": "order.buy", "key": "f99"}),
        ({"orders.cancel_all": ()}, "keymap.needed", {"name": "orders.cancel_all"}),
    ],
)  # fmt: skip
def test_keys_that_cannot_be_used_are_refused(
    overrides: dict[str, tuple[str, ...]], key: str, values: dict[str, str]
) -> None:
    found = [problem for problem in problems(overrides) if problem.key == key]
    assert any(values.items() <= problem.values.items() for problem in found)
    with pytest.raises(KeymapError):
        check(overrides)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_all_problems_are_said_at_once_with_the_names_of_the_actions(language: Any) -> None:
    texts = Texts(language)
    said = KeymapError(*problems(EVERYTHING_WRONG)).say(texts)
    assert len(said.split("\n")) == len(problems(EVERYTHING_WRONG)) == len(EVERYTHING_WRONG)
    for part in (
        "F8", texts("action.order.buy"), texts("action.orders.cancel_here"), "order.bye", "f99",
        texts("action.orders.cancel_all"),
    ):  # fmt: skip
        assert part in said


def test_supervisors_keys_may_be_those_of_traders() -> None:
    check({"supervisor.halt": ("f2",)})


def test_a_key_may_be_named_twice_for_one_action() -> None:
    check({"order.buy": ("f13", "f13")})


def test_a_key_that_edits_fields_is_remarked_upon() -> None:
    found = {key: remark(key) for key in ("ctrl+w", "down", "u", "f13")}
    assert found["f13"] is None
    assert [p.key for p in found.values() if p is not None] == [
        "keymap.field_loses", "keymap.widget_first", "keymap.typed_first",
    ]  # fmt: skip


def test_every_use_of_a_key_is_known() -> None:
    found = uses({"order.buy": ("f13",)})
    assert {"orders.cancel_here", "supervisor.reinstate"} <= {a.id for a in found["f8"]}
    assert "order.buy" in [action.id for action in found["f13"]]
    assert "order.buy" not in [action.id for action in found.get("f2", [])]
    assert all(is_key(key) for key in found)


@pytest.mark.parametrize(("language", "word"), [("en", "must keep a key"), ("zh", "必须保留按键")])
def test_the_command_refuses_bad_keys_with_the_files_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str, word: str
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[keys]\n"orders.cancel_all" = []\norder.buy = ["f8"]\n', "utf-8")
    assert cli.main(["--settings", str(file), "--lang", language]) == 1
    said = capsys.readouterr().err
    assert str(file) in said
    assert word in said
    assert "F8" in said


BUY = next(action for action in ACTIONS if action.id == "order.buy")


def test_a_new_key_takes_the_place_of_one_or_stands_after_the_last() -> None:
    assert with_key({}, BUY, 0, "f6")["order.buy"] == ("f6", *BUY.keys[1:])
    assert with_key({}, BUY, len(BUY.keys), "f6")["order.buy"] == (*BUY.keys, "f6")
    assert with_key({"order.buy": ("f6",)}, BUY, 0, "f6") == {"order.buy": ("f6",)}


def test_the_usual_keys_are_not_written_down() -> None:
    own = with_key({"order.sell": ("f7",)}, BUY, 0, "f6")
    assert with_usual_keys(own, BUY) == {"order.sell": ("f7",)}
    assert with_key(own, BUY, 0, BUY.keys[0]) == {"order.sell": ("f7",)}


def test_a_key_may_be_taken_away_but_not_the_last_of_a_safety_action() -> None:
    assert without_key({}, BUY, 0)["order.buy"] == BUY.keys[1:]
    cancel = next(action for action in ACTIONS if action.id == "orders.cancel_all")
    overrides = {cancel.id: ("ctrl+x",)}
    assert [p.key for p in problems(without_key(overrides, cancel, 0))] == ["keymap.needed"]


async def open_bindings(app: Any, pilot: Any, wait: Any, action: str) -> BindingList:
    app.open_screen("bindings")
    await wait(pilot, lambda: isinstance(app.screen, BindingsScreen) and app.screen.is_mounted)
    await pilot.pause()
    panel: BindingList = app.screen.query_one(BindingList)
    panel.choose(action)
    await pilot.pause()
    return panel


async def press_new(app: Any, pilot: Any, wait: Any, *keys: str) -> None:
    await pilot.press("enter")
    await wait(pilot, lambda: isinstance(app.screen, PressScreen) and app.screen.is_mounted)
    await pilot.pause()
    await pilot.press(*keys)


async def test_a_new_key_holds_at_once_and_is_kept_with_the_comments(
    market: Any, wait: Any, shown: Any, tmp_path: Path
) -> None:
    file = tmp_path / "terminal.toml"
    file.write_text('# mine\ntheme = "light"  # bright\n', "utf-8")
    app = market.app("alice")
    app.preferences.path = file
    app.preferences.stored = load(file)
    async with app.run_test(size=(100, 30)) as pilot:
        await wait(pilot, lambda: isinstance(app.screen, TradingScreen) and app.screen.is_mounted)
        await wait(pilot, lambda: app.session.stat("CEA25") is not None)
        await open_bindings(app, pilot, wait, "order.buy")
        await press_new(app, pilot, wait, "ctrl+w")
        await wait(pilot, lambda: isinstance(app.screen, BindingsScreen))
        await wait(pilot, lambda: "ctrl+w holds from now on" in shown(app))
        assert "no longer edits text" in shown(app)
        assert "ctrl+w" in file.read_text("utf-8")
        assert file.read_text("utf-8").startswith('# mine\ntheme = "light"  # bright\n')
        await pilot.press("escape")
        await wait(pilot, lambda: isinstance(app.screen, TradingScreen))
        quantity = app.screen.query_one("#ticket-qty")
        await wait(pilot, lambda: " ctrl+w Buy" in shown(app))
        assert app.focused is not quantity
        await pilot.press("f2")
        await pilot.pause()
        assert app.focused is not quantity
        await pilot.press("ctrl+w")
        await wait(pilot, lambda: app.focused is quantity)
    assert app._exception is None


async def reach_bindings(app: Any, pilot: Any, wait: Any) -> BindingList:
    """Go from the market by the menu and the settings to the list of keys, by keys alone."""
    await pilot.press("f10")
    await wait(pilot, lambda: isinstance(app.screen, GotoScreen) and app.screen.is_mounted)
    places = [entry.place for entry in open_to("trader")]
    await pilot.press(*["down"] * places.index("settings"), "enter")
    await wait(pilot, lambda: isinstance(app.screen, SettingsScreen) and app.screen.is_mounted)
    await wait(pilot, lambda: app.focused is not None)
    await pilot.press("f2")
    await wait(pilot, lambda: isinstance(app.screen, BindingsScreen) and app.screen.is_mounted)
    panel: BindingList = app.screen.query_one(BindingList)
    await wait(pilot, lambda: app.focused is panel and panel.chosen is not None)
    return panel


@pytest.mark.acts("bindings.change", "bindings.remove", "bindings.usual", "tool.back")
async def test_an_action_gets_another_key_by_keys_alone_from_the_market_and_back(
    market: Any, wait: Any, shown: Any, tmp_path: Path
) -> None:
    file = tmp_path / "terminal.toml"
    app = market.app("alice")
    app.preferences.path = file
    async with app.run_test(size=(100, 30)) as pilot:
        await wait(pilot, lambda: isinstance(app.screen, TradingScreen) and app.screen.is_mounted)
        await wait(pilot, lambda: app.session.stat("CEA25") is not None)
        panel = await reach_bindings(app, pilot, wait)
        names = [action.id for action in panel.items()]
        await pilot.press(*["down"] * names.index("order.buy"), "f2")
        await wait(pilot, lambda: isinstance(app.screen, PressScreen) and app.screen.is_mounted)
        await pilot.press("f8")
        await wait(pilot, lambda: "F8 cannot be used" in shown(app))
        assert "orders: cancel mine in this instrument" in shown(app)
        assert not file.exists()
        await pilot.press("f13")
        await wait(pilot, lambda: "F13 holds from now on" in shown(app))
        assert load(file).keys == {"order.buy": ("f13", "1")}
        await pilot.press("escape")
        await wait(pilot, lambda: isinstance(app.screen, SettingsScreen))
        await pilot.press("escape")
        await wait(pilot, lambda: isinstance(app.screen, TradingScreen))
        ticket, quantity = app.screen.query_one(Ticket), app.screen.query_one("#ticket-qty")
        await pilot.press("f3")
        await wait(pilot, lambda: ticket.side == "sell" and app.focused is quantity)
        await pilot.press("f2")
        await pilot.pause()
        assert ticket.side == "sell"
        await pilot.press("f13")
        await wait(pilot, lambda: ticket.side == "buy")
        panel = await reach_bindings(app, pilot, wait)
        await pilot.press("f6")
        await wait(pilot, lambda: load(file).keys == {"order.buy": ("1",)})
        await pilot.press("f5")
        await wait(pilot, lambda: load(file).keys == {})
    assert app._exception is None


async def test_a_clash_is_said_at_once_and_another_key_may_be_pressed(
    terminal: Any, wait: Any, shown: Any
) -> None:
    async with terminal(size=(80, 24), language="zh") as (app, pilot):
        await open_bindings(app, pilot, wait, "order.buy")
        await press_new(app, pilot, wait, "f8")
        await wait(pilot, lambda: "F8 不可用" in shown(app))
        assert isinstance(app.screen, PressScreen)
        assert app.settings.keys == {}
        await pilot.press("买")
        await wait(pilot, lambda: "买 不可用" in shown(app))
        await pilot.press("escape")
        await wait(pilot, lambda: isinstance(app.screen, BindingsScreen))
        assert app.settings.keys == {}


async def test_a_key_with_many_other_uses_does_not_overrun_the_card(
    terminal: Any, wait: Any, shown: Any
) -> None:
    async with terminal(size=(80, 24)) as (app, pilot):
        await open_bindings(app, pilot, wait, "app.palette")
        await press_new(app, pilot, wait, "f9")
        await wait(pilot, lambda: "F9 cannot be used" in shown(app))
        assert "more such reasons" in shown(app)
        assert "leave as it is" in shown(app)


async def test_a_safety_action_cannot_lose_its_last_key(
    terminal: Any, wait: Any, shown: Any
) -> None:
    async with terminal(size=(80, 24)) as (app, pilot):
        await open_bindings(app, pilot, wait, "orders.cancel_all")
        usual = next(a for a in ACTIONS if a.id == "orders.cancel_all").keys
        for _key in usual:
            await pilot.press("f6")
        await wait(pilot, lambda: "must keep a key" in shown(app))
        assert app.settings.keys == {"orders.cancel_all": usual[-1:]}
        await pilot.press("f5")
        await wait(pilot, lambda: app.settings.keys == {})


async def test_another_key_of_the_action_is_chosen_by_arrow_or_click(
    terminal: Any, wait: Any, shown: Any
) -> None:
    async with terminal(size=(80, 24)) as (app, pilot):
        panel = await open_bindings(app, pilot, wait, "order.buy")
        await pilot.press("right", "right", "right", "right")
        assert panel.slot == len(BUY.keys)
        await wait(pilot, lambda: "[+]" in shown(app))
        y = next(at for at, line in enumerate(shown(app).split("\n")) if "[+]" in line)
        await pilot.click(offset=(panel.region.x + 1 + panel._room(panel.size.width) + 2, y))
        await wait(pilot, lambda: panel.slot == 0)
        await pilot.press("right")
        await press_new(app, pilot, wait, "ctrl+w")
        await wait(pilot, lambda: "order.buy" in app.settings.keys)
        assert app.settings.keys["order.buy"][:2] == (BUY.keys[0], "ctrl+w")


async def test_what_a_field_does_with_a_key_of_ones_own_is_said_where_it_is_chosen(
    terminal: Any, wait: Any, shown: Any
) -> None:
    async with terminal(size=(80, 24)) as (app, pilot):
        app.choose(keys={"order.buy": ("f2", "u")})
        panel = await open_bindings(app, pilot, wait, "order.buy")
        panel.choose("order.buy")
        await wait(pilot, lambda: "In a field u is typed." in shown(app))
        await pilot.press("down")
        await wait(pilot, lambda: "Up and Down choose" in shown(app))
