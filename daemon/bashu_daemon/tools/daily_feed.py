"""The national market's official daily feed, and trades that make exactly one of its days."""

import csv
from decimal import Decimal, InvalidOperation
from pathlib import Path

from msgspec import Struct

from bashu_daemon.errors import OperatorError

_COLUMNS = frozenset(
    {
        "date", "subject", "open", "high", "low", "close", "last_close", "listing_vol",
        "listing_amt", "block_vol", "block_amt",
    }
)  # fmt: skip


class FeedDay(Struct, frozen=True):
    """One vintage's day: prices and amount in fen, volume in tonnes; 0 where there is none."""

    date: int
    symbol: str
    open: int
    high: int
    low: int
    close: int
    last_close: int
    volume: int
    amount: int
    block_volume: int = 0
    block_amount: int = 0


def read_feed(path: Path) -> list[FeedDay]:
    """Read the feed in file order.

    Raises:
        OperatorError: naming the line that cannot be read.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            missing = _COLUMNS - set(reader.fieldnames or ())
            if missing:
                raise OperatorError(f"{path} lacks the columns {', '.join(sorted(missing))}.")
            return [_day(row, path, reader.line_num) for row in reader]
    except OSError as error:
        raise OperatorError(f"Cannot read the feed {path}: {error.strerror}.") from error


def _day(row: dict[str, str], path: Path, line: int) -> FeedDay:
    try:
        return FeedDay(
            date=int(row["date"]),
            symbol=row["subject"],
            open=_fen(row["open"]),
            high=_fen(row["high"]),
            low=_fen(row["low"]),
            close=_fen(row["close"]),
            last_close=_fen(row["last_close"]),
            volume=_whole(row["listing_vol"], 1),
            amount=_fen(row["listing_amt"]),
            block_volume=_whole(row["block_vol"], 1),
            block_amount=_fen(row["block_amt"]),
        )
    except (ValueError, InvalidOperation) as error:
        raise OperatorError(f"{path}, line {line}: {error}.") from error


def _fen(text: str) -> int:
    return _whole(text, 100)


def _whole(text: str, factor: int) -> int:
    """Read a decimal times a factor as an integer; empty is 0. Raises ValueError."""
    value = Decimal(text or "0") * factor
    if value != int(value) or value < 0:
        raise ValueError(f"{text!r} times {factor} is not a whole number")
    return int(value)


def trades_of(day: FeedDay) -> list[tuple[int, int]]:
    """Return (price, quantity) of trades with exactly the day's open, high, low, volume, amount.

    One tonne each at the open, the high and the low; the rest at the two neighbouring prices
    around its own average.

    Raises:
        ValueError: no such trades exist, so the day's numbers contradict each other.
    """
    if not day.volume:
        return []
    marks = list(dict.fromkeys((day.open, day.high, day.low)))
    rest_volume = day.volume - len(marks)
    rest_amount = day.amount - sum(marks)
    if not (
        rest_volume >= 0
        and day.low <= day.open <= day.high
        and day.low * rest_volume <= rest_amount <= day.high * rest_volume
    ):
        raise ValueError("no trades can have these numbers")
    trades = [(price, 1) for price in marks]
    if rest_volume:
        price, upper = divmod(rest_amount, rest_volume)
        trades += [(price, rest_volume - upper), (price + 1, upper)]
    return [(price, quantity) for price, quantity in trades if quantity]


def blocks_of(day: FeedDay, min_qty: int, limits: tuple[int, int]) -> list[tuple[int, int]]:
    """Return (price, quantity) of block trades with exactly the day's block volume and amount.

    One block where the average price is a whole fen; else two, of whole prices as close to each
    other as there are. `limits` are the upper and the lower price.

    Raises:
        ValueError: no one or two such blocks of at least `min_qty` lie within the limits.
    """
    volume, amount = day.block_volume, day.block_amount
    if not volume and not amount:
        return []
    upper, lower = limits
    if volume < min_qty or not lower * volume <= amount <= upper * volume:
        raise ValueError("no blocks can have these numbers")
    price, rest = divmod(amount, volume)
    if not rest:
        return [(price, volume)]
    return _two_blocks(volume, price, rest, min_qty, limits)


def _two_blocks(
    volume: int, price: int, rest: int, min_qty: int, limits: tuple[int, int]
) -> list[tuple[int, int]]:
    """Split `price * volume + rest` fen into two blocks around an average between whole prices.

    At `below` fen under the price and `spread` fen above that, the dearer block has
    (rest + below * volume) / spread tonnes.
    """
    upper, lower = limits
    for spread in range(1, upper - lower + 1):
        for below in range(min(spread, price - lower + 1)):
            if price - below + spread > upper:
                continue
            dear_qty, left = divmod(rest + below * volume, spread)
            if not left and min_qty <= dear_qty <= volume - min_qty:
                cheap = price - below
                return [(cheap + spread, dear_qty), (cheap, volume - dear_qty)]
    raise ValueError("no one or two blocks can have these numbers")
