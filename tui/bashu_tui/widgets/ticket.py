"""The order ticket: what to send, how it was understood, and what became of the last order."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, cast

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static

from bashu_protocol.messages import InstrumentRow, OrdType, Phase, Side, TimeInForce
from bashu_protocol.units import format_price
from bashu_tui.cells import left
from bashu_tui.state.appraisal import buying_power
from bashu_tui.state.draft import OrderDraft
from bashu_tui.state.entry import read_price
from bashu_tui.state.market_view import market_of, means_of
from bashu_tui.state.ticket_entry import (
    Fields,
    extras,
    order_types,
    read,
    step_price,
    validities,
)
from bashu_tui.widgets.choice import Option
from bashu_tui.widgets.choice_line import Choice, ChoiceLine
from bashu_tui.widgets.entry_input import EntryInput
from bashu_tui.widgets.order_words import outcome
from bashu_tui.widgets.recent_orders import RecentOrders
from bashu_tui.widgets.ticket_choice import TicketChoice
from bashu_tui.widgets.ticket_lines import (
    LABEL_WIDTH,
    preset_line,
    side_line,
    step_line,
    terms_line,
)
from bashu_tui.widgets.ticket_words import lock, reading, title

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp

_TYPED_EXTRAS: Final = ("stop_px", "expire_date", "min_qty", "display_qty")
_ALWAYS_OPEN: Final = ("stop_px", "expire_date")
"""Further fields without which the order is not complete."""
_CHOSEN_EXTRAS: Final = ("post_only", "client")
_OWN_ACCOUNT: Final = ("", "ticket.own_account")
_OPTIONS: Final[dict[str, Sequence[Option]]] = {
    "post_only": (("", "ticket.no"), ("yes", "ticket.yes")),
    "client": (_OWN_ACCOUNT,),
}


class Ticket(Vertical):
    """Everything needed to send an order; Enter in a field asks for it to be sent."""

    DEFAULT_CSS = """
    Ticket { height: auto; }
    Ticket Horizontal { height: 1; }
    Ticket Horizontal Static { width: 9; }
    Ticket Horizontal Input { width: 1fr; }
    Ticket ChoiceLine { height: 1; }
    Ticket #ticket-steps { width: 6; }
    Ticket #ticket-reading { height: 4; }
    Ticket.-ready #ticket-reading { height: 3; }
    Ticket #ticket-send { display: none; }
    Ticket.-ready #ticket-send { display: block; }
    Ticket #ticket-outcome { height: 2; }
    Ticket.-one-click { border: heavy $error; border-title-color: $error; }
    Ticket.-view { border-title-color: $warning; }
    """

    class Submitted(Message):
        """The ticket holds a valid order."""

        def __init__(self, draft: OrderDraft) -> None:
            super().__init__()
            self.draft = draft

    def __init__(self, *, id: str) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self.side: Side = "buy"
        self.ord_type: OrdType = "limit"
        self.time_in_force: TimeInForce = "day"
        self.is_open = False
        """Whether the further fields are shown."""
        self._outcome: tuple[str, str, dict[str, object]] = ("", "faint", {})
        self._shown_lock: str | None = None
        self._written: dict[str, object] = {}
        self._seen = (0, 0)
        """Of the last order sent: its number and how often it was heard of."""

    @property
    def bashu(self) -> "BashuApp":
        return cast("BashuApp", self.app)

    def compose(self) -> ComposeResult:
        yield ChoiceLine(id="ticket-side")
        yield ChoiceLine(id="ticket-terms")
        with Horizontal():
            yield Static(id="ticket-qty-label")
            yield EntryInput(id="ticket-qty")
        yield ChoiceLine(id="ticket-presets")
        with Horizontal(id="ticket-price-row"):
            yield Static(id="ticket-price-label")
            yield EntryInput(id="ticket-price")
            yield ChoiceLine(id="ticket-steps")
        for name in _TYPED_EXTRAS:
            with Horizontal(id=f"ticket-{name}-row"):
                yield Static(id=f"ticket-{name}-label")
                yield EntryInput(id=f"ticket-{name}")
        for name in _CHOSEN_EXTRAS:
            yield TicketChoice(
                f"ticket.row.{name}",
                _OPTIONS[name],
                id=f"ticket-{name}",
                label_width=LABEL_WIDTH + 1,
            )
        yield Static(id="ticket-none")
        yield Static(id="ticket-reading")
        yield ChoiceLine(id="ticket-send")
        yield Static(id="ticket-outcome")
        yield RecentOrders(id="ticket-recent")

    def on_mount(self) -> None:
        self._input("qty").value = str(self.bashu.settings.quantity_presets[0])
        self.repaint()

    # What it holds

    def fields(self) -> Fields:
        stop_px, expire_date, min_qty, display_qty = (
            self._input(name).value for name in _TYPED_EXTRAS
        )
        return Fields(
            self.bashu.symbol,
            self.side,
            self.ord_type,
            self.time_in_force,
            self._input("qty").value,
            self._input("price").value,
            stop_px,
            expire_date,
            min_qty,
            display_qty,
            self._choice("post_only").value == "yes",
            self._choice("client").value,
        )

    def draft(self) -> OrderDraft | None:
        """Return the order if everything in the ticket is valid."""
        found = read(self.fields(), self._instrument(), self._phase())
        return found if isinstance(found, OrderDraft) else None

    # What changes it

    def choose(self, *, side: Side | None = None, price: int | None = None) -> None:
        """Take a side or a price; the price of a stop order is its stop price."""
        if side is not None:
            self.side = side
        if price is not None:
            name = "stop_px" if self.ord_type == "stop" else "price"
            self._input(name).value = format_price(price)
        self.repaint()

    def take_limit(self, side: Side, price: int) -> None:
        """Become a limit order at a price of the ladder."""
        self.ord_type = "limit"
        self.choose(side=side, price=price)

    def next_type(self) -> None:
        types = order_types(self._instrument(), self._phase())
        at = types.index(self.ord_type) if self.ord_type in types else -1
        self.ord_type = types[(at + 1) % len(types)]
        self.repaint()

    def next_validity(self) -> None:
        choices = validities(self._instrument(), self._phase(), self.ord_type)
        at = choices.index(self.time_in_force) if self.time_in_force in choices else -1
        self.time_in_force = choices[(at + 1) % len(choices)]
        self.repaint()

    def next_preset(self) -> None:
        """Take the next larger of the usual quantities, after the largest the smallest."""
        presets = sorted(self.bashu.settings.quantity_presets)
        typed = self._input("qty").value
        present = int(typed) if typed.isascii() and typed.isdigit() else 0
        larger = [preset for preset in presets if preset > present]
        self.take_quantity(larger[0] if larger else presets[0])

    def take_quantity(self, quantity: int) -> None:
        self._input("qty").value = str(quantity)

    def take_most(self) -> None:
        """Take all that the account covers, or say why that is not known or nothing."""
        most = self.most()
        if most:
            self.take_quantity(most)
        elif most == 0:
            self.show_outcome("ticket.most_none", "warn")
        else:
            self.show_outcome(self._why_no_most(), "warn")

    def step(self, ticks: int) -> None:
        """Move the typed price by ticks."""
        field = self._input("price")
        field.value = step_price(field.value, self._instrument(), ticks)

    def toggle_more(self) -> None:
        self.is_open = not self.is_open
        self.repaint()

    def most(self) -> int | None:
        """Return the most tonnes that the account covers at the typed price; None if unknown."""
        session, row = self.bashu.session, self._instrument()
        if session is None or row is None:
            return None
        draft = OrderDraft(
            self.bashu.symbol,
            self.side,
            0,
            read_price(self._input("price").value, None).value or 0,
            ord_type=self.ord_type,
            stop_px=read_price(self._input("stop_px").value, None).value or 0,
        )
        market = market_of(session, self.bashu.symbol)
        return buying_power(draft, market, means_of(session, draft)) if market is not None else None

    def _why_no_most(self) -> str:
        session = self.bashu.session
        if session is None or not session.accounts:
            return "ticket.most_hidden"
        priced = self.ord_type in ("limit", "stop_limit")
        return "ticket.most_price" if priced else "ticket.most_unbounded"

    def show_outcome(self, key: str, style: str, **values: object) -> None:
        """Say something about the last action; style is a name of the palette's.

        A value that is itself a text key, such as a reject code's, is translated too.
        """
        self._outcome = (key, style, values)
        self.repaint()

    def show_life(self) -> None:
        """Say what became of the last order sent, if there is news of it."""
        session = self.bashu.session
        life = session.lives.last if session is not None else None
        if life is not None and (id(life), life.updates) != self._seen:
            self._seen = (id(life), life.updates)
            self._outcome = ("", "faint", {})
        self.repaint()

    # How it is shown

    def lock_moved(self) -> bool:
        """Whether what is said of the lock is not true any more."""
        session = self.bashu.session
        return session is not None and session.why_locked(self.bashu.symbol) != self._shown_lock

    def repaint(self) -> None:
        """Write all texts anew."""
        app = self.bashu
        if not app.is_running or not self.is_mounted:  # an answer came while the app is closing
            return
        if app.session is not None:
            self._shown_lock = app.session.why_locked(app.symbol)
        self._keep_to_what_is_offered()
        self._show_mode()
        self._show_choices()
        self._show_fields()
        self._show_labels()
        self._write("ticket-reading", self._reading())
        self._show_send()
        self._write("ticket-outcome", self._said())
        self.query_one(RecentOrders).repaint()

    def on_input_changed(self) -> None:
        self.repaint()

    def on_input_submitted(self) -> None:
        draft = self.draft()
        if draft is not None:
            self.post_message(self.Submitted(draft))

    def on_choice_changed(self) -> None:
        self.repaint()

    def on_ticket_choice_submitted(self) -> None:
        self.on_input_submitted()

    def on_choice_line_picked(self, event: ChoiceLine.Picked) -> None:
        name, _, value = event.name.partition(":")
        if name == "side":
            self.choose(side="buy" if value == "buy" else "sell")
        elif name == "type":
            self.next_type()
        elif name == "tif":
            self.next_validity()
        elif name == "qty":
            self.take_quantity(int(value))
        elif name == "most":
            self.take_most()
        elif name == "step":
            self.step(int(value))
        elif name == "more":
            self.toggle_more()
        elif name == "send":
            self.on_input_submitted()

    def _keep_to_what_is_offered(self) -> None:
        row, phase = self._instrument(), self._phase()
        types = order_types(row, phase)
        if self.ord_type not in types:
            self.ord_type = types[0]
        choices = validities(row, phase, self.ord_type)
        if self.time_in_force not in choices:
            self.time_in_force = choices[0]

    def _show_mode(self) -> None:
        app = self.bashu
        mode = app.session.mode if app.session is not None else "view"
        cap = app.session.modes.max_qty if app.session is not None else 0
        self.border_title = title(mode, cap, app.texts)
        self.set_class(mode == "one_click", "-one-click")
        self.set_class(mode == "view", "-view")

    def _show_choices(self) -> None:
        texts, palette = self.bashu.texts, self.bashu.palette
        self._line("side").show(side_line(self.side, self.most(), texts, palette))
        self._line("terms").show(
            terms_line(self.ord_type, self.time_in_force, self.is_open, texts, palette)
        )
        self._line("presets").show(preset_line(self.bashu.settings.quantity_presets, palette))
        self._line("steps").show(step_line(palette))

    def _show_fields(self) -> None:
        """Show what goes with the order; what is filled in stays in sight though closed."""
        clients = self._clients()
        self._choice("client").set_options([_OWN_ACCOUNT, *((name, name) for name in clients)])
        fields = self.fields()
        offered = extras(fields, self._instrument(), self._phase())
        for name in _TYPED_EXTRAS:
            is_wanted = self.is_open or name in _ALWAYS_OPEN or bool(self._input(name).value)
            self.query_one(f"#ticket-{name}-row", Horizontal).display = (
                name in offered and is_wanted
            )
        if clients:
            offered.append("client")
        for name in _CHOSEN_EXTRAS:
            is_wanted = self.is_open or bool(self._choice(name).value)
            self._choice(name).display = name in offered and is_wanted
            self._choice(name).repaint()
        priced = self.ord_type in ("limit", "stop_limit")
        self.query_one("#ticket-price-row", Horizontal).display = priced
        has_none = self.is_open and not offered
        self.query_one("#ticket-none", Static).display = has_none
        self._write(
            "ticket-none", Text(self.bashu.texts("ticket.no_more"), self.bashu.palette.faint)
        )

    def _clients(self) -> list[str]:
        """Return the member's clients, and the chosen one though it was stopped meanwhile."""
        session, chosen = self.bashu.session, self._choice("client").value
        clients = session.limits.clients if session is not None else []
        # An order that was meant for a client must not become the member's own.
        return clients if not chosen or chosen in clients else [*clients, chosen]

    def _show_send(self) -> None:
        """Offer to send what can be sent: Enter does it, and a click here."""
        texts, palette, session = self.bashu.texts, self.bashu.palette, self.bashu.session
        draft = self.draft() if session is not None and not self._shown_lock else None
        self.set_class(draft is not None, "-ready")
        if draft is not None and session is not None:
            at_once = session.modes.sends_at_once(draft.quantity)
            said = texts("ticket.send_at_once" if at_once else "ticket.send")
            self._line("send").show([Choice("send", said, palette.own)])

    def _show_labels(self) -> None:
        texts, palette = self.bashu.texts, self.bashu.palette
        for name in ("qty", "price", *_TYPED_EXTRAS):
            label = left(texts(f"ticket.{name}"), LABEL_WIDTH - 1)
            self._write(f"ticket-{name}-label", Text(label, palette.head))

    def _reading(self) -> Text:
        app = self.bashu
        locked = lock(app.session, app.symbol, app.texts, app.palette)
        if locked is not None or app.session is None:
            return locked or Text("")
        return reading(app.session, self.fields(), app.texts, app.palette)

    def _said(self) -> Text:
        """Return the last news: of an action, or else of the last order."""
        app = self.bashu
        texts, palette = app.texts, app.palette
        key, style, values = self._outcome
        if key:
            shown = {field: texts.get(str(value), str(value)) for field, value in values.items()}
            return Text(texts(key, **shown), getattr(palette, style))
        life = app.session.lives.last if app.session is not None else None
        if life is None or life.draft.symbol != app.symbol:
            return Text("")
        said, style = outcome(life, texts)
        return Text(said, getattr(palette, style))

    def _instrument(self) -> InstrumentRow | None:
        session = self.bashu.session
        return session.instruments.get(self.bashu.symbol) if session is not None else None

    def _phase(self) -> Phase | None:
        session = self.bashu.session
        stat = session.stat(self.bashu.symbol) if session is not None else None
        return stat.phase if stat is not None else None

    def _choice(self, name: str) -> TicketChoice:
        return self.query_one(f"#ticket-{name}", TicketChoice)

    def _input(self, name: str) -> Input:
        return self.query_one(f"#ticket-{name}", Input)

    def _line(self, name: str) -> ChoiceLine:
        return self.query_one(f"#ticket-{name}", ChoiceLine)

    def _write(self, name: str, text: Text) -> None:
        """Write what differs from what is shown; heights are fixed, so nothing else moves."""
        shown = (text.plain, text.spans, text.style)
        if self._written.get(name) != shown:
            self._written[name] = shown
            self.query_one(f"#{name}", Static).update(text, layout=False)
