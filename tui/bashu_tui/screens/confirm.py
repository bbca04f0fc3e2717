"""The card before an order leaves: what it is, what it would do, and what speaks against it."""

import time
from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from bashu_tui.screens.one_press import OnePress
from bashu_tui.state.draft import OrderDraft
from bashu_tui.widgets.choice_line import Choice, ChoiceLine
from bashu_tui.widgets.order_card import OrderCard

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp

REFRESH_SECONDS: Final = 0.2


class ConfirmScreen(ModalScreen[bool]):
    """True to send. It follows the market; nothing is sent while entry is locked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", show=False),
        Binding("f4", "send_now", show=False),
        Binding("escape,ctrl+b", "back", show=False),
    ]

    def __init__(self, draft: OrderDraft) -> None:
        super().__init__()
        self._draft = draft
        self._is_disarmed = False
        """Whether a digit was typed here: it was meant for the quantity, so Enter sends no more."""
        self.one_press = OnePress(self, time.monotonic())

    @property
    def bashu(self) -> "BashuApp":
        return cast("BashuApp", self.app)

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="card", can_focus=False):
            yield OrderCard(self._draft, id="order-card")
            yield ChoiceLine(id="confirm-keys", classes="hint")

    def on_mount(self) -> None:
        self.set_interval(REFRESH_SECONDS, self._follow)
        self.repaint_all()

    def repaint_all(self) -> None:
        texts, palette = self.bashu.texts, self.bashu.palette
        self.query_one(VerticalScroll).border_title = texts("confirm.title")
        send = texts("confirm.disarmed" if self._is_disarmed else "confirm.send")
        self.query_one("#confirm-keys", ChoiceLine).show([
            Choice("send", send, palette.alarm if self._is_disarmed else palette.warn),
            Choice("", "   ", palette.plain),
            Choice("back", texts("confirm.back"), palette.plain),
        ])  # fmt: skip
        self._follow()

    def _follow(self) -> None:
        if self.is_mounted:
            self.query_one(OrderCard).repaint()

    def on_choice_line_picked(self, event: ChoiceLine.Picked) -> None:
        if event.name == "send":
            self.action_send_now()
        else:
            self.action_back()

    def on_key(self, event: events.Key) -> None:
        if event.character and event.character.isdecimal():
            self._is_disarmed = True
            self.repaint_all()

    def action_send(self) -> None:
        """Send; but Enter brought the card up, so that it may be the same press, held down."""
        if not self._is_disarmed:
            self.one_press.press(self.action_send_now)

    def action_send_now(self) -> None:
        """Send, unless entry is locked meanwhile."""
        session = self.bashu.session
        if session is not None and session.why_locked(self._draft.symbol) is None:
            self.dismiss(True)

    def action_back(self) -> None:
        self.dismiss(False)
