"""The two answers to a card, with their keys; a click gives them too."""

from collections.abc import Sequence

from rich.cells import cell_len

from bashu_tui.widgets.click_line import ClickLine
from bashu_tui.widgets.line_panel import Piece


class CardKeys(ClickLine):
    """Each answer is (keys as they are written, text key, action of the screen)."""

    DEFAULT_CSS = "CardKeys { height: 1; width: 1fr; margin-top: 1; }"

    def __init__(self, answers: Sequence[tuple[str, str, str]]) -> None:
        super().__init__()
        self._answers = answers

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        palette = self.bashu.palette
        pieces: list[Piece] = []
        self.spans = []
        at = 0
        for keys, text_key, run in self._answers:
            shown = f" {self.bashu.texts(text_key)}   "
            pieces += [(f" {keys} ", palette.own), (shown, palette.plain)]
            length = cell_len(keys) + 2 + cell_len(shown)
            self.spans.append((at, at + length - 3, run))
            at += length
        return [pieces]
