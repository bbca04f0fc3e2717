"""The line at the bottom: keys and what they do, from the keymap; a click does it too."""

from collections.abc import Sequence

from rich.cells import cell_len

from bashu_tui.keymap import actions, keys_at, label
from bashu_tui.widgets.click_line import ClickLine
from bashu_tui.widgets.line_panel import Piece


class KeyBar(ClickLine):
    """As many keys as fit, each whole; help and the way to other screens come first."""

    def __init__(self, place: str, *, id: str) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self._place = place

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        texts, palette = self.bashu.texts, self.bashu.palette
        pieces: list[Piece] = []
        self.spans = []
        at = 0
        session = self.bashu.session
        is_trader = session is None or session.role == "trader"
        shown = [a for a in actions(self._place) if a.bar and (is_trader or not a.is_for_traders)]
        first = [action for action in shown if action.place == "market"]
        for action in [*first, *(action for action in shown if action.place != "market")]:
            keys = keys_at(self._place, action, self.bashu.settings.keys)
            if not keys:
                continue
            key, text = f" {label(keys[0])} ", f"{texts('bar.' + action.id)} "
            length = cell_len(key) + cell_len(text)
            if at + length > width:
                break
            pieces += [(key, palette.warn), (text, palette.plain)]
            self.spans.append((at, at + length - 1, action.run))
            at += length
        return [pieces]
