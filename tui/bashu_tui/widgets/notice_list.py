"""Notices to the market, the newest first; what was not read is marked and bold."""

import time
from collections.abc import Callable, Hashable, Sequence

from rich.style import Style

from bashu_protocol.messages import Notice
from bashu_protocol.units import NS_PER_SECOND
from bashu_tui.cells import left
from bashu_tui.state.venue_words import in_words
from bashu_tui.widgets.line_panel import Piece
from bashu_tui.widgets.list_panel import ListPanel

_UNREAD = Style(bold=True)


def _day_and_time(transact_time: int) -> str:
    """Show a time in the terminal's zone; there may be notices of other days."""
    return time.strftime("%m-%d %H:%M", time.localtime(transact_time // NS_PER_SECOND))


class NoticeList(ListPanel[Notice]):
    """A line a notice; the star and the word of its kind come before its title."""

    title_key = "panel.notices"
    empty_key = "notices.empty"

    def __init__(self, notices: Callable[[], Sequence[Notice]], *, id: str) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self._notices = notices

    def items(self) -> Sequence[Notice]:
        return self._notices()

    def key_of(self, item: Notice) -> Hashable:
        return item.notice_id, item.transact_time

    def head(self, width: int) -> list[Piece]:
        texts = self.bashu.texts
        head = "  " + left(texts("column.time"), 13) + left(texts("notices.kind"), 12)
        head += left(texts("column.symbol"), 8) + texts("notices.title")
        return [(head, self.bashu.palette.head)]

    def row(self, item: Notice, width: int) -> list[Piece]:
        texts, palette, session = self.bashu.texts, self.bashu.palette, self.bashu.session
        is_read = session is not None and session.notice_marks.is_read(item)
        weight = Style() if is_read else _UNREAD
        kind = texts.get(f"notice_kind.{item.kind}", item.kind)
        style = palette.warn if item.kind in ("halt", "suspend", "volatility") else palette.head
        return [
            ("  " if is_read else "* ", palette.warn),
            (left(_day_and_time(item.transact_time), 13), palette.faint),
            (left(kind, 12), style),
            (left(item.symbol or "-", 8), palette.plain + weight),
            (left(in_words(item.title, texts), max(0, width - 35)), palette.plain + weight),
        ]
