"""Base of the panels that paint lines of text themselves: fast, and only what changed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from bashu_tui.cells import harmless

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp

Piece = tuple[str, Style]


class LinePanel(Widget):
    """A bordered panel whose lines are made by `lines`."""

    title_key = ""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id, classes=classes)
        self._made: list[Sequence[Piece]] | None = None
        self._title = ""

    @property
    def bashu(self) -> "BashuApp":
        return cast("BashuApp", self.app)

    def on_mount(self) -> None:
        self.repaint()

    def title(self) -> str:
        """Return what stands in the upper border."""
        return self.bashu.texts(self.title_key) if self.title_key else ""

    def repaint(self) -> None:
        """Make the lines anew and paint those that differ from what is shown."""
        title = self.title()
        if title != self._title:
            self._title = self.border_title = title
        width, height = self.size
        before = self._made
        if before is None or not width or not height:
            self._made = None
            self.refresh()
            return
        self._made = made = self.lines(width, height)
        longer = max(len(before), len(made))
        changed = [
            Region(0, y, width, 1)
            for y in range(min(longer, height))
            if y >= len(before) or y >= len(made) or before[y] != made[y]
        ]
        if changed:
            self.refresh(*changed)

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        """Return the lines for a size; missing ones stay empty."""
        return []

    def on_resize(self) -> None:
        # It may have been painted in its new size before, with the lines of the old one.
        self._made = None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        if self._made is None:
            self._made = self.lines(width, height)
        base = self.visual_style.rich_style
        pieces = self._made[y] if y < len(self._made) else ()
        segments: list[Segment] = []
        used, run, run_style = 0, "", base
        for text, style in pieces:
            used += cell_len(text)
            combined = base + style
            if combined != run_style and run:
                segments.append(Segment(harmless(run), run_style))
                run = ""
            run, run_style = run + text, combined
        if run:
            segments.append(Segment(harmless(run), run_style))
        if used < width:
            segments.append(Segment(" " * (width - used), base))
        # A known length saves measuring; a line that is too long is cut.
        return Strip(segments, max(used, width)).crop(0, width)
