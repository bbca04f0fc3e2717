"""The card on which a supervisor proposes another value of a parameter."""

from typing import Final

from msgspec import Struct
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from bashu_tui.screens.card import Card
from bashu_tui.state.parameters import ParameterLine, read_value
from bashu_tui.widgets.card_keys import CardKeys
from bashu_tui.widgets.parameter_list import parameter_name

_FIELDS: Final = ("value", "symbol", "reason")


class Wish(Struct, frozen=True):
    """What is proposed."""

    rule: str
    parameter: str
    value: int
    symbol: str
    reason: str
    clear: bool


class ParameterCard(Card[Wish]):
    """Value, instrument and reason; Enter in the last field proposes it.

    An empty value ends an instrument's own.
    """

    def __init__(self, line: ParameterLine) -> None:
        super().__init__()
        self._line = line

    def compose(self) -> ComposeResult:
        line = self._line
        with Vertical(id="parameter", classes="card"):
            yield Static(id="parameter-what")
            for name in _FIELDS:
                yield Static(id=f"{name}-label")
                text = line.symbol if name == "symbol" else ""
                yield Input(text, id=name, compact=True, disabled=self._is_fixed(name))
            yield Static(id="effect", classes="effect")
            yield CardKeys([("Enter", "card.propose", "propose"), ("Esc", "card.back", "back")])

    def on_mount(self) -> None:
        self.query_one("#value", Input).focus()
        self.repaint_all()

    def repaint_all(self) -> None:
        texts, line = self.bashu.texts, self._line
        self.query_one("#parameter", Vertical).border_title = texts("parameters.propose")
        rule = texts.get(f"rule.{line.rule}", line.rule)
        what = f"{rule}: {parameter_name(texts, line.parameter)} = {line.value:,}"
        self.query_one("#parameter-what", Static).update(what)
        for name in _FIELDS:
            self.query_one(f"#{name}-label", Static).update(texts(f"parameters.field.{name}"))
        self.query_one(CardKeys).repaint()
        self.query_one("#effect", Static).update(texts("parameters.effect"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        wanted = [name for name in _FIELDS if not self._is_fixed(name)]
        at = wanted.index(event.input.id or "")
        if at + 1 < len(wanted):
            self.query_one(f"#{wanted[at + 1]}", Input).focus()
        else:
            self.action_propose()

    def action_propose(self) -> None:
        """Propose it, or say what is missing."""
        texts, line = self.bashu.texts, self._line
        typed = {name: self.query_one(f"#{name}", Input).value.strip() for name in _FIELDS}
        symbol = typed["symbol"].upper()
        clear = not typed["value"] and line.is_own and symbol == line.symbol
        entry = read_value(typed["value"])
        problem = ""
        if not typed["reason"]:
            problem = texts("parameters.no_reason")
        elif entry.value is None and not clear:
            problem = texts(entry.error)
        if problem:
            self.query_one("#effect", Static).update(problem)
            return
        value = 0 if clear else entry.value or 0
        self.dismiss(Wish(line.rule, line.parameter, value, symbol, typed["reason"], clear))

    def _is_fixed(self, field: str) -> bool:
        """Whether the rule has no values of single instruments, so that none can be named."""
        return field == "symbol" and not self._line.is_per_instrument
