"""Base of the screens that list records: filters, a search, a file with what is shown."""

from collections.abc import Sequence
from pathlib import Path

from textual.widgets import Input

from bashu_tui.screens.base import MarketScreen
from bashu_tui.screens.export import ExportScreen, Table, give_to_browser
from bashu_tui.state.export import from_home
from bashu_tui.widgets.filter_bar import FilterBar
from bashu_tui.widgets.line_panel import LinePanel
from bashu_tui.widgets.list_panel import ListPanel
from bashu_tui.widgets.outcome import Outcome
from bashu_tui.widgets.search_field import SearchField


class RecordsScreen(MarketScreen):
    """A subclass says what is listed; empty filters show everything."""

    symbol_filter = ""
    kind_filter = ""

    def symbols(self) -> Sequence[str]:
        """Return the instruments to choose from."""
        session = self.bashu.session
        return session.symbols if session is not None else ()

    def kinds(self) -> Sequence[str]:
        """Return the kinds to choose from."""
        return ()

    def table(self) -> Table | None:
        """Return what a file would hold; None where there is nothing."""
        return None

    def shown_symbol(self) -> str:
        return self.symbol_filter or self.bashu.texts("filter.all")

    @property
    def search(self) -> str:
        return self.query_one(SearchField).value

    def shown_search(self) -> str:
        return self.search or self.bashu.texts("filter.none")

    def filters_changed(self) -> None:
        """Something else is to be shown."""
        for panel in self.query(LinePanel):
            panel.repaint()

    def symbol_changed(self) -> None:
        self.repaint_all()

    def say(self, key: str, style: str, **values: object) -> None:
        """Say what became of an action, in a line that is there from then on."""
        self.add_class("-said")
        self.query_one(Outcome).say(key, style, **values)

    # Keys

    def action_filter_symbol(self) -> None:
        self.symbol_filter = _after(self.symbol_filter, self.symbols())
        self.filters_changed()

    def action_filter_kind(self) -> None:
        self.kind_filter = _after(self.kind_filter, self.kinds())
        self.filters_changed()

    def action_find(self) -> None:
        self.query_one(SearchField).open()

    def action_export(self) -> None:
        """Ask for the file and write it; nothing is written over."""
        table = self.table()
        if table is None or not table.rows:
            self.say("export.nothing", "warn")
            return
        if self.app.is_web:
            self.say("export.given", "good", name=give_to_browser(self.bashu, table))
            return
        self.app.push_screen(ExportScreen(table), self._exported)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.filters_changed()

    def on_search_field_closed(self) -> None:
        self.query_one(ListPanel).focus()
        self.query_one(FilterBar).repaint()

    def _exported(self, path: Path | None) -> None:
        if path is not None:
            self.say("export.written", "good", path=from_home(path))


def _after(value: str, values: Sequence[str]) -> str:
    """Return the next value of a round that begins and ends with no filter."""
    round_trip = ["", *values]
    at = round_trip.index(value) + 1 if value in round_trip else 0
    return round_trip[at % len(round_trip)]
