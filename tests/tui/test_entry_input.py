"""A field holds what was typed, also when the keys come faster than the program."""

from collections.abc import Sequence

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.widgets import Input

from bashu_tui.widgets.entry_input import EntryInput


class Form(App[None]):
    submitted = ""

    def compose(self) -> ComposeResult:
        yield EntryInput(id="field")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.submitted = event.value


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("1", "2", "backspace", "3"), "13"),
        (("9", "9", *["backspace"] * 5, "1", "2", "0"), "120"),
        (("2", "left", "1", "end", "3"), "123"),
        (("1", "home", "2", "delete", "3"), "23"),
        (("1", "2", "ctrl+u", "7"), "7"),
    ],
)
async def test_keys_in_haste_act_in_their_order(keys: Sequence[str], value: str) -> None:
    app = Form()
    async with app.run_test() as pilot:
        field = app.query_one(EntryInput)
        field.focus()
        await pilot.pause()
        for key in (*keys, "enter"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        assert (field.value, app.submitted) == (value, value)
