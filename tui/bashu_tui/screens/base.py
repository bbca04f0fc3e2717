"""What the screens in front of the market share: bars, stale banner, keys, size guard."""

import time

from textual.app import ComposeResult
from textual.binding import BindingsMap
from textual.widgets import Static

from bashu_tui.keymap import screen_bindings
from bashu_tui.screens.goto import GotoScreen
from bashu_tui.screens.help import HelpScreen
from bashu_tui.screens.mode import ModeScreen
from bashu_tui.screens.withdrawing import WithdrawingScreen
from bashu_tui.state.modes import EntryMode
from bashu_tui.widgets.key_bar import KeyBar
from bashu_tui.widgets.line_panel import LinePanel
from bashu_tui.widgets.status_bar import StatusBar

MIN_WIDTH = 60
MIN_HEIGHT = 20


class MarketScreen(WithdrawingScreen):
    """A screen in front of a live market."""

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012  Textual's own declaration
        (0, "-narrow"), (100, "-medium"), (140, "-wide"),
    ]  # fmt: skip
    place = ""
    """The screen's name in the registry and in the keymap."""

    def compose(self) -> ComposeResult:
        self.install_keys()
        yield StatusBar(id="status")
        yield Static(id="banner")
        yield from self.compose_body()
        yield KeyBar(self.place, id="keys")
        yield Static(id="too-small")

    def compose_body(self) -> ComposeResult:
        """Yield what stands between the bars."""
        yield from ()

    def install_keys(self) -> None:
        """Bind the user's keys, in place of those bound before."""
        own = type(self)._merged_bindings or BindingsMap()  # noqa: SLF001  Textual has no other way
        chosen = screen_bindings(self.place, self.bashu.settings.keys)
        self._bindings = BindingsMap.merge([own, BindingsMap(chosen)])

    def on_mount(self) -> None:
        self.repaint_all()

    def on_screen_resume(self) -> None:
        """What changed while another screen was in front was not painted here."""
        if self.is_mounted:
            self.show_link()
            self.apply_changes({"all"})

    def on_resize(self) -> None:
        self.set_class(self.size.width < MIN_WIDTH or self.size.height < MIN_HEIGHT, "-tiny")

    def repaint_all(self) -> None:
        """Another language or another state of the link: write everything anew."""
        texts = self.bashu.texts
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

    def symbol_changed(self) -> None:
        """Another instrument was chosen."""

    def action_help(self) -> None:
        """Say what has the focus, and which keys there are."""
        chain = self.focused.ancestors_with_self if self.focused is not None else ()
        self.app.push_screen(HelpScreen(self.place, tuple(map(type, chain))))

    def action_mode(self) -> None:
        """Choose how orders are sent; one-click ends at one press."""
        session = self.bashu.session
        if session is not None and session.mode == "one_click":
            self._mode_chosen("armed")
        elif session is not None:
            self.app.push_screen(ModeScreen(), self._mode_chosen)

    def choose_mode(self, mode: EntryMode) -> None:
        """Take a mode that was named; one-click is confirmed on its card all the same."""
        if mode == "one_click":
            self.app.push_screen(ModeScreen(asks_again=True), self._mode_chosen)
        else:
            self._mode_chosen(mode)

    def _mode_chosen(self, mode: EntryMode | None) -> None:
        session = self.bashu.session
        if mode is not None and session is not None:
            session.modes.choose(mode, time.monotonic())
            session.changed.update(("mode", "status"))

    def action_goto(self) -> None:
        self.app.push_screen(GotoScreen(self.place), self.bashu.open_chosen)
