"""What the two main screens share: status bar, stale banner, key line, size guard."""

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Static

from bashu_tui.screens.help import HelpScreen
from bashu_tui.widgets.line_panel import LinePanel
from bashu_tui.widgets.status_bar import StatusBar

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp

MIN_WIDTH = 60
MIN_HEIGHT = 20


class MarketScreen(Screen[None]):
    """A screen in front of a live market."""

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012  Textual's own declaration
        (0, "-narrow"), (100, "-medium"), (140, "-wide"),
    ]  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", show=False),
        Binding("question_mark", "help", show=False),
    ]
    keys_text = "keys.trading"
    help_text = "help.trading"

    @property
    def bashu(self) -> "BashuApp":
        return cast("BashuApp", self.app)

    def compose(self) -> ComposeResult:
        yield StatusBar(id="status")
        yield Static(id="banner")
        yield from self.compose_body()
        yield Static(id="keys")
        yield Static(id="too-small")

    def compose_body(self) -> ComposeResult:
        """Yield what stands between the bars."""
        yield from ()

    def on_mount(self) -> None:
        self.repaint_all()

    def on_resize(self) -> None:
        self.set_class(self.size.width < MIN_WIDTH or self.size.height < MIN_HEIGHT, "-tiny")

    def repaint_all(self) -> None:
        """Another language or another state of the link: write everything anew."""
        texts = self.bashu.texts
        self.query_one("#keys", Static).update(texts(self.keys_text))
        self.query_one("#too-small", Static).update(texts("app.too_small"))
        self.show_link()
        for panel in self.query(LinePanel):
            panel.repaint()

    def show_link(self) -> None:
        """A market that is not live is shown loudly."""
        session = self.bashu.session
        stale = session is not None and not session.is_live
        self.set_class(stale, "-stale")
        if stale and session is not None:
            texts = self.bashu.texts
            state = texts(f"link.{session.link_face}")
            self.query_one("#banner", Static).update(texts("stale.banner", state=state))

    def apply_changes(self, changed: set[str]) -> None:
        """Paint anew what changed."""

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(self.help_text))
