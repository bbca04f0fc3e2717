"""The form of a block: a new offer, or other terms for one that stands."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import Vertical

from bashu_protocol.messages import InstrumentRow, Side
from bashu_protocol.units import format_money, format_price
from bashu_tui.state.blocks import BlockLine
from bashu_tui.state.bounds import (
    block_price,
    block_quantity,
)
from bashu_tui.state.entry import Bounds, Entry, price_within, quantity_within
from bashu_tui.widgets.action_row import ActionRow
from bashu_tui.widgets.choice import Choice
from bashu_tui.widgets.form_field import FormField
from bashu_tui.widgets.line_block import LineBlock
from bashu_tui.widgets.line_panel import Piece

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp


class BlockForm(Vertical):
    """Side, tonnes, price and for whom; with `countered` only tonnes and price.

    `distance` words how far a price is from the market.
    """

    def __init__(
        self,
        distance: Callable[[str, int], str],
        *,
        id: str,  # noqa: A002  Textual's own word
    ) -> None:
        super().__init__(id=id)
        self.countered: BlockLine | None = None
        self._distance = distance

    @property
    def bashu(self) -> "BashuApp":
        return cast("BashuApp", self.app)

    @property
    def symbol(self) -> str:
        if self.countered is not None:
            return self.countered.symbol
        return self.query_one("#block-symbol", Choice).value

    @property
    def side(self) -> Side:
        if self.countered is not None:
            return self.countered.side
        return "buy" if self.query_one("#block-side", Choice).value == "buy" else "sell"

    @property
    def counterparty(self) -> str:
        return self.query_one("#block-to", FormField).text

    @property
    def fields(self) -> tuple[FormField, FormField]:
        """Tonnes and price."""
        return self.query_one("#block-qty", FormField), self.query_one("#block-price", FormField)

    def compose(self) -> ComposeResult:
        yield Choice("blocks.symbol", [("", "off_book.no_symbol")], id="block-symbol")
        yield Choice("blocks.you", [("buy", "side.buy"), ("sell", "side.sell")], id="block-side")
        yield FormField(
            "ticket.qty", self._read_quantity, self._show_tonnes, id="block-qty",
            hint=self._quantity_hint,
        )  # fmt: skip
        yield FormField(
            "ticket.price", self._read_price, format_price, id="block-price",
            hint=self._price_hint,
        )  # fmt: skip
        yield FormField(
            "blocks.to_whom", id="block-to", may_be_empty=True,
            hint=lambda: self.bashu.texts("blocks.to_whom.hint"),
        )  # fmt: skip
        yield LineBlock(self._summary, id="block-summary")
        yield ActionRow(["blocks.send", "blocks.back"], lambda: ["blocks.send", "blocks.back"])

    def on_mount(self) -> None:
        self.repaint()

    def begin_offer(self, symbol: str) -> None:
        """Begin a new offer, of an instrument if blocks of it are traded."""
        if self.countered is not None:
            self.clear()  # the terms of something else
        choice = self.query_one("#block-symbol", Choice)
        if symbol in self._symbols():
            choice.choose(symbol)
        self._show_choices(shown=True)
        self.repaint()

    def begin_counter(self, line: BlockLine) -> None:
        """Begin other terms for an offer or in a negotiation, from those that stand."""
        self.countered = line
        quantity, price = self.fields
        quantity.text, price.text = str(line.order_qty), format_price(line.price)
        self._show_choices(shown=False)
        self.repaint()

    def clear(self) -> None:
        """Empty the form: what it held was sent."""
        for field in self.query(FormField):
            field.text = ""
        self.countered = None
        self._show_choices(shown=True)
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
        """Another language, other rules, other terms: write everything anew."""
        texts = self.bashu.texts
        line = self.countered
        if line is not None:
            self.border_title = texts("blocks.form.counter", id=line.block_id)
        else:
            self.border_title = texts("blocks.form.offer")
        options = [(symbol, symbol) for symbol in self._symbols()]
        self.query_one("#block-symbol", Choice).set_options(options or [("", "off_book.no_symbol")])
        for choice in self.query(Choice):
            choice.repaint()
        for field in self.query(FormField):
            field.repaint()
        self.query_one(LineBlock).repaint()
        self.query_one(ActionRow).repaint()

    def on_form_field_changed(self) -> None:
        self.query_one(LineBlock).repaint()

    def on_choice_changed(self) -> None:
        self.repaint()

    def _show_choices(self, *, shown: bool) -> None:
        for name in ("#block-symbol", "#block-side", "#block-to"):
            self.query_one(name).display = shown

    def _symbols(self) -> list[str]:
        session = self.bashu.session
        if session is None:
            return []
        rows = session.instruments
        return [symbol for symbol in session.symbols if rows[symbol].rules.block is not None]

    def _instrument(self) -> InstrumentRow | None:
        session = self.bashu.session
        return session.instruments.get(self.symbol) if session is not None else None

    def _read_quantity(self, text: str) -> Entry:
        row = self._instrument()
        return quantity_within(text, block_quantity(row) if row is not None else Bounds())

    def _show_tonnes(self, qty: int) -> str:
        return self.bashu.texts("off_book.tonnes", qty=f"{qty:,}")

    def _read_price(self, text: str) -> Entry:
        row = self._instrument()
        return price_within(text, block_price(row) if row is not None else Bounds())

    def _quantity_hint(self) -> str:
        row = self._instrument()
        bounds = block_quantity(row) if row is not None else Bounds()
        return f"{bounds.low:,}-{bounds.high:,}" if bounds.high else ""

    def _price_hint(self) -> str:
        row = self._instrument()
        if row is None or not row.block_limit_up:
            return ""
        return f"{format_price(row.block_limit_down)}-{format_price(row.block_limit_up)}"

    def _summary(self, width: int) -> list[Sequence[Piece]]:
        """Say what the terms are worth and what they freeze, or that they come too late."""
        texts, palette, session = self.bashu.texts, self.bashu.palette, self.bashu.session
        line, terms = self.countered, self.terms()
        if line is not None and session is not None and line.block_id not in session.blocks.lines:
            return [[(texts("blocks.form.over"), palette.warn)]]
        if terms is None:
            return []
        quantity, price = terms
        value = texts("off_book.value", value=format_money(quantity * price))
        percent = self._distance(self.symbol, price)
        if percent:
            value += "   " + texts("off_book.distance", percent=percent)
        if self.side == "buy":
            frozen = texts("off_book.freezes_cash", amount=format_money(quantity * price))
        else:
            frozen = texts("off_book.freezes_tonnes", amount=f"{quantity:,}", symbol=self.symbol)
        return [[(value, palette.plain)], [(frozen, palette.faint)]]
