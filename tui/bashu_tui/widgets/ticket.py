"""The order ticket: side, tonnes, price, validity, and what became of the last order."""

from typing import TYPE_CHECKING, Final, cast

from msgspec import Struct
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from bashu_protocol.messages import Side, TimeInForce
from bashu_protocol.units import format_money, format_price
from bashu_tui.cells import left
from bashu_tui.state.entry import Entry, read_price, read_quantity
from bashu_tui.state.session import ENTRY_PHASES
from bashu_tui.widgets.entry_input import EntryInput

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp

_VALIDITIES: Final[tuple[TimeInForce, ...]] = ("day", "ioc", "fok")


class OrderDraft(Struct, frozen=True):
    """An order as it was read from the ticket."""

    symbol: str
    side: Side
    quantity: int
    price: int
    time_in_force: TimeInForce

    @property
    def value(self) -> int:
        """Fen."""
        return self.quantity * self.price


class Ticket(Vertical):
    """Everything needed to send an order; Enter in a field asks for it to be sent."""

    class Submitted(Message):
        """The ticket holds a valid order."""

        def __init__(self, draft: OrderDraft) -> None:
            super().__init__()
            self.draft = draft

    def __init__(self, *, id: str) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self.side: Side = "buy"
        self.time_in_force: TimeInForce = "day"
        self._outcome: tuple[str, str, dict[str, object]] = ("", "faint", {})

    @property
    def bashu(self) -> "BashuApp":
        return cast("BashuApp", self.app)

    def compose(self) -> ComposeResult:
        yield Static(id="ticket-side")
        yield Static(id="ticket-qty-label")
        yield EntryInput(id="ticket-qty")
        yield Static(id="ticket-price-label")
        yield EntryInput(id="ticket-price")
        yield Static(id="ticket-reading")
        yield Static(id="ticket-outcome")

    def on_mount(self) -> None:
        self.query_one("#ticket-qty", Input).value = "100"
        self.repaint()

    def choose(self, *, side: Side | None = None, price: int | None = None) -> None:
        """Take a side or a price, and go to the quantity."""
        if side is not None:
            self.side = side
        if price is not None:
            self.query_one("#ticket-price", Input).value = format_price(price)
        self.repaint()

    def next_validity(self) -> None:
        at = _VALIDITIES.index(self.time_in_force)
        self.time_in_force = _VALIDITIES[(at + 1) % len(_VALIDITIES)]
        self.repaint()

    def show_outcome(self, key: str, style: str, **values: object) -> None:
        """Say what became of the last order; style is a name of the palette's.

        A value that is itself a text key, such as a reject code's, is translated too.
        """
        self._outcome = (key, style, values)
        self.repaint()

    def draft(self) -> OrderDraft | None:
        """Return the order if everything in the ticket is valid and the market is open."""
        price, quantity = self._entries()
        app = self.bashu
        if price.value is None or quantity.value is None or app.session is None:
            return None
        if not app.session.market_open(app.symbol):
            return None
        return OrderDraft(app.symbol, self.side, quantity.value, price.value, self.time_in_force)

    def repaint(self) -> None:
        """Write all texts anew."""
        app = self.bashu
        if not app.is_running:  # an answer came while the terminal is closing
            return
        texts, palette = app.texts, app.palette
        self.border_title = texts("panel.ticket")
        side = Text()
        for name, style in (("buy", palette.buy), ("sell", palette.sell)):
            mark = style.combine([style]) + palette.cursor if name == self.side else palette.faint
            chosen = (
                f"[{texts('side.' + name)}]" if name == self.side else f" {texts('side.' + name)} "
            )
            side.append(chosen + " ", mark)
        side.append(" " + texts(f"tif.{self.time_in_force}"), palette.warn)
        self._write("ticket-side", side)
        self._write("ticket-qty-label", Text(left(texts("ticket.qty"), 8), palette.head))
        self._write("ticket-price-label", Text(left(texts("ticket.price"), 8), palette.head))
        self._write("ticket-reading", self._reading())
        key, name, values = self._outcome
        shown = {field: texts.get(str(value), str(value)) for field, value in values.items()}
        outcome = texts(key, **shown) if key else ""
        self._write("ticket-outcome", Text(outcome, getattr(palette, name)))

    def on_input_changed(self) -> None:
        self.repaint()

    def on_input_submitted(self) -> None:
        draft = self.draft()
        if draft is not None:
            self.post_message(self.Submitted(draft))

    def _entries(self) -> tuple[Entry, Entry]:
        app = self.bashu
        row = app.session.instruments.get(app.symbol) if app.session is not None else None
        price = read_price(self.query_one("#ticket-price", Input).value, row)
        quantity = read_quantity(self.query_one("#ticket-qty", Input).value, row)
        return price, quantity

    def _reading(self) -> Text:
        """Echo what the fields were understood as, or why not."""
        app = self.bashu
        texts, palette = app.texts, app.palette
        if app.session is not None and not app.session.is_live:
            return Text(texts("ticket.locked"), palette.alarm)
        stat = app.session.stat(app.symbol) if app.session is not None else None
        if stat is not None and stat.phase == "halted":
            return Text(texts("ticket.halted", symbol=app.symbol), palette.alarm)
        if stat is not None and stat.phase not in ENTRY_PHASES:
            phase = texts(f"phase.{stat.phase}")
            return Text(texts("ticket.closed", symbol=app.symbol, phase=phase), palette.warn)
        if not self.query_one("#ticket-price", Input).value:
            return Text(texts("ticket.choose"), palette.faint)
        price, quantity = self._entries()
        for key, entry in (("ticket.qty", quantity), ("ticket.price", price)):
            if entry.value is None:
                values = {"limit": entry.limit, "tick": entry.limit, "lot": entry.limit}
                why = texts(entry.error, **values)
                return Text(texts("text.because", what=texts(key), why=why), palette.warn)
        assert price.value is not None and quantity.value is not None  # noqa: S101, PT018  as above
        style = palette.buy if self.side == "buy" else palette.sell
        reads = texts(
            "ticket.reads",
            side=texts(f"side.{self.side}"),
            qty=f"{quantity.value:,}",
            price=format_price(price.value),
        )
        value = texts("ticket.value", value=format_money(price.value * quantity.value))
        return Text.assemble(
            (reads, style),
            "\n",
            (value, palette.plain),
            "\n",
            (self._available(), palette.faint),
            "\n",
            (texts("ticket.send"), palette.faint),
        )

    def _available(self) -> str:
        """Say what the order would be paid with."""
        app = self.bashu
        accounts = app.session.accounts if app.session is not None else {}
        row = accounts.get("CNY" if self.side == "buy" else app.symbol)
        amount = row.available if row is not None else 0
        if self.side == "buy":
            return app.texts("ticket.cash", amount=format_money(amount))
        return app.texts("ticket.tonnes", amount=f"{amount:,}")

    def _write(self, name: str, text: Text) -> None:
        field = self.query_one(f"#{name}", Static)
        if field.content != text:  # the fields have fixed heights: nothing else has to move
            field.update(text, layout=False)
