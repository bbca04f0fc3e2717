"""A row of choices: arrows, digits or a click choose one; beside it stands what it is about."""

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message

from bashu_tui.cells import left
from bashu_tui.widgets.line_panel import LinePanel, Piece

LABEL_WIDTH: Final = 12
"""Cells of the labels of a form's rows."""

Option = tuple[str, str]
"""A value and the key of its text; what is no key, such as a symbol, is shown as it is."""
Shown = tuple[str, str]
"""A value and its text as it is painted."""


class Choice(LinePanel):
    """Exactly one of a few values; the chosen one stands in brackets, each has its digit."""

    can_focus = True
    DEFAULT_CSS = "Choice { height: auto; width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", show=False),
        Binding("right", "step(1)", show=False),
        Binding("up", "app.focus_previous", show=False),
        Binding("down,enter", "app.focus_next", show=False),
    ]

    class Changed(Message):
        """Another value was chosen, by a person."""

        def __init__(self, choice: "Choice") -> None:
            super().__init__()
            self.choice = choice

        @property
        def control(self) -> "Choice":
            return self.choice

    def __init__(
        self,
        label_key: str,
        options: Sequence[Option],
        value: str = "",
        *,
        id: str,  # noqa: A002  Textual's own word
        label_width: int = LABEL_WIDTH,
    ) -> None:
        super().__init__(id=id)
        self.label_key = label_key
        self._label_width = label_width
        self.value = value or options[0][0]
        self._options = list(options)
        self.spans: list[tuple[int, int, int, str]] = []
        """Line, first and last column, and value of each option as it was painted."""

    def choose(self, value: str) -> None:
        """Take a value without telling of it."""
        self.value = value
        self.repaint()

    def set_options(self, options: Sequence[Option]) -> None:
        """Offer other values; the first one is chosen where the present one is not among them."""
        if list(options) == self._options:
            return
        self._options = list(options)
        if self.value not in [value for value, _key in options]:
            self.value = options[0][0]
        self.repaint()

    def repaint(self) -> None:
        super().repaint()
        if (
            self.is_mounted
            and self.size.width
            and len(self._rows(self.size.width)) != self.size.height
        ):
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._rows(width))

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        palette = self.bashu.palette
        self.spans = []
        made: list[Sequence[Piece]] = []
        for y, row in enumerate(self._rows(width)):
            label = self.bashu.texts(self.label_key) if y == 0 else ""
            pieces: list[Piece] = [(left(label, self._label_width), palette.head)]
            at = self._label_width
            for value, shown in row:
                pieces.append((shown, self._style(value)))
                self.spans.append((y, at, at + cell_len(shown) - 1, value))
                at += cell_len(shown)
            made.append(pieces)
        return made

    def on_focus(self) -> None:
        self.repaint()

    def on_blur(self) -> None:
        self.repaint()

    def on_key(self, event: events.Key) -> None:
        if event.character and event.character.isdecimal():
            self._take_number(event.character)
            event.stop()  # a digit too many is a slip, and none of the screen's keys

    def _take_number(self, digit: str) -> None:
        if digit in tuple("123456789"[: len(self._options)]):
            self._take(self._options[int(digit) - 1][0])

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        for y, first, last, value in self.spans:
            if y == offset.y and first <= offset.x <= last:
                self._take(value)

    def action_step(self, by: int) -> None:
        values = [value for value, _key in self._options]
        self._take(values[(values.index(self.value) + by) % len(values)])

    def _take(self, value: str) -> None:
        if value != self.value:
            self.choose(value)
            self.post_message(self.Changed(self))

    def _rows(self, width: int) -> list[list[Shown]]:
        """Spread the options over as many lines as they need."""
        rows: list[list[Shown]] = [[]]
        room = width - self._label_width
        for number, (value, key) in enumerate(self._options, 1):
            text = f"{number} {self.bashu.texts.get(key, key)}"
            shown = f"[{text}]" if value == self.value else f" {text} "
            used = sum(cell_len(before) for _value, before in rows[-1])
            if rows[-1] and used + cell_len(shown) > room:
                rows.append([])
            rows[-1].append((value, shown))
        return rows

    def _style(self, value: str) -> Style:
        palette = self.bashu.palette
        if value != self.value:
            return palette.faint
        style = {"buy": palette.buy, "sell": palette.sell}.get(value, palette.plain)
        return style + Style(bold=True) + (palette.cursor if self.has_focus else Style())
