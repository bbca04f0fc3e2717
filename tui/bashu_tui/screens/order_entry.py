"""Sending orders: the part of the trader's screen that talks to the venue."""

from textual import work
from textual.widgets import Input

from bashu_protocol.client import CommandRefused
from bashu_protocol.messages import ExecutionReport, Side
from bashu_protocol.requests import CommandTimeout
from bashu_tui.screens.base import MarketScreen
from bashu_tui.screens.confirm import ConfirmScreen
from bashu_tui.screens.one_press import OnePress
from bashu_tui.screens.withdrawing import LONGEST_WAIT_SECONDS
from bashu_tui.state.draft import OrderDraft
from bashu_tui.state.ladder import own_at
from bashu_tui.widgets.ladder import Ladder
from bashu_tui.widgets.ticket import Ticket


class OrderEntryScreen(MarketScreen):
    """A market screen with a ticket and a ladder from which orders are sent."""

    def __init__(self) -> None:
        super().__init__()
        self._one_press = OnePress(self)

    def apply_changes(self, changed: set[str]) -> None:
        ticket = self.query_one(Ticket)
        if changed & {"all", "lives"}:
            ticket.show_life()
        elif changed & {"stat", "account", "mode", "limits"} or ticket.lock_moved():
            ticket.repaint()

    def symbol_changed(self) -> None:
        """Another instrument was chosen: a price belongs to its own."""
        for name in ("price", "stop_px"):
            self.query_one(f"#ticket-{name}", Input).value = ""
        self.query_one(Ticket).show_outcome("", "faint")

    def tell(self, key: str, style: str, **values: object) -> None:
        """Say it in the ticket, next to where the action was."""
        if self.is_mounted:
            self.query_one(Ticket).show_outcome(key, style, **values)

    # Keys

    def action_side(self, side: Side) -> None:
        price = self.query_one(Ladder).cursor_price
        if price:
            self.trade_at(side, price)

    def action_order_type(self) -> None:
        self.query_one(Ticket).next_type()

    def action_validity(self) -> None:
        self.query_one(Ticket).next_validity()

    def action_preset(self) -> None:
        self.query_one(Ticket).next_preset()

    def action_most(self) -> None:
        self.query_one(Ticket).take_most()

    def action_more(self) -> None:
        self.query_one(Ticket).toggle_more()

    def action_submit(self) -> None:
        """Enter on the ladder: take its price and go to the quantity."""
        ladder = self.query_one(Ladder)
        self.query_one(Ticket).choose(price=ladder.cursor_price or None)
        self.set_focus(self.query_one("#ticket-qty", Input))

    # Messages of the widgets

    def on_ladder_price_chosen(self, event: Ladder.PriceChosen) -> None:
        self.query_one(Ticket).choose(price=event.price)

    def on_ladder_trade_at(self, event: Ladder.TradeAt) -> None:
        # A click has taken the focus out of the ticket, a key press would not have.
        self.trade_at(event.side, event.price, is_click=True)

    def trade_at(self, side: Side, price: int, *, is_click: bool = False) -> None:
        """Send at once where one press is enough; else fill the ticket, and asked again, the card.

        The ladder's prices are limits, so the ticket becomes a limit order's. The quantity has the
        focus when this returns: digits typed on would otherwise be the ladder's keys.
        """
        ticket, session = self.query_one(Ticket), self.bashu.session
        draft = ticket.draft()
        asked_again = (
            draft is not None
            and (draft.ord_type, draft.side, draft.price) == ("limit", side, price)
            and (is_click or ticket.has_focus_within)
        )
        ticket.take_limit(side, price)
        draft = ticket.draft()
        at_once = session is not None and session.mode == "one_click"
        if draft is not None and (at_once or asked_again):
            self.enter(draft)
        else:
            self.set_focus(self.query_one("#ticket-qty", Input))

    def on_ladder_own_clicked(self, event: Ladder.OwnClicked) -> None:
        session = self.bashu.session
        if session is None:
            return
        orders = session.orders.within(self.bashu.symbol)
        own = [o for o in own_at(orders, event.side, event.price, event.step) if o.own]
        for order in own:
            self.cancel_one(order.cl_ord_id)
        if not own:
            self.tell("ladder.not_yours", "faint")

    def on_ticket_submitted(self, event: Ticket.Submitted) -> None:
        self.enter(event.draft)

    # Sending

    def enter(self, draft: OrderDraft) -> None:
        """Send an order as the mode says, or say why that is not possible now."""
        session = self.bashu.session
        if session is None:
            return
        if session.why_locked(draft.symbol) is not None:
            self.say_locked()
        elif session.mode != "one_click":
            self._ask(draft)
        elif not session.modes.sends_at_once(draft.quantity):
            self.tell("ticket.above_cap", "warn", qty=f"{session.modes.max_qty:,}")
            self._ask(draft)
        else:
            self._one_press.press(lambda: self._send_at_once(draft))

    def _send_at_once(self, draft: OrderDraft) -> None:
        """Send without a card, if the mode still is such: the press may have been doubtful."""
        session = self.bashu.session
        if session is not None and session.modes.sends_at_once(draft.quantity):
            self.send(draft)

    def say_locked(self) -> None:
        """The ticket says why, as long as it is so; here only that the press was noticed."""
        if self.bashu.settings.bell:
            self.app.bell()
        self.query_one(Ticket).repaint()

    def _ask(self, draft: OrderDraft) -> None:
        def decided(send: bool | None) -> None:
            if send:
                self.send(draft)

        self.app.push_screen(ConfirmScreen(draft), decided)

    @work(group="order")
    async def send(self, draft: OrderDraft) -> None:
        """Send an order; the hands are back on the ladder at once, its life is in the session."""
        session = self.bashu.session
        if session is None:
            return
        if session.why_locked(draft.symbol) is not None:
            self.say_locked()
            return
        self.query_one(Ladder).focus()
        name = session.client.new_cl_ord_id()
        life = session.lives.begin(draft, name)
        self.query_one(Ticket).show_life()

        def is_late() -> None:
            session.lives.grow_late(life)
            session.changed.add("lives")

        answer = session.client.request(draft.command(name), ExecutionReport, LONGEST_WAIT_SECONDS)
        try:
            await self.late_or_not(answer, is_late)
        except CommandRefused as refused:
            session.lives.refuse(life, refused.reject.reject_code)
        except CommandTimeout:  # the session was closed
            session.lives.grow_late(life)
        session.changed.add("lives")
