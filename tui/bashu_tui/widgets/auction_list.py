"""One-way auctions, a line each: open ones first, then coming ones, then the past."""

from collections.abc import Sequence
from typing import Final

from rich.style import Style

from bashu_protocol.messages import AuctionRow
from bashu_protocol.units import format_price
from bashu_tui.cells import left, right
from bashu_tui.state.auctions import bidder_side, countdown, deadline
from bashu_tui.widgets.line_panel import Piece
from bashu_tui.widgets.list_panel import ListPanel

_COLUMNS: Final = 43
"""Cells of the columns that are always there."""
_WITH_BID: Final = 76


class AuctionList(ListPanel[AuctionRow]):
    """What the venue has announced, and one's own applications."""

    title_key = "panel.auctions"
    empty_key = "auctions.empty"

    def __init__(self, *, id: str) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self._expected = 0

    def expect(self, auction_id: int) -> None:
        """Choose an auction as soon as it is there."""
        self._expected = auction_id
        self.repaint()

    def repaint(self) -> None:
        if self._expected and any(item.auction_id == self._expected for item in self.items()):
            self.chosen_key, self._expected = self._expected, 0
        super().repaint()

    def items(self) -> Sequence[AuctionRow]:
        session = self.bashu.session
        return session.auctions.listed() if session is not None else ()

    def key_of(self, item: AuctionRow) -> int:
        return item.auction_id

    def head(self, width: int) -> list[Piece]:
        texts = self.bashu.texts
        names = right(texts("auctions.id"), 5) + "  " + left(texts("column.status"), 10)
        names += left(texts("column.symbol"), 8) + left(texts("auctions.you"), 6)
        names += right(texts("column.qty"), 10) + "  "
        names += left(texts("auctions.next"), max(0, width - _COLUMNS - self._bid_width(width)))
        if self._bid_width(width):
            names += right(texts("auctions.my_bid"), self._bid_width(width))
        return [(names, self.bashu.palette.head)]

    def row(self, item: AuctionRow, width: int) -> list[Piece]:
        texts, palette, session = self.bashu.texts, self.bashu.palette, self.bashu.session
        is_live = item.state in ("open", "scheduled", "applied")
        plain = palette.plain if is_live else palette.faint
        state = palette.good if item.state == "open" else plain
        member = session.member if session is not None else ""
        is_own = bool(member) and item.member == member
        side = item.form if is_own else bidder_side(item)
        style: Style = (palette.buy if side == "buy" else palette.sell) if is_live else plain
        bid_width = self._bid_width(width)
        return [
            (right(str(item.auction_id), 5) + "  ", palette.faint),
            (left(texts(f"auctions.state.{item.state}"), 10), state),
            (left(item.symbol, 8), plain),
            (left(texts(f"side.{side}"), 6), style),
            (right(f"{item.order_qty:,}", 10) + "  ", plain),
            (left(self._next(item, is_own=is_own), max(0, width - _COLUMNS - bid_width)), plain),
            (right(_own_bid(item), bid_width) if bid_width else "", plain),
        ]

    def _next(self, item: AuctionRow, *, is_own: bool) -> str:
        texts, session = self.bashu.texts, self.bashu.session
        if item.state == "completed":
            return texts("auctions.sold", qty=f"{item.cum_qty:,}", price=format_price(item.last_px))
        own = texts("auctions.own") + " " if is_own else ""
        due = deadline(item)
        if not due.what or not due.at or session is None:
            return own.strip()
        left_over = countdown(due.at, session.now)
        return own + texts(f"auctions.{due.what}_in", time=left_over)

    def _bid_width(self, width: int) -> int:
        return 16 if width >= _WITH_BID else 0


def _own_bid(item: AuctionRow) -> str:
    bid = item.bid
    return f"{bid.order_qty:,} @ {format_price(bid.price)}" if bid is not None else ""
