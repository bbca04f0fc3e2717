"""Every key of the terminal, in one table; a user may give actions other keys.

With a Chinese input method letters never arrive, and some terminals keep F-keys or ctrl-keys for
themselves: so each trading action has two keys of different kinds.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Final

from msgspec import Struct
from textual.binding import Binding
from textual.keys import REPLACED_KEYS, Keys, key_to_character

from bashu_tui.problems import Problem, ProblemsError

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

    @property
    def is_for_traders(self) -> bool:
        """Whether only a trader has something to do with it."""
        return self.place == "trader" or self.id in ("order.buy", "order.sell")


class KeymapError(ProblemsError):
    """The user's keys clash, or name what does not exist."""


ACTIONS: Final = (
    Action("app.language", "app", ("ctrl+l",), "app.language"),
    Action("app.palette", "app", ("ctrl+p", "ctrl+k"), "app.palette"),
    Action("app.quit", "app", ("ctrl+q", "ctrl+c"), "app.quit", bar=True),
    Action("market.help", "market", ("f1", "question_mark"), "help", bar=True),
    Action("market.goto", "market", ("f10", "ctrl+g"), "goto", bar=True),
    Action("orders.cancel_here", "trader", ("f8", "8", "delete"), "cancel_here", bar=True,
           is_safety=True),
    Action("orders.cancel_all", "trader", ("ctrl+x", "shift+f8", "f20"), "cancel_all", bar=True,
           is_safety=True),
    Action("orders.mode", "trader", ("f12", "ctrl+e"), "mode", bar=True),
    Action("order.buy", "trading", ("f2", "1"), "side('buy')", bar=True),
    Action("order.sell", "trading", ("f3", "3"), "side('sell')", bar=True),
    Action("order.type", "trading", ("ctrl+y", "4"), "order_type"),
    Action("order.validity", "trading", ("ctrl+t", "5"), "validity"),
    Action("order.preset", "trading", ("ctrl+u", "2"), "preset"),
    Action("order.most", "trading", ("ctrl+f", "0"), "most"),
    Action("order.more", "trading", ("f5", "6"), "more"),
    Action("order.submit", "trading", ("enter",), "submit"),
    Action("blotter.next", "trading", ("f7", "7"), "blotter"),
    Action("blotter.amend", "trading", ("f6", "ctrl+r"), "amend_chosen"),
    Action("blotter.cancel", "trading", ("ctrl+d", "f11"), "cancel_chosen"),
    Action("ladder.up", "trading", ("up",), "price(1)"),
    Action("ladder.down", "trading", ("down",), "price(-1)"),
    Action("ladder.page_up", "trading", ("pageup",), "price(10)"),
    Action("ladder.page_down", "trading", ("pagedown",), "price(-10)"),
    Action("ladder.recentre", "trading", ("f4", "space"), "recentre"),
    Action("ladder.lock", "trading", ("f9", "9"), "lock_ladder"),
    Action("candles.length", "trading", ("ctrl+b", "full_stop"), "candle_length"),
    Action("panel.chart", "trading", ("ctrl+s", "slash"), "chart"),
    Action("panel.maximize", "trading", ("asterisk", "shift+f11", "f23"), "fill"),
    Action("ladder.coarser", "trading", ("minus",), "step(1)"),
    Action("ladder.finer", "trading", ("equals_sign",), "step(-1)"),
    Action("symbol.previous", "trading", ("ctrl+left", "left"), "symbol(-1)"),
    Action("symbol.next", "trading", ("ctrl+right", "right"), "symbol(1)"),
    Action("statements.symbol", "statements", ("f6", "6"), "filter_symbol", bar=True),
    Action("statements.export", "statements", ("f9", "9"), "export", bar=True),
    Action("holdings.export", "holdings", ("f9", "9"), "export", bar=True),
    Action("notices.kind", "notices", ("f5", "5"), "filter_kind", bar=True),
    Action("notices.symbol", "notices", ("f6", "6"), "filter_symbol", bar=True),
    Action("notices.read_all", "notices", ("f7", "7"), "read_all", bar=True),
    Action("notices.export", "notices", ("f9", "9"), "export", bar=True),
    Action("price_alerts.here", "trading", ("ctrl+n", "ctrl+o"), "alert_here"),
    Action("price_alerts.add", "price_alerts", ("f2", "1"), "add"),
    Action("price_alerts.edit", "price_alerts", ("f3", "3"), "edit"),
    Action("price_alerts.sleep", "price_alerts", ("f4", "4"), "sleep"),
    Action("price_alerts.delete", "price_alerts", ("f9", "9"), "delete"),
    Action("blotter.kind", "blotter", ("f5", "5"), "filter_kind", bar=True),
    Action("blotter.symbol", "blotter", ("f6", "6"), "filter_symbol", bar=True),
    Action("blotter.find", "blotter", ("f7", "7", "ctrl+f"), "find", bar=True),
    Action("blotter.export", "blotter", ("f9", "9"), "export", bar=True),
    Action("blocks.offer", "blocks", ("f2", "1"), "offer"),
    Action("blocks.counter", "blocks", ("f3", "3"), "counter"),
    Action("blocks.accept", "blocks", ("f4", "4"), "accept"),
    Action("blocks.withdraw", "blocks", ("f9", "9"), "withdraw"),
    Action("blocks.send", "blocks", ("f5", "5"), "send"),
    Action("blocks.back", "blocks", ("escape", "ctrl+b"), "back"),
    Action("auctions.bid", "auctions", ("f2", "1"), "bid"),
    Action("auctions.apply", "auctions", ("f3", "3"), "apply"),
    Action("auctions.withdraw", "auctions", ("f9", "9"), "withdraw"),
    Action("auctions.send", "auctions", ("f5", "5"), "send"),
    Action("auctions.back", "auctions", ("escape", "ctrl+b"), "back"),
    Action("supervisor.halt", "supervisor", ("f5", "ctrl+o"), "act('halt')", bar=True),
    Action("supervisor.resume", "supervisor", ("f6", "ctrl+r"), "act('resume')", bar=True),
    Action("supervisor.suspend", "supervisor", ("f7", "ctrl+s"), "act('suspend')", bar=True),
    Action("supervisor.reinstate", "supervisor", ("f8", "ctrl+e"), "act('reinstate')", bar=True),
    Action("supervisor.notice", "supervisor", ("f9", "ctrl+n"), "act('notice')", bar=True),
    Action("parameters.propose", "parameters", ("f2", "1"), "propose"),
    Action("parameters.confirm", "parameters", ("f4", "4"), "confirm"),
    Action("parameters.decline", "parameters", ("f9", "9"), "decline"),
    Action("bindings.change", "bindings", ("f2", "enter"), "change", bar=True),
    Action("bindings.remove", "bindings", ("f6", "delete"), "remove", bar=True),
    Action("bindings.usual", "bindings", ("f5", "ctrl+r"), "usual", bar=True),
    Action("settings.bindings", "settings", ("f2", "ctrl+y"), "app.open('bindings')", bar=True),
    Action("settings.keys", "settings", ("f3", "ctrl+t"), "app.open('keys')", bar=True),
    Action("tool.back", "tool", ("escape", "ctrl+b"), "app.back", bar=True),
)  # fmt: skip
"""The first key stands on the key bar. A screen's own come before what all have."""

