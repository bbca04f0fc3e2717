"""Input fields that read strictly; what they understood stands beside them."""

from typing import Final, Self

from textual import events
from textual.binding import BindingsMap
from textual.widgets import Input

_OWN_KEYS: Final = BindingsMap(Input.BINDINGS).key_to_bindings
"""Of a field itself, without those for scrolling that every widget has."""


class EntryInput(Input):
    """A field for a price or a quantity. It holds what was typed; the ticket reads it.

    Textual's own number type silently drops a full-width point, which multiplies a price by ten;
    so there is no restriction here, only a reading that refuses.
    """

    def __init__(self, *, id: str) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id, compact=True, select_on_focus=True)

    def focus(self, scroll_visible: bool = True) -> Self:
        """Take the focus at once, so that the next key is this field's already."""
        self.screen.set_focus(self, scroll_visible=scroll_visible)
        return self

    async def on_key(self, event: events.Key) -> None:
        """Edit in the order in which keys come.

        Textual takes a digit at once but a Backspace on a detour through the screen, and so in
        haste after the digits behind it: `1 2 Backspace 3` became 12 instead of 13.
        """
        for binding in _OWN_KEYS.get(event.key, ()):
            event.stop()
            event.prevent_default()
            await self.run_action(binding.action)
            return
