"""One's own trades of the day, as lines of a file and in totals.

The totals are positions of the fills alone: what was bought and sold, at what average, and what
that leaves in tonnes and cash.
"""

from collections.abc import Iterable
from typing import Final

from bashu_protocol.units import format_price
from bashu_tui.i18n import Texts
from bashu_tui.state.export import Cell, yuan, zoned_time
from bashu_tui.state.fills import Fill
from bashu_tui.state.positions import Position, positions

_COLUMNS: Final = (
    "time", "symbol", "side", "qty", "price", "amount", "mode", "order_id", "exec_id", "user",
    "correction", "original_price",
)  # fmt: skip


def of_symbol(fills: Iterable[Fill], symbol: str) -> list[Fill]:
    """Return the fills of one instrument, of all where `symbol` is empty."""
    return [fill for fill in fills if symbol in ("", fill.symbol)]


def totals(fills: Iterable[Fill]) -> list[Position]:
    """Return what was bought and sold, by instrument; cancelled trades count for nothing."""
    return list(positions({}, fills, {}).values())


def net_cash(total: Position) -> int:
    """Return what the trades brought in less what they cost, in fen."""
    return total.sold_value - total.bought_value


def amount(fill: Fill) -> int:
    """Return what a fill counts for, in fen."""
    return fill.counted_price * fill.counted_quantity


def correction(fill: Fill, texts: Texts) -> str:
    """Say in words what supervisors did to a trade, with the price that it had."""
    if not fill.correction:
        return ""
    return texts(f"statement.{fill.correction}", price=format_price(fill.price))


def correction_short(fill: Fill, texts: Texts) -> str:
    """Say the same where there is little room."""
    if not fill.correction:
        return ""
    return texts(f"statement.{fill.correction}.short", price=format_price(fill.price))


def table(fills: Iterable[Fill], texts: Texts) -> tuple[list[str], list[list[Cell]]]:
    """Return the head and the rows of a file."""
    head = [texts(f"statement.{name}") for name in _COLUMNS]
    return head, [_cells(fill, texts) for fill in fills]


def _cells(fill: Fill, texts: Texts) -> list[Cell]:
    return [
        zoned_time(fill.transact_time),
        fill.symbol,
        texts(f"side.{fill.side}"),
        fill.counted_quantity,
        yuan(fill.counted_price),
        yuan(amount(fill)),
        texts(f"mode.{fill.mode}"),
        fill.order_id or "",
        fill.exec_id,
        fill.user,
        correction(fill, texts),
        yuan(fill.price) if fill.correction else "",
    ]
