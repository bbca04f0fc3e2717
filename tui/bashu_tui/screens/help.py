"""The keys of a screen."""

from typing import TYPE_CHECKING, ClassVar, Final, cast

from rich.table import Table
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from bashu_tui.cells import wrap

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp

_TEXT_WIDTH: Final = 60
"""Cells inside a card; see `.card` in app.tcss."""


class HelpScreen(ModalScreen[None]):
    """A card over the screen; any of a few keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,enter,q", "dismiss", show=False),
    ]

    def __init__(self, text_key: str) -> None:
        super().__init__()
        self._text_key = text_key

    def compose(self) -> ComposeResult:
        app = cast("BashuApp", self.app)
        table = Table.grid(padding=(0, 2))
        remarks = []
        for line in app.texts(self._text_key).split("\n"):
            keys, tab, text = line.partition("\t")
            if tab:
                table.add_row(keys, text)
            else:
                remarks += wrap(line, _TEXT_WIDTH)
        with Vertical(classes="card") as card:
            card.border_title = app.texts("help.title")
            yield Static(table)
            yield Static("\n".join(remarks))
            yield Static(app.texts("help.close"), classes="hint")

    def repaint_all(self) -> None:
        self.refresh(recompose=True)
