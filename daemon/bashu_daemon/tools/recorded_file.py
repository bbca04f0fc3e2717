"""Files of order events that somebody else recorded, row by row: plain or gzip, or standard input.

Fields are parted by commas, semicolons or tabs, as the first line shows.
"""

import csv
import gzip
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, Final

from bashu_daemon.errors import OperatorError
from bashu_daemon.surveillance.csv_feed import COLUMNS, MORE_COLUMNS
from bashu_daemon.surveillance.csv_fields import BadRow, whole_number
from bashu_daemon.surveillance.csv_order import Numbered

STANDARD_INPUT: Final = Path("-")
_GZIP: Final = b"\x1f\x8b"
_LOOKED_AT: Final = 200
"""Rows at the beginning whose times tell their unit."""
_UNITS: Final = {"seconds": 10**9, "milliseconds": 10**6, "microseconds": 10**3}
_YEAR_2000_NS: Final = 946_684_800 * 10**9
_YEAR_2050_NS: Final = 2_524_608_000 * 10**9
_MOST_STEP_NS: Final = 600 * 10**9
"""Rows further apart than this on average are of no market."""


@contextmanager
def opened(path: Path) -> Iterator[tuple[BinaryIO, TextIOWrapper]]:
    """Open a file to read: its bytes, whose place tells the progress, and its text.

    Raises:
        OSError: it cannot be opened.
    """
    if path == STANDARD_INPUT:
        text = TextIOWrapper(sys.stdin.buffer, "utf-8-sig", newline="")
        try:
            yield sys.stdin.buffer, text
        finally:
            text.detach()  # standard input is not ours to close
        return
    with path.open("rb") as raw:
        is_packed = raw.read(len(_GZIP)) == _GZIP
        raw.seek(0)
        source = gzip.GzipFile(fileobj=raw) if is_packed else raw
        yield raw, TextIOWrapper(source, "utf-8-sig", newline="")


def rows_of(path: Path, lines: Iterable[str]) -> Iterator[Numbered]:
    """Yield line numbers and rows; a row that is too short has empty fields at its end.

    Raises:
        OperatorError: a column is missing, the file is no CSV, or `ts_ns` is in another unit.
    """
    lines = iter(lines)
    header = next(lines, "")
    if not header.strip():
        raise OperatorError(f"{path} is empty.")
    delimiter = max(",;\t", key=header.count)
    reader = csv.DictReader(chain([header], lines), restval="", delimiter=delimiter)
    rows = _read(path, reader)
    first = list(islice(rows, _LOOKED_AT))
    _check_unit(path, first)
    yield from first
    yield from rows


def _read(path: Path, reader: "csv.DictReader[str]") -> Iterator[Numbered]:
    try:
        reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
        missing = [name for name in COLUMNS[:-1] if name not in reader.fieldnames]
        if missing:
            raise OperatorError(f"{path} has no column {', '.join(missing)} in its first line.")
        wanted = [*COLUMNS, *(name for name in MORE_COLUMNS if name in reader.fieldnames)]
        for row in reader:
            taken = {name: row.get(name) or "" for name in wanted}
            if taken["ts_ns"] or any(taken.values()):
                yield reader.line_num, taken
    except csv.Error as error:
        raise OperatorError(f"{path}, line {reader.line_num}: {error}.") from error


def _check_unit(path: Path, rows: list[Numbered]) -> None:
    """Refuse times that are of these years in another unit, and would be of 1970 in ns."""
    times = []
    for _number, row in rows:
        try:
            times.append(whole_number(row, "ts_ns"))
        except BadRow:
            continue
    if not times:
        return
    step = (max(times) - min(times)) / len(times)
    for unit, factor in _UNITS.items():
        is_date = _YEAR_2000_NS <= times[0] * factor < _YEAR_2050_NS
        if is_date and step * factor < _MOST_STEP_NS:
            raise OperatorError(
                f"{path}: ts_ns {times[0]} looks like {unit}; it is to be in nanoseconds, "
                f"{factor} times as much."
            )
