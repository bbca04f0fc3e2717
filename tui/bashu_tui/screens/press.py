"""The card that waits for a new key; one that another action has is refused at once."""

from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from bashu_tui.cells import wrap
from bashu_tui.keymap import Action, label, problems
from bashu_tui.screens.card import TEXT_WIDTH
from bashu_tui.state.rebinding import with_key

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp


class PressScreen(ModalScreen[str]):
    """Dismissed with a key that can be used, or empty."""

    takes_all_keys = True

    def __init__(self, action: Action, at: int) -> None:
        super().__init__()
        self._action = action
        self._at = at
        self._said: list[str] = []

    @property
    def bashu(self) -> "BashuApp":
        return cast("BashuApp", self.app)

    def compose(self) -> ComposeResult:
        with Vertical(classes="card") as card:
            card.border_title = self.bashu.texts("press.title")
            yield Static(id="press-action")
            yield Static(id="press-said")
            yield Static(id="press-leave", classes="hint")

    def on_mount(self) -> None:
        self.repaint_all()

    def repaint_all(self) -> None:
        texts, palette = self.bashu.texts, self.bashu.palette
        action = Text(texts(f"action.{self._action.id}"), palette.head)
        self.query_one("#press-action", Static).update(action)
        said = Text()
        for at, problem in enumerate(self._said or [texts("press.now")]):
            style = palette.alarm if self._said and at == 0 else palette.plain
            said.append("\n".join(wrap(problem, TEXT_WIDTH)) + "\n", style)
        self.query_one("#press-said", Static).update(said)
        self.query_one("#press-leave", Static).update(texts("press.leave"))

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self.dismiss("")
            return
        overrides = self.bashu.settings.keys
        found = problems(with_key(overrides, self._action, self._at, event.key))
        if not found:
            self.dismiss(event.key)
            return
        texts = self.bashu.texts
        pressed = texts("press.pressed", key=label(event.key))
        self._said = [pressed, found[0].say(texts)]
        if len(found) > 1:
            self._said.append(texts("press.others", count=len(found) - 1))
        self.repaint_all()

    def on_click(self, event: events.Click) -> None:
        if event.widget is self.query_one("#press-leave", Static):
            self.dismiss("")
