"""The form of a sealed bid: tonnes and price; it takes the place of the present bid."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import Vertical

from bashu_protocol.messages import AuctionRow, InstrumentRow
from bashu_protocol.units import format_money, format_price
from bashu_tui.cells import wrap
from bashu_tui.state.auctions import actions, bidder_side
from bashu_tui.state.bounds import (
    bid_price,
    bid_quantity,
)
from bashu_tui.state.entry import Bounds, Entry, price_within, quantity_within
from bashu_tui.widgets.action_row import ActionRow
from bashu_tui.widgets.form_field import FormField
from bashu_tui.widgets.line_block import LineBlock
from bashu_tui.widgets.line_panel import Piece

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp


class BidForm(Vertical):
    """For one auction, whose bounds it reads against."""

    def __init__(self, *, id: str) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self.auction_id = 0

    @property
    def bashu(self) -> "BashuApp":
        return cast("BashuApp", self.app)

    @property
    def auction(self) -> AuctionRow | None:
        session = self.bashu.session
        return session.auctions.rows.get(self.auction_id) if session is not None else None

    @property
    def fields(self) -> tuple[FormField, FormField]:
        """Tonnes and price."""
        return self.query_one("#bid-qty", FormField), self.query_one("#bid-price", FormField)

    def compose(self) -> ComposeResult:
        yield FormField(
            "ticket.qty", lambda text: quantity_within(text, self._quantity_bounds()),
            self._show_tonnes, id="bid-qty",
            hint=lambda: _span(self._quantity_bounds(), "{:,}".format),
        )  # fmt: skip
        yield FormField(
            "ticket.price", self._read_price, format_price, id="bid-price",
            hint=lambda: _span(self._price_bounds(), format_price),
        )  # fmt: skip
        yield LineBlock(self._summary, id="bid-summary")
        yield ActionRow(
            ["auctions.send", "auctions.back"], lambda: ["auctions.send", "auctions.back"]
        )

    def on_mount(self) -> None:
        self.repaint()

    def begin(self, row: AuctionRow | None) -> None:
        """Bid in an auction; what one's member bids already is the beginning."""
        self.auction_id = row.auction_id if row is not None else 0
        bid = row.bid if row is not None and row.state == "open" else None
        quantity, price = self.fields
        quantity.text = str(bid.order_qty) if bid is not None else ""
        price.text = format_price(bid.price) if bid is not None else ""
        self.repaint()

    def terms(self) -> tuple[int, int] | None:
        """Return tonnes and price in fen, if both can be read."""
        quantity, price = (field.value for field in self.fields)
        return None if quantity is None or price is None else (quantity, price)

    def problem(self) -> tuple[str, str] | None:
        """Return the label key of the first field that cannot be read, and why."""
        for field in self.fields:
            if field.problem:
                return field.label_key, field.problem
        return None

    def repaint(self) -> None:
        """Another language, other bounds, another present bid: write everything anew."""
        row = self.auction
        key = "auctions.form.bid"
        if row is not None and row.bid and not self._is_closed(row):
            key = "auctions.form.change"
        self.border_title = self.bashu.texts(key, id=self.auction_id or "-")
        for field in self.query(FormField):
            field.repaint()
        for block in self.query(LineBlock):
            block.repaint()
        for row_of_actions in self.query(ActionRow):
            row_of_actions.repaint()

    def on_form_field_changed(self) -> None:
        self.query_one(LineBlock).repaint()

    def _instrument(self) -> InstrumentRow | None:
        session, row = self.bashu.session, self.auction
        return session.instruments.get(row.symbol) if session is not None and row else None

    def _quantity_bounds(self) -> Bounds:
        row = self.auction
        return bid_quantity(row, self._instrument()) if row is not None else Bounds()

    def _price_bounds(self) -> Bounds:
        row = self.auction
        return bid_price(row, self._instrument()) if row is not None else Bounds()

    def _is_closed(self, row: AuctionRow) -> bool:
        """Tell whether the auction takes no bid of this member's."""
        session = self.bashu.session
        return session is None or "bid" not in actions(row, session.member)

    def _show_tonnes(self, qty: int) -> str:
        return self.bashu.texts("off_book.tonnes", qty=f"{qty:,}")

    def _read_price(self, text: str) -> Entry:
        return price_within(text, self._price_bounds())

    def _summary(self, width: int) -> list[Sequence[Piece]]:
        """Say what the bid freezes, and what changing it costs."""
        texts, palette, row, terms = (
            self.bashu.texts,
            self.bashu.palette,
            self.auction,
            self.terms(),
        )
        if row is None:
            return []
        said: list[Piece] = []
        if self._is_closed(row):
            closed = wrap(texts("auctions.cannot.bid"), width)
            return [[(part, palette.warn)] for part in closed]
        if terms is not None and bidder_side(row) == "buy":
            amount = format_money(terms[0] * terms[1])
            said.append((texts("off_book.freezes_cash", amount=amount), palette.plain))
        elif terms is not None:
            frozen = texts("off_book.freezes_tonnes", amount=f"{terms[0]:,}", symbol=row.symbol)
            said.append((frozen, palette.plain))
        if row.bid is not None:
            said.append((texts("auctions.replaces"), palette.warn))
        return [[(part, style)] for text, style in said for part in wrap(text, width)]


def _span(bounds: Bounds, show: Callable[[int], str]) -> str:
    """Word what may be typed."""
    return f"{show(bounds.low)}-{show(bounds.high)}" if bounds.high else ""
