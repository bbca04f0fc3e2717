"""Cash and holdings: available, frozen, and bought today (not to be sold before tomorrow)."""

from collections.abc import Sequence

from bashu_protocol.units import format_money
from bashu_tui.cells import left, right
from bashu_tui.widgets.line_panel import LinePanel, Piece


class Account(LinePanel):
    """A line an asset."""

    title_key = "panel.account"

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        app = self.bashu
        texts, palette = app.texts, app.palette
        made: list[Sequence[Piece]] = []
        column = min(9, (width - 7) // 3)
        if app.session is None:
            return made
        cash = app.session.accounts.get("CNY")
        if cash is not None:
            label = left(texts("asset.cash"), 11)
            made.append(
                [(label, palette.head), (right(format_money(cash.available), 17), palette.plain)]
            )
            if cash.frozen:
                frozen = right(format_money(cash.frozen), 17)
                made.append(
                    [
                        (left("  " + texts("column.frozen"), 11), palette.faint),
                        (frozen, palette.faint),
                    ]
                )
        head = left(texts("column.asset"), 7)
        for name in ("available", "frozen", "bought_today"):
            head += right(texts(f"column.{name}"), column)
        made.append([(head, palette.head)])
        for asset, row in sorted(app.session.accounts.items()):
            if asset == "CNY":
                continue
            style = palette.plain if asset == app.symbol else palette.faint
            text = left(asset, 7)
            for amount in (row.available, row.frozen, row.bought_today):
                text += right(f"{amount:,}" if amount else "-", column)
            made.append([(text, style)])
        return made[:height]
