"""One's own trades of the day: of the order book, of blocks and of auctions, with totals."""

from typing import Final

from textual.app import ComposeResult
from textual.containers import Container

from bashu_tui.screens.export import Table
from bashu_tui.screens.records import RecordsScreen
from bashu_tui.state.fills import Fill
from bashu_tui.state.positions import Position
from bashu_tui.state.statement import of_symbol, table, totals
from bashu_tui.widgets.fill_list import FillList
from bashu_tui.widgets.filter_bar import Facet, FilterBar
from bashu_tui.widgets.outcome import Outcome
from bashu_tui.widgets.status_bar import StatusBar
from bashu_tui.widgets.totals import Totals

MOST_FILLS: Final = 1_000
"""The venue keeps so many of a member's day; older ones are in its journal alone."""


class StatementsScreen(RecordsScreen):
    """The member's, colleagues' trades too; what supervisors corrected counts as corrected."""

    CSS_PATH = "statements.tcss"
    place = "statements"

    def compose_body(self) -> ComposeResult:
        facets = [Facet("statements.symbol", "filter.symbol", self.shown_symbol)]
        yield FilterBar(facets, self.shown_count, id="statement-filters")
        with Container(id="body"):
            yield FillList(self.fills, id="fill-list")
            yield Totals(self.totals, id="fill-totals")
        yield Outcome(id="statement-outcome")

    def on_mount(self) -> None:
        self.query_one(FillList).focus()

    def apply_changes(self, changed: set[str]) -> None:
        if "all" in changed:
            self.repaint_all()
        elif changed & {"fills", "account"}:
            self.filters_changed()
        if changed & {"status", "stat"}:
            self.query_one(StatusBar).repaint()

    def filters_changed(self) -> None:
        self._fit_totals()
        super().filters_changed()

    def repaint_all(self) -> None:
        self._fit_totals()
        super().repaint_all()

    def fills(self) -> list[Fill]:
        """Return what the filter keeps, the latest first."""
        session = self.bashu.session
        if session is None:
            return []
        return of_symbol(session.fills.latest_first(), self.symbol_filter)

    def totals(self) -> list[Position]:
        return totals(self.fills())

    def table(self) -> Table | None:
        head, rows = table(reversed(self.fills()), self.bashu.texts)
        return Table("trades", head, rows)

    def shown_count(self) -> str:
        session, texts = self.bashu.session, self.bashu.texts
        if session is None:
            return ""
        kept = len(session.fills.of)
        said = texts("log.shown", shown=len(self.fills()), count=kept)
        if kept >= MOST_FILLS:
            said += texts("statement.full", limit=f"{MOST_FILLS:,}")
        return said

    def _fit_totals(self) -> None:
        """Give the totals a line an instrument, as far as there is room."""
        room = max(4, self.size.height // 3)
        self.query_one(Totals).styles.height = min(room, max(1, len(self.totals())) + 4)
