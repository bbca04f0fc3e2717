"""Giving actions other keys, one at a time; what would clash is refused before it holds."""

from bashu_tui.keymap import Action, Overrides, keys_of

MOST_KEYS = 4
"""Keys that one action can have on the screen that changes them; a file may give it more."""


def with_key(overrides: Overrides, action: Action, at: int, key: str) -> dict[str, tuple[str, ...]]:
    """Return the overrides with a key in place of an action's `at`-th, or after its last one."""
    keys = list(keys_of(action, overrides))
    if key in keys:
        return dict(overrides)
    keys[at : at + 1] = [key]
    return _with(overrides, action, tuple(keys))


def without_key(overrides: Overrides, action: Action, at: int) -> dict[str, tuple[str, ...]]:
    """Return the overrides without an action's `at`-th key."""
    keys = keys_of(action, overrides)
    return _with(overrides, action, keys[:at] + keys[at + 1 :])


def with_usual_keys(overrides: Overrides, action: Action) -> dict[str, tuple[str, ...]]:
    """Return the overrides without those of one action."""
    return _with(overrides, action, action.keys)


def _with(
    overrides: Overrides, action: Action, keys: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    others = {name: given for name, given in overrides.items() if name != action.id}
    return others if keys == action.keys else others | {action.id: keys}
