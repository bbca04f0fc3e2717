"""The parameters of surveillance; what waits for a decision is marked and stands first."""

from collections.abc import Callable, Hashable, Sequence
from typing import Final

from bashu_tui.cells import left, right
from bashu_tui.i18n import Texts
from bashu_tui.state.parameters import ParameterLine
from bashu_tui.widgets.line_panel import Piece
from bashu_tui.widgets.list_panel import ListPanel

_RULE: Final = 24
_SYMBOL: Final = 9
_VALUE: Final = 11


class ParameterList(ListPanel[ParameterLine]):
    """A line a value: of which rule, where, and what is proposed for it."""

    title_key = "panel.parameters"
    empty_key = "headless.no_parameters"

    def __init__(self, found: Callable[[], Sequence[ParameterLine]], *, id: str) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self._found = found

    def items(self) -> Sequence[ParameterLine]:
        return self._found()

    def key_of(self, item: ParameterLine) -> Hashable:
        return item.key

    def head(self, width: int) -> list[Piece]:
        texts = self.bashu.texts
        head = "  " + left(texts("headless.column.rule"), _RULE)
        head += left(texts("column.symbol"), _SYMBOL)
        head += right(texts("headless.column.value"), _VALUE) + "  "
        head += texts("headless.column.parameter")
        return [(head, self.bashu.palette.head)]

    def row(self, item: ParameterLine, width: int) -> list[Piece]:
        texts, palette = self.bashu.texts, self.bashu.palette
        change = item.change
        value = f"{item.value:,}"
        name = parameter_name(texts, item.parameter)
        if change is not None:
            name = f"{name} {texts('parameters.to', value=f'{change.value:,}')}"
        is_off = item.parameter == "enabled" and not item.value
        style = palette.warn if change is not None or is_off else palette.plain
        return [
            ("* " if change is not None else "  ", palette.warn),
            (left(texts.get(f"rule.{item.rule}", item.rule), _RULE - 1) + " ", palette.plain),
            (left(item.symbol or texts("headless.every_instrument"), _SYMBOL), palette.faint),
            (right(value, _VALUE) + "  ", style),
            (left(name, max(0, width - _RULE - _SYMBOL - _VALUE - 4)), style),
        ]


def parameter_name(texts: Texts, parameter: str) -> str:
    """Say what a parameter is, as the evidence of alerts does."""
    return texts.get(f"param.{parameter}", parameter)
