"""Every key of the terminal, in one table; a user may give actions other keys.

With a Chinese input method letters never arrive, and some terminals keep F-keys or ctrl-keys for
themselves: so each trading action has two keys of different kinds.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from msgspec import Struct
from textual.binding import Binding
from textual.keys import Keys, key_to_character

Overrides = Mapping[str, tuple[str, ...]]


class Action(Struct, frozen=True):
    """Something that a key does. Its text is `action.<id>`, on the key bar `bar.<id>`."""

    id: str
    place: str
    """"app", "market" for all screens in front of the market, "trader", or one screen's name."""
    keys: tuple[str, ...]
    run: str
    """The action in Textual's words, of the screen or with `app.` of the app."""
    bar: bool = False
    """Whether the key bar shows it."""
    is_safety: bool = False
    """Whether it must keep a key."""


class KeymapError(Exception):
    """The user's keys clash, or name what does not exist; a line a problem."""


ACTIONS: Final = (
    Action("app.language", "app", ("ctrl+l",), "app.language"),
    Action("app.quit", "app", ("ctrl+q", "ctrl+c"), "app.quit", bar=True),
    Action("market.help", "market", ("f1", "question_mark"), "help", bar=True),
    Action("market.goto", "market", ("f10", "ctrl+g"), "goto", bar=True),
    Action("orders.cancel_here", "trader", ("f8", "8", "delete"), "cancel_here", bar=True,
           is_safety=True),
    Action("orders.cancel_all", "trader", ("ctrl+x", "shift+f8", "f20"), "cancel_all", bar=True,
           is_safety=True),
    Action("order.buy", "trading", ("f2", "1"), "side('buy')", bar=True),
    Action("order.sell", "trading", ("f3", "3"), "side('sell')", bar=True),
    Action("order.validity", "trading", ("ctrl+t", "5"), "validity"),
    Action("order.submit", "trading", ("enter",), "submit"),
    Action("ladder.up", "trading", ("up",), "price(1)"),
    Action("ladder.down", "trading", ("down",), "price(-1)"),
    Action("ladder.page_up", "trading", ("pageup",), "price(10)"),
    Action("ladder.page_down", "trading", ("pagedown",), "price(-10)"),
    Action("ladder.recentre", "trading", ("f4", "space"), "recentre"),
    Action("ladder.lock", "trading", ("f9", "9"), "lock_ladder"),
    Action("ladder.coarser", "trading", ("minus",), "step(1)"),
    Action("ladder.finer", "trading", ("equals_sign",), "step(-1)"),
    Action("symbol.previous", "trading", ("ctrl+left", "left"), "symbol(-1)"),
    Action("symbol.next", "trading", ("ctrl+right", "right"), "symbol(1)"),
    Action("supervisor.halt", "supervisor", ("f5", "ctrl+o"), "act('halt')", bar=True),
    Action("supervisor.resume", "supervisor", ("f6", "ctrl+r"), "act('resume')", bar=True),
    Action("supervisor.suspend", "supervisor", ("f7", "ctrl+s"), "act('suspend')", bar=True),
    Action("supervisor.reinstate", "supervisor", ("f8", "ctrl+e"), "act('reinstate')", bar=True),
    Action("supervisor.notice", "supervisor", ("f9", "ctrl+n"), "act('notice')", bar=True),
)  # fmt: skip
"""The first key stands on the key bar. A screen's own come before what all have."""

_NOT_TRADERS: Final = frozenset({"supervisor"})
_PLAIN_KEYS: Final = frozenset(
    {"up", "down", "left", "right", "pageup", "pagedown", "home", "end", "delete", "backspace"}
    | {"enter", "tab", "shift+tab", "escape"}
)
"""Keys that a field or a list may need for itself; it comes first."""
_MODIFIED: Final = re.compile(r"(?:(?:ctrl|shift|alt)\+)*(?P<key>[a-z0-9_]+|[A-Z])")
_LABELS: Final = {
    "question_mark": "?", "minus": "-", "equals_sign": "=", "plus": "+", "space": "Space",
    "escape": "Esc", "enter": "Enter", "delete": "Del", "tab": "Tab", "backspace": "Backspace",
    "pageup": "PgUp", "pagedown": "PgDn", "home": "Home", "end": "End",
}  # fmt: skip


def groups(place: str) -> tuple[str, ...]:
    """Return the places of the table whose keys hold on one screen, its own first."""
    return (place, "market") if place in _NOT_TRADERS else (place, "trader", "market")


def actions(place: str) -> list[Action]:
    """Return what keys do on one screen, its own first, the app's last."""
    wanted = (*groups(place), "app")
    return [action for name in wanted for action in ACTIONS if action.place == name]


def keys_of(action: Action, overrides: Overrides) -> tuple[str, ...]:
    """Return the keys that an action has for this user."""
    return overrides.get(action.id, action.keys)


def first_key(action_id: str, overrides: Overrides) -> str:
    """Return the key that a screen names for an action; empty where the user gave it none."""
    action = next(action for action in ACTIONS if action.id == action_id)
    keys = keys_of(action, overrides)
    return label(keys[0]) if keys else ""


def bindings(places: Iterable[str], overrides: Overrides) -> list[Binding]:
    """Return Textual's bindings. What can be typed or edits a field leaves the field first."""
    return [
        Binding(key, action.run, id=f"{action.id}:{key}", show=False, priority=_is_priority(key))
        for place in places
        for action in ACTIONS
        if action.place == place
        for key in keys_of(action, overrides)
    ]


def check(overrides: Overrides) -> None:
    """Make sure that a user's keys can be used.

    Raises:
        KeymapError: an unknown action or key, one key for two actions of a screen, or an action
            that must have a key and has none.
    """
    known = {action.id: action for action in ACTIONS}
    problems = [f"keys.{name}: there is no such action." for name in overrides if name not in known]
    for name, keys in overrides.items():
        problems += [f"keys.{name}: there is no key {key!r}." for key in keys if not _is_key(key)]
        if name in known and known[name].is_safety and not keys:
            problems.append(f"keys.{name}: this action must keep a key.")
    places = {action.place for action in ACTIONS} - {"app", "market", "trader"}
    for place in sorted(places):
        problems += _clashes(place, overrides)
    if problems:
        raise KeymapError("\n".join(dict.fromkeys(problems)))


def label(key: str) -> str:
    """Return a key as it is written on keyboards: F8, ctrl+x, Space."""
    *modifiers, last = key.split("+")
    shown = _LABELS.get(last) or (last.upper() if re.fullmatch(r"f\d+", last) else last)
    return "+".join([*modifiers, shown])


def _clashes(place: str, overrides: Overrides) -> list[str]:
    found: dict[str, str] = {}
    problems = []
    for action in actions(place):
        for key in keys_of(action, overrides):
            other = found.setdefault(key, action.id)
            if other != action.id:
                problems.append(f"{label(key)}: both {other} and {action.id} want it.")
    return problems


def _is_priority(key: str) -> bool:
    return key not in _PLAIN_KEYS and key_to_character(key) is None


@cache
def _named_keys() -> frozenset[str]:
    return frozenset(key.value for key in Keys)


def _is_key(key: str) -> bool:
    match = _MODIFIED.fullmatch(key)
    if match is None:
        return False
    last = match["key"]
    return len(last) == 1 or last in _named_keys() or key_to_character(last) is not None
