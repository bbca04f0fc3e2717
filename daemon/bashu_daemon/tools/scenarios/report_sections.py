"""The sections of the surveillance report, from what was measured."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Final

from msgspec import Struct

from bashu_daemon.surveillance.catalogue import RULES
from bashu_daemon.tools.scenarios.families import Family
from bashu_daemon.tools.scenarios.lines import LINE_PERCENT, Count, Line, moved
from bashu_daemon.tools.scenarios.scoring import Honest, Measure, summed

SEVERITIES: Final = (1, 3, 5, 7, 9)
COUNTED_FROM: Final = 3
"""Severities below are shown and not counted: they may be within honest conduct."""
LINE_SEVERITY: Final = 3
MOST_MISSED: Final = 8

_RECALL_TEXT: Final = f"""\
Warnings and violations only; severities .{COUNTED_FROM} to .9 together. Precision is that of the
family's rule. A manipulation is found if any rule says so by which it may be called: `own` are
those that the family's rule found, `info` those of which only information was given. `orders` is
the share of a found manipulation's orders that its alerts name; an alert keeps 50. Delays are
medians in seconds: from a manipulation's first event, and from its last one before the alert."""
_RECALL_COLUMNS: Final = (
    "rule", "injection", "labels", "precision", "recall", "own", "info",
    *(f".{severity}" for severity in SEVERITIES), "orders", "from first", "from last",
)  # fmt: skip
_FALSE_TEXT: Final = """\
The same markets. For each 100,000 events: alerts about nobody's manipulation, by the family's rule
and by all rules, and information. Under another name are alerts about a manipulation's own people
and orders, by a rule by which the label does not call it."""
_FALSE_COLUMNS: Final = (
    "rule", "injection", "events", "own rule", "all rules", "information", "which",
    "under another name",
)  # fmt: skip
_HONEST_TEXT: Final = """\
Nobody manipulates, and there is no whitelist. False alerts and information of all rules; rates for
each 100,000 events."""
_HONEST_COLUMNS: Final = (
    "style", "events", "false", "false/100k", "info/100k", "which", "information",
)  # fmt: skip
_LINES_TEXT: Final = f"""\
Each threshold {LINE_PERCENT} % lower and higher, the others as they are: recall by this rule alone
and its precision at severity .{LINE_SEVERITY}, and its false alerts for each 100,000 events of
honest markets. What rounding leaves where it is was not moved."""
_LINES_COLUMNS: Final = (
    "rule", "threshold", "values", "recall -", "precision -", "honest -", "recall +",
    "precision +", "honest +",
)  # fmt: skip
_MISSED_TEXT: Final = f"""\
Manipulations from .{COUNTED_FROM} up of which no alert above information was given: severity, seed,
owners."""

Measures = Mapping[tuple[Family, int], Measure]
"""By family and severity."""


class Section(Struct, frozen=True, kw_only=True):
    """A heading, what it says, and a table or a list."""

    title: str
    text: str
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    items: Sequence[str] = ()


def sections(
    families: Sequence[Family],
    measures: Measures,
    honest: Mapping[str, Honest],
    lines: Mapping[Line, Count],
    honest_lines: Mapping[Line, Count],
) -> list[Section]:
    """Return the whole report."""
    wholes = {family: _whole(measures, family) for family in families}
    return [
        _recall(families, measures, wholes),
        _false(wholes),
        _honest(honest),
        _lines(families, lines, honest_lines),
        _missed(families, wholes),
    ]


def _whole(measures: Measures, family: Family) -> Measure:
    whole = Measure()
    for severity in SEVERITIES:
        if severity >= COUNTED_FROM:
            whole.join(measures[family, severity])
    return whole


def _recall(
    families: Sequence[Family], measures: Measures, wholes: Mapping[Family, Measure]
) -> Section:
    rows = []
    for family in families:
        whole = wholes[family]
        rows.append([
            family.rule, family.injection.__name__, str(whole.labels), _share(whole.precision),
            _share(whole.recall), _count(whole.found_by_own), _count(whole.informed),
            *(_share(measures[family, severity].recall, 2) for severity in SEVERITIES),
            _share(whole.order_recall, 2), _seconds(whole.delays), _seconds(whole.last_delays),
        ])  # fmt: skip
    return Section(
        title="Precision, recall and delay", text=_RECALL_TEXT, columns=_RECALL_COLUMNS, rows=rows
    )


