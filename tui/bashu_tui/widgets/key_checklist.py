"""The keys that the terminal uses: which have arrived, and what to press in their place."""

from collections.abc import Sequence
from typing import Final

from bashu_tui.cells import left
from bashu_tui.keymap import label
from bashu_tui.state.pressed import PressedKeys, Wanted
from bashu_tui.widgets.line_panel import Piece
from bashu_tui.widgets.list_panel import ListPanel

_KEY: Final = 13
_OTHERS: Final = 20


class KeyChecklist(ListPanel[Wanted]):
    """A line a key; the title counts those that have arrived."""

    can_focus = False

    def __init__(self, pressed: PressedKeys, *, id: str | None = None) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self.pressed = pressed

    def title(self) -> str:
        seen, whole = self.pressed.count()
        return self.bashu.texts("keys.seen", seen=seen, whole=whole)

    def items(self) -> Sequence[Wanted]:
        return self.pressed.wanted

    def key_of(self, item: Wanted) -> tuple[str, str]:
        return item.key, item.action.id

    def show_key(self, key: str) -> None:
        """Bring the first line of a key into sight."""
        for item in self.items():
            if item.key == key:
                self.choose(self.key_of(item))
                return
        self.repaint()

    def head(self, width: int) -> list[Piece]:
        texts = self.bashu.texts
        shown = left(texts("column.key"), _KEY + 4) + left(texts("column.instead"), _OTHERS)
        return [(shown + texts("column.does"), self.bashu.palette.head)]

    def row(self, item: Wanted, width: int) -> list[Piece]:
        texts, palette = self.bashu.texts, self.bashu.palette
        is_seen = item.key in self.pressed.seen
        others = "  ".join(label(key) for key in item.others) or "-"
        does = texts(f"action.{item.action.id}")
        return [
            ("[x] " if is_seen else "[ ] ", palette.good if is_seen else palette.faint),
            (left(label(item.key), _KEY), palette.good if is_seen else palette.warn),
            (left(others, _OTHERS - 1) + " ", palette.plain),
            (left(does, max(0, width - _KEY - 4 - _OTHERS)), palette.faint),
        ]
