"""Tables as CSV files: RFC 4180, read rightly and safely by spreadsheets, never written over."""

import csv
import io
import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from bashu_protocol.units import NS_PER_SECOND
from bashu_tui.locations import data_folder

Cell = str | int | Decimal
"""A text, or a number that is written as it is."""

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet take a text for a formula (OWASP, CSV injection)."""


def yuan(fen: int) -> Decimal:
    """Return fen as yuan with two decimals."""
    return Decimal(fen).scaleb(-2)


def zoned_time(time_ns: int) -> str:
    """Show a time in the terminal's zone as in RFC 3339, to the microsecond."""
    seconds, rest = divmod(time_ns, NS_PER_SECOND)
    moment = datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=rest // 1_000)
    return moment.astimezone().isoformat(timespec="microseconds")


def readable_time(time_ns: int) -> str:
    """Show a time in the terminal's zone to the second, as people read it."""
    moment = datetime.fromtimestamp(time_ns // NS_PER_SECOND, UTC).astimezone()
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def encode(head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """Return the file's bytes: UTF-8 with the mark that Excel needs to show Chinese."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_safe(name) for name in head])
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def proposed_path(what: str, user: str, now_ns: int) -> Path:
    """Return a file of its own in the user's data folder, named by user and time."""
    moment = datetime.fromtimestamp(now_ns // NS_PER_SECOND, UTC).astimezone()
    who = re.sub(r"[^\w-]", "_", user)
    name = f"{what}-{who}-{moment:%Y%m%dT%H%M%S%z}"
    path = data_folder() / "exports" / f"{name}.csv"
    count = 1
    while path.exists():
        count += 1
        path = path.with_name(f"{name}-{count}.csv")
    return path


def chosen_path(text: str, proposed: Path) -> Path:
    """Read what a user typed: a file, or a folder that takes the proposed name."""
    path = Path(text.strip()).expanduser() if text.strip() else proposed
    return path / proposed.name if path.is_dir() else path


def from_home(path: Path) -> str:
    """Show a file as people write it: `~` for their own folder."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)


def write_new(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read.

    Raises:
        FileExistsError: something is there already; it stays as it was.
        OSError: it cannot be written.
    """
    if path.parent == data_folder() / "exports":
        path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def _safe(cell: Cell) -> Cell:
    """Let no text begin as a formula does; a spreadsheet does not show the apostrophe."""
    if isinstance(cell, str) and cell.lstrip(" \u3000").startswith(_FORMULA_STARTS):
        return "'" + cell
    return cell
