"""What the terminal really sends: every key is shown and none does anything, save Esc twice."""

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingsMap
from textual.containers import Container
from textual.widgets import Static

from bashu_tui.cells import wrap
from bashu_tui.keymap import PLACES
from bashu_tui.screens.base import MarketScreen
from bashu_tui.screens.registry import open_to
from bashu_tui.state.pressed import PressedKeys
from bashu_tui.widgets.key_checklist import KeyChecklist
from bashu_tui.widgets.key_history import KeyHistory
from bashu_tui.widgets.status_bar import StatusBar

_SCROLLING = {"up": -1, "down": 1, "pageup": -8, "pagedown": 8}


class KeysScreen(MarketScreen):
    """Works before a login too."""

    CSS_PATH = "keys.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar = []
    place = "keys"
    takes_all_keys = True

    def compose(self) -> ComposeResult:
        self.install_keys()
        yield StatusBar(id="status")
        yield Static(id="banner")
        yield Static(id="keys-advice")
        with Container(id="keys-body"):
            yield KeyHistory(self.pressed, id="key-history")
            yield KeyChecklist(self.pressed, id="key-checklist")
        yield Static(id="keys-leave")
        yield Static(id="too-small")

    def install_keys(self) -> None:
        """Bind nothing; begin anew with the keys that the program uses now."""
        self._bindings = BindingsMap()
        session = self.bashu.session
        mine = {entry.place for entry in open_to(session.role)} if session is not None else PLACES
        self.pressed = PressedKeys(self.bashu.settings.keys, PLACES - mine)
        for panel in (*self.query(KeyHistory), *self.query(KeyChecklist)):
            panel.pressed = self.pressed

    def on_screen_resume(self) -> None:
        self.install_keys()

    def on_resize(self) -> None:
        self._say()

    def repaint_all(self) -> None:
        super().repaint_all()
        self._say()

    def apply_changes(self, changed: set[str]) -> None:
        if "all" in changed:
            self.repaint_all()
        if "status" in changed:
            self.query_one(StatusBar).repaint()

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        presses = self.pressed.presses
        if event.key == "escape" and presses and presses[0].key == "escape":
            self.bashu.go_back()
            return
        self.pressed.hear(event.key, event.character)
        checklist = self.query_one(KeyChecklist)
        if event.key in _SCROLLING:
            checklist.action_move(_SCROLLING[event.key])
        else:
            checklist.show_key(event.key)
        self.query_one(KeyHistory).repaint()
        self._say()

    def on_click(self, event: events.Click) -> None:
        if event.widget is self.query_one("#keys-leave", Static):
            self.bashu.go_back()

    def _say(self) -> None:
        """Say what to do, and whether an input method is in between."""
        texts, palette = self.bashu.texts, self.bashu.palette
        presses = self.pressed.presses
        if presses and presses[0].key == "escape":
            key, style = "keys.escape_again", palette.warn
        elif self.pressed.input_method:
            key, style = "keys.input_method", palette.alarm
        else:
            key, style = "keys.advice", palette.plain
        lines = wrap(texts(key), max(20, self.size.width - 2))
        self.query_one("#keys-advice", Static).update(Text("\n".join(lines), style))
        self.query_one("#keys-leave", Static).update(Text(texts("keys.leave"), palette.head))
