"""What surveillance judges by, a line a value, as supervisors see and change it."""

from collections.abc import Iterable

from msgspec import Struct

from bashu_protocol.messages import ParameterChangeRow, Row, SurveillanceRuleRow
from bashu_tui.state.entry import Entry, normalize

_MOST_DIGITS = 18


class ParameterLine(Struct, frozen=True):
    """A value in force, everywhere or in one instrument, and the change of it that waits."""

    rule: str
    symbol: str
    """Empty for all instruments."""
    parameter: str
    value: int
    version: int
    is_per_instrument: bool
    is_own: bool = False
    """Whether the instrument has a value of its own, which can be cleared."""
    change: ParameterChangeRow | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.rule, self.symbol, self.parameter


def parameter_lines(rows: Iterable[Row]) -> list[ParameterLine]:
    """Return what waits for a decision, the oldest first, and then all by rule."""
    rules = [row for row in rows if isinstance(row, SurveillanceRuleRow)]
    changes = {
        (row.rule, row.symbol, row.parameter): row
        for row in rows
        if isinstance(row, ParameterChangeRow)
    }
    found: dict[tuple[str, str, str], ParameterLine] = {}
    for rule in rules:
        for symbol, values in (("", rule.parameters), *sorted(rule.symbols.items())):
            for name, value in values.items():
                line = _line(rule, symbol, name, value, changes)
                found[line.key] = line
        for key, change in changes.items():
            if change.rule == rule.rule and key not in found:
                value = change.previous
                found[key] = _line(rule, change.symbol, change.parameter, value, changes)
    waiting = [found[key] for key in changes if key in found]
    return [*waiting, *(line for line in found.values() if line.change is None)]


def _line(
    rule: SurveillanceRuleRow,
    symbol: str,
    name: str,
    value: int,
    changes: dict[tuple[str, str, str], ParameterChangeRow],
) -> ParameterLine:
    is_own = name in rule.symbols.get(symbol, {})
    change = changes.get((rule.rule, symbol, name))
    return ParameterLine(
        rule.rule, symbol, name, value, rule.version, rule.is_per_instrument, is_own, change
    )


def read_value(text: str) -> Entry:
    """Read a threshold: a whole number, with or without commas."""
    plain = normalize(text).replace(",", "")
    if not plain:
        return Entry(None, "entry.empty")
    if plain.isascii() and plain.isdecimal() and len(plain) <= _MOST_DIGITS:
        return Entry(int(plain))
    return Entry(None, "headless.not_whole")