PLACES: Final = frozenset(a.place for a in ACTIONS) - {"app", "market", "trader", "tool"}
"""The screens that have keys of their own."""
TOOLS: Final = frozenset({"keys", "bindings", "settings"})
"""Screens that one visits and leaves again; nothing is traded on them."""
_NOT_TRADERS: Final = frozenset({"supervisor", "parameters"})
_PLAIN_KEYS: Final = frozenset(
    {"up", "down", "left", "right", "pageup", "pagedown", "home", "end", "delete", "backspace"}
    | {"enter", "tab", "shift+tab", "escape"}
)
"""Keys that a field or a list may need for itself; it comes first."""
_MODIFIED: Final = re.compile(r"(?:(?:ctrl|shift|alt)\+)*(?P<key>[a-z0-9_]+|[A-Z])")
_LABELS: Final = {
    "question_mark": "?", "asterisk": "*", "slash": "/", "full_stop": ".",
    "minus": "-", "equals_sign": "=", "plus": "+", "space": "Space",
    "escape": "Esc", "enter": "Enter", "delete": "Del", "tab": "Tab", "backspace": "Backspace",
    "up": "Up", "down": "Down", "left": "Left", "right": "Right",
    "pageup": "PgUp", "pagedown": "PgDn", "home": "Home", "end": "End",
}  # fmt: skip


def groups(place: str) -> tuple[str, ...]:
    """Return the places of the table whose keys hold on one screen, its own first."""
    if place in TOOLS:
        return place, "tool", "market"
    return (place, "market") if place in _NOT_TRADERS else (place, "trader", "market")


def actions(place: str) -> list[Action]:
    """Return what keys do on one screen, its own first, the app's last.

    What withdraws orders works on the tools too. On a card, which has no name, the app's do alone,
    without the palette, which never covers a card.
    """
    if not place:
        return [a for a in ACTIONS if a.place == "app" and a.id != "app.palette"]
    safety = [action for action in ACTIONS if action.is_safety] if place in TOOLS else []
    own = [action for name in groups(place) for action in ACTIONS if action.place == name]
    return [*own, *safety, *(action for action in ACTIONS if action.place == "app")]


