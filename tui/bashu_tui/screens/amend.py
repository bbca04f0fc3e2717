"""The card on which a working order gets another price or quantity."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from bashu_protocol.units import format_money, format_price
from bashu_tui.cells import wrap
from bashu_tui.screens.card import TEXT_WIDTH, AskingCard
from bashu_tui.state.amendment import (
    Amendment,
    amended,
    as_draft,
    changes,
    place_in_queue,
    read_amendment,
)
from bashu_tui.state.appraisal import appraise
from bashu_tui.state.market_view import market_of, means_of
from bashu_tui.state.modes import QUIET_SECONDS
from bashu_tui.state.orders import OrderLine
from bashu_tui.state.ticket_entry import Problem
from bashu_tui.widgets.choice_line import Choice, ChoiceLine
from bashu_tui.widgets.entry_input import EntryInput
from bashu_tui.widgets.order_card import caution_words
from bashu_tui.widgets.ticket_words import problem


class AmendScreen(AskingCard[Amendment]):
    """The new terms, or None. An order that ends meanwhile closes the card."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4", "send_now", show=False),
        Binding("up", "focus_previous", show=False),
        Binding("down", "focus_next", show=False),
    ]

    def __init__(self, order: OrderLine) -> None:
        super().__init__()
        self._order = order

    def compose(self) -> ComposeResult:
        order = self._order
        with VerticalScroll(classes="card", can_focus=False):
            yield Static(id="amend-order")
            yield Static(id="amend-qty-label")
            yield EntryInput(id="amend-qty")
            if order.price:
                yield Static(id="amend-price-label")
                yield EntryInput(id="amend-price")
            if order.is_waiting:
                yield Static(id="amend-stop_px-label")
                yield EntryInput(id="amend-stop_px")
            yield Static(id="amend-effect")
            yield ChoiceLine(id="amend-keys", classes="hint")

    def on_mount(self) -> None:
        order = self._order
        self.query_one("#amend-qty", Input).value = str(order.order_qty)
        for name, price in (("price", order.price), ("stop_px", order.stop_px)):
            for field in self.query(f"#amend-{name}").results(Input):
                field.value = format_price(price)
        self.query_one("#amend-price" if order.price else "#amend-qty", Input).focus()
        self.set_interval(QUIET_SECONDS, self._follow)
        self.repaint_all()

    def repaint_all(self) -> None:
        texts, palette, order = self.bashu.texts, self.bashu.palette, self._order
        self.query_one(VerticalScroll).border_title = texts("amend.title")
        said = texts(
            "amend.order",
            side=texts(f"side.{order.side}"), qty=f"{order.order_qty:,}", symbol=order.symbol,
            price=format_price(order.price or order.stop_px), filled=f"{order.cum_qty:,}",
        )  # fmt: skip
        style = palette.buy if order.side == "buy" else palette.sell
        self.query_one("#amend-order", Static).update(Text(said, style))
        for name in ("qty", "price", "stop_px"):
            key = "amend.qty" if name == "qty" else f"ticket.{name}"
            for label in self.query(f"#amend-{name}-label").results(Static):
                label.update(texts(key))
        self.query_one("#amend-keys", ChoiceLine).show([
            Choice("send_now", texts("amend.send"), palette.warn),
            Choice("", "   ", palette.plain),
            Choice("back", texts("confirm.back"), palette.plain),
        ])  # fmt: skip
        self._show_effect()

    def on_input_changed(self) -> None:
        self._show_effect()

    def on_input_submitted(self) -> None:
        self.one_press.press(self.action_send_now)

    def action_send_now(self) -> None:
        session, found = self.bashu.session, self._read()
        if session is None or isinstance(found, Problem) or not changes(self._order, found):
            return
        if session.why_locked(self._order.symbol) is None:
            self.dismiss(found)

    def _follow(self) -> None:
        """Keep to what the venue says of the order meanwhile."""
        session = self.bashu.session
        order = session.orders.get(self._order.order_id) if session is not None else None
        if order is None:
            self.dismiss(None)
        else:
            self._order = order
            self._show_effect()

    def _read(self) -> Amendment | Problem:
        session, order = self.bashu.session, self._order
        row = session.instruments.get(order.symbol) if session is not None else None
        typed = {}
        for name in ("qty", "price", "stop_px"):
            fields = list(self.query(f"#amend-{name}").results(Input))
            typed[name] = fields[0].value if fields else ""
        return read_amendment(order, row, typed["qty"], typed["price"], typed["stop_px"])

    def _show_effect(self) -> None:
        palette = self.bashu.palette
        said = Text("\n").join(
            Text("\n".join(wrap(line, TEXT_WIDTH)), getattr(palette, style))
            for line, style in self._effects()
        )
        self.query_one("#amend-effect", Static).update(said)

    def _effects(self) -> list[tuple[str, str]]:
        texts, session, order = self.bashu.texts, self.bashu.session, self._order
        if session is None:
            return []
        locked = session.why_locked(order.symbol)
        if locked is not None:
            return [(texts(locked), "alarm")]
        found = self._read()
        if isinstance(found, Problem):
            return [(problem(found, texts), "warn")]
        if not changes(order, found):
            return [(texts("amend.unchanged"), "faint")]
        draft = as_draft(order, found)
        place = place_in_queue(order, found)
        said = [
            (texts("confirm.value", value=format_money(draft.value)), "plain"),
            (texts(f"amend.place.{place}"), "good" if place == "kept" else "warn"),
        ]
        market = market_of(session, order.symbol)
        if market is not None:
            cautions = appraise(draft, market, means_of(session, draft)).cautions
            said += [(caution_words(c, texts), "warn") for c in amended(cautions)]
        return said
