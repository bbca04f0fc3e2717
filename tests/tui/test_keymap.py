"""The table of keys: no clashes, and a user's own keys are checked before they count."""

from pathlib import Path

import pytest

from bashu_tui.key_table import with_table
from bashu_tui.keymap import (
    ACTIONS,
    KeymapError,
    actions,
    bindings,
    check,
    label,
    screen_bindings,
)


def test_the_usual_keys_are_without_clash() -> None:
    check({})


def test_each_trading_action_has_two_keys() -> None:
    needed = [action for action in ACTIONS if action.id.startswith(("order.", "orders."))]
    assert needed
    alone = [a.id for a in needed if len(a.keys) < 2 and a.id != "order.submit"]
    assert not alone


def test_two_actions_may_exchange_their_keys() -> None:
    check({"order.buy": ("f3", "3"), "order.sell": ("f2", "1")})


def test_what_can_be_typed_leaves_a_field_first() -> None:
    keys = {"ladder.coarser": ("minus", "slash", "u"), "ladder.finer": ("plus", "f13")}
    found = {binding.key: binding.priority for binding in bindings(["trading", "trader"], keys)}
    assert found["f13"]
    assert not any(found[key] for key in ("minus", "slash", "plus", "u"))
    assert found["f2"]
    assert found["ctrl+t"]
    assert not found["1"]
    assert not found["space"]
    assert not found["up"]
    assert not found["delete"]


def test_a_users_keys_take_the_place_of_the_usual() -> None:
    found = {b.key: b.action for b in bindings(["trading"], {"order.buy": ("f13", "u")})}
    assert found["f13"] == found["u"] == "side('buy')"
    assert "f2" not in found
    assert "1" not in found


def test_a_screens_own_keys_come_first() -> None:
    assert next(iter(actions("trading"))).id == "order.buy"
    assert actions("trading")[-1].place == "app"
    assert "orders.cancel_all" not in [action.id for action in actions("supervisor")]


def test_orders_are_withdrawn_on_the_tools_too_by_keys_that_neither_type_nor_edit() -> None:
    for place in ("settings", "bindings"):
        found = {b.key: b.action for b in screen_bindings(place, {})}
        assert found["f8"] == "cancel_here"
        assert found["ctrl+x"] == "cancel_all"
        assert "8" not in found
    assert {b.key: b.action for b in screen_bindings("bindings", {})}["delete"] == "remove"


def test_a_key_of_a_tool_may_not_be_one_that_withdraws() -> None:
    with pytest.raises(KeymapError):
        check({"bindings.change": ("f8",)})


def test_keys_are_written_as_on_keyboards() -> None:
    assert [label(key) for key in ("f8", "shift+f8", "ctrl+x", "space", "minus")] == [
        "F8", "shift+F8", "ctrl+x", "Space", "-",
    ]  # fmt: skip


def test_the_page_has_the_usual_keys() -> None:
    """`python -m bashu_tui.key_table docs/terminal.md` writes them anew."""
    page = (Path(__file__).parents[2] / "docs" / "terminal.md").read_text("utf-8")
    assert page == with_table(page)
