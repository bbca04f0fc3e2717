"""What has the focus, and the screen's keys, from the keymap and so as the user chose them."""

from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from bashu_tui.keymap import ACTIONS, Action, keys_of
from bashu_tui.state.help_contents import about, sections, widget_names
from bashu_tui.widgets.help_page import help_page

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp

HELP: Final[Action] = next(action for action in ACTIONS if action.id == "market.help")
_WIDTH: Final = 66
"""Cells of the card with one column of keys; of `.card` in app.tcss."""
_WIDE: Final = 120
"""From so many cells of the window on there are two columns."""
_FRAME: Final = 7
"""Cells of the card that are border, padding, and the scrollbar with a blank before it."""
_LINES_AROUND: Final = 6
"""Lines of the window that the card's border, the closing line and some ground need."""


class HelpScreen(ModalScreen[None]):
    """A card over the screen. Arrows and page keys scroll it; Esc, Enter and F1 close it."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,enter", "dismiss", show=False)]

    def __init__(self, place: str, chain: tuple[type, ...] = ()) -> None:
        """`place` is empty over a card; `chain` are the classes of what has the focus and of all
        around it, from the inside.
        """  # noqa: D205  one sentence
        super().__init__()
        self._place = place
        self._names = widget_names(chain)

    @property
    def bashu(self) -> "BashuApp":
        return cast("BashuApp", self.app)

    def compose(self) -> ComposeResult:
        with Vertical(id="help-card", classes="card"):
            with VerticalScroll(id="help-scroll"):
                yield Static(id="help-page")
            yield Static(id="help-close", classes="hint")

    def on_mount(self) -> None:
        for key in keys_of(HELP, self.bashu.settings.keys):
            self._bindings.bind(key, "dismiss", show=False)
        self.query_one("#help-scroll").focus()
        self.repaint_all()

    def on_resize(self) -> None:
        self.repaint_all()

    def repaint_all(self) -> None:
        """Another language, theme or size."""
        texts, width = self.bashu.texts, self.app.size.width
        columns = 2 if width >= _WIDE else 1
        card = min(width - 4, _WIDTH * columns)
        room = (card - _FRAME) // columns - (columns - 1) * 2
        self.query_one("#help-card").styles.width = card
        self.query_one("#help-card").border_title = texts("help.title")
        self.query_one("#help-scroll").styles.max_height = self.app.size.height - _LINES_AROUND
        page = help_page(
            about(self._names, texts),
            sections(self._place, self.bashu.settings.keys, texts, self._names),
            texts.get(f"help.{self._place}", ""),
            self.bashu.palette,
            [room] * columns,
        )
        self.query_one("#help-page", Static).update(page)
        self.query_one("#help-close", Static).update(texts("help.close"))

    def on_click(self, event: events.Click) -> None:
        if event.widget is self.query_one("#help-close"):
            self.dismiss()
