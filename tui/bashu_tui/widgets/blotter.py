"""Working orders, fills, refusals: what one looks for is a tab; the chosen line can be acted on."""

from collections.abc import Hashable, Sequence
from typing import ClassVar, Final

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from bashu_protocol.units import format_price
from bashu_tui.cells import left, right, wrap
from bashu_tui.state.amendment import draft_of
from bashu_tui.state.blotter import TABS, BlotterLine, Tab, counts, lines
from bashu_tui.state.orders import OrderLine
from bashu_tui.state.positions import format_average
from bashu_tui.state.session import local_time
from bashu_tui.state.venue_words import in_words
from bashu_tui.widgets.line_panel import Piece
from bashu_tui.widgets.list_panel import ListPanel
from bashu_tui.widgets.order_words import terms_words

_WITH_TIME: Final = 60
_WITH_AVERAGE: Final = 84
_WITH_TYPE: Final = 96
"""Cells from which a column is shown."""
_LEAST_STATUS: Final = 5
"""Cells, a blank among them, below which a status says nothing and is left out."""
_CANCEL: Final = " x"
"""At the end of a line of one's own working order; a click there withdraws it."""
_DETAIL_LINES: Final = 3
_GAP: Final = " "
"""Between two tabs: they have to fit into the narrowest blotter."""


