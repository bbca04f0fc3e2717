"""Sending and withdrawing orders: the part of the trader's screen that talks to the venue."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

from textual import work
from textual.widgets import Input

from bashu_protocol.client import CommandRefused
from bashu_protocol.messages import Side
from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.requests import CommandTimeout
from bashu_protocol.transport import ConnectionLost
from bashu_protocol.units import format_price
from bashu_tui.screens.base import MarketScreen
from bashu_tui.screens.confirm import ConfirmScreen
from bashu_tui.widgets.ladder import Ladder
from bashu_tui.widgets.ticket import OrderDraft, Ticket

LATE_SECONDS = 5.0
"""After this an answer is late, which is said; it is waited for all the same."""
LONGEST_WAIT_SECONDS = 86_400.0
Answer = TypeVar("Answer")


class OrderEntryScreen(MarketScreen):
    """A market screen with a ticket and a ladder from which orders are sent."""

    def __init__(self) -> None:
        super().__init__()
        self._sending = False

    def apply_changes(self, changed: set[str]) -> None:
        if changed & {"all", "stat", "account"}:
            self.query_one(Ticket).repaint()
        if "sent order" in changed and "all" not in changed:
            self._show_sent_order()

    def symbol_changed(self) -> None:
        """Another instrument was chosen: a price belongs to its own."""
        if self.bashu.session is not None:
            self.bashu.session.follow("")
        self.query_one("#ticket-price", Input).value = ""
        self.query_one(Ticket).show_outcome("", "faint")

    # Keys

    def action_side(self, side: Side) -> None:
        """Buy or sell at the ladder's price; see `on_ladder_trade_at`."""
        self.query_one(Ladder).trade(side)

    def action_validity(self) -> None:
        self.query_one(Ticket).next_validity()

    def action_submit(self) -> None:
        """Enter on the ladder: take its price and go to the quantity."""
        ladder = self.query_one(Ladder)
        self.query_one(Ticket).choose(price=ladder.cursor_price or None)
        self.query_one("#ticket-qty", Input).focus()

    def action_cancel_here(self) -> None:
        session = self.bashu.session
        if session is not None and not session.orders_in(self.bashu.symbol):
            self.query_one(Ticket).show_outcome("ticket.none_mine", "faint")
            return
        self.cancel(self.bashu.symbol)

    def action_cancel_all(self) -> None:
        self.cancel("")

    # Messages of the widgets

    def on_ladder_price_chosen(self, event: Ladder.PriceChosen) -> None:
        self.query_one(Ticket).choose(price=event.price)

    def on_ladder_trade_at(self, event: Ladder.TradeAt) -> None:
        self.query_one(Ticket).choose(side=event.side, price=event.price)
        self.query_one("#ticket-qty", Input).focus()

    def on_ladder_own_clicked(self, event: Ladder.OwnClicked) -> None:
        session = self.bashu.session
        if session is None:
            return
        for order in session.orders_in(self.bashu.symbol):
            if order.side == event.side and event.low <= order.price <= event.high and order.own:
                self.cancel_one(order.cl_ord_id)

    def on_ticket_submitted(self, event: Ticket.Submitted) -> None:
        session = self.bashu.session
        if session is None or self._sending:
            return
        stat = session.stat(event.draft.symbol)
        last = (stat.last or stat.reference_price) if stat is not None else 0

        def decided(send: bool | None) -> None:
            if send and not self._sending:
                self.send(event.draft)

        self.app.push_screen(ConfirmScreen(event.draft, last), decided)

    # Work that waits for the venue

    @work(group="order")
    async def send(self, draft: OrderDraft) -> None:
        """Send an order and show what becomes of it; the hands are back on the ladder at once."""
        session, ticket = self.bashu.session, self.query_one(Ticket)
        if session is None or not session.market_open(draft.symbol):
            ticket.show_outcome("ticket.locked", "alarm")
            return
        self._sending = True
        ticket.show_outcome("ticket.sending", "faint")
        self.query_one(Ladder).focus()
        name = session.client.new_cl_ord_id()
        session.follow(name)
        began = time.perf_counter()
        try:
            report = await self._late_or_not(
                session.client.place(
                    draft.symbol,
                    draft.side,
                    draft.quantity,
                    draft.price,
                    time_in_force=draft.time_in_force,
                    cl_ord_id=name,
                    timeout=LONGEST_WAIT_SECONDS,
                )
            )
        except CommandTimeout:
            ticket.show_outcome("ticket.unknown", "alarm")
            return
        except CommandRefused as refused:
            _show_refusal(ticket, refused.reject.reject_code)
            return
        finally:
            self._sending = False
        if report.reject_code:
            _show_refusal(ticket, report.reject_code)
        elif session.followed is report:
            milliseconds = (time.perf_counter() - began) * 1000
            ticket.show_outcome("ticket.accepted", "good", ms=f"{milliseconds:.0f}")
        # Otherwise more is known already, and shown.

    @work(group="cancel")
    async def cancel(self, symbol: str) -> None:
        """Withdraw one's own orders; never asks, never locked."""
        session, ticket = self.bashu.session, self.query_one(Ticket)
        if session is None:
            return
        session.follow("")
        try:
            report = await self._late_or_not(
                session.client.mass_cancel(symbol, timeout=LONGEST_WAIT_SECONDS)
            )
        except (CommandTimeout, CommandRefused, ConnectionLost):
            ticket.show_outcome("ticket.unknown", "alarm")
            return
        ticket.show_outcome("ticket.cancelled", "plain", count=report.affected)

    @work(group="cancel")
    async def cancel_one(self, cl_ord_id: str) -> None:
        session, ticket = self.bashu.session, self.query_one(Ticket)
        if session is None:
            return
        session.follow("")
        try:
            report = await self._late_or_not(
                session.client.cancel(cl_ord_id, timeout=LONGEST_WAIT_SECONDS)
            )
        except (CommandTimeout, CommandRefused, ConnectionLost):
            ticket.show_outcome("ticket.unknown", "alarm")
            return
        if report.reject_code:
            _show_refusal(ticket, report.reject_code)
        else:
            ticket.show_outcome("ticket.cancelled", "plain", count=1)

    async def _late_or_not(self, answer: Coroutine[Any, Any, Answer]) -> Answer:
        """Await the venue's answer however long it takes; say so when it takes long."""
        ticket = self.query_one(Ticket)
        waiting = asyncio.ensure_future(answer)
        try:
            done, _ = await asyncio.wait({waiting}, timeout=LATE_SECONDS)
            if not done:
                self._sending = False
                ticket.show_outcome("ticket.unknown", "alarm")
            return await waiting
        finally:
            waiting.cancel()

    def _show_sent_order(self) -> None:
        """Say what became of the last order sent after it was accepted."""
        session = self.bashu.session
        report = session.followed if session is not None else None
        if report is None:
            return
        qty, filled = f"{report.order_qty:,}", f"{report.cum_qty:,}"
        ticket = self.query_one(Ticket)
        if report.exec_type == "trade":
            price = format_price(report.last_px)
            ticket.show_outcome("ticket.filled", "good", filled=filled, qty=qty, price=price)
        elif report.exec_type in ("canceled", "expired"):
            what = f"status.{report.exec_type}"
            ticket.show_outcome("ticket.ended", "warn", what=what, filled=filled, qty=qty)


def _show_refusal(ticket: Ticket, code: RejectCode) -> None:
    ticket.show_outcome("ticket.rejected", "warn", why=f"reject.{code.value}")
