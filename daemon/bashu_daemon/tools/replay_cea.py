"""`bashu replay cea`: every listing day of the national market, through the real core.

For each vintage and day, orders are sent whose fills have exactly the day's first price, high,
low, volume and amount, and between them block trades with exactly the day's block volume and
amount; then the core's open, high, low, close and limits of the day, its reference of the next
day, and what it counted of blocks are compared with the official feed.
"""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Final, TextIO

from msgspec import Struct
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bashu_daemon.core import Venue
from bashu_daemon.core.block_checks import block_limits_of
from bashu_daemon.core.events import CommandEvent, OrderEvent, PartyEvent
from bashu_daemon.tools.daily_feed import FeedDay, blocks_of, read_feed, trades_of
from bashu_protocol import topics
from bashu_protocol.messages import (
    AcceptBlock,
    AddMember,
    AddUser,
    BlockReport,
    BlockRules,
    CloseDay,
    Deposit,
    InstrumentRules,
    ListInstrument,
    NewOrder,
    OpenDay,
    PostBlock,
    SetBlockSession,
    SetPhase,
    Side,
    StateCommand,
)
from bashu_protocol.units import divide_half_up, format_price

FIRST_REFERENCES: Final = {"CEA": 4800, "CEA21": 7306, "CEA22": 7306, "CEA23": 10425}
"""Fen, from the registrar: 48.00 on the first market day, then the composite's close of the day
before a vintage's launch (market_rules.md §1.3)."""

FIELDS: Final = (
    "open", "high", "low", "close", "limits", "reference", "block volume", "block amount",
)  # fmt: skip
_BUYER, _SELLER = "buyer", "seller"
MAX_ORDER_QTY: Final = 99_999
"""Tonnes; listing orders stay below the block threshold (market_rules.md §1.2)."""
BLOCKS: Final = BlockRules()
"""At least 100,000 t within +-30 % (market_rules.md §1.2)."""
_CASH: Final = 10**16
_TONNES: Final = 10**9


class Difference(Struct, frozen=True):
    """A value that is not the official one; prices in yuan."""

    date: int
    symbol: str
    field: str
    official: str
    computed: str


class Result(Struct):
    """How many values agree, by vintage and field, and those that do not."""

    compared: dict[tuple[str, str], list[int]]
    differences: list[Difference]
    days_with_trades: int = 0
    days_without: int = 0
    days_with_blocks: int = 0


def replay_cea(feed: Path, out: TextIO = sys.stdout) -> int:
    """Replay a feed and print the comparison; 1 if anything differs.

    Raises:
        OperatorError: the feed cannot be read.
    """
    console = Console(file=out)
    days = read_feed(feed)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Replaying", total=len(days))
        result = Replay().run(days, lambda: progress.advance(task))
    _show(result, console)
    return 1 if result.differences else 0


