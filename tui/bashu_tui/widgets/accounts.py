"""Cash and holdings."""

from bashu_protocol.messages import AccountRow
from bashu_protocol.units import format_money
from bashu_tui.i18n import Locale
from bashu_tui.state.account import CASH
from bashu_tui.state.desk import Desk
from bashu_tui.text import left, right
from bashu_tui.widgets.lines import Line, LineWidget

NAME = 6


class Accounts(LineWidget):
    """Available, frozen by orders, and bought today (which may not be sold before tomorrow)."""

    def __init__(self, locale: Locale, desk: Desk) -> None:
        super().__init__(locale, id="accounts")
        self._desk = desk

    def build(self, width: int, height: int) -> list[Line]:
        t = self.locale.t
        room = max(9, (width - NAME - 1) // 3)
        names = "".join(
            right(t(f"account.{name}"), room) for name in ("available", "frozen", "bought")
        )
        lines: list[Line] = [
            self.head(t("account.title"), width),
            ((left(left("", NAME + 1) + names, width), "dim"),),
        ]
        rows = self._desk.account.rows
        if not rows:
            return [*lines, ((left(f" {t('account.empty')}", width), "dim"),)]
        for row in rows:
            lines.extend(self._cash(row, width) if row.asset == CASH else [_tonnes(row, room)])
        return lines

    def _cash(self, row: AccountRow, width: int) -> list[Line]:
        """Money is too long for columns: a line for what is available, one for the frozen."""
        t = self.locale.t
        label = f" {t('account.cash')}"
        free = right(format_money(row.available), width - 12)
        lines: list[Line] = [((left(label, 12), ""), (free, "bold"))]
        if row.frozen:
            frozen = right(format_money(row.frozen), width - 12)
            lines.append(((left(f" {t('account.frozen')}", 12), "dim"), (frozen, "dim")))
        return lines


def _tonnes(row: AccountRow, room: int) -> Line:
    return (
        (left(f" {row.asset}", NAME + 1), ""),
        (right(f"{row.available:,}", room), "bold"),
        (right(f"{row.frozen:,}" if row.frozen else "-", room), "dim"),
        (right(f"{row.bought_today:,}" if row.bought_today else "-", room), "warn"),
    )
