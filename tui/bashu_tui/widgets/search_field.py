"""A line to search in; it is there only while it is wanted."""

from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp


class SearchField(Input):
    """Enter keeps what was typed and closes the line, Esc forgets it."""

    DEFAULT_CSS = """
    SearchField { height: 1; width: 1fr; display: none; }
    SearchField.-open { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "forget", show=False)]

    class Closed(Message):
        """The line went away."""

    def __init__(self, *, id: str) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id, compact=True, select_on_focus=True)

    def open(self) -> None:
        """Show the line, with what was searched for last."""
        self.placeholder = cast("BashuApp", self.app).texts("search.hint")
        self.add_class("-open")
        self.focus()

    def action_forget(self) -> None:
        self.value = ""
        self._close()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._close()

    def _close(self) -> None:
        self.remove_class("-open")
        self.post_message(self.Closed())
