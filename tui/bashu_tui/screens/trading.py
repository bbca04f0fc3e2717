"""The trader's screen."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from bashu_tui.screens.order_entry import OrderEntryScreen
from bashu_tui.widgets.account import Account
from bashu_tui.widgets.blotter import Blotter
from bashu_tui.widgets.ladder import Ladder
from bashu_tui.widgets.status_bar import StatusBar
from bashu_tui.widgets.tape import Tape
from bashu_tui.widgets.ticket import Ticket
from bashu_tui.widgets.watchlist import Watchlist


class TradingScreen(OrderEntryScreen):
    """Watchlist, ladder, ticket, account, trades, and one's own orders."""

    place = "trading"

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield Watchlist(id="watchlist")
                yield Tape(id="tape")
            yield Ladder(id="ladder")
            with Vertical(id="right"):
                yield Ticket(id="ticket")
                yield Account(id="account")
                yield Blotter(id="blotter-small")
        yield Blotter(id="blotter")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(Ladder).focus()

    def apply_changes(self, changed: set[str]) -> None:
        super().apply_changes(changed)
        if "all" in changed:
            self.repaint_all()
            return
        if changed & {"book", "stat", "orders", "queue"}:
            self.query_one(Ladder).repaint()
            self.query_one(Watchlist).repaint()
        if "trades" in changed:
            self.query_one(Tape).repaint()
        if changed & {"orders", "history"}:
            for blotter in self.query(Blotter):
                blotter.repaint()
        if "account" in changed:
            self.query_one(Account).repaint()
        if changed & {"status", "stat"}:
            self.query_one(StatusBar).repaint()

    def symbol_changed(self) -> None:
        super().symbol_changed()
        self.query_one(Ladder).reset()
        self.repaint_all()

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
