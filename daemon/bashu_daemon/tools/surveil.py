"""`bashu surveil PATH`: surveillance over a journal, or over what somebody else recorded."""

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Final, TextIO

from msgspec import Struct
from rich.console import Console
from rich.progress import Progress

from bashu_daemon.core import Venue
from bashu_daemon.errors import OperatorError
from bashu_daemon.journal import LiveView, decode_command
from bashu_daemon.journal.database import FILE_NAME
from bashu_daemon.rulebook import load_rulebook
from bashu_daemon.surveillance.csv_feed import COLUMNS, MORE_COLUMNS, CsvFeed
from bashu_daemon.surveillance.csv_fields import BadRow
from bashu_daemon.surveillance.csv_names import Names
from bashu_daemon.surveillance.csv_order import in_order
from bashu_daemon.surveillance.engine import Engine
from bashu_daemon.surveillance.groups import LINK_KINDS, Link
from bashu_daemon.surveillance.parameters import Given
from bashu_daemon.surveillance.watch import Watch
from bashu_protocol.messages import Alert

SHOWN_BAD_ROWS: Final = 20
"""Bad rows told one by one; the rest is counted."""
PROGRESS_ROWS: Final = 2_000
ALL_ALERTS: Final = 1_000_000
ALL_EVIDENCE: Final = 10_000
"""Orders and trades of one alert: who reads a file wants them all."""


class Options(Struct, frozen=True, kw_only=True):
    """What was asked for."""

    path: Path
    owners: Path | None = None
    rulebook: Path | None = None
    as_json: bool = False
    strict: bool = False
    """Whether the first bad row ends it."""
    language: str = "en"


def surveil(options: Options, out: TextIO | None = None, err: TextIO | None = None) -> int:
    """Watch a data directory's journal or a CSV file, and print the alerts; 0 if all was read.

    Raises:
        OperatorError: nothing to read there, or a file that is not as it should be.
    """
    out, err = out or sys.stdout, err or sys.stderr
    parameters: Mapping[str, Given] = {}
    if options.rulebook is not None:
        parameters = load_rulebook(options.rulebook).surveillance
    links = _read_links(options.owners) if options.owners is not None else []
    if options.path.is_dir():
        alerts, bad = _watch_journal(options, parameters, links, err), 0
        names: Names | None = None
    else:
        alerts, bad, names = _watch_csv(options, parameters, links, err)
    for alert in alerts:
        print(_line(alert, names, options), file=out)
    if bad:
        print(f"{bad} bad rows were left out.", file=err)
    return 0


def _watch_journal(
    options: Options, parameters: Mapping[str, Given], links: list[Link], err: TextIO
) -> list[Alert]:
    if not (options.path / FILE_NAME).exists():
        raise OperatorError(f"{options.path} holds no journal ({FILE_NAME}).")
    takes_recorded = options.rulebook is None
    engine, venue = Engine(parameters, links, ALL_ALERTS, takes_recorded=takes_recorded), Venue()
    with LiveView(options.path) as view, _progress(err) as progress:
        task = progress.add_task("Watching", total=view.head_seq)
        for record in view.records(0):
            engine.on_events(venue.apply(record.user, decode_command(record), record.time_ns))
            if record.seq % PROGRESS_ROWS == 0:
                progress.update(task, completed=record.seq)
    return engine.alerts()


def _watch_csv(
    options: Options, parameters: Mapping[str, Given], links: list[Link], err: TextIO
) -> tuple[list[Alert], int, Names]:
    watch = Watch(parameters, max_alerts=ALL_ALERTS, evidence=ALL_EVIDENCE)
    feed = CsvFeed(watch, links)
    bad = 0
    try:
        with options.path.open("rb") as raw, _progress(err) as bar:
            task = bar.add_task("Watching", total=options.path.stat().st_size)
            lines = TextIOWrapper(raw, "utf-8-sig", newline="")
            for count, (number, row) in enumerate(in_order(_rows(options.path, lines))):
                try:
                    feed.take(row)
                except BadRow as error:
                    if options.strict:
                        raise OperatorError(f"{options.path}, line {number}: {error}.") from error
                    bad += 1
                    if bad <= SHOWN_BAD_ROWS:
                        print(f"{options.path}, line {number}: {error}.", file=err)
                if count % PROGRESS_ROWS == 0:
                    bar.update(task, completed=raw.tell())
    except OSError as error:
        raise OperatorError(f"Cannot read {options.path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise OperatorError(f"{options.path} is not UTF-8: {error}.") from error
    feed.finish()
    return watch.alerts(), bad, feed.names


def _rows(path: Path, lines: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line numbers and rows; a row that is too short has empty fields at its end."""
    reader = csv.DictReader(lines, restval="")
    try:
        reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
        missing = [name for name in COLUMNS[:-1] if name not in reader.fieldnames]
        if missing:
            raise OperatorError(f"{path} has no column {', '.join(missing)} in its first line.")
        wanted = [*COLUMNS, *(name for name in MORE_COLUMNS if name in reader.fieldnames)]
        for row in reader:
            yield reader.line_num, {name: row.get(name) or "" for name in wanted}
    except csv.Error as error:
        raise OperatorError(f"{path}, line {reader.line_num}: {error}.") from error


def _read_links(path: Path) -> list[Link]:
    """Read `account,owner[,kind]`; the kind is owner, control, operator or device."""
    links = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(csv.reader(file), 1):
                if not row or (number == 1 and row[0].strip().lower() == "account"):
                    continue
                kind: Any = row[2].strip() if len(row) > 2 and row[2].strip() else "owner"
                if len(row) < 2 or not row[0].strip() or not row[1].strip():
                    raise OperatorError(f"{path}, line {number}: account,owner is expected.")
                if kind not in LINK_KINDS:
                    known = ", ".join(LINK_KINDS)
                    raise OperatorError(f"{path}, line {number}: {kind!r} is none of {known}.")
                links.append(Link(row[0].strip(), kind, row[1].strip()))
    except OSError as error:
        raise OperatorError(f"Cannot read {path}: {error.strerror}.") from error
    return links


def _progress(err: TextIO) -> Progress:
    console = Console(file=err)
    return Progress(console=console, transient=True, disable=not console.is_terminal)


def _line(alert: Alert, names: Names | None, options: Options) -> str:
    """Write one alert; `names` are a file's own order ids."""
    orders = [names.name(number) if names else number for number in alert.order_ids]
    if options.as_json:
        return json.dumps(
            {
                "alert_id": alert.alert_id, "rule": alert.rule, "severity": alert.severity,
                "score": alert.score, "accounts": alert.members, "owner": alert.owner,
                "symbol": alert.symbol, "first_ts_ns": alert.first_time,
                "last_ts_ns": alert.last_time, "count": alert.count, "order_ids": orders,
                "order_seqs": alert.order_seqs, "exec_ids": alert.exec_ids, "gain": alert.gain,
                "facts": alert.facts, "parameters": alert.parameters,
                "parameters_version": alert.parameters_version, "story": alert.stories,
            },
            ensure_ascii=False,
        )  # fmt: skip
    begin = datetime.fromtimestamp(alert.first_time / 1e9).astimezone()
    story = alert.stories.get(options.language, "")
    where = f"{alert.rule}  {alert.severity}  {alert.score}  {alert.owner}  {alert.symbol}"
    return f"{begin:%Y-%m-%d %H:%M:%S}  {where.rstrip()}\n    {story}"
