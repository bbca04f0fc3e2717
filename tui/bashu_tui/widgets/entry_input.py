"""Input fields that read strictly; what they understood stands beside them."""

from textual.widgets import Input


class EntryInput(Input):
    """A field for a price or a quantity. It holds what was typed; the ticket reads it.

    Textual's own number type silently drops a full-width point, which multiplies a price by ten;
    so there is no restriction here, only a reading that refuses.
    """

    def __init__(self, *, id: str) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id, compact=True, select_on_focus=True)
