"""What a terminal has sent so far, against the keys that the program uses."""

import re
from collections import deque
from collections.abc import Collection, Sequence
from typing import Final
from unicodedata import east_asian_width

from msgspec import Struct

from bashu_tui.keymap import Action, Overrides, keys_of, uses

KEPT: Final = 100
"""Presses that are remembered."""


class Press(Struct, frozen=True):
    """A key as it arrived, what it types, and what it does on the screens."""

    key: str
    character: str
    actions: tuple[Action, ...]

    @property
    def is_wide(self) -> bool:
        """Whether it comes from an input method: such characters stand on no keyboard."""
        return bool(self.character) and east_asian_width(self.character[0]) in "WF"


class Wanted(Struct, frozen=True):
    """A key, one thing that it does, and the other keys that do it."""

    key: str
    action: Action
    others: tuple[str, ...]


class PressedKeys:
    """The latest presses, the newest first, and which of the wanted keys have arrived.

    Args:
        overrides: the user's own keys.
        hidden: screens whose keys do not concern the user.
    """

    def __init__(self, overrides: Overrides, hidden: Collection[str] = ()) -> None:
        self._uses = {
            key: tuple(action for action in actions if action.place not in hidden)
            for key, actions in uses(overrides).items()
        }
        self.wanted: Sequence[Wanted] = [
            Wanted(key, action, tuple(k for k in keys_of(action, overrides) if k != key))
            for key in sorted(self._uses, key=_order)
            for action in self._uses[key]
        ]
        """F-keys first, then those with ctrl, then the rest."""
        self.seen: set[str] = set()
        self.presses: deque[Press] = deque(maxlen=KEPT)
        self.input_method = False
        """Whether the last character that arrived was not from a keyboard."""

    def hear(self, key: str, character: str | None) -> Press:
        """Take a key press."""
        press = Press(key, character or "", self._uses.get(key, ()))
        self.presses.appendleft(press)
        self.seen.add(key)
        if press.is_wide:
            self.input_method = True
        elif press.character.isascii() and press.character.isalpha():
            self.input_method = False
        return press

    def count(self) -> tuple[int, int]:
        """Return how many of the wanted keys have arrived, and how many there are."""
        keys = {wanted.key for wanted in self.wanted}
        return len(keys & self.seen), len(keys)


def _order(key: str) -> tuple[int, int, str]:
    function = re.fullmatch(r"f(\d+)", key)
    if function is not None:
        return 0, int(function[1]), key
    if "+" in key:
        return 1 if key.startswith("ctrl+") else 2, 0, key
    return (3, 0, key) if len(key) == 1 else (4, 0, key)
