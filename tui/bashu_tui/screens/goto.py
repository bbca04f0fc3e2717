"""The menu of screens: a digit, an arrow and Enter, or a click opens one."""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from bashu_tui.cells import left
from bashu_tui.screens.card import Card
from bashu_tui.screens.registry import ScreenEntry, open_to
from bashu_tui.widgets.line_panel import Piece
from bashu_tui.widgets.list_panel import ListPanel

KEYS: Final = "1234567890-="
"""What chooses a line of the menu: the row of digits, from left to right."""
_NAME_WIDTH: Final = 19


class ScreenList(ListPanel[ScreenEntry]):
    """A line a screen: its key, its name, and what it is for."""

    def items(self) -> Sequence[ScreenEntry]:
        session = self.bashu.session
        return open_to(session.role if session is not None else "trader")

    def key_of(self, item: ScreenEntry) -> str:
        return item.place

    def row(self, item: ScreenEntry, width: int) -> list[Piece]:
        texts, palette = self.bashu.texts, self.bashu.palette
        key = KEYS[[entry.place for entry in self.items()].index(item.place)]
        return [
            (f" {key}  ", palette.warn),
            (left(texts(f"screen.{item.place}"), _NAME_WIDTH), palette.plain),
            (texts(f"screen_about.{item.place}"), palette.faint),
        ]

    def on_key(self, event: events.Key) -> None:
        items = self.items()
        if event.character and event.character in KEYS[: len(items)]:
            event.stop()
            self.choose(items[KEYS.index(event.character)].place)
            self.action_take()


class GotoScreen(Card[str]):
    """Dismissed with the place that was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f10,ctrl+g", "back", show=False),
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
        texts = self.bashu.texts
        self.query_one(".card", Vertical).border_title = texts("goto.title")
        self.query_one(".hint", Static).update(texts("goto.hint"))
        self.query_one(ScreenList).repaint()

    def on_list_panel_taken(self, event: ListPanel.Taken) -> None:
        chosen = event.panel.chosen
        if isinstance(chosen, ScreenEntry):
            self.dismiss(chosen.place)
