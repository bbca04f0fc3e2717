"""A row of choices among the ticket's fields."""

from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from bashu_tui.widgets.choice import Choice, Shown

_MOST_LINES: Final = 2


class TicketChoice(Choice):
    """Enter sends the ticket, as in its fields; no digit trades, as it would on the ladder.

    Many values, such as a broker's clients, show as the chosen one alone; a click takes the next.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "submit", show=False)]

    class Submitted(Message):
        """The order is to be sent."""

    def action_submit(self) -> None:
        self.post_message(self.Submitted())

    def on_click(self, event: events.Click) -> None:
        if len(super()._rows(self.size.width)) > _MOST_LINES:
            event.prevent_default()
            self.action_step(1)

    def _rows(self, width: int) -> list[list[Shown]]:
        rows = super()._rows(width)
        if len(rows) <= _MOST_LINES:
            return rows
        every = [shown for row in rows for shown in row]
        at, text = next((n, t) for n, (value, t) in enumerate(every, 1) if value == self.value)
        return [[(self.value, f"{text} {at}/{len(every)}")]]
