"""The card before something binding leaves for the venue: what it is and what it is worth."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from bashu_tui.screens.one_press import OnePress
from bashu_tui.widgets.card_keys import CardKeys
from bashu_tui.widgets.line_block import LineBlock
from bashu_tui.widgets.line_panel import Piece

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp


class TermsCard(ModalScreen[bool]):
    """Dismissed with True to send. A key that is held down does not confirm.

    Args:
        title_key: the question.
        make: gives the lines for a width, in the present language.
        height: how many lines there are.
    """

    CSS = "TermsCard LineBlock { width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", show=False),
        Binding("f4", "send_now", show=False),
        Binding("escape,ctrl+b", "back", show=False, priority=True),
    ]

    def __init__(
        self, title_key: str, make: Callable[[int], list[Sequence[Piece]]], height: int
    ) -> None:
        super().__init__()
        self._title_key = title_key
        self._make = make
        self._height = height
        self.one_press = OnePress(self, time.monotonic())

    def compose(self) -> ComposeResult:
        with Vertical(classes="card"):
            yield LineBlock(self._make)
            yield CardKeys([("Enter", "card.send", "send"), ("Esc", "card.back", "back")])

    def on_mount(self) -> None:
        self.query_one(LineBlock).styles.height = self._height
        self.repaint_all()

    def repaint_all(self) -> None:
        texts = cast("BashuApp", self.app).texts
        self.query_one(".card", Vertical).border_title = texts(self._title_key)
        self.query_one(LineBlock).repaint()
        self.query_one(CardKeys).repaint()

    def action_send(self) -> None:
        """Send; but Enter may have brought the card up, and be the same press, held down."""
        self.one_press.press(self.action_send_now)

    def action_send_now(self) -> None:
        self.dismiss(True)

    def action_back(self) -> None:
        self.dismiss(False)
