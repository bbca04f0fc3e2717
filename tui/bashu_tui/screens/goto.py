"""The menu of screens: a digit, an arrow and Enter, or a click opens one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from bashu_tui.screens.registry import ScreenEntry, open_to
from bashu_tui.widgets.line_panel import Piece
from bashu_tui.widgets.list_panel import ListPanel

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp


class ScreenList(ListPanel[ScreenEntry]):
    """A line a screen."""

    def items(self) -> Sequence[ScreenEntry]:
        session = self.bashu.session
        return open_to(session.role if session is not None else "trader")

    def key_of(self, item: ScreenEntry) -> str:
        return item.place

    def row(self, item: ScreenEntry, width: int) -> list[Piece]:
        digit = [entry.place for entry in self.items()].index(item.place) + 1
        number = f" {digit}  " if digit < 10 else "    "
        return [
            (number, self.bashu.palette.warn),
            (self.bashu.texts(f"screen.{item.place}"), self.bashu.palette.plain),
        ]

    def on_key(self, event: events.Key) -> None:
        items = self.items()
        if event.character and event.character in "123456789"[: len(items)]:
            event.stop()
            self.choose(items[int(event.character) - 1].place)
            self.action_take()


class GotoScreen(ModalScreen[str]):
    """Dismissed with the place that was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f10,ctrl+g,ctrl+b", "dismiss", show=False, priority=True),
    ]

    def __init__(self, place: str) -> None:
        super().__init__()
        self._place = place

    def compose(self) -> ComposeResult:
        with Vertical(classes="card"):
            yield ScreenList(id="goto-list")
            yield Static(classes="hint")

    def on_mount(self) -> None:
        self.repaint_all()
        screens = self.query_one(ScreenList)
        screens.styles.height = len(screens.items())
        screens.choose(self._place)
        screens.focus()

    def repaint_all(self) -> None:
        texts = cast("BashuApp", self.app).texts
        self.query_one(".card", Vertical).border_title = texts("goto.title")
        self.query_one(".hint", Static).update(texts("goto.hint"))
        self.query_one(ScreenList).repaint()

    def on_list_panel_taken(self, event: ListPanel.Taken) -> None:
        chosen = event.panel.chosen
        if isinstance(chosen, ScreenEntry):
            self.dismiss(chosen.place)
