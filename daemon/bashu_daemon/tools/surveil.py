"""`bashu surveil PATH`: surveillance over a journal, or over what somebody else recorded."""

import csv
import sys
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TextIO

from msgspec import Struct
from rich.console import Console
from rich.progress import Progress

from bashu_daemon.core import Venue
from bashu_daemon.errors import OperatorError
from bashu_daemon.journal import LiveView, decode_command
from bashu_daemon.journal.database import FILE_NAME
from bashu_daemon.rulebook import load_rulebook
from bashu_daemon.surveillance.csv_feed import CsvFeed
from bashu_daemon.surveillance.csv_fields import BadRow
from bashu_daemon.surveillance.csv_names import Names
from bashu_daemon.surveillance.csv_order import in_order
from bashu_daemon.surveillance.engine import Engine
from bashu_daemon.surveillance.groups import LINK_KINDS, Link
from bashu_daemon.surveillance.parameters import Given
from bashu_daemon.surveillance.watch import Watch
from bashu_daemon.tools.alert_lines import json_line, readable_lines
from bashu_daemon.tools.recorded_file import STANDARD_INPUT, opened, rows_of
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
    """Watch a data directory's journal or a CSV file, and print the alerts; 0, also with alerts.

    Raises:
        OperatorError: nothing to read there, or a file that is not as it should be.
    """
    out, err = out or sys.stdout, err or sys.stderr
    parameters: Mapping[str, Given] = {}
    if options.rulebook is not None:
        parameters = load_rulebook(options.rulebook).surveillance
    links = _read_links(options.owners) if options.owners is not None else []
    if options.path.is_dir():
        alerts = _watch_journal(options, parameters, links, err)
        names: Names | None = None
    else:
        alerts, names = _watch_csv(options, parameters, links, err)
    lines = (
        (json_line(alert, names) for alert in alerts)
        if options.as_json
        else readable_lines(alerts, options.language)
    )
    for line in lines:
        print(line, file=out)
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
) -> tuple[list[Alert], Names]:
    watch = Watch(parameters, max_alerts=ALL_ALERTS, evidence=ALL_EVIDENCE)
    feed = CsvFeed(watch, links)
    rows = bad = 0
    try:
        size = _size(options.path)
        with opened(options.path) as (raw, lines), _progress(err) as bar:
            task = bar.add_task("Watching", total=size)
            for rows, (number, row) in enumerate(in_order(rows_of(options.path, lines)), 1):
                try:
                    feed.take(row)
                except BadRow as error:
                    if options.strict:
                        raise OperatorError(f"{options.path}, line {number}: {error}.") from error
                    bad += 1
                    if bad <= SHOWN_BAD_ROWS:
                        print(f"{options.path}, line {number}: {error}.", file=err)
                if rows % PROGRESS_ROWS == 0 and size is not None:
                    bar.update(task, completed=raw.tell())
    except UnicodeDecodeError as error:
        raise OperatorError(f"{options.path} is not UTF-8: {error}.") from error
    except EOFError as error:
        raise OperatorError(f"{options.path} ends too early.") from error
    except (OSError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise OperatorError(f"Cannot read {options.path}: {reason}.") from error
    feed.finish()
    if bad:
        print(f"{bad} bad rows of {rows} were left out.", file=err)
    if feed.late:
        print(f"{feed.late} rows stood late and were taken where they stood.", file=err)
    if rows and bad == rows:
        raise OperatorError(f"{options.path} has no row that can be read.")
    return watch.alerts(), feed.names


def _size(path: Path) -> int | None:
    """Return a file's bytes; None for standard input, which has no place that could be told."""
    return None if path == STANDARD_INPUT else path.stat().st_size


def _read_links(path: Path) -> list[Link]:
    """Read `account,owner[,kind]`; the kind is owner, control, operator or device."""
    links = []
    places = (0, 1, 2)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, fields in enumerate(csv.reader(file), 1):
                row = [field.strip() for field in fields]
                if not any(row):
                    continue
                if number == 1 and "account" in (names := [name.lower() for name in row]):
                    places = _link_columns(names)
                    continue
                account, owner, kind = (row[n] if n < len(row) else "" for n in places)
                if not account or not owner:
                    raise OperatorError(f"{path}, line {number}: account,owner is expected.")
                kind = kind.lower() or "owner"
                if kind not in LINK_KINDS:
                    known = ", ".join(LINK_KINDS)
                    raise OperatorError(f"{path}, line {number}: {kind!r} is none of {known}.")
                links.append(Link(account, kind, owner))
    except OSError as error:
        raise OperatorError(f"Cannot read {path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise OperatorError(f"{path} is not UTF-8: {error}.") from error
    return links


def _link_columns(names: list[str]) -> tuple[int, int, int]:
    """Return where account, owner and kind stand; the owner is the next one if unnamed."""
    account = names.index("account")
    owner = names.index("owner") if "owner" in names else account + 1
    return account, owner, names.index("kind") if "kind" in names else len(names)


def _progress(err: TextIO) -> Progress:
    console = Console(file=err)
    return Progress(console=console, transient=True, disable=not console.is_terminal)