def keys_at(place: str, action: Action, overrides: Overrides) -> tuple[str, ...]:
    """Return the keys that an action has on one screen.

    On a tool, digits choose values and Delete removes keys; so orders are withdrawn there by
    those of their keys that neither type nor edit.
    """
    keys = keys_of(action, overrides)
    if place in TOOLS and action.place == "trader":
        return tuple(key for key in keys if _is_priority(key))
    return keys


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
        _binding(key, action)
        for place in places
        for action in ACTIONS
        if action.place == place
        for key in keys_of(action, overrides)
    ]


def screen_bindings(place: str, overrides: Overrides) -> list[Binding]:
    """Return the bindings of one screen; the app has its own."""
    return [
        _binding(key, action)
        for action in actions(place)
        if action.place != "app"
        for key in keys_at(place, action, overrides)
    ]


def problems(overrides: Overrides) -> list[Problem]:
    """Return why a user's keys cannot be used: unknown actions or keys, one key for two actions
    of a screen, or no key for what must always be within reach.
    """  # noqa: D205  one sentence
    known = {action.id: action for action in ACTIONS}
    found = []
    for name, keys in overrides.items():
        if name not in known:
            near = get_close_matches(name, known, 1)
            key = "keymap.unknown_near" if near else "keymap.unknown"
            found.append(Problem(key, {"name": name, "near": "".join(near)}))
            continue
        found += [
            Problem("keymap.no_key", {"name": name, "key": key}) for key in keys if not is_key(key)
        ]
        if known[name].is_safety and not keys:
            found.append(Problem("keymap.needed", {"name": name, "action": f"action.{name}"}))
    for place in sorted(PLACES):
        found += _clashes(place, overrides)
    return [problem for at, problem in enumerate(found) if problem not in found[:at]]


def check(overrides: Overrides) -> None:
    """Make sure that a user's keys can be used.

    Raises:
        KeymapError: with everything that is wrong.
    """
    found = problems(overrides)
    if found:
        raise KeymapError(*found)


def remark(key: str) -> Problem | None:
    """Return what a field or a list says to a key: it may come first, or lose what it did."""
    if character_of(key) is not None:
        return Problem("keymap.typed_first", {"key": label(key)})
    if key in _PLAIN_KEYS:
        return Problem("keymap.widget_first", {"key": label(key)})
    from textual.widgets import Input  # noqa: PLC0415  heavy, and not needed to check a file

    if any(key == binding.key for binding in Binding.make_bindings(Input.BINDINGS)):
        return Problem("keymap.field_loses", {"key": label(key)})
    return None


def uses(overrides: Overrides) -> dict[str, list[Action]]:
    """Return every key that does something, and what it does on which screen."""
    found: dict[str, list[Action]] = {}
    for action in ACTIONS:
        for key in keys_of(action, overrides):
            found.setdefault(key, []).append(action)
    return found


def character_of(key: str) -> str | None:
    """Return what a key types, if anything; Textual itself does not know its short names here."""
    return key_to_character(REPLACED_KEYS.get(key, key))


def label(key: str) -> str:
    """Return a key as it is written on keyboards: F8, ctrl+x, Space."""
    *modifiers, last = key.split("+")
    shown = _LABELS.get(last) or (last.upper() if re.fullmatch(r"f\d+", last) else last)
    return "+".join([*modifiers, shown])


def _clashes(place: str, overrides: Overrides) -> list[Problem]:
    taken: dict[str, Action] = {}
    found = []
    for action in actions(place):
        for key in keys_at(place, action, overrides):
            other = taken.setdefault(key, action)
            if other is not action:
                values = {"key": label(key), "first": other.id, "second": action.id}
                shown = {"one": f"action.{other.id}", "other": f"action.{action.id}"}
                found.append(Problem("keymap.clash", values | shown))
    return found


def _binding(key: str, action: Action) -> Binding:
    name = f"{action.id}:{key}"
    return Binding(key, action.run, id=name, show=False, priority=_is_priority(key))


def _is_priority(key: str) -> bool:
    return key not in _PLAIN_KEYS and character_of(key) is None


@cache
def _named_keys() -> frozenset[str]:
    return frozenset(key.value for key in Keys)


def is_key(key: str) -> bool:
    """Tell whether Textual knows a key by this name."""
    match = _MODIFIED.fullmatch(key)
    if match is None:
        return False
    last = match["key"]
    return len(last) == 1 or last in _named_keys() or character_of(last) is not None
