"""A line of what can be done here, with the keys; a click does it too."""

from collections.abc import Callable, Collection, Sequence
from typing import Final

from rich.cells import cell_len

from bashu_tui.keymap import ACTIONS, Action, keys_of, label
from bashu_tui.widgets.click_line import ClickLine
from bashu_tui.widgets.line_panel import Piece

_BY_ID: Final = {action.id: action for action in ACTIONS}


class ActionRow(ClickLine):
    """Actions of the keymap by their ids; what is not possible now is faint and does nothing.

    Args:
        ids: in their order.
        possible: says which of them are possible now.
    """

    DEFAULT_CSS = "ActionRow { height: 1; width: 1fr; }"

    def __init__(
        self,
        ids: Sequence[str],
        possible: Callable[[], Collection[str]],
        *,
        id: str | None = None,  # noqa: A002  Textual's own word
    ) -> None:
        super().__init__(id=id)
        self._ids = ids
        self._possible = possible

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        palette, possible = self.bashu.palette, self._possible()
        pieces: list[Piece] = []
        self.spans = []
        at = 0
        for name in self._ids:
            action = _BY_ID[name]
            key, text = self._label(action), f"{self.bashu.texts('bar.' + name)} "
            length = cell_len(key) + cell_len(text)
            if at + length > width:
                break
            if name in possible:
                pieces += [(key, palette.own), (f" {text}", palette.plain)]
                self.spans.append((at, at + length, action.run))
            else:
                pieces += [(key, palette.faint), (f" {text}", palette.faint)]
            at += length + 1
        return [pieces]

    def _label(self, action: Action) -> str:
        keys = keys_of(action, self.bashu.settings.keys)
        return f" {label(keys[0])} " if keys else " * "
