"""The card on which a colleague's held order is approved or declined."""

import time
from typing import TYPE_CHECKING, ClassVar, Literal, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from bashu_tui.screens.one_press import OnePress
from bashu_tui.state.amendment import draft_of
from bashu_tui.state.modes import QUIET_SECONDS
from bashu_tui.state.orders import OrderLine
from bashu_tui.widgets.choice_line import Choice, ChoiceLine
from bashu_tui.widgets.order_card import OrderCard

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp

Decision = Literal["approve", "decline"]


class ApprovalScreen(ModalScreen[Decision | None]):
    """The decision, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "approve", show=False),
        Binding("f4", "approve_now", show=False),
        Binding("f9,9,delete", "decline", show=False),
        Binding("escape,ctrl+b", "back", show=False),
    ]

    def __init__(self, order: OrderLine) -> None:
        super().__init__()
        self._order = order
        self.one_press = OnePress(self, time.monotonic())

    @property
    def bashu(self) -> "BashuApp":
        return cast("BashuApp", self.app)

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
            Choice("approve", texts("approval.approve"), palette.warn),
            Choice("", "   ", palette.plain),
            Choice("decline", texts("approval.decline"), palette.warn),
            Choice("", "   ", palette.plain),
            Choice("back", texts("confirm.back"), palette.plain),
        ])  # fmt: skip
        self._follow()

    def on_choice_line_picked(self, event: ChoiceLine.Picked) -> None:
        if event.name == "approve":
            self.action_approve_now()
        elif event.name == "decline":
            self.action_decline()
        else:
            self.action_back()

    def action_approve(self) -> None:
        """Approve; but Enter may have brought the card up, and be the same press, held down."""
        self.one_press.press(self.action_approve_now)

    def action_approve_now(self) -> None:
        self.dismiss("approve")

    def action_decline(self) -> None:
        self.dismiss("decline")

    def action_back(self) -> None:
        self.dismiss(None)

    def _follow(self) -> None:
        session = self.bashu.session
        if not self.is_mounted:
            return
        if session is None or self._order.order_id not in session.orders:
            self.dismiss(None)  # it was decided, withdrawn, or it lapsed
        else:
            self.query_one(OrderCard).repaint()
