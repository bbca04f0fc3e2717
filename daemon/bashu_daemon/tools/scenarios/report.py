"""`make surveil-report`: how good surveillance is on labelled and on honest markets.

Each market is played with a seed of its own, made of what it shows and above all that rules were
tuned on (0 to 999). What the columns mean stands in the report.
"""

import argparse
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from os import cpu_count
from pathlib import Path
from shutil import which
from typing import Final

from msgspec import Struct, field
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from bashu_daemon.surveillance.catalogue import RULES
from bashu_daemon.tools.scenarios.families import FAMILIES, Family
from bashu_daemon.tools.scenarios.honest_styles import STYLES, Style
from bashu_daemon.tools.scenarios.lines import Count, Line, watch_lines
from bashu_daemon.tools.scenarios.report_sections import (
    LINE_SEVERITY,
    SEVERITIES,
    sections,
    total_false,
)
from bashu_daemon.tools.scenarios.report_text import markdown, show
from bashu_daemon.tools.scenarios.scoring import Honest, Measure
from bashu_daemon.tools.scenarios.trial import record, watch

FIRST_SEED: Final = 1_000
QUIET_STYLES: Final = ("usual", "many days", "programs that withdraw much")
"""In which moved thresholds are tried: as many events as all families' markets of one severity."""
LINE_SECONDS: Final = 60
TITLE: Final = "Surveillance on labelled and honest markets"


class Job(Struct, frozen=True):
    """One market: a family at a severity, or where `family` is negative an honest style."""

    family: int
    style: int
    severity: int
    number: int

    @property
    def name(self) -> str:
        if self.family < 0:
            return STYLES[self.style].name
        family = FAMILIES[self.family]
        return f"{family.rule}/{family.injection.__name__}/{self.severity}"

    @property
    def seed(self) -> int:
        """The same whatever else is played, and another for each market."""
        return FIRST_SEED + zlib.crc32(f"{self.name}/{self.number}".encode())

    @property
    def size(self) -> int:
        """Seconds of markets."""
        of: Family | Style = STYLES[self.style] if self.family < 0 else FAMILIES[self.family]
        return of.days * of.day_seconds * len(of.symbols)


class Played(Struct):
    """What became of jobs."""

    measures: dict[tuple[int, int], Measure] = field(default_factory=dict)
    """By family and severity."""
    lines: dict[Line, Count] = field(default_factory=dict)
    honest: dict[int, Honest] = field(default_factory=dict)
    """By style."""
    honest_lines: dict[Line, Count] = field(default_factory=dict)

    def join(self, other: "Played") -> None:
        """Add another's counts."""
        for key, measure in other.measures.items():
            self.measures.setdefault(key, Measure()).join(measure)
        for style, honest in other.honest.items():
            self.honest.setdefault(style, Honest()).join(honest)
        for mine, others in (
            (self.lines, other.lines),
            (self.honest_lines, other.honest_lines),
        ):
            for line, count in others.items():
                mine.setdefault(line, Count()).join(count)


def play(job: Job, of: frozenset[str]) -> Played:
    """Play one market and watch it; in honest ones, move the thresholds of these rules."""
    played = Played()
    if job.family < 0:
        style = STYLES[job.style]
        recording = record(style.plan(job.seed))
        honest = played.honest[job.style] = Honest()
        honest.add(watch(recording, {}))
        if style.name in QUIET_STYLES and job.number == 0:
            rules = [rule for rule in RULES if rule.name in of]
            played.honest_lines = watch_lines(recording, rules)
        return played
    family = FAMILIES[job.family]
    recording = record(family.plan(job.severity, job.seed))
    measure = played.measures[job.family, job.severity] = Measure()
    measure.add(watch(recording, {}), family.rule, f".{job.severity} seed {job.seed}")
    if job.severity == LINE_SEVERITY:
        rules = [rule for rule in RULES if rule.name == family.rule]
        played.lines = watch_lines(recording, rules)
    return played


