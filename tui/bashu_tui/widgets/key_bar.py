"""The last line: the keys that matter here."""

from collections.abc import Sequence

from rich.cells import cell_len

from bashu_tui.i18n import Locale
from bashu_tui.keymap import Key
from bashu_tui.widgets.lines import Line, LineWidget, Part


class KeyBar(LineWidget):
    """As many keys as fit, in the order of their weight."""

    def __init__(self, locale: Locale, keys: Sequence[Key]) -> None:
        super().__init__(locale, id="keys")
        self._keys = keys

    def build(self, width: int, height: int) -> list[Line]:
        parts: list[Part] = []
        used = 0
        for key in self._keys:
            name, label = f" {key.shown} ", f"{self.locale.t('key.' + key.id)} "
            needed = cell_len(name) + cell_len(label)
            if used + needed > width:
                continue
            parts += [(name, "head bold accent"), (label, "head")]
            used += needed
        return [(*parts, (" " * (width - used), "head"))]
