"""The card before something binding leaves for the venue: what it is and what it is worth."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from bashu_tui.screens.card import AskingCard
from bashu_tui.widgets.card_keys import CardKeys
from bashu_tui.widgets.line_block import LineBlock
from bashu_tui.widgets.line_panel import Piece


class TermsCard(AskingCard[bool]):
    """Dismissed with True to send.

    Args:
        title_key: the question.
        make: gives the lines for a width, in the present language.
        height: how many lines there are.
    """

    CSS = "TermsCard LineBlock { width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", show=False),
        Binding("f4", "send_now", show=False),
    ]

    def __init__(
        self, title_key: str, make: Callable[[int], list[Sequence[Piece]]], height: int
    ) -> None:
        super().__init__()
        self._title_key = title_key
        self._make = make
        self._height = height

    def compose(self) -> ComposeResult:
        with Vertical(classes="card"):
            yield LineBlock(self._make)
            yield CardKeys([("Enter", "card.send", "send"), ("Esc", "card.back", "back")])

    def on_mount(self) -> None:
        self.query_one(LineBlock).styles.height = self._height
        self.repaint_all()

    def repaint_all(self) -> None:
        self.query_one(".card", Vertical).border_title = self.bashu.texts(self._title_key)
        self.query_one(LineBlock).repaint()
        self.query_one(CardKeys).repaint()

    def action_send(self) -> None:
        self.one_press.press(self.action_send_now)

    def action_send_now(self) -> None:
        self.dismiss(True)