def _false(wholes: Mapping[Family, Measure]) -> Section:
    together = Measure()
    for each in wholes.values():
        together.join(each)
    named = [(family.rule, family.injection.__name__, whole) for family, whole in wholes.items()]
    rows = [
        [
            rule, injection, f"{whole.events:,}", _rate(whole.wrong, whole.events),
            _rate(sum(whole.false.values()), whole.events),
            _rate(whole.information, whole.events), _named(whole.false), _named(whole.other_names),
        ]
        for rule, injection, whole in [*named, ("all", "", together)]
    ]  # fmt: skip
    return Section(
        title="False alerts beside the manipulations",
        text=_FALSE_TEXT,
        columns=_FALSE_COLUMNS,
        rows=rows,
    )


def _honest(honest: Mapping[str, Honest]) -> Section:
    whole = Honest()
    for each in honest.values():
        whole.join(each)
    rows = [
        [
            name, f"{each.events:,}", str(sum(each.false.values())),
            _rate(sum(each.false.values()), each.events),
            _rate(sum(each.information.values()), each.events), _named(each.false),
            _named(each.information),
        ]
        for name, each in [*honest.items(), ("all", whole)]
    ]  # fmt: skip
    return Section(title="Honest markets", text=_HONEST_TEXT, columns=_HONEST_COLUMNS, rows=rows)


def _lines(
    families: Sequence[Family], lines: Mapping[Line, Count], honest: Mapping[Line, Count]
) -> Section:
    chosen = {family.rule for family in families}
    rows = []
    for rule in RULES:
        if rule.name not in chosen:
            continue
        base = Line(rule.name)
        rows.append([rule.name, "as it is", "", *_line_cells(base, lines, honest), "", "", ""])
        for name, value in rule.defaults.items():
            low, high = (Line(rule.name, name, change) for change in (-LINE_PERCENT, LINE_PERCENT))
            values = f"{moved(value, -LINE_PERCENT)} < {value} < {moved(value, LINE_PERCENT)}"
            cells = (*_line_cells(low, lines, honest), *_line_cells(high, lines, honest))
            rows.append(["", name, values, *cells])
    return Section(
        title="Below and above the line", text=_LINES_TEXT, columns=_LINES_COLUMNS, rows=rows
    )


def _line_cells(
    line: Line, lines: Mapping[Line, Count], honest: Mapping[Line, Count]
) -> tuple[str, str, str]:
    if line not in lines and line not in honest:
        return "-", "-", "-"  # rounding leaves the threshold where it is
    count, quiet = lines.get(line, Count()), honest.get(line, Count())
    told = count.right + count.wrong
    return (
        _share(count.found / count.labels if count.labels else None, 2),
        _share(count.right / told if told else None, 2),
        _rate(quiet.wrong, quiet.events),
    )


def _missed(families: Iterable[Family], wholes: Mapping[Family, Measure]) -> Section:
    items = []
    for family in families:
        missed = wholes[family].missed
        more = f"; and {len(missed) - MOST_MISSED} more" if len(missed) > MOST_MISSED else ""
        if missed:
            which = "; ".join(missed[:MOST_MISSED])
            items.append(
                f"{family.rule}, {family.injection.__name__} ({len(missed)}): {which}{more}"
            )
    return Section(title="What was missed", text=_MISSED_TEXT, items=items)


def total_false(honest: Mapping[str, Honest]) -> tuple[int, int]:
    """Return the false alerts of all honest markets, and their events."""
    false = summed(each.false for each in honest.values())
    return sum(false.values()), sum(each.events for each in honest.values())


def _share(share: float | None, digits: int = 3) -> str:
    return "-" if share is None else f"{share:.{digits}f}"


def _count(count: int) -> str:
    return str(count) if count else "-"


def _rate(count: int, events: int) -> str:
    return f"{count * 100_000 / max(1, events):.1f}"


def _seconds(delays: Sequence[float]) -> str:
    return f"{median(delays):.1f}" if delays else "-"


def _named(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {count}" for name, count in ordered) or "-"
