"""The ticket's lines of clickable words: side, terms, usual quantities, price steps."""

from collections.abc import Sequence
from typing import Final

from bashu_protocol.messages import OrdType, Side, TimeInForce
from bashu_tui.i18n import Texts
from bashu_tui.palette import Palette
from bashu_tui.widgets.choice_line import Choice

LABEL_WIDTH: Final = 9
"""Cells of the labels of the ticket's fields."""


def side_line(side: Side, most: int | None, texts: Texts, palette: Palette) -> list[Choice]:
    """Return both sides, and the most tonnes that the account covers, where that is known."""
    line = []
    for name, style in (("buy", palette.buy), ("sell", palette.sell)):
        is_it = name == side
        text = texts(f"side.{name}")
        shown = f"[{text}]" if is_it else f" {text} "
        line.append(
            Choice(f"side:{name}", shown, style + palette.cursor if is_it else palette.faint)
        )
        line.append(Choice("", " ", palette.plain))
    if most is not None:
        line.append(Choice("most", texts("ticket.most", qty=f"{most:,}"), palette.faint))
    return line


def terms_line(
    ord_type: OrdType, time_in_force: TimeInForce, is_open: bool, texts: Texts, palette: Palette
) -> list[Choice]:
    """Return type and validity, and what opens the further fields."""
    gap = Choice("", "  ", palette.plain)
    return [
        Choice("type", texts(f"type.{ord_type}"), palette.warn), gap,
        Choice("tif", texts(f"tif.{time_in_force}"), palette.warn), gap,
        Choice("more", texts("ticket.less" if is_open else "ticket.more"), palette.faint),
    ]  # fmt: skip


def preset_line(presets: Sequence[int], palette: Palette) -> list[Choice]:
    """Return the usual quantities."""
    line = [Choice("", " " * LABEL_WIDTH, palette.plain)]
    for quantity in presets:
        line += [
            Choice(f"qty:{quantity}", f"{quantity:,}", palette.faint),
            Choice("", " ", palette.plain),
        ]
    return line


def step_line(palette: Palette) -> list[Choice]:
    """Return what moves the price by a tick."""
    return [
        Choice("", " ", palette.plain), Choice("step:-1", "- ", palette.warn),
        Choice("step:1", " +", palette.warn),
    ]  # fmt: skip