class Blotter(ListPanel[BlotterLine]):
    """The member's orders in all instruments. Enter or a double click acts on the chosen one."""

    title_key = "panel.blotter"
    empty_key = "blotter.empty"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("delete", "screen.cancel_chosen", show=False),
        Binding("left", "tab(-1)", show=False),
        Binding("right", "tab(1)", show=False),
    ]

    class CancelClicked(Message):
        """One's own working order is to be withdrawn."""

        def __init__(self, order: OrderLine) -> None:
            super().__init__()
            self.order = order

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id, classes=classes)
        self.tab: Tab = "all"

    def action_tab(self, by: int) -> None:
        """Show another tab."""
        self.show_tab(TABS[(TABS.index(self.tab) + by) % len(TABS)])

    def show_tab(self, tab: Tab) -> None:
        self.tab = tab
        self.repaint()

    def title(self) -> str:
        return _GAP.join(self._labels())

    def items(self) -> Sequence[BlotterLine]:
        session = self.bashu.session
        return lines(session, self.tab) if session is not None else ()

    def key_of(self, item: BlotterLine) -> Hashable:
        return item.key

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        chosen = self.chosen if self.has_focus else None
        detail = self._detail(chosen, width)[:_DETAIL_LINES] if chosen is not None else []
        if len(detail) + 3 > height:  # the list comes first
            detail = []
        made = super().lines(width, height - len(detail))
        if detail:
            blank: Sequence[Piece] = [("", self.bashu.palette.plain)]
            made += [blank] * (height - len(detail) - len(made))
            made += [[(line, self.bashu.palette.warn)] for line in detail]
        return made

    def on_focus(self) -> None:
        self.repaint()

    def on_blur(self) -> None:
        self.repaint()

    def head(self, width: int) -> list[Piece]:
        texts = self.bashu.texts
        head = left(texts("column.time"), 9) if width >= _WITH_TIME else ""
        head += left(texts("column.symbol"), 7) + left(texts("column.side"), 5)
        head += right(texts("column.qty"), 7) + right(texts("column.price"), _price_width(width))
        if width >= _WITH_TIME:
            head += right(texts("column.filled"), 8)
        if width >= _WITH_AVERAGE:
            head += right(texts("column.average"), 10)
        if width >= _WITH_TYPE:
            head += " " + left(texts("column.type"), 10)
        status = f" {texts('column.status')}"
        if cell_len(head + status) > width:
            status = ""
        return [(head + status, self.bashu.palette.head)]

    def row(self, item: BlotterLine, width: int) -> list[Piece]:
        texts, palette = self.bashu.texts, self.bashu.palette
        if item.notice is not None:
            return self._notice(item, width)
        text = left(local_time(item.transact_time), 9) if width >= _WITH_TIME else ""
        text += left(item.symbol, 7) + left(texts(f"side.{item.side}") if item.side else "", 5)
        text += right(f"{item.quantity:,}", 7) + right(self._price(item), _price_width(width))
        is_order = item.order is not None
        if width >= _WITH_TIME:
            text += right(f"{item.filled:,}" if is_order else "", 8)
        if width >= _WITH_AVERAGE:
            text += right(format_average(item.average) if item.average else "", 10)
        if width >= _WITH_TYPE:
            text += " " + left(texts(f"type.{item.ord_type}") if item.kind != "fill" else "", 10)
        style = palette.faint
        if is_order or item.kind == "fill":
            style = palette.buy if item.side == "buy" else palette.sell
        status = " " + self._status(item)
        said = palette.warn if item.reject_code or self._is_corrected(item) else palette.plain
        is_own = item.order is not None and item.order.own
        room = width - cell_len(text) - (len(_CANCEL) if is_own else 0)
        if room < _LEAST_STATUS:
            status = ""
        if not is_own:
            return [(text, style), (status, said)]
        return [(text, style), (left(status, max(0, room)), said), (_CANCEL, palette.warn)]

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            if event.y == 0:
                self._click_tab(event.x)
            return
        item = self.item_at(offset.y)
        over_cancel = offset.x >= self.size.width - len(_CANCEL)
        if over_cancel and item is not None and item.order is not None and item.order.own:
            self.post_message(self.CancelClicked(item.order))

    def _click_tab(self, x: int) -> None:
        at = 2  # a corner and a blank stand before the title
        for tab, label in zip(TABS, self._labels(), strict=True):
            length = cell_len(label)
            if at <= x < at + length:
                self.focus()
                self.show_tab(tab)
            at += length + len(_GAP)

    def _labels(self) -> list[str]:
        texts, session = self.bashu.texts, self.bashu.session
        found = counts(session) if session is not None else dict.fromkeys(TABS, 0)
        labels = []
        for tab in TABS:
            label = texts(f"blotter.tab.{tab}")
            if tab != "all":
                label += f" {found[tab]}"
            labels.append(f"<{label}>" if tab == self.tab else label)
        return labels

    def _price(self, item: BlotterLine) -> str:
        if item.fill is not None and item.fill.correction == "adjust":
            return format_price(item.fill.corrected_price)
        if item.price or item.stop_px:
            return format_price(item.price or item.stop_px)
        return self.bashu.texts("type.market") if item.ord_type == "market" else ""

    def _status(self, item: BlotterLine) -> str:
        texts = self.bashu.texts
        said = texts(item.status, stop=format_price(item.stop_px))
        if item.fill is not None and item.fill.correction == "adjust":
            said = texts("blotter.was", what=said, price=format_price(item.fill.price))
        if item.reject_code:
            why = texts.get(f"reject.{item.reject_code}", item.reject_code)
            said = texts("text.because", what=said, why=why)
        return f"{item.user}: {said}" if item.user else said

    def _is_corrected(self, item: BlotterLine) -> bool:
        return item.fill is not None and bool(item.fill.correction)

    def _detail(self, item: BlotterLine, width: int) -> list[str]:
        """Say in full why the chosen one was refused, on what terms it works, or the notice."""
        if item.notice is not None:
            return wrap(self._notice_text(item), width)
        draft = draft_of(item.order) if item.order is not None else None
        if draft is not None and (draft.has_conditions or draft.client_account):
            return wrap(terms_words(draft, self.bashu.texts), width)
        return wrap(self._status(item), width) if item.reject_code else []

    def _notice(self, item: BlotterLine, width: int) -> list[Piece]:
        palette = self.bashu.palette
        time = left(local_time(item.transact_time), 9) if width >= _WITH_TIME else ""
        return [(time, palette.faint), (self._notice_text(item), palette.warn)]

    def _notice_text(self, item: BlotterLine) -> str:
        texts, notice = self.bashu.texts, item.notice
        assert notice is not None  # noqa: S101  the caller asked
        title, body = in_words(notice.title, texts), in_words(notice.body, texts)
        said = texts(item.status, symbol=notice.symbol, member=notice.member, title=title)
        return texts("text.because", what=said, why=body) if body else said


def _price_width(width: int) -> int:
    return 8 if width >= _WITH_TIME else 7
