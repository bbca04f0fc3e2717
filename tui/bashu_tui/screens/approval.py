"""The card on which a colleague's held order is approved or declined."""

from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from bashu_tui.screens.card import AskingCard
from bashu_tui.state.amendment import draft_of
from bashu_tui.state.modes import QUIET_SECONDS
from bashu_tui.state.orders import OrderLine
from bashu_tui.widgets.choice_line import Choice, ChoiceLine
from bashu_tui.widgets.order_card import OrderCard

Decision = Literal["approve", "decline"]


class ApprovalScreen(AskingCard[Decision]):
    """The decision, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "approve", show=False),
        Binding("f4", "approve_now", show=False),
        Binding("f9,9,delete", "decline", show=False),
    ]

    def __init__(self, order: OrderLine) -> None:
        super().__init__()
        self._order = order

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="card", can_focus=False):
            yield Static(id="approval-whose")
            yield OrderCard(draft_of(self._order), id="order-card", shows_lock=False)
            yield ChoiceLine(id="approval-keys", classes="hint")

    def on_mount(self) -> None:
        self.set_interval(QUIET_SECONDS, self._follow)
        self.repaint_all()

    def repaint_all(self) -> None:
        texts, palette = self.bashu.texts, self.bashu.palette
        self.query_one(VerticalScroll).border_title = texts("approval.title")
        whose = texts("approval.whose", user=self._order.user)
        self.query_one("#approval-whose", Static).update(whose)
        self.query_one("#approval-keys", ChoiceLine).show([
            Choice("approve_now", texts("approval.approve"), palette.warn),
            Choice("", "   ", palette.plain),
            Choice("decline", texts("approval.decline"), palette.warn),
            Choice("", "   ", palette.plain),
            Choice("back", texts("confirm.back"), palette.plain),
        ])  # fmt: skip
        self._follow()

    def action_approve(self) -> None:
        self.one_press.press(self.action_approve_now)

    def action_approve_now(self) -> None:
        self.dismiss("approve")

    def action_decline(self) -> None:
        self.dismiss("decline")

    def _follow(self) -> None:
        session = self.bashu.session
        if not self.is_mounted:
            return
        if session is None or self._order.order_id not in session.orders:
            self.dismiss(None)  # it was decided, withdrawn, or it lapsed
        else:
            self.query_one(OrderCard).repaint()
