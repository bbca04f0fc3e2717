"""The keys of a screen, from the keymap, and a remark or two."""

from typing import TYPE_CHECKING, ClassVar, Final, cast

from rich.table import Table
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from bashu_tui.cells import wrap
from bashu_tui.keymap import actions, keys_of, label

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp

_TEXT_WIDTH: Final = 60
"""Cells inside a card; see `.card` in app.tcss."""


class HelpScreen(ModalScreen[None]):
    """A card over the screen; any of a few keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,enter,q", "dismiss", show=False),
    ]

    def __init__(self, place: str) -> None:
        super().__init__()
        self._place = place

    def compose(self) -> ComposeResult:
        app = cast("BashuApp", self.app)
        table = Table.grid(padding=(0, 2))
        # What withdraws orders is in sight without scrolling.
        for action in sorted(actions(self._place), key=lambda action: not action.is_safety):
            keys = [label(key) for key in keys_of(action, app.settings.keys)]
            if keys:
                table.add_row("  ".join(keys), app.texts(f"action.{action.id}"))
        remarks = app.texts.get(f"help.{self._place}", "")
        with VerticalScroll(classes="card tall") as card:
            card.border_title = app.texts("help.title")
            yield Static(table)
            if remarks:
                yield Static("\n".join(wrap(remarks, _TEXT_WIDTH)), classes="hint")
            yield Static(app.texts("help.close"), classes="hint")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def repaint_all(self) -> None:
        self.refresh(recompose=True)
