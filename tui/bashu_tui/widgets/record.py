"""Everything that the chosen line of a list holds: a name and a value a line."""

from collections.abc import Callable, Sequence
from typing import Final

from rich.cells import cell_len

from bashu_tui.cells import left, wrap
from bashu_tui.widgets.line_panel import LinePanel, Piece

Field = tuple[str, str]
"""A name and a value, both as they are shown; with no name the value takes the whole width."""
_WIDEST_NAME: Final = 18


class Record(LinePanel):
    """Values are wrapped, never cut; with arrows or the wheel one sees the rest of a long one."""

    can_focus = True

    def __init__(
        self,
        fields: Callable[[], Sequence[Field]],
        title_key: str,
        *,
        id: str | None = None,  # noqa: A002  Textual's own word
    ) -> None:
        super().__init__(id=id)
        self.title_key = title_key
        self._fields = fields
        self._top = 0
        self._shown: Sequence[Field] = ()

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        fields = self._fields()
        if fields != self._shown:
            self._shown, self._top = fields, 0
        made = self._all_lines(fields, width)
        self._top = max(0, min(self._top, len(made) - height))
        return made[self._top : self._top + height]

    def on_mouse_scroll_up(self) -> None:
        self.scroll_lines(-1)

    def on_mouse_scroll_down(self) -> None:
        self.scroll_lines(1)

    def key_up(self) -> None:
        self.scroll_lines(-1)

    def key_down(self) -> None:
        self.scroll_lines(1)

    def scroll_lines(self, by: int) -> None:
        self._top = max(0, self._top + by)
        self.repaint()

    def _all_lines(self, fields: Sequence[Field], width: int) -> list[Sequence[Piece]]:
        palette = self.bashu.palette
        names = [cell_len(name) for name, _value in fields]
        column = min(_WIDEST_NAME, max(names, default=0) + 1)
        made: list[Sequence[Piece]] = []
        for name, value in fields:
            indent = column if name else 0
            texts = [part for line in value.split("\n") for part in wrap(line, width - indent)]
            for index, text in enumerate(texts or [""]):
                label = left(name if index == 0 else "", indent)
                made.append([(label, palette.faint), (text, palette.plain)])
        return made
