"""The session blotter: what this terminal sent and was told, with details and a CSV file."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Container

from bashu_tui.screens.export import Table
from bashu_tui.screens.records import RecordsScreen
from bashu_tui.state.blotter_rows import chosen, details, table
from bashu_tui.state.session_blotter import KINDS, LIMIT, Entry, Filter
from bashu_tui.widgets.filter_bar import Facet, FilterBar
from bashu_tui.widgets.outcome import Outcome
from bashu_tui.widgets.record import Field, Record
from bashu_tui.widgets.search_field import SearchField
from bashu_tui.widgets.session_log import SessionLog
from bashu_tui.widgets.status_bar import StatusBar


class BlotterScreen(RecordsScreen):
    """The newest entry first; while it is the chosen one, the list follows what happens."""

    CSS_PATH = "blotter.tcss"
    place = "blotter"

    def __init__(self) -> None:
        super().__init__()
        self._kept: list[Entry] = []
        self._kept_for: tuple[object, ...] = ()

    def compose_body(self) -> ComposeResult:
        facets = [
            Facet("blotter.kind", "filter.kind", self.shown_kind),
            Facet("blotter.symbol", "filter.symbol", self.shown_symbol),
            Facet("blotter.find", "filter.text", self.shown_search),
        ]
        yield FilterBar(facets, self.shown_count, id="blotter-filters")
        yield SearchField(id="blotter-search")
        with Container(id="body"):
            yield SessionLog(self.entries, id="session-log")
            yield Record(self.fields, "panel.details", id="entry-details")
        yield Outcome(id="blotter-outcome")

    def on_mount(self) -> None:
        self.query_one(SessionLog).focus()

    def apply_changes(self, changed: set[str]) -> None:
        if "all" in changed:
            self.repaint_all()
        elif "session blotter" in changed:
            self._follow()
            self.filters_changed()
        if changed & {"status", "stat"}:
            self.query_one(StatusBar).repaint()

    def entries(self) -> list[Entry]:
        """Return what the filters keep, the newest first."""
        session = self.bashu.session
        if session is None:
            return []
        blotter, texts = session.session_blotter, self.bashu.texts
        wanted = Filter(self.kind_filter, self.symbol_filter, self.search)
        asked = (blotter.count, texts.language, wanted)
        if asked != self._kept_for:
            self._kept_for = asked
            self._kept = chosen(reversed(blotter.entries), wanted, texts)
        return self._kept

    def symbols(self) -> Sequence[str]:
        session = self.bashu.session
        return session.session_blotter.symbols() if session is not None else ()

    def kinds(self) -> Sequence[str]:
        return KINDS

    def table(self) -> Table | None:
        head, rows = table(reversed(self.entries()), self.bashu.texts)
        return Table("blotter", head, rows)

    def fields(self) -> list[Field]:
        entry = self.query_one(SessionLog).chosen
        return details(entry, self.bashu.texts) if entry is not None else []

    def shown_kind(self) -> str:
        return self.bashu.texts(f"log_kind.{self.kind_filter or 'all'}")

    def shown_count(self) -> str:
        """Say how many entries are shown, and that the oldest leave at the limit."""
        session, texts = self.bashu.session, self.bashu.texts
        if session is None:
            return ""
        blotter = session.session_blotter
        shown = texts("log.shown", shown=len(self.entries()), count=len(blotter.entries))
        if blotter.forgotten:
            shown += texts("log.forgotten", count=f"{blotter.forgotten:,}", limit=f"{LIMIT:,}")
        return shown

    def on_list_panel_moved(self) -> None:
        self.query_one(Record).repaint()

    def on_list_panel_taken(self) -> None:
        self.query_one(Record).focus()

    def _follow(self) -> None:
        log = self.query_one(SessionLog)
        before = self._kept[0].number if self._kept else None
        if log.chosen_key in (None, before) and self.entries():
            log.chosen_key = self.entries()[0].number
