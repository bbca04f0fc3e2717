"""All notices: halts, resumptions, disclosures, suspensions, auctions, corrections."""

from collections.abc import Sequence
from typing import Final

from textual.app import ComposeResult
from textual.containers import Container

from bashu_protocol.messages import Notice, NoticeKind
from bashu_tui.screens.export import Table
from bashu_tui.screens.records import RecordsScreen
from bashu_tui.state.export import readable_time, zoned_time
from bashu_tui.state.venue_words import in_words
from bashu_tui.widgets.filter_bar import Facet, FilterBar
from bashu_tui.widgets.notice_list import NoticeList
from bashu_tui.widgets.outcome import Outcome
from bashu_tui.widgets.record import Field, Record
from bashu_tui.widgets.status_bar import StatusBar

KINDS: Final[tuple[NoticeKind, ...]] = (
    "notice", "halt", "resume", "volatility", "auction", "correction", "suspend", "reinstate",
)  # fmt: skip


class NoticesScreen(RecordsScreen):
    """What is shown whole counts as read."""

    CSS_PATH = "notices.tcss"
    place = "notices"

    def compose_body(self) -> ComposeResult:
        facets = [
            Facet("notices.kind", "filter.kind", self.shown_kind),
            Facet("notices.symbol", "filter.symbol", self.shown_symbol),
        ]
        yield FilterBar(facets, self.shown_count, id="notice-filters")
        with Container(id="body"):
            yield NoticeList(self.notices, id="notice-list")
            yield Record(self.fields, "panel.notice", id="notice-text")
        yield Outcome(id="notices-outcome")

    def on_mount(self) -> None:
        self.query_one(NoticeList).focus()

    def on_screen_resume(self) -> None:
        self._read_chosen()

    def apply_changes(self, changed: set[str]) -> None:
        if "all" in changed:
            self.repaint_all()
        elif "notices" in changed:
            self.filters_changed()
        if changed & {"status", "stat", "notices"}:
            self.query_one(StatusBar).repaint()

    def notices(self) -> list[Notice]:
        """Return what the filters keep, the newest first."""
        session = self.bashu.session
        if session is None:
            return []
        found = sorted(session.history.notices, key=lambda n: (-n.transact_time, -n.notice_id))
        return [
            notice
            for notice in found
            if self.kind_filter in ("", notice.kind) and self.symbol_filter in ("", notice.symbol)
        ]

    def kinds(self) -> Sequence[str]:
        return KINDS

    def table(self) -> Table | None:
        texts = self.bashu.texts
        names = ("time", "kind", "symbol", "title", "text", "author", "member")
        rows = [
            [
                zoned_time(notice.transact_time),
                texts.get(f"notice_kind.{notice.kind}", notice.kind),
                notice.symbol,
                in_words(notice.title, texts),
                in_words(notice.body, texts),
                notice.author,
                notice.member,
            ]
            for notice in reversed(self.notices())
        ]
        return Table("notices", [texts(f"notices.{name}") for name in names], rows)

    def fields(self) -> list[Field]:
        """Return the whole of the chosen notice, its text last and over the whole width."""
        notice, texts = self.query_one(NoticeList).chosen, self.bashu.texts
        if notice is None:
            return []
        found = [
            ("title", in_words(notice.title, texts)),
            ("kind", texts.get(f"notice_kind.{notice.kind}", notice.kind)),
            ("time", readable_time(notice.transact_time)),
            ("symbol", notice.symbol),
            ("member", notice.member),
            ("author", notice.author),
        ]
        shown = [(texts(f"notices.{name}"), value) for name, value in found if value]
        return [*shown, ("", ""), ("", in_words(notice.body, texts))]

    def shown_kind(self) -> str:
        if not self.kind_filter:
            return self.bashu.texts("filter.all")
        return self.bashu.texts(f"notice_kind.{self.kind_filter}")

    def shown_count(self) -> str:
        session = self.bashu.session
        if session is None:
            return ""
        unread = session.notice_marks.unread(session.history.notices)
        return self.bashu.texts("notices.count", shown=len(self.notices()), unread=unread)

    def on_list_panel_moved(self) -> None:
        self._read_chosen()
        self.query_one(Record).repaint()

    def on_list_panel_taken(self) -> None:
        self.query_one(Record).focus()

    def action_read_all(self) -> None:
        """Mark all notices as read, whatever the filters keep."""
        session = self.bashu.session
        if session is not None:
            session.notice_marks.mark(session.history.notices)
            self._marked()

    def filters_changed(self) -> None:
        super().filters_changed()
        self._read_chosen()

    def _read_chosen(self) -> None:
        """Remember that the notice was read, if it can be seen."""
        session = self.bashu.session
        if session is None or self.app.screen is not self:
            return
        notice = self.query_one(NoticeList).chosen
        if notice is not None and session.notice_marks.mark([notice]):
            self._marked()

    def _marked(self) -> None:
        session = self.bashu.session
        if session is not None and session.notice_marks.problem:
            self.say("notices.not_kept", "warn", why=session.notice_marks.problem)
        for kind in (NoticeList, FilterBar, StatusBar):
            self.query_one(kind).repaint()
