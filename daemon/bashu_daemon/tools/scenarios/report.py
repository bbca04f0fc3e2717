"""`make surveil-report`: how good surveillance is on labelled markets, rule by rule.

Precision is the share of a rule's alerts that are about a manipulation, recall the share of the
manipulations that any rule named for them found; the delay runs from a manipulation's beginning
to the first alert. The seeds are none of those that rules were tuned on (0 to 99).
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from statistics import median
from typing import Final

from msgspec import Struct
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bashu_daemon.surveillance.catalogue import RULES
from bashu_daemon.tools.scenarios.families import FAMILIES, Family
from bashu_daemon.tools.scenarios.trial import Outcome, Plan, record, run, watch
from bashu_protocol.units import NS_PER_SECOND

FIRST_SEED: Final = 1_000
SEVERITIES: Final = (1, 3, 5, 7, 9)
COUNTED_FROM: Final = 3
"""Severities below are shown and not counted: they may be within honest conduct."""
LINE_PERCENT: Final = 20


class Measure(Struct):
    """One family at one severity."""

    labels: int = 0
    found: int = 0
    right: int = 0
    """Alerts of the family's rule about a manipulation."""
    wrong: int = 0
    """Alerts of the family's rule, above information, about none."""
    delays: list[float] = []
    """Seconds."""
    events: int = 0

    def add(self, outcome: Outcome, rule: str) -> None:
        """Count a market."""
        self.events += outcome.events
        for label in outcome.labels:
            sightings = outcome.found(label)
            self.labels += 1
            self.found += bool(sightings)
            if sightings:
                told = min(sighting.told_ns for sighting in sightings)
                self.delays.append((told - label.began) / NS_PER_SECOND)
        for sighting in outcome.sightings:
            if sighting.alert.rule == rule and sighting.alert.severity != "info":
                self.right += sighting.label is not None
                self.wrong += sighting.label is None

    def join(self, other: "Measure") -> None:
        """Add another's counts."""
        self.labels += other.labels
        self.found += other.found
        self.right += other.right
        self.wrong += other.wrong
        self.events += other.events
        self.delays = [*self.delays, *other.delays]

    @property
    def recall(self) -> float:
        return self.found / self.labels if self.labels else 1.0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0


def plan_of(family: Family, severity: int, seed: int) -> Plan:
    """Return the market that shows a family."""
    return Plan(
        seed=seed, injections=[family.injection] * family.times, severity=severity,
        days=family.days, day_seconds=family.day_seconds, symbols=family.symbols,
    )  # fmt: skip


def measure(job: tuple[int, int, int]) -> Measure:
    """Play one market: a family's number, a severity, a seed."""
    number, severity, seed = job
    family = FAMILIES[number]
    made = Measure()
    made.add(run(plan_of(family, severity, seed)), family.rule)
    return made


def false_alerts(seed: int) -> tuple[int, dict[str, int]]:
    """Play an honest market; return its events and the alerts of each rule."""
    outcome = run(Plan(seed=seed, days=2))
    counts: dict[str, int] = {}
    for sighting in outcome.false():
        counts[sighting.alert.rule] = counts.get(sighting.alert.rule, 0) + 1
    return outcome.events, counts


def line(job: tuple[int, int]) -> list[tuple[str, str, int, Measure]]:
    """Move each threshold of a family's rule down and up, over one market at severity 5."""
    number, seed = job
    family = FAMILIES[number]
    recording = record(plan_of(family, 5, seed))
    rule = next(rule for rule in RULES if rule.name == family.rule)
    rows = []
    for name, value in rule.defaults.items():
        for change in (-LINE_PERCENT, LINE_PERCENT):
            moved = {rule.name: {name: max(0, round(value * (100 + change) / 100))}}
            made = Measure()
            made.add(watch(recording, moved), rule.name)
            rows.append((rule.name, name, change, made))
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Play all markets on all cores and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3, help="markets for each rule and severity")
    parser.add_argument("--rule", help="only this rule's family")
    options = parser.parse_args(arguments)
    chosen = [n for n, f in enumerate(FAMILIES) if options.rule in (None, f.rule)]
    if not chosen:
        known = ", ".join(family.rule for family in FAMILIES)
        print(f"There is no family for {options.rule!r}; there are {known}.", file=sys.stderr)
        return 1
    seeds = range(FIRST_SEED, FIRST_SEED + options.seeds)
    console = Console(width=120)
    with ProcessPoolExecutor() as pool, Progress(
        console=console, transient=True, disable=not console.is_terminal
    ) as bar:  # fmt: skip
        jobs = [(n, severity, seed) for n in chosen for severity in SEVERITIES for seed in seeds]
        measures: dict[tuple[int, int], Measure] = {}
        for job, made in zip(jobs, bar.track(pool.map(measure, jobs), len(jobs)), strict=True):
            measures.setdefault(job[:2], Measure()).join(made)
        _print_rules(console, chosen, measures)
        honest = list(bar.track(pool.map(false_alerts, seeds), len(seeds)))
        _print_honest(console, honest)
        lines = bar.track(pool.map(line, [(n, FIRST_SEED) for n in chosen]), len(chosen))
        _print_lines(console, [row for rows in lines for row in rows])
    return 0


def _print_rules(
    console: Console, chosen: Iterable[int], measures: dict[tuple[int, int], Measure]
) -> None:
    table = Table("rule", "injection", "precision", "recall", "delay s", box=SIMPLE)
    for severity in SEVERITIES:
        table.add_column(f"recall .{severity}", justify="right")
    table.add_column("wrong/100k", justify="right")
    for number in chosen:
        family, whole = FAMILIES[number], Measure()
        for severity in SEVERITIES:
            if severity >= COUNTED_FROM:
                whole.join(measures[number, severity])
        table.add_row(
            family.rule, family.injection.__name__, f"{whole.precision:.3f}",
            f"{whole.recall:.3f}", f"{median(whole.delays):.1f}" if whole.delays else "-",
            *(f"{measures[number, severity].recall:.2f}" for severity in SEVERITIES),
            f"{whole.wrong * 100_000 / max(1, whole.events):.1f}",
        )  # fmt: skip
    console.print(table)


def _print_honest(console: Console, outcomes: Sequence[tuple[int, dict[str, int]]]) -> None:
    events = sum(number for number, _counts in outcomes)
    counts: dict[str, int] = {}
    for _number, found in outcomes:
        for rule, count in found.items():
            counts[rule] = counts.get(rule, 0) + count
    total = sum(counts.values())
    each = ", ".join(f"{rule} {count}" for rule, count in sorted(counts.items())) or "none"
    console.print(
        f"Honest flow: {total} alerts in {events:,} events, "
        f"{total * 100_000 / max(1, events):.2f} for 100,000 ({each})"
    )


def _print_lines(console: Console, rows: Iterable[tuple[str, str, int, Measure]]) -> None:
    table = Table(
        "rule", "threshold", "moved", "precision", "recall", box=SIMPLE,
        title="Below and above the line, severity .5",
    )  # fmt: skip
    for rule, name, change, made in rows:
        table.add_row(rule, name, f"{change:+d} %", f"{made.precision:.3f}", f"{made.recall:.3f}")
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
