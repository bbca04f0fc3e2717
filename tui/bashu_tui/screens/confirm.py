"""The card before an order leaves: what it is, what it would do, and what speaks against it."""

from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from bashu_tui.screens.card import AskingCard
from bashu_tui.state.draft import OrderDraft
from bashu_tui.widgets.choice_line import Choice, ChoiceLine
from bashu_tui.widgets.order_card import OrderCard

REFRESH_SECONDS: Final = 0.2


class ConfirmScreen(AskingCard[bool]):
    """True to send. It follows the market; nothing is sent while entry is locked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", show=False),
        Binding("f4", "send_now", show=False),
    ]

    def __init__(self, draft: OrderDraft) -> None:
        super().__init__()
        self._draft = draft
        self._is_disarmed = False
        """Whether a digit was typed here: it was meant for the quantity, so Enter sends no more."""

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
            Choice("send_now", send, palette.alarm if self._is_disarmed else palette.warn),
            Choice("", "   ", palette.plain),
            Choice("back", texts("confirm.back"), palette.plain),
        ])  # fmt: skip
        self._follow()

    def _follow(self) -> None:
        if self.is_mounted:
            self.query_one(OrderCard).repaint()

    def on_key(self, event: events.Key) -> None:
        if event.character and event.character.isdecimal():
            self._is_disarmed = True
            self.repaint_all()

    def action_send(self) -> None:
        if not self._is_disarmed:
            self.one_press.press(self.action_send_now)

    def action_send_now(self) -> None:
        """Send, unless entry is locked meanwhile."""
        session = self.bashu.session
        if session is not None and session.why_locked(self._draft.symbol) is None:
            self.dismiss(True)
