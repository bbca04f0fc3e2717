"""What the terminal sent, the newest first: the key's name, its character, and what it does."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from bashu_tui.cells import left
from bashu_tui.keymap import label
from bashu_tui.widgets.line_panel import LinePanel, Piece

if TYPE_CHECKING:
    from bashu_tui.state.pressed import Press, PressedKeys

_KEY: Final = 19
_CHARACTER: Final = 12


class KeyHistory(LinePanel):
    """A line a press."""

    title_key = "panel.key_history"

    def __init__(self, pressed: "PressedKeys", *, id: str | None = None) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self.pressed = pressed

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        texts, palette = self.bashu.texts, self.bashu.palette
        head = left(texts("column.key"), _KEY) + left(texts("column.character"), _CHARACTER)
        made: list[Sequence[Piece]] = [[(head + texts("column.does"), palette.head)]]
        made += [self._line(press, width) for press in list(self.pressed.presses)[: height - 1]]
        return made

    def _line(self, press: "Press", width: int) -> list[Piece]:
        texts, palette = self.bashu.texts, self.bashu.palette
        does = " / ".join(texts(f"action.{action.id}") for action in press.actions)
        return [
            (left(label(press.key), _KEY - 1) + " ", palette.warn),
            (left(_shown(press.character), _CHARACTER), palette.plain),
            (
                left(does or texts("keys.nothing"), max(0, width - _KEY - _CHARACTER)),
                palette.plain if does else palette.faint,
            ),
        ]


def _shown(character: str) -> str:
    """Show a character by itself and by its number; control characters by number only."""
    if not character:
        return "-"
    number = f"U+{ord(character[0]):04X}"
    return f"{character[0]} {number}" if character[0].isprintable() else number
