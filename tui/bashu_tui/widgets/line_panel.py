"""Base of the panels that paint lines of text themselves: fast, and only when told to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp

Piece = tuple[str, Style]


class LinePanel(Widget):
    """A bordered panel whose lines are made by `lines`."""

    title_key = ""

    @property
    def bashu(self) -> "BashuApp":
        return cast("BashuApp", self.app)

    def on_mount(self) -> None:
        self.repaint()

    def repaint(self) -> None:
        """Make the lines anew and paint them."""
        if self.title_key:
            self.border_title = self.bashu.texts(self.title_key)
        self._made: list[Sequence[Piece]] | None = None
        self.refresh()

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        """Return the lines for a size; missing ones stay empty."""
        return []

    def on_resize(self) -> None:
        self._made = None

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        if self._made is None:
            self._made = self.lines(width, height)
        base = self.rich_style
        if y >= len(self._made):
            return Strip.blank(width, base)
        segments = [Segment(text, base + style) for text, style in self._made[y]]
        return Strip(segments).adjust_cell_length(width, base).simplify()
