"""Below and above the line: each threshold of a rule 20 % lower and 20 % higher.

All the moved rules watch one market together: none of them sees another, and the market is
understood once.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from msgspec import Struct, structs

from bashu_daemon.surveillance.rule import Rule
from bashu_daemon.surveillance.venue_feed import VenueFeed
from bashu_daemon.surveillance.watch import Watch
from bashu_daemon.tools.scenarios.trial import Recording, sighted
from bashu_protocol.messages import Alert

LINE_PERCENT: Final = 20
_MARK: Final = "~"


class Line(Struct, frozen=True):
    """A rule with one threshold moved; with none moved where `change` is 0."""

    rule: str
    threshold: str = ""
    change: int = 0
    """Percent."""

    @property
    def key(self) -> str:
        return f"{self.rule}{_MARK}{self.threshold}{_MARK}{self.change}"


class Count(Struct):
    """What a line made of some markets; alerts above information only."""

    labels: int = 0
    found: int = 0
    """By this rule alone."""
    right: int = 0
    wrong: int = 0
    events: int = 0

    def join(self, other: "Count") -> None:
        """Add another's counts."""
        self.labels += other.labels
        self.found += other.found
        self.right += other.right
        self.wrong += other.wrong
        self.events += other.events


def moved(value: int, change: int) -> int:
    """Return a threshold so many percent higher; whole, and never negative."""
    return max(0, round(value * (100 + change) / 100))


def lines_of(rule: type[Rule[Any]]) -> list[Line]:
    """Return a rule as it is, and with each threshold moved to either side, where it moves."""
    changes = (-LINE_PERCENT, LINE_PERCENT)
    return [
        Line(rule.name),
        *(
            Line(rule.name, name, change)
            for name, value in rule.defaults.items()
            for change in changes
            if moved(value, change) != value
        ),
    ]


def watch_lines(recording: Recording, rules: Sequence[type[Rule[Any]]]) -> dict[Line, Count]:
    """Let all lines of some rules watch what happened."""
    lines = {line.key: line for rule in rules for line in lines_of(rule)}
    by_name = {rule.name: rule for rule in rules}
    parameters = {
        key: {line.threshold: moved(by_name[line.rule].defaults[line.threshold], line.change)}
        for key, line in lines.items()
        if line.threshold
    }
    classes = [_named(by_name[line.rule], key) for key, line in lines.items()]
    watch = Watch(parameters, rules=classes)
    feed = VenueFeed(watch)
    for _time, events in recording.batches:
        for event in events:
            feed.take(event)
    counts = {
        line: Count(len(recording.labels), events=recording.events) for line in lines.values()
    }
    _count(watch.alerts(), recording, lines, counts)
    return counts


def _named(rule: type[Rule[Any]], name: str) -> type[Rule[Any]]:
    """Return the same rule under another name."""
    return type(rule.__name__, (rule,), {"name": name})


def _count(
    alerts: Iterable[Alert], recording: Recording, lines: dict[str, Line], counts: dict[Line, Count]
) -> None:
    found: dict[Line, set[int]] = {}
    for alert in alerts:
        if alert.severity == "info":
            continue
        line = lines[alert.rule]
        named = structs.replace(alert, rule=line.rule)
        sighting = sighted(named, alert.last_time, recording.labels)
        count = counts[line]
        if sighting.label is None:
            count.wrong += 1
        elif sighting.is_named:
            count.right += 1
            found.setdefault(line, set()).add(id(sighting.label))
    for line, labels in found.items():
        counts[line].found = len(labels)
