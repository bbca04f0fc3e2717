"""Cash and holdings, and what today's trades in the shown instrument came to."""

from collections.abc import Sequence
from typing import Final

from rich.style import Style

from bashu_protocol.units import format_money, format_price
from bashu_tui.cells import left, right
from bashu_tui.state.positions import CASH, Position, format_average
from bashu_tui.widgets.line_panel import LinePanel, Piece

_LABEL: Final = 11
_LEAST_HOLDINGS: Final = 2
"""Their head, and the shown instrument."""
_LEAST_DAY: Final = 2
"""A title alone says nothing."""


class Account(LinePanel):
    """Cash, a line an instrument, and the day of the one that is traded."""

    title_key = "panel.account"

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        session = self.bashu.session
        if session is None:
            return []
        made = self._cash(width)
        positions = session.positions
        day = self._day(positions.get(self.bashu.symbol), width)
        if height - len(made) - _LEAST_HOLDINGS < _LEAST_DAY:
            day = []
        holdings = self._holdings(list(positions.values()), width)
        # The day of the shown instrument is worth more than holdings of others.
        room = max(_LEAST_HOLDINGS, height - len(made) - len(day))
        return [*made, *holdings[:room], *day][:height]

    def _cash(self, width: int) -> list[Sequence[Piece]]:
        texts, palette, session = self.bashu.texts, self.bashu.palette, self.bashu.session
        row = session.accounts.get(CASH) if session is not None else None
        if row is None:
            return []
        made: list[Sequence[Piece]] = [[
            (left(texts("asset.cash"), _LABEL), palette.head),
            (right(format_money(row.available), min(17, width - _LABEL)), palette.plain),
        ]]  # fmt: skip
        if row.frozen:
            made.append([
                (left("  " + texts("column.frozen"), _LABEL), palette.faint),
                (right(format_money(row.frozen), min(17, width - _LABEL)), palette.faint),
            ])  # fmt: skip
        return made

    def _holdings(self, positions: list[Position], width: int) -> list[Sequence[Piece]]:
        texts, palette = self.bashu.texts, self.bashu.palette
        column = min(9, (width - 7) // 3)
        head = left(texts("column.asset"), 7)
        for name in ("available", "frozen", "bought_today"):
            head += right(texts(f"column.{name}"), column)
        made: list[Sequence[Piece]] = [[(head, palette.head)]]
        # The shown instrument first, so that it is there where there is little room.
        for position in sorted(positions, key=lambda p: p.symbol != self.bashu.symbol):
            is_shown = position.symbol == self.bashu.symbol
            text = left(position.symbol, 7)
            for amount in (position.available, position.frozen, position.bought_today):
                text += right(f"{amount:,}" if amount else "-", column)
            made.append([(text, palette.plain if is_shown else palette.faint)])
        return made

    def _day(self, position: Position | None, width: int) -> list[Sequence[Piece]]:
        """Say what was bought and sold today at which averages, and the result at the last."""
        texts, palette = self.bashu.texts, self.bashu.palette
        if position is None or not (position.bought_qty or position.sold_qty):
            return []
        title = texts("account.day", symbol=position.symbol)
        made: list[Sequence[Piece]] = [[(title, palette.head)]]
        for key, quantity, average, style in (
            ("account.bought", position.bought_qty, position.average_bought, palette.buy),
            ("account.sold", position.sold_qty, position.average_sold, palette.sell),
        ):
            if quantity:
                said = left(texts(key), 7) + right(f"{quantity:,}", 8)
                average_said = texts("account.average", price=format_average(average))
                made.append([(said, style), (" " + average_said, palette.plain)])
        if position.bought_qty and position.sold_qty:
            made.append(self._result("account.realised", position.realised, width))
        if position.net_qty and position.last:
            made.append(self._result("account.unrealised", position.unrealised, width))
            last = texts("account.marked", price=format_price(position.last))
            made.append([("  " + last, palette.faint)])
        return made

    def _result(self, key: str, amount: int, width: int) -> list[Piece]:
        texts, palette = self.bashu.texts, self.bashu.palette
        sign = "+" if amount > 0 else ""
        style: Style = palette.direction(amount)
        shown = right(f"{sign}{format_money(amount)}", min(17, width - _LABEL))
        return [(left(texts(key), _LABEL), palette.plain), (shown, style)]