class Replay:
    """One venue through all days of a feed."""

    def __init__(self) -> None:
        self._venue = Venue()
        self._now_ns = 0
        self._count = 0
        self._closes: dict[str, int] = {}
        """The official close of each vintage's last day in the feed."""
        self._result = Result(defaultdict(lambda: [0, 0]), [])
        for name in (_BUYER, _SELLER):
            self._registrar(AddMember(self._id(), name, name, name))
            self._registrar(AddUser(self._id(), name, name))
        self._registrar(Deposit(self._id(), _BUYER, "CNY", _CASH))

    def run(self, days: list[FeedDay], on_day: Callable[[], None] = lambda: None) -> Result:
        """Replay the days, which must be in order of date."""
        for date, rows in groupby(days, key=lambda day: day.date):
            today = list(rows)
            self._open(date, today)
            for day in today:
                self._trade(day)
            self._registrar(CloseDay(self._id()))
            for day in today:
                self._compare(day)
                self._closes[day.symbol] = day.close
                on_day()
        return self._result

    def _open(self, date: int, today: list[FeedDay]) -> None:
        for day in today:
            if day.symbol not in self._venue.symbols():
                reference = FIRST_REFERENCES.get(day.symbol, day.last_close or day.close)
                rules = InstrumentRules(
                    symbol=day.symbol,
                    name_zh=day.symbol,
                    name_en=day.symbol,
                    product="CEA",
                    reference_price=reference,
                    max_order_qty=MAX_ORDER_QTY,
                    block=BLOCKS,
                )
                self._registrar(ListInstrument(self._id(), rules))
                self._registrar(Deposit(self._id(), _SELLER, day.symbol, _TONNES))
        self._registrar(OpenDay(self._id(), date))
        self._registrar(SetPhase(self._id(), "continuous"))
        self._registrar(SetBlockSession(self._id(), True))

    def _trade(self, day: FeedDay) -> None:
        """Send the orders of a day; what cannot have happened is a difference.

        The blocks come between the first trade and the others: whatever they moved would show.
        """
        try:
            trades = trades_of(day)
        except ValueError as impossible:
            self._differ(day, "trades", _volume(day.volume, day.amount), str(impossible))
            trades = []
        self._trade_listing(day, trades[:1])
        self._trade_blocks(day)
        self._trade_listing(day, trades[1:])

    def _trade_blocks(self, day: FeedDay) -> None:
        stat = self._venue.stat(day.symbol)
        try:
            blocks = blocks_of(day, BLOCKS.min_qty, block_limits_of(stat.reference_price, BLOCKS))
        except ValueError as impossible:
            official = _volume(day.block_volume, day.block_amount)
            self._differ(day, "blocks", official, str(impossible))
            return
        for price, quantity in blocks:
            refusal = self._block(day.symbol, quantity, price)
            if refusal:
                self._differ(day, "blocks", f"one at {format_price(price)}", refusal)

    def _block(self, symbol: str, quantity: int, price: int) -> str:
        """Let the buyer take what the seller offers to it; return why not, or nothing."""
        self._now_ns += 1
        offer = PostBlock(self._id(), symbol, "sell", quantity, price, _BUYER)
        for event in self._venue.apply(_SELLER, offer, self._now_ns):
            if isinstance(event, PartyEvent) and isinstance(event.report, BlockReport):
                block_id = event.report.block_id
                return self._apply(_BUYER, AcceptBlock(self._id(), block_id, quantity, price))
            if isinstance(event, CommandEvent):
                return event.report.text
        raise AssertionError("an offer is answered")

    def _trade_listing(self, day: FeedDay, trades: list[tuple[int, int]]) -> None:
        for price, quantity in trades:
            for part in _parts(quantity, MAX_ORDER_QTY):
                refusal = self._order(_SELLER, day.symbol, "sell", part, price)
                refusal = refusal or self._order(_BUYER, day.symbol, "buy", part, price)
                if refusal:
                    self._differ(day, "trades", f"one at {format_price(price)}", refusal)
                    return

    def _compare(self, day: FeedDay) -> None:
        stat = self._venue.stat(day.symbol)
        if day.volume:
            self._result.days_with_trades += 1
        else:
            self._result.days_without += 1
        self._result.days_with_blocks += bool(day.block_volume)
        for name in ("open", "high", "low", "close"):
            self._check(day, name, getattr(day, name), getattr(stat, name))
        previous = self._closes.get(day.symbol, FIRST_REFERENCES.get(day.symbol, day.last_close))
        official_limits = (divide_half_up(previous * 11, 10), divide_half_up(previous * 9, 10))
        self._check_text(
            day,
            "limits",
            " to ".join(format_price(limit) for limit in official_limits),
            f"{format_price(stat.limit_up)} to {format_price(stat.limit_down)}",
        )
        self._check(day, "reference", day.last_close or previous, stat.reference_price)
        self._check_text(day, "block volume", f"{day.block_volume} t", f"{stat.block_volume} t")
        self._check(day, "block amount", day.block_amount, stat.block_turnover)
        official, made = _volume(day.volume, day.amount), _volume(stat.volume, stat.turnover)
        if made != official:
            self._differ(day, "volume", official, made)

    def _check(self, day: FeedDay, field: str, official: int, computed: int) -> None:
        self._check_text(day, field, format_price(official), format_price(computed))

    def _check_text(self, day: FeedDay, field: str, official: str, computed: str) -> None:
        count = self._result.compared[day.symbol, field]
        count[1] += 1
        if official == computed:
            count[0] += 1
        else:
            self._differ(day, field, official, computed)

    def _differ(self, day: FeedDay, field: str, official: str, computed: str) -> None:
        self._result.differences.append(Difference(day.date, day.symbol, field, official, computed))

    def _order(self, user: str, symbol: str, side: Side, quantity: int, price: int) -> str:
        return self._apply(user, NewOrder(self._id(), symbol, side, quantity, price))

    def _registrar(self, command: StateCommand) -> None:
        refusal = self._apply(topics.VENUE_USER, command)
        if refusal:
            raise AssertionError(f"{command} was refused: {refusal}")

    def _apply(self, user: str, command: StateCommand) -> str:
        """Let a command happen; return why it was refused, or nothing."""
        self._now_ns += 1
        for event in self._venue.apply(user, command, self._now_ns):
            if isinstance(event, OrderEvent | CommandEvent) and event.report.reject_code:
                return event.report.text
        return ""

    def _id(self) -> str:
        self._count += 1
        return str(self._count)


def _volume(quantity: int, amount: int) -> str:
    return f"{quantity} t for {format_price(amount)} yuan"


def _parts(quantity: int, largest: int) -> Iterator[int]:
    while quantity:
        part = min(quantity, largest)
        yield part
        quantity -= part


def _show(result: Result, console: Console) -> None:
    symbols = sorted({symbol for symbol, _field in result.compared})
    table = Table(
        title="Core against the official feed", title_justify="left", box=SIMPLE, padding=0
    )
    for column in ("", *symbols, "all"):
        table.add_column(column, justify="right" if column else "left", no_wrap=True)
    for field in FIELDS:
        counts = [result.compared[symbol, field] for symbol in symbols]
        counts.append([sum(count[i] for count in counts) for i in (0, 1)])
        table.add_row(field, *(f"{agree} of {of}" for agree, of in counts))
    console.print(table)
    console.print(
        f"{result.days_with_trades} vintage-days with trades, {result.days_without} without; "
        f"{result.days_with_blocks} with block trades."
    )
    for found in result.differences:
        console.print(
            f"{found.date} {found.symbol} {found.field}: official {found.official}, "
            f"computed {found.computed}",
            style="red",
            soft_wrap=True,
        )
