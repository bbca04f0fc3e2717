"""The trader's screen."""

import asyncio

from textual import events, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from bashu_protocol.client import CommandRefused
from bashu_protocol.requests import CommandTimeout
from bashu_tui.screens.order_acting import OrderActingScreen
from bashu_tui.widgets.account import Account
from bashu_tui.widgets.blotter import Blotter
from bashu_tui.widgets.candles import Candles
from bashu_tui.widgets.ladder import Ladder
from bashu_tui.widgets.line_panel import LinePanel
from bashu_tui.widgets.status_bar import StatusBar
from bashu_tui.widgets.tape import Tape
from bashu_tui.widgets.ticket import Ticket
from bashu_tui.widgets.watchlist import Watchlist

_ASK_AGAIN_SECONDS = 2.0


class TradingScreen(OrderActingScreen):
    """Watchlist, candles, trades, ladder, ticket, account, and one's own orders.

    One panel at a time may fill the window; the bars above and below stay.
    """

    CSS_PATH = "trading.tcss"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012  Textual's own declaration
        (0, "-slim"), (80, "-narrow"), (100, "-medium"), (140, "-wide"), (190, "-huge"),
    ]  # fmt: skip
    VERTICAL_BREAKPOINTS = [(0, "-low"), (28, "-tall")]  # noqa: RUF012  Textual's own declaration
    ALLOW_IN_MAXIMIZED_VIEW = "#status, #banner, #keys, #too-small"
    place = "trading"

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield Watchlist(id="watchlist")
                yield Candles(id="candles")
                yield Tape(id="tape")
            yield Ladder(id="ladder")
            yield Tape(id="tape-column")
            with Vertical(id="right"):
                yield Ticket(id="ticket")
                yield Account(id="account")
                yield Blotter(id="blotter-small")
        yield Blotter(id="blotter")

    def on_mount(self) -> None:
        self.query_one(Ladder).focus()
        self.load_history()

    def apply_changes(self, changed: set[str]) -> None:
        super().apply_changes(changed)
        if "all" in changed:
            self.repaint_all()
            self.load_history()
            return
        if changed & {"book", "stat", "orders", "queue"}:
            self.query_one(Ladder).repaint()
            self.query_one(Watchlist).repaint()
        if "market_history" in changed:
            self._repaint_history()
            self.load_history()
        if changed & {"account", "fills", "stat"}:
            self.query_one(Account).repaint()
        if changed & {"status", "stat"}:
            self.query_one(StatusBar).repaint()
        if "status" in changed:
            self.query_one(Ladder).repaint()  # a hold may have ended

    def symbol_changed(self) -> None:
        super().symbol_changed()
        self.query_one(Ladder).reset()
        self.repaint_all()
        self.load_history()

    @work(group="history")
    async def load_history(self) -> None:
        """Ask for what an instrument traded before it was looked at."""
        session, symbol = self.bashu.session, self.bashu.symbol
        if session is None or not session.is_live or not session.market_history.wants(symbol):
            return
        try:
            await session.market_history.load(session.client, symbol)
        except (CommandTimeout, CommandRefused):
            await asyncio.sleep(_ASK_AGAIN_SECONDS)
            session.changed.add("market_history")
            return
        self._repaint_history()

    def _repaint_history(self) -> None:
        # The answer may come while a closing app takes its screens apart.
        for panel in (*self.query(Tape), *self.query(Candles)):
            panel.repaint()

    # Keys

    def action_price(self, rows: int) -> None:
        self.query_one(Ladder).move(rows)

    def action_symbol(self, by: int) -> None:
        session = self.bashu.session
        if session is None or not session.symbols:
            return
        at = session.symbols.index(self.bashu.symbol)
        self.bashu.choose_symbol(session.symbols[(at + by) % len(session.symbols)])

    def action_recentre(self) -> None:
        self.query_one(Ladder).recentre()

    def action_alert_here(self) -> None:
        """Set a price alert at the ladder's price."""
        from bashu_tui.screens.alert_form import ask_alert  # noqa: PLC0415  not before it is wanted

        ask_alert(self.bashu, self.bashu.symbol, self.query_one(Ladder).cursor_price)

    def action_lock_ladder(self) -> None:
        self.query_one(Ladder).toggle_lock()

    def action_step(self, by: int) -> None:
        self.query_one(Ladder).coarser(by)

    def action_candle_length(self) -> None:
        self.query_one(Candles).next_length()

    def action_chart(self) -> None:
        """Let the candles fill the window, also where there is no room for them beside others."""
        self._fill(self.query_one(Candles))

    def action_fill(self) -> None:
        """Let the panel in which one is fill the window, or put it back."""
        focused = self.focused
        panel = focused if isinstance(focused, LinePanel) else None
        if self.maximized is not None or panel is not None:
            self._fill(panel)

    def on_click(self, event: events.Click) -> None:
        """A double click on a panel's title fills the window with it, or puts it back."""
        panel = event.widget
        if (
            event.chain == 2
            and isinstance(panel, LinePanel)
            and panel.can_focus
            and event.screen_y == panel.region.y
        ):
            self._fill(panel)

    def _fill(self, panel: LinePanel | None) -> None:
        if self.maximized is not None or panel is None:
            self.minimize()
            return
        panel.focus()
        self.maximize(panel, container=False)
