"""Working orders, fills, and the day's messages: three pages of one list."""

from typing import Final, Literal

from bashu_protocol.messages import FillRow, OrderRow
from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.units import format_price
from bashu_tui.i18n import Locale
from bashu_tui.state.day_log import Entry
from bashu_tui.state.desk import Desk
from bashu_tui.text import clock, left, right
from bashu_tui.widgets.lines import Line, LineList, Part

Page = Literal["orders", "fills", "log"]
PAGES: Final[tuple[Page, ...]] = ("orders", "fills", "log")
_LOG_STYLE: Final = {"reject": "bad", "halt": "halt bold", "suspend": "halt bold"}


class BlotterList(LineList):
    """F6 turns the pages."""

    def __init__(self, locale: Locale, desk: Desk) -> None:
        super().__init__(locale, id="blotter")
        self._desk = desk
        self.page: Page = "orders"

    def turn(self) -> None:
        """Show the next page."""
        self.page = PAGES[(PAGES.index(self.page) + 1) % len(PAGES)]
        self.index = 0
        self.paint()

    def chosen_order(self) -> OrderRow | None:
        orders = self._desk.blotter.orders
        return orders[self.index] if self.page == "orders" and self.index < len(orders) else None

    def count(self) -> int:
        return len(self._rows())

    def empty(self) -> str:
        return self.locale.t(f"blotter.no_{self.page}")

    def _rows(self) -> list[OrderRow] | list[FillRow] | list[Entry]:
        if self.page == "orders":
            return self._desk.blotter.orders
        if self.page == "fills":
            return self._desk.blotter.fills
        return list(self._desk.log.entries)

    def heads(self, width: int) -> list[Line]:
        t = self.locale.t
        counts = {
            "orders": self._desk.blotter.count(),
            "fills": len(self._desk.blotter.fills),
            "log": len(self._desk.log.entries),
        }
        focus = "head-focus" if self.has_focus else "head"
        parts: list[Part] = [(">" if self.has_focus else " ", focus)]
        used = 1
        for page in PAGES:
            text = f" {t(f'blotter.{page}')} {counts[page]} "
            style = f"{focus} title" if page == self.page else f"{focus} dim"
            text = f"[{text.strip()}]" if page == self.page else text
            parts.append((text, style))
            used += len(text.encode("gbk", "replace"))
        hint = right(f"{t('blotter.hint')} ", max(0, width - used))
        parts.append((hint, f"{focus} dim"))
        return [tuple(parts), ((left(self._columns(width), width), "dim"),)]

    def _columns(self, width: int) -> str:
        t = self.locale.t
        if self.page == "log":
            return f" {left(t('column.time'), 9)}{t('column.event')}"
        names = left(f" {t('column.time')}", 10) + left(t("column.symbol"), 7)
        names += left(t("column.side"), 5) + right(t("column.price"), 9)
        if self.page == "fills":
            return names + right(t("column.filled"), 10) + right(t("column.trade"), 10)
        names += right(t("column.left"), 9) + right(t("column.total"), 9)
        names += right(t("column.order"), 10)
        return names + f"  {t('column.kind')}" if width >= 78 else names

    def row(self, index: int, width: int) -> Line:
        row = self._rows()[index]
        if isinstance(row, OrderRow):
            return self._order(row, width)
        if isinstance(row, FillRow):
            return self._fill(row)
        return self._entry(row, width)

    def _order(self, row: OrderRow, width: int) -> Line:
        parts = [
            *self._start(row.transact_time, row.symbol, row.side),
            (right(format_price(row.price), 9), "bold"),
            (right(f"{row.leaves_qty:,}", 9), ""),
            (right(f"{row.order_qty:,}", 9), "dim"),
            (right(str(row.order_id), 10), "dim"),
        ]
        if width >= 78:
            kind = self.locale.t(f"kind.{row.ord_type}_{row.time_in_force}")
            who = "" if row.user == self._desk.user else f" {row.user}"
            parts.append((left(f"  {kind}{who}", max(0, width - 59)), "dim"))
        return tuple(parts)

    def _fill(self, row: FillRow) -> Line:
        return (
            *self._start(row.transact_time, row.symbol, row.side),
            (right(format_price(row.last_px), 9), "bold"),
            (right(f"{row.last_qty:,}", 10), ""),
            (right(str(row.exec_id), 10), "dim"),
        )

    def _start(self, time_ns: int, symbol: str, side: str) -> list[Part]:
        return [
            (left(f" {clock(time_ns)}", 10), "dim"),
            (left(symbol, 7), ""),
            (left(self.locale.t(f"side.{side}"), 5), side),
        ]

    def _entry(self, entry: Entry, width: int) -> Line:
        return (
            (left(f" {clock(entry.transact_time)}", 10), "dim"),
            (left(self.sentence(entry), width - 10), _LOG_STYLE.get(entry.kind, "")),
        )

    def sentence(self, entry: Entry) -> str:
        """Say an entry in the user's language."""
        t, symbol = self.locale.t_known, f"{entry.symbol} " if entry.symbol else ""
        reason = ""
        if entry.code is not RejectCode.NONE:
            reason = t(f"reject.{entry.code}", self._desk.reject_values(entry.symbol))
        if entry.kind == "reject":
            return f"{symbol}{self.locale.t('log.rejected')}: {reason}"
        if entry.title:
            return f"{self.locale.t('log.notice')}: {entry.title}"
        said = t(entry.key, entry.values)
        return f"{symbol}{said} {reason}".rstrip() if entry.kind == "ended" else said
