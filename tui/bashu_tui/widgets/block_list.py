"""Block offers and negotiations, a line each: where it is one's own turn first."""

from collections.abc import Sequence
from typing import Final

from rich.style import Style

from bashu_protocol.units import format_price
from bashu_tui.cells import left, right
from bashu_tui.state.blocks import BlockLine
from bashu_tui.state.session import local_time
from bashu_tui.widgets.line_panel import Piece
from bashu_tui.widgets.list_panel import ListPanel

_COLUMNS: Final = 51
"""Cells of the columns before the other side."""
_WITH_TIME: Final = 72


def _other_width(width: int) -> int:
    return max(0, width - _COLUMNS - (10 if width >= _WITH_TIME else 0))


def block_state(line: BlockLine) -> str:
    """Return the text key of where an offer or a negotiation stands."""
    if line.ended:
        return f"blocks.event.{line.ended}"
    if line.kind == "negotiation":
        return "blocks.state.your_turn" if line.your_turn else "blocks.state.their_turn"
    if line.kind == "own_offer":
        return "blocks.state.own_offer"
    if not line.your_turn:
        return "blocks.state.answered"
    return "blocks.state.to_you" if line.counterparty else "blocks.state.open"


def needs_me(line: BlockLine) -> bool:
    """Whether only one's own member can move it on."""
    return line.your_turn and (line.kind == "negotiation" or bool(line.counterparty))


class BlockList(ListPanel[BlockLine]):
    """What stands, then what has ended since the terminal began."""

    title_key = "panel.blocks"
    empty_key = "blocks.empty"

    def __init__(self, *, id: str) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self._expected = 0

    def expect(self, block_id: int) -> None:
        """Choose an offer or a negotiation as soon as it is there."""
        self._expected = block_id
        self.repaint()

    def repaint(self) -> None:
        if self._expected and any(item.block_id == self._expected for item in self.items()):
            self.chosen_key, self._expected = self._expected, 0
        super().repaint()

    def title(self) -> str:
        session = self.bashu.session
        turns = len(session.blocks.my_turns()) if session is not None else 0
        title = super().title()
        return f"{title} - {self.bashu.texts('blocks.turns', count=turns)}" if turns else title

    def items(self) -> Sequence[BlockLine]:
        session = self.bashu.session
        if session is None:
            return ()
        return [*session.blocks.standing(), *session.blocks.past()]

    def key_of(self, item: BlockLine) -> int:
        return item.block_id

    def head(self, width: int) -> list[Piece]:
        texts = self.bashu.texts
        names = "  " + left(texts("column.status"), 13) + left(texts("blocks.you"), 6)
        names += left(texts("column.symbol"), 8) + right(texts("column.qty"), 11)
        names += right(texts("column.price"), 9) + "  "
        names += left(texts("blocks.with"), _other_width(width))
        if width >= _WITH_TIME:
            names += right(texts("column.time"), 10)
        return [(names, self.bashu.palette.head)]

    def row(self, item: BlockLine, width: int) -> list[Piece]:
        texts, palette = self.bashu.texts, self.bashu.palette
        mine = needs_me(item)
        rest = palette.faint if item.ended else palette.plain
        state = palette.warn if mine else rest
        side: Style = palette.buy if item.side == "buy" else palette.sell
        numbers = left(item.symbol, 8) + right(f"{item.order_qty:,}", 11)
        numbers += right(format_price(item.price), 9) + "  "
        unnamed = "blocks.all" if item.kind == "own_offer" else "blocks.unnamed"
        other = left(item.counterparty or texts(unnamed), _other_width(width))
        time = right(local_time(item.transact_time), 10) if width >= _WITH_TIME else ""
        return [
            ("> " if mine else "  ", state),
            (left(texts(block_state(item)), 13), state),
            (left(texts(f"side.{item.side}"), 6), palette.faint if item.ended else side),
            (numbers, rest),
            (other, rest if item.counterparty else palette.faint),
            (time, palette.faint),
        ]
