"""Each action of the keymap has a test that presses one of its keys and sees what it does."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pressed_actions import recording
from textual.widgets import Input

from bashu_tui.keymap import ACTIONS
from bashu_tui.screens.mode import ModeScreen
from bashu_tui.widgets.ticket import Ticket


def marked(tree: ast.Module) -> Iterator[str]:
    """Find what stands in the marks `acts` of a file's tests."""
    for test in ast.walk(tree):
        if not isinstance(test, ast.AsyncFunctionDef) or not test.name.startswith("test_"):
            continue
        calls = [node for mark in test.decorator_list for node in ast.walk(mark)]
        for call in calls:
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.acts":
                yield from (ast.literal_eval(name) for name in call.args)


def test_every_action_has_a_test_that_presses_its_key() -> None:
    """The mark is no promise: conftest.py fails a marked test in which no such key ran."""
    files = Path(__file__).parent.glob("test_*.py")
    found = {name for file in files for name in marked(ast.parse(file.read_text("utf-8")))}
    assert found == {action.id for action in ACTIONS}


async def test_a_key_counts_where_it_ran_the_action_and_nowhere_else(
    terminal: Any, wait: Any
) -> None:
    async with terminal() as (app, pilot):
        with recording() as ran:
            await pilot.press("1")
            quantity = app.screen.query_one("#ticket-qty", Input)
            await wait(pilot, lambda: app.focused is quantity)
            assert ran == {"order.buy"}
            ran.clear()
            await pilot.press("3", "9", "left", "delete")  # a field's own
            assert not ran
            assert app.screen.query_one(Ticket).side == "buy"
            await pilot.press("f12")
            await wait(pilot, lambda: isinstance(app.screen, ModeScreen) and app.screen.is_mounted)
            assert ran == {"orders.mode"}
            await pilot.press("f9", "1")  # nobody's, and the card's own
            await wait(pilot, lambda: app.session.mode == "view")
            assert ran == {"orders.mode"}
