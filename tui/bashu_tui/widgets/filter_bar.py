"""The line over a list that says what is shown of it; a click changes a filter as its key does."""

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct
from rich.cells import cell_len

from bashu_tui.keymap import ACTIONS, keys_of, label
from bashu_tui.widgets.click_line import ClickLine
from bashu_tui.widgets.line_panel import Piece

_BY_ID: Final = {action.id: action for action in ACTIONS}


class Facet(Struct, frozen=True):
    """One filter: the action that changes it, the key of its name, and what it is set to."""

    action: str
    label_key: str
    shown: Callable[[], str]


class FilterBar(ClickLine):
    """Filters at the left, how many lines there are at the right; what does not fit is left out."""

    DEFAULT_CSS = "FilterBar { height: 1; width: 1fr; padding: 0 1; }"

    def __init__(
        self,
        facets: Sequence[Facet],
        count: Callable[[], str],
        *,
        id: str | None = None,  # noqa: A002  Textual's own word
    ) -> None:
        super().__init__(id=id)
        self._facets = facets
        self._count = count

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        texts, palette = self.bashu.texts, self.bashu.palette
        pieces: list[Piece] = []
        self.spans = []
        count = self._count()
        at, room = 0, width - cell_len(count)
        for facet in self._facets:
            action = _BY_ID[facet.action]
            keys = keys_of(action, self.bashu.settings.keys)
            key = f"{label(keys[0])} " if keys else ""
            name, value = f"{texts(facet.label_key)} ", f"{facet.shown()}  "
            length = cell_len(key) + cell_len(name) + cell_len(value)
            if at + length > room:
                break
            pieces += [(key, palette.warn), (name, palette.head), (value, palette.plain)]
            self.spans.append((at, at + length - 2, action.run))
            at += length
        pieces += [(" " * max(0, room - at), palette.faint), (count, palette.faint)]
        return [pieces]
