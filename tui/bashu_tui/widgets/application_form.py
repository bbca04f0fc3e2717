"""The form of an application for an auction of one's own."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, cast

from textual.app import ComposeResult
from textual.containers import Vertical

from bashu_protocol.messages import (
    ApplyAuction,
    AuctionForm,
    AuctionLimit,
    AuctionPricing,
    InstrumentRow,
)
from bashu_protocol.units import format_price
from bashu_tui.cells import wrap
from bashu_tui.state.bounds import (
    auction_limit_price,
    offer_quantity,
)
from bashu_tui.state.entry import Bounds, Entry, price_within, quantity_within
from bashu_tui.widgets.action_row import ActionRow
from bashu_tui.widgets.choice import Choice
from bashu_tui.widgets.form_field import FormField
from bashu_tui.widgets.line_block import LineBlock
from bashu_tui.widgets.line_panel import Piece

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp

_FORMS: Final[tuple[AuctionForm, ...]] = ("sell", "buy")
_PRICINGS: Final[tuple[AuctionPricing, ...]] = ("uniform", "pay_as_bid")
_LIMITS: Final[tuple[AuctionLimit, ...]] = ("previous_close", "band", "price")


class ApplicationForm(Vertical):
    """Form, tonnes, pricing, and how far bids may go."""

    @property
    def bashu(self) -> "BashuApp":
        return cast("BashuApp", self.app)

    @property
    def symbol(self) -> str:
        return self.query_one("#apply-symbol", Choice).value

    @property
    def quantity(self) -> FormField:
        return self.query_one("#apply-qty", FormField)

    @property
    def price(self) -> FormField:
        return self.query_one("#apply-price", FormField)

    def compose(self) -> ComposeResult:
        yield Choice("blocks.symbol", [("", "off_book.no_symbol")], id="apply-symbol")
        yield Choice(
            "auctions.form", [(form, f"auctions.form.{form}") for form in _FORMS], id="apply-form"
        )
        yield FormField(
            "ticket.qty", self._read_quantity, self._show_tonnes, id="apply-qty",
            hint=self._quantity_hint,
        )  # fmt: skip
        yield Choice(
            "auctions.pricing",
            [(pricing, f"auctions.pricing.{pricing}.short") for pricing in _PRICINGS],
            id="apply-pricing",
        )
        yield Choice(
            "auctions.limit", [(limit, f"auctions.limit.{limit}") for limit in _LIMITS],
            id="apply-limit",
        )  # fmt: skip
        yield FormField(
            "ticket.price", self._read_price, format_price, id="apply-price",
            hint=self._price_hint,
        )  # fmt: skip
        yield LineBlock(self._summary, id="apply-summary")
        yield ActionRow(
            ["auctions.send", "auctions.back"], lambda: ["auctions.send", "auctions.back"]
        )

    def on_mount(self) -> None:
        self.repaint()

    def begin(self, symbol: str) -> None:
        """Begin an application, for an instrument if it has auctions."""
        if symbol in self._symbols():
            self.query_one("#apply-symbol", Choice).choose(symbol)
        self.repaint()

    def clear(self) -> None:
        """Empty the form: what it held was sent."""
        for field in self.query(FormField):
            field.text = ""

    def problem(self) -> tuple[str, str] | None:
        """Return the label key of the first field that cannot be read, and why."""
        fields = [self.quantity, self.price] if self.price.display else [self.quantity]
        for field in fields:
            if field.problem:
                return field.label_key, field.problem
        return None

    def application(self, cl_ord_id: str) -> ApplyAuction | None:
        """Return the application, if everything can be read."""
        quantity, price = self.quantity.value, self.price.value
        form, pricing, limit = self._chosen()
        if quantity is None or (limit == "price" and price is None) or not self.symbol:
            return None
        own_price = price if limit == "price" and price is not None else 0
        return ApplyAuction(cl_ord_id, self.symbol, quantity, form, pricing, limit, own_price)

    def repaint(self) -> None:
        """Another language, another instrument, other choices: write everything anew."""
        self.border_title = self.bashu.texts("auctions.form.apply")
        symbols = [(symbol, symbol) for symbol in self._symbols()]
        self.query_one("#apply-symbol", Choice).set_options(symbols or [("", "off_book.no_symbol")])
        row = self._instrument()
        rules = row.rules.auction if row is not None else None
        if rules is not None:
            offered = {"sell": rules.selling, "buy": rules.buying}
            forms = [(form, f"auctions.form.{form}") for form in _FORMS if offered[form]]
            self.query_one("#apply-form", Choice).set_options(forms)
        self.price.display = self._chosen()[2] == "price"
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

    def _chosen(self) -> tuple[AuctionForm, AuctionPricing, AuctionLimit]:
        """Return form, pricing and limit."""
        form, pricing, limit = (
            self.query_one(f"#apply-{name}", Choice).value for name in ("form", "pricing", "limit")
        )
        return (
            next(known for known in _FORMS if known == form),
            next(known for known in _PRICINGS if known == pricing),
            next(known for known in _LIMITS if known == limit),
        )

    def _symbols(self) -> list[str]:
        session = self.bashu.session
        if session is None:
            return []
        rows = session.instruments
        return [symbol for symbol in session.symbols if rows[symbol].rules.auction is not None]

    def _instrument(self) -> InstrumentRow | None:
        session = self.bashu.session
        return session.instruments.get(self.symbol) if session is not None else None

    def _read_quantity(self, text: str) -> Entry:
        return quantity_within(text, offer_quantity(self._instrument()))

    def _quantity_hint(self) -> str:
        least = offer_quantity(self._instrument()).low
        return self.bashu.texts("auctions.at_least", qty=f"{least:,}")

    def _show_tonnes(self, qty: int) -> str:
        return self.bashu.texts("off_book.tonnes", qty=f"{qty:,}")

    def _read_price(self, text: str) -> Entry:
        return price_within(text, self._price_bounds())

    def _price_bounds(self) -> Bounds:
        row = self._instrument()
        return auction_limit_price(row) if row is not None else Bounds()

    def _price_hint(self) -> str:
        bounds = self._price_bounds()
        return f"{format_price(bounds.low)}-{format_price(bounds.high)}" if bounds.high else ""

    def _summary(self, width: int) -> list[Sequence[Piece]]:
        """Say what an application is."""
        texts, palette = self.bashu.texts, self.bashu.palette
        return [[(part, palette.faint)] for part in wrap(texts("auctions.apply_note"), width)]
