"""What became of the last action, next to where it was started."""

from collections.abc import Sequence

from bashu_tui.cells import wrap
from bashu_tui.widgets.line_panel import LinePanel, Piece


class Outcome(LinePanel):
    """A sentence or two, kept as a text key so that it is translated with everything else."""

    DEFAULT_CSS = "Outcome { height: 2; width: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self.key = ""
        self._style = "faint"
        self._values: dict[str, object] = {}

    def say(self, key: str, style: str = "faint", **values: object) -> None:
        """Show a text; `style` is a name of the palette's.

        A value that is itself a text key, such as a reject code's, is translated too.
        """
        self.key, self._style, self._values = key, style, values
        if self.is_mounted and self.app.is_running:
            self.repaint()

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        texts = self.bashu.texts
        if not self.key:
            return []
        shown = {name: texts.get(str(value), str(value)) for name, value in self._values.items()}
        style = getattr(self.bashu.palette, self._style)
        said = wrap(texts(self.key, **shown), width)
        made: list[Sequence[Piece]] = [[(line, style)] for line in said]
        return made[:height]
