"""Acting on the blotter's chosen line: withdraw, amend, approve or decline."""

import time

from textual import work

from bashu_protocol.messages import (
    ApproveOrder,
    CommandReport,
    DeclineOrder,
    ExecutionReport,
    ReplaceOrder,
)
from bashu_tui.screens.amend import AmendScreen
from bashu_tui.screens.approval import ApprovalScreen, Decision
from bashu_tui.screens.order_entry import OrderEntryScreen
from bashu_tui.screens.withdrawing import LONGEST_WAIT_SECONDS
from bashu_tui.state.amendment import Amendment
from bashu_tui.state.orders import OrderLine
from bashu_tui.widgets.blotter import Blotter


class OrderActingScreen(OrderEntryScreen):
    """A screen with a blotter whose orders can be acted on."""

    def apply_changes(self, changed: set[str]) -> None:
        super().apply_changes(changed)
        if changed & {"orders", "history", "fills"} and "all" not in changed:
            for blotter in self.query(Blotter):
                blotter.repaint()

    # Keys

    def action_blotter(self) -> None:
        """Go to the blotter; there already, show its next tab."""
        blotter = self._blotter()
        if blotter is None:
            return
        if blotter.has_focus:
            blotter.action_tab(1)
        else:
            blotter.focus()

    def action_cancel_chosen(self) -> None:
        order = self._chosen()
        if order is None or not order.own:
            self.tell("blotter.choose_own", "faint")
        else:
            self.cancel_one(order.cl_ord_id)

    def action_amend_chosen(self) -> None:
        order = self._chosen()
        if order is None or not order.own or order.status == "pending_new":
            self.tell("blotter.choose_own", "faint")
            blotter = self._blotter()
            if blotter is not None:
                blotter.focus()
        else:
            self._ask_amendment(order)

    # Messages of the widgets

    def on_blotter_cancel_clicked(self, event: Blotter.CancelClicked) -> None:
        self.cancel_one(event.order.cl_ord_id)

    def on_list_panel_taken(self, event: Blotter.Taken) -> None:
        order = self._chosen()
        if not isinstance(event.panel, Blotter) or order is None:
            return
        if order.status == "pending_new" and not order.own:
            self._ask_approval(order)
        else:
            self.action_amend_chosen()

    # Cards, and what follows them

    def _ask_amendment(self, order: OrderLine) -> None:
        session = self.bashu.session
        if session is None or session.why_locked(order.symbol) is not None:
            self.say_locked()
            return

        def decided(amendment: Amendment | None) -> None:
            if amendment is not None:
                self.amend(order.cl_ord_id, amendment)

        self.app.push_screen(AmendScreen(order), decided)

    def _ask_approval(self, order: OrderLine) -> None:
        session = self.bashu.session
        why = session.why_locked("", "approve") if session is not None else "locked.link"
        if why is not None:
            self.tell(why, "alarm")
            return

        def decided(decision: Decision | None) -> None:
            if decision is not None:
                self.decide(order.order_id, decision)

        self.app.push_screen(ApprovalScreen(order), decided)

    @work(group="order")
    async def amend(self, orig_cl_ord_id: str, amendment: Amendment) -> None:
        """Send a replacement and say what became of it."""
        session = self.bashu.session
        if session is None:
            return
        self.tell("ticket.sending", "faint")
        command = ReplaceOrder(
            session.client.new_cl_ord_id(), orig_cl_ord_id, amendment.order_qty, amendment.price,
            amendment.stop_px,
        )  # fmt: skip
        began = time.perf_counter()
        answer = session.client.request(command, ExecutionReport, LONGEST_WAIT_SECONDS)
        report = await self.answer_of(answer, self._amendment_is_late)
        life = session.lives.last
        if report is not None and life is not None and life.order_id == report.order_id:
            self.tell("", "faint")  # the ticket tells of its last order by itself
        elif report is not None:
            taken = f"{(time.perf_counter() - began) * 1_000:.0f}"
            self.tell("ticket.amended", "good", ms=taken)

    @work(group="order")
    async def decide(self, order_id: int, decision: Decision) -> None:
        """Approve or decline a colleague's order and say what became of it."""
        session = self.bashu.session
        why = session.why_locked("", "approve") if session is not None else "locked.link"
        if session is None or why is not None:
            self.tell(why or "locked.link", "alarm")
            return
        self.tell("ticket.sending", "faint")
        kind = ApproveOrder if decision == "approve" else DeclineOrder
        command = kind(session.client.new_cl_ord_id(), order_id)
        answer = session.client.request(command, CommandReport, LONGEST_WAIT_SECONDS)
        if await self.answer_of(answer, self._amendment_is_late) is not None:
            self.tell(f"approval.{decision}d", "good")
        session.member_is_old = True

    def _amendment_is_late(self) -> None:
        self.tell("ticket.unknown", "alarm")

    def _blotter(self) -> Blotter | None:
        """Return the blotter that the layout shows."""
        shown = [b for b in self.query(Blotter) if b.region.height and b.region.width]
        return shown[0] if shown else None

    def _chosen(self) -> OrderLine | None:
        blotter = self._blotter()
        line = blotter.chosen if blotter is not None else None
        return line.order if line is not None else None
