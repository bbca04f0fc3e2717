"""Which actions of the keymap a test has run by pressing one of their keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from textual.app import App

from bashu_tui.app import BashuApp
from bashu_tui.keymap import actions, keys_at


@contextmanager
def recording() -> Iterator[set[str]]:
    """Collect the ids of the actions that keys run on terminals within the block.

    A key counts when Textual's dispatch ran the action that the keymap gives it on the screen in
    front: what a field, a list or a card does with the same key is no action of the keymap.
    """
    ran: set[str] = set()
    pressed: list[tuple[str, str]] = []
    check_bindings, run_action = App._check_bindings, App.run_action

    async def checking(app: App[Any], key: str, priority: bool = False) -> bool:
        pressed.append((getattr(app.screen, "place", ""), key))
        try:
            return await check_bindings(app, key, priority)
        finally:
            pressed.pop()

    async def running(app: App[Any], action: Any, *rest: Any, **more: Any) -> bool:
        at = pressed[-1] if pressed else None
        done = await run_action(app, action, *rest, **more)
        if done and at is not None and isinstance(app, BashuApp):
            place, key = at
            overrides = app.settings.keys
            ran.update(
                known.id
                for known in actions(place)
                if known.run == action and key in keys_at(place, known, overrides)
            )
        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(App, "_check_bindings", checking)
        patch.setattr(App, "run_action", running)
        yield ran