def jobs_of(families: Sequence[int], seeds: int) -> list[Job]:
    """Return all markets, the longest first, so that no core waits for one at the end."""
    jobs = [
        Job(family, -1, severity, number)
        for family in families
        for severity in SEVERITIES
        for number in range(seeds * FAMILIES[family].markets)
    ]
    jobs += [Job(-1, style, 0, number) for style in range(len(STYLES)) for number in range(seeds)]
    return sorted(jobs, key=lambda job: -job.size)


def main(arguments: Sequence[str] | None = None) -> int:
    """Play all markets on all cores and print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2, help="markets for each rule and severity")
    parser.add_argument("--quick", action="store_true", help="one market for each")
    parser.add_argument("--rule", help="only this rule's families, beside the honest markets")
    parser.add_argument("--out", type=Path, metavar="FILE.md", help="write it as Markdown")
    options = parser.parse_args(arguments)
    chosen = [n for n, f in enumerate(FAMILIES) if options.rule in (None, f.rule)]
    if not chosen:
        known = ", ".join(family.rule for family in FAMILIES)
        print(f"There is no family for {options.rule!r}; there are {known}.", file=sys.stderr)
        return 1
    if options.out is not None and not options.out.parent.is_dir():
        print(f"There is no folder {options.out.parent}; --out needs one.", file=sys.stderr)
        return 1
    seeds = 1 if options.quick else options.seeds
    jobs = jobs_of(chosen, seeds)
    began, whole = time.monotonic(), Played()
    for played in _played(jobs, frozenset(FAMILIES[number].rule for number in chosen)):
        whole.join(played)
    minutes = (time.monotonic() - began) / 60
    families = [FAMILIES[number] for number in chosen]
    measures = {(FAMILIES[key[0]], key[1]): made for key, made in whole.measures.items()}
    honest = {STYLES[number].name: whole.honest[number] for number in sorted(whole.honest)}
    parts = sections(families, measures, honest, whole.lines, whole.honest_lines)
    false, events = total_false(honest)
    rate = false * 100_000 / max(1, events)
    head = [
        f"Commit {_commit()}. {len(jobs)} markets, each of a seed of its own from {FIRST_SEED} up.",
        f"Honest markets: {false} false alerts in {events:,} events, {rate:.2f} for 100,000.",
        f"It took {minutes:.0f} minutes on {cpu_count()} cores.",
    ]
    show(Console(width=None if sys.stdout.isatty() else 200), head, parts)
    if options.out is not None:
        options.out.write_text(markdown(TITLE, head, parts), encoding="utf-8")
    return 0


def _played(jobs: Sequence[Job], of: frozenset[str]) -> Iterator[Played]:
    """Play jobs on all cores, show how far it is, and return what they gave in their order."""
    with ProcessPoolExecutor(cpu_count()) as pool:
        futures = [pool.submit(play, job, of) for job in jobs]
        _show_progress(futures)
        for future in futures:
            yield future.result()


def _show_progress(futures: Sequence[Future[Played]]) -> None:
    """Say on standard error how many are done: by a bar on a terminal, else by a line a minute."""
    console = Console(stderr=True)
    if console.is_terminal:
        columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            for _future in bar.track(as_completed(futures), len(futures)):
                pass
        return
    began = told = time.monotonic()
    for number, _future in enumerate(as_completed(futures), 1):
        if time.monotonic() - told >= LINE_SECONDS or number == len(futures):
            told = time.monotonic()
            took = f"{(told - began) / 60:.1f} minutes"
            print(f"{number} of {len(futures)} markets, {took}", file=sys.stderr, flush=True)


def _commit() -> str:
    """Return the commit of these sources, marked where they differ from it."""
    git = which("git")
    if git is None:
        return "unknown"
    described = subprocess.run(  # noqa: S603  found on the path
        (git, "describe", "--always", "--dirty=, with changes", "--exclude=*"),
        cwd=Path(__file__).parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return described.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main())
