"""Reading the national market's official daily feed."""

import csv
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from msgspec import Struct

from bashu_daemon.errors import OperatorError
from bashu_protocol.units import FEN_PER_YUAN

COLUMNS: Final = (
    "date",
    "subject",
    "open",
    "high",
    "low",
    "close",
    "last_close",
    "listing_vol",
    "listing_amt",
)
"""What is read of the feed; blocks and auctions never move a price (market_rules.md 0, fact 7)."""


class FeedDay(Struct, frozen=True):
    """A vintage's listing day as the exchange published it. Prices in fen, 0 where there is none.

    `turnover` (fen) is `listing_amt`: the feed's `deal_amt` is cut to whole yuan.
    """

    date: int
    """YYYYMMDD."""
    symbol: str
    open: int
    high: int
    low: int
    close: int
    last_close: int
    """0 on a vintage's first day, where the feed leaves it empty."""
    volume: int
    """Tonnes."""
    turnover: int


def read_feed(path: Path) -> list[FeedDay]:
    """Read the feed, sorted by date and then by vintage.

    Raises:
        OperatorError: the file cannot be read, or a line is wrong; names file, line and column.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise OperatorError(f"Cannot read the feed {path}: {error}.") from error
    reader = csv.DictReader(text.splitlines())
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise OperatorError(f"The feed {path} has no column {missing[0]!r}.")
    days = sorted(_read_days(path, reader), key=lambda day: (day.date, day.symbol))
    if not days:
        raise OperatorError(f"The feed {path} holds no day.")
    for before, after in zip(days, days[1:], strict=False):
        if (before.date, before.symbol) == (after.date, after.symbol):
            raise OperatorError(f"The feed {path} has {after.symbol} on {after.date} twice.")
    return days


def _read_days(path: Path, reader: "csv.DictReader[str]") -> Iterator[FeedDay]:
    for row in reader:
        try:
            yield FeedDay(
                date=_whole(row, "date", 1),
                symbol=row["subject"].strip(),
                open=_whole(row, "open", FEN_PER_YUAN),
                high=_whole(row, "high", FEN_PER_YUAN),
                low=_whole(row, "low", FEN_PER_YUAN),
                close=_whole(row, "close", FEN_PER_YUAN),
                last_close=_whole(row, "last_close", FEN_PER_YUAN),
                volume=_whole(row, "listing_vol", 1),
                turnover=_whole(row, "listing_amt", FEN_PER_YUAN),
            )
        except ValueError as error:
            raise OperatorError(f"The feed {path}, line {reader.line_num}: {error}.") from error


def _whole(row: dict[str, str], column: str, units: int) -> int:
    """Read a decimal as an exact number of fen or tonnes; what is empty counts as 0.

    Raises:
        ValueError: it is no number, negative, or finer than the unit.
    """
    text = row[column] or "0"
    try:
        value = Decimal(text) * units
        exact = int(value)
    except (InvalidOperation, ValueError, OverflowError):
        raise ValueError(f"{column} is {text!r}, not a number") from None
    if value < 0 or value != exact:
        raise ValueError(f"{column} is {text!r}, not a whole number of units")
    return exact
