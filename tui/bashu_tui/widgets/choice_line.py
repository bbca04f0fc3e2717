"""A line of short choices; a click picks one."""

from collections.abc import Sequence

from msgspec import Struct
from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.message import Message

from bashu_tui.widgets.line_panel import LinePanel, Piece


class Choice(Struct, frozen=True):
    """What is shown, and the name it is picked by; without a name it is only text."""

    name: str
    text: str
    style: Style


class ChoiceLine(LinePanel):
    """Choices side by side, each whole or not at all."""

    DEFAULT_CSS = "ChoiceLine { height: 1; }"

    class Picked(Message):
        """A choice was clicked."""

        def __init__(self, line: "ChoiceLine", name: str) -> None:
            super().__init__()
            self.line = line
            self.name = name

        @property
        def control(self) -> "ChoiceLine":
            return self.line

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id, classes=classes)
        self._choices: Sequence[Choice] = ()
        self.spans: list[tuple[int, int, str]] = []

    def show(self, choices: Sequence[Choice]) -> None:
        """Show these in place of those before."""
        if choices != self._choices:
            self._choices = choices
            self.repaint()

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        pieces: list[Piece] = []
        self.spans = []
        at = 0
        for choice in self._choices:
            length = cell_len(choice.text)
            if at + length > width:
                break
            pieces.append((choice.text, choice.style))
            if choice.name:
                self.spans.append((at, at + length - 1, choice.name))
            at += length
        return [pieces]

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        for first, last, name in self.spans:
            if first <= offset.x <= last:
                self.post_message(self.Picked(self, name))
