"""A few lines inside a form or a card, made by a function."""

from collections.abc import Callable, Sequence

from bashu_tui.widgets.line_panel import LinePanel, Piece


class LineBlock(LinePanel):
    """The lines that `make` gives for a width; the height is the stylesheet's."""

    def __init__(
        self,
        make: Callable[[int], list[Sequence[Piece]]],
        *,
        id: str | None = None,  # noqa: A002  Textual's own word
    ) -> None:
        super().__init__(id=id)
        self._make = make

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        return self._make(width)[:height]
