"""A labelled field of a form; beside or below it stands how it was understood, or why not."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Final, cast

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static

from bashu_tui.cells import left
from bashu_tui.state.entry import Entry, normalize
from bashu_tui.widgets.choice import LABEL_WIDTH
from bashu_tui.widgets.entry_input import EntryInput

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp

Reader = Callable[[str], Entry]
BESIDE_WIDTH: Final = 60
"""From this width on the reading stands beside the field."""


class FormField(Vertical):
    """A price, a quantity, or with no reader a name.

    Args:
        read: reads what was typed, strictly.
        show: writes a value as it was understood.
        hint: says what may be typed, for the empty field.
        may_be_empty: whether an empty field is no mistake; it then has no value.
    """

    DEFAULT_CSS = """
    FormField { height: 2; width: 1fr; }
    FormField > Horizontal { height: 1; width: 1fr; }
    FormField .label { width: 12; height: 1; }
    FormField EntryInput { width: 1fr; max-width: 24; height: 1; }
    FormField .reading { height: 1; width: 1fr; padding-left: 12; }
    FormField .reading { text-wrap: nowrap; text-overflow: ellipsis; }
    FormField.-beside { height: 1; layout: horizontal; }
    FormField.-beside > Horizontal { width: 30; }
    FormField.-beside .reading { padding-left: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]

    class Changed(Message):
        """Something else is in the field."""

        def __init__(self, field: "FormField") -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> "FormField":
            return self.field

    class Submitted(Changed):
        """Enter was pressed in the field."""

    def __init__(
        self,
        label_key: str,
        read: Reader | None = None,
        show: Callable[[int], str] = str,
        *,
        id: str,  # noqa: A002  Textual's own word
        hint: Callable[[], str] = str,
        may_be_empty: bool = False,
    ) -> None:
        super().__init__(id=id)
        self.label_key = label_key
        self._read = read
        self._show = show
        self._hint = hint
        self._may_be_empty = may_be_empty

    @property
    def bashu(self) -> "BashuApp":
        return cast("BashuApp", self.app)

    @property
    def input(self) -> Input:
        return self.query_one(EntryInput)

    @property
    def text(self) -> str:
        """What was typed, without outer blanks and with plain digits."""
        return normalize(self.input.value)

    @text.setter
    def text(self, text: str) -> None:
        self.input.value = text

    @property
    def entry(self) -> Entry:
        """What was understood; without a reader there is never a value."""
        if self._read is None or (self._may_be_empty and not self.text):
            return Entry(None)
        return self._read(self.input.value)

    @property
    def value(self) -> int | None:
        return self.entry.value

    @property
    def problem(self) -> str:
        """Why there is no value, as a sentence in the user's language; empty where all is well."""
        entry = self.entry
        if not entry.error:
            return ""
        limit = entry.limit
        return self.bashu.texts(entry.error, limit=limit, tick=limit, lot=limit)

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static(classes="label")
            yield EntryInput(id=f"{self.id}-input")
        yield Static(classes="reading")

    def on_mount(self) -> None:
        self.repaint()

    def on_resize(self) -> None:
        self.set_class(self.size.width >= BESIDE_WIDTH, "-beside")

    def repaint(self) -> None:
        """Write label and reading anew: another language, other bounds."""
        if not self.children or not self.app.is_running:
            return
        texts, palette = self.bashu.texts, self.bashu.palette
        label = Text(left(texts(self.label_key), LABEL_WIDTH), palette.head)
        self.query_one(".label", Static).update(label)
        self.query_one(".reading", Static).update(self._reading())

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.repaint()
        self.post_message(self.Changed(self))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Submitted(self))

    def _reading(self) -> Text:
        palette = self.bashu.palette
        if not self.text:
            return Text(self._hint(), palette.faint)
        problem = self.problem
        if problem:
            return Text(f"! {problem}", palette.warn)
        value = self.value
        return Text(f"= {self._show(value)}" if value is not None else "", palette.plain)
