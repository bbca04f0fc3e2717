"""The card before an order leaves: what it is, what it is worth, how far from the market."""

import time
from typing import TYPE_CHECKING, ClassVar, Final, cast

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from bashu_protocol.units import format_money, format_price
from bashu_tui.cells import signed_percent
from bashu_tui.widgets.ticket import OrderDraft

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp


QUIET_SECONDS: Final = 0.3
"""A held key repeats some thirty times a second; only one pressed anew after a rest confirms."""


class ConfirmScreen(ModalScreen[bool]):
    """True to send."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,f4", "send", show=False),
        Binding("escape,ctrl+b", "back", show=False),
    ]

    def __init__(self, draft: OrderDraft, last: int) -> None:
        super().__init__()
        self._draft = draft
        self._last = last
        self._pressed_at = time.monotonic()

    def compose(self) -> ComposeResult:
        app = cast("BashuApp", self.app)
        texts, palette, draft = app.texts, app.palette, self._draft
        order = texts(
            "confirm.order",
            side=texts(f"side.{draft.side}"),
            qty=f"{draft.quantity:,}",
            symbol=draft.symbol,
            price=format_price(draft.price),
        )
        style = palette.buy if draft.side == "buy" else palette.sell
        with Vertical(classes="card") as card:
            card.border_title = texts("confirm.title")
            yield Static(Text(order, style))
            yield Static(texts("confirm.value", value=format_money(draft.value)))
            yield Static(texts("confirm.distance", percent=self._distance()))
            yield Static(texts("confirm.tif", tif=texts(f"tif.{draft.time_in_force}")))
            yield Static(texts("confirm.keys"), classes="hint")

    def repaint_all(self) -> None:
        self.refresh(recompose=True)

    def action_send(self) -> None:
        now = time.monotonic()
        is_repeated = now - self._pressed_at < QUIET_SECONDS
        self._pressed_at = now
        if not is_repeated:
            self.dismiss(True)

    def action_back(self) -> None:
        self.dismiss(False)

    def _distance(self) -> str:
        if not self._last:
            return "-"
        return signed_percent(self._draft.price - self._last, self._last)
