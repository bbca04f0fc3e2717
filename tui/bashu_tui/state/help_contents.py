"""What the help card says: of what has the focus, and of the screen's keys, in groups."""

import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from bashu_tui.i18n import Texts
from bashu_tui.keymap import Overrides, actions, keys_at, label

_FIRST_OF: Final = {
    "ladder": "ladder", "ticket": "order", "blotter": "blotter", "candles": "candles",
    "watchlist": "symbol",
}  # fmt: skip
"""The actions, by the first part of their ids, that belong to what has the focus."""


class HelpLine(Struct, frozen=True):
    """An action, without the name of its group, and its keys as they are written."""

    keys: tuple[str, ...]
    text: str


class HelpSection(Struct, frozen=True):
    """The actions of one group that have keys."""

    title: str
    lines: tuple[HelpLine, ...]


def widget_name(kind: type) -> str:
    """Return what a class is called in `help.widget.<name>`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def widget_names(chain: Iterable[type]) -> list[str]:
    """Return the names for what has the focus and what it stands in, the innermost first.

    What a class has from another one of ours, such as the keys of every list, is said once.
    """
    found = {
        widget_name(kind): None
        for own in chain
        for kind in own.__mro__
        if kind.__module__.startswith("bashu_tui.")
    }
    return list(found)


def about(names: Iterable[str], texts: Texts) -> list[str]:
    """Return the sentences that there are for names of widgets."""
    found = (texts.get(f"help.widget.{name}", "") for name in names)
    return [text for text in found if text]


def sections(
    place: str, overrides: Overrides, texts: Texts, names: Iterable[str] = ()
) -> list[HelpSection]:
    """Return a screen's keys: those that withdraw orders first, those of the focus next."""
    groups: dict[str, list[tuple[int, HelpLine]]] = {}
    wanted = {_FIRST_OF[name] for name in names if name in _FIRST_OF}
    for action in actions(place):
        keys = tuple(map(label, keys_at(place, action, overrides)))
        if keys:
            group, _, text = texts(f"action.{action.id}").partition(texts("text.group"))
            rank = 0 if action.is_safety else 1 if action.id.partition(".")[0] in wanted else 2
            groups.setdefault(group, []).append((rank, HelpLine(keys, text.strip())))
    for ranked in groups.values():
        ranked.sort(key=_rank)
    return [
        HelpSection(group, tuple(line for _, line in ranked))
        for group, ranked in sorted(groups.items(), key=lambda item: item[1][0][0])
    ]


def _rank(ranked: tuple[int, HelpLine]) -> int:
    return ranked[0]
