"""`bashu replay lobster`: a LOBSTER message file through the order book.

LOBSTER gives each message beside the official book right after it. The book after the first
message is where the replay begins; each further message is a transition: our book executes it,
and the level that it touches is compared with the official one. Orders from before the sample,
and levels that come into the official view from beyond its depth, are known only by their sum:
they are entered as one anonymous order a level, and never at a level that the present message
touches.
"""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO

from msgspec import Struct
from rich.console import Console

from bashu_daemon.core.book import Order, OrderBook
from bashu_daemon.core.matching import match
from bashu_daemon.errors import OperatorError
from bashu_protocol.messages import Side

NEW, PARTIAL_CANCEL, DELETE, EXECUTION, HIDDEN, CROSS, HALT = range(1, 8)
_NO_ASK: Final = 9_999_999_999
_NO_BID: Final = -9_999_999_999


class Message(Struct, frozen=True):
    """One line of a message file; price in 1/10,000 of the currency."""

    kind: int
    order_id: int
    size: int
    price: int
    side: Side


Levels = dict[int, int]
"""Quantity by price."""


def replay_lobster(messages: Path, orderbook: Path, out: TextIO = sys.stdout) -> int:
    """Replay a sample and print how many transitions agree; 1 if one does not.

    Raises:
        OperatorError: a file cannot be read.
    """
    console = Console(file=out)
    steps = _read_messages(messages)
    books = _read_books(orderbook)
    if len(steps) != len(books):
        raise OperatorError(
            f"{messages} has {len(steps)} messages, {orderbook} {len(books)} books."
        )
    differences = Replay().run(steps, books)
    for line in differences:
        console.print(line, style="red")
    transitions = len(steps) - 1
    console.print(f"{transitions - len(differences)} of {transitions} transitions agree.")
    return 1 if differences else 0


class Replay:
    """One book through one sample."""

    def __init__(self) -> None:
        self._book: OrderBook[Order] = OrderBook()
        self._orders: dict[int, Order] = {}
        self._anonymous: dict[tuple[Side, int], Order] = {}
        self._next_anonymous = -1

    def run(self, messages: list[Message], books: list[tuple[Levels, Levels]]) -> list[str]:
        """Execute all messages; return a line for each level that differs."""
        differences = []
        self._begin(messages[0], books[0])
        following = list(zip(messages, books, strict=True))[1:]
        for number, (message, official) in enumerate(following, 2):
            self._reveal(message, official)
            self._execute(message)
            side: Side = message.side
            theirs = official[0 if side == "buy" else 1].get(message.price, 0)
            ours = self._quantity(side, message.price)
            if message.kind != HALT and ours != theirs:
                differences.append(
                    f"message {number}: {side} level {message.price}: "
                    f"official {theirs}, ours {ours}"
                )
        return differences

    def _begin(self, first: Message, official: tuple[Levels, Levels]) -> None:
        """Make the book as it was after the first message."""
        bids, asks = dict(official[0]), dict(official[1])
        if first.kind == NEW:
            (bids if first.side == "buy" else asks)[first.price] -= first.size
        for side, levels in _sides(bids, asks):
            for price, size in levels.items():
                if size:
                    self._add_anonymous(side, price, size)
        if first.kind == NEW:
            self._execute(first)

    def _reveal(self, message: Message, official: tuple[Levels, Levels]) -> None:
        """Enter levels that the official book shows and ours has never seen."""
        for side, levels in _sides(*official):
            for price, size in levels.items():
                touched = side == message.side and price == message.price
                if not touched and not self._quantity(side, price):
                    self._add_anonymous(side, price, size)

    def _execute(self, message: Message) -> None:
        if message.kind in (HIDDEN, CROSS, HALT):
            return
        if message.kind == NEW:
            order = Order(
                message.order_id, message.side, message.price, message.size, str(message.order_id)
            )
            self._orders[message.order_id] = order
            self._book.add(order)
            return
        known = self._orders.get(message.order_id)
        if message.kind == EXECUTION and known is not None and self._is_first(known):
            taker: Side = "sell" if message.side == "buy" else "buy"
            match(
                self._book, taker, message.price, message.size,
                owner="taker", prevention="cancel_incoming",
            )  # fmt: skip
            return
        resting = known or self._anonymous.get((message.side, message.price))
        if resting is not None and resting.level is not None:
            self._take(resting, min(message.size, resting.leaves_qty))

    def _is_first(self, order: Order) -> bool:
        return order.level is not None and order.level.head is order

    def _take(self, order: Order, size: int) -> None:
        if size == order.leaves_qty:
            self._book.remove(order)
            self._orders.pop(order.order_id, None)
        else:
            self._book.reduce(order, order.leaves_qty - size)

    def _add_anonymous(self, side: Side, price: int, size: int) -> None:
        order = Order(self._next_anonymous, side, price, size, "unknown")
        self._next_anonymous -= 1
        self._anonymous[side, price] = order
        self._book.add(order)

    def _quantity(self, side: Side, price: int) -> int:
        half = self._book.bids if side == "buy" else self._book.asks
        level = half.levels.get(price * half.sign)
        return level.qty if level is not None else 0


def _sides(bids: Levels, asks: Levels) -> Iterator[tuple[Side, Levels]]:
    yield "buy", bids
    yield "sell", asks


def _read_messages(path: Path) -> list[Message]:
    found = []
    for number, row in enumerate(_rows(path), 1):
        try:
            _time, kind, order_id, size, price, direction = row
            found.append(
                Message(
                    int(kind),
                    int(order_id),
                    int(size),
                    int(price),
                    "buy" if int(direction) == 1 else "sell",
                )
            )
        except ValueError as error:
            raise OperatorError(f"{path}, line {number}: not a LOBSTER message.") from error
    return found


def _read_books(path: Path) -> list[tuple[Levels, Levels]]:
    found = []
    for number, row in enumerate(_rows(path), 1):
        try:
            values = [int(value) for value in row]
        except ValueError as error:
            raise OperatorError(f"{path}, line {number}: not a LOBSTER book.") from error
        asks = dict(zip(values[0::4], values[1::4], strict=True))
        bids = dict(zip(values[2::4], values[3::4], strict=True))
        asks.pop(_NO_ASK, None)
        bids.pop(_NO_BID, None)
        found.append((bids, asks))
    return found


def _rows(path: Path) -> list[list[str]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.reader(file))
    except OSError as error:
        raise OperatorError(f"Cannot read {path}: {error.strerror}.") from error
