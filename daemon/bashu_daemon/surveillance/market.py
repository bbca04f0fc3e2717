"""The market as all rules see it, kept once for all of them from the stream of events."""

from collections import OrderedDict
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from bashu_daemon.surveillance.book import Order, Own, Side
from bashu_daemon.surveillance.groups import Groups, Link
from bashu_daemon.surveillance.history import History
from bashu_daemon.surveillance.holdings import Holdings
from bashu_daemon.surveillance.usual_size import UsualSize
from bashu_protocol.messages import Phase

REMEMBERED_ORDERS = 100_000
"""Orders whose journal number is kept after their end, for the evidence."""
VOLUME_DAYS = 20
"""Days of the average daily volume (reference/surveillance.md A1)."""


class Day(Struct, array_like=True):
    """One instrument's day so far, of the listing mode. Tonnes, fen."""

    reference: int = 0
    limit_up: int = 0
    limit_down: int = 0
    open: int = 0
    last: int = 0
    last_time: int = 0
    volume: int = 0
    turnover: int = 0
    trades: int = 0
    orders: int = 0
    """That came to the book."""


class Instrument:
    """An instrument's book and days."""

    __slots__ = (
        "asks", "average_volume", "bids", "day", "groups", "history", "order_size", "phase",
        "trade_size", "volumes",
    )  # fmt: skip

    def __init__(self) -> None:
        self.bids = Side(1)
        self.asks = Side(-1)
        self.day = Day()
        self.history = History()
        self.phase: Phase | None = None
        """None where the stream does not tell of phases."""
        self.volumes: list[int] = []
        """Tonnes of the last days that had trades, newest last."""
        self.average_volume = 0
        """Tonnes a day over those; 0 where there is none."""
        self.groups = 0
        """That ever had an order or a trade."""
        self.order_size = UsualSize()
        self.trade_size = UsualSize()
        """Of listing trades."""

    def is_near(self, price: int, bps: int) -> bool:
        """Whether a price is so near to the last one, or to the day's reference before a trade."""
        last = self.day.last or self.day.reference
        return abs(price - last) * 10_000 <= bps * last

    def end_day(self) -> None:
        """Keep the day's volume and begin another day."""
        day = self.day
        if day.volume:
            self.volumes = [*self.volumes[1 - VOLUME_DAYS :], day.volume]
            self.average_volume = sum(self.volumes) // len(self.volumes)
        self.day = Day(reference=day.last or day.reference)

    def side(self, sign: int) -> Side:
        return self.bids if sign > 0 else self.asks


class _DumpedInstrument(Struct, array_like=True):
    symbol: str
    day: Day
    phase: Phase | None
    volumes: list[int]
    average_volume: int
    order_size: UsualSize
    trade_size: UsualSize
    history: History


class _DumpedOwn(Struct, array_like=True):
    group: str
    symbol: str
    began: int
    changed: int
    usual: tuple[int, int]
    two_sided: int
    one_sided: int
    trades: int
    placed: int = 0


class _Dumped(Struct, array_like=True):
    orders: list[Order]
    instruments: list[_DumpedInstrument]
    owns: list[_DumpedOwn]
    seqs: list[tuple[int, int]]
    links: list[Link]
    trade_date: int
    holdings: Holdings
    products: dict[str, str]
    now: int


_DECODER = msgspec.msgpack.Decoder(_Dumped)


class Market:
    """Live orders, books, days and control groups."""

    def __init__(self, links: Iterable[Link] = ()) -> None:
        self.groups = Groups(links)
        self.orders: dict[int, Order] = {}
        self.instruments: dict[str, Instrument] = {}
        self.holdings = Holdings()
        self.products: dict[str, str] = {}
        """By symbol, where the source of the stream told."""
        self.trade_date = 0
        self.now = 0
        """The time of the event that is being told."""
        self._own: dict[tuple[str, str], Own] = {}
        # A plain dict whose first entries go is searched for its first from the beginning.
        self._seqs: OrderedDict[int, int] = OrderedDict()

    def instrument(self, symbol: str) -> Instrument:
        found = self.instruments.get(symbol)
        if found is None:
            found = self.instruments[symbol] = Instrument()
        return found

    def own(self, group: str, symbol: str) -> Own:
        """Return what a group has live in an instrument."""
        found = self._own.get((group, symbol))
        if found is None:
            found = self._own[group, symbol] = Own(self.now)
            self.instrument(symbol).groups += 1
        return found

    def link(self, link: Link) -> None:
        """Link an account to others, which may make two groups one.

        What both have live, hold and traded of late is then the one's. What a rule counted stays
        under the name that it had.
        """
        before = self.groups.of(link.account)
        self.groups.add(link)
        name = self.groups.of(link.account)
        if name == before:
            return
        self.holdings.join(before, name)
        for symbol, instrument in self.instruments.items():
            instrument.history.join(before, name)
            joined = self._own.pop((before, symbol), None)
            if joined is not None:
                instrument.groups -= 1
                self._join_own(symbol, joined, name)

    def _join_own(self, symbol: str, joined: Own, name: str) -> None:
        own = self.own(name, symbol)
        own.pass_time(self.now)
        joined.pass_time(self.now)
        own.add(joined)
        for order in joined.orders.values():
            order.group = name
        if joined.orders:  # in the order of entry, as after a restart
            own.orders = {
                order.order_id: order
                for order in self.orders.values()
                if order.group == name and order.symbol == symbol
            }

    def seq_of(self, order_id: int) -> int:
        """Return the journal's number of an order's entry; 0 where it is forgotten."""
        return self._seqs.get(order_id, 0)

    def begin_day(self, trade_date: int, time: int) -> None:
        """Begin another day; live orders stay."""
        self.trade_date = trade_date
        for instrument in self.instruments.values():
            instrument.end_day()
            instrument.history.begin_day(time)
        for own in self._own.values():
            own.begin_day(self.now)

    def place(self, order: Order) -> None:
        """Take a new order in, with the market that it meets."""
        instrument = self.instrument(order.symbol)
        side = instrument.side(order.sign)
        order.own_best = side.best
        order.opposite_best = instrument.side(-order.sign).best
        self.orders[order.order_id] = order
        side.add(order.price, order.leaves)
        instrument.order_size.add(order.qty)
        instrument.day.orders += 1
        self.now = order.placed_at
        own = self.own(order.group, order.symbol)
        own.pass_time(self.now)
        own.orders[order.order_id] = order
        own.qty[order.sign] += order.leaves
        own.placed += 1
        self._seqs[order.order_id] = order.placed_seq
        if len(self._seqs) > REMEMBERED_ORDERS:
            self._seqs.popitem(last=False)

    def amend(self, order: Order, price: int, qty: int, leaves: int) -> None:
        """Give an order another price and quantity."""
        side = self.instrument(order.symbol).side(order.sign)
        side.add(order.price, -order.leaves)
        own = self.own(order.group, order.symbol)
        own.pass_time(self.now)
        own.qty[order.sign] += leaves - order.leaves
        order.price, order.qty, order.leaves = price, qty, leaves
        order.amendments += 1
        side.add(price, leaves)

    def reduce(self, order: Order, quantity: int) -> None:
        """Take tonnes off an order, filled or withdrawn; without any left it is gone."""
        quantity = min(quantity, order.leaves)
        order.leaves -= quantity
        self.instrument(order.symbol).side(order.sign).add(order.price, -quantity)
        own = self.own(order.group, order.symbol)
        own.pass_time(self.now)
        own.qty[order.sign] -= quantity
        if not order.leaves:
            self.orders.pop(order.order_id, None)
            own.orders.pop(order.order_id, None)

    def trade(self, symbol: str, price: int, qty: int, time: int) -> int:
        """Count a listing trade; return the last price before it."""
        instrument = self.instrument(symbol)
        instrument.trade_size.add(qty)
        day = instrument.day
        previous = day.last
        day.open = day.open or price
        day.last, day.last_time = price, time
        day.volume += qty
        day.turnover += price * qty
        day.trades += 1
        return previous

    def dump(self) -> bytes:
        """Return the state in canonical bytes."""
        return msgspec.msgpack.encode(
            _Dumped(
                list(self.orders.values()),
                [
                    _DumpedInstrument(
                        symbol, it.day, it.phase, it.volumes, it.average_volume, it.order_size,
                        it.trade_size,
                        it.history,
                    )
                    for symbol, it in self.instruments.items()
                ],
                [
                    _DumpedOwn(
                        group, symbol, own.began, own.changed, (own.usual[1], own.usual[-1]),
                        own.two_sided, own.one_sided, own.trades, own.placed,
                    )
                    for (group, symbol), own in self._own.items()
                ],
                list(self._seqs.items()),
                self.groups.links(),
                self.trade_date,
                self.holdings,
                self.products,
                self.now,
            )
        )  # fmt: skip

    def load(self, data: bytes) -> None:
        """Go on from a dumped state."""
        dumped = _DECODER.decode(data)
        self.groups = Groups(dumped.links)
        self.orders, self.instruments, self._own = {}, {}, {}
        self.trade_date = dumped.trade_date
        self.holdings, self.products = dumped.holdings, dumped.products
        for kept in dumped.instruments:
            self.instrument(kept.symbol)
        for had in dumped.owns:
            self.own(had.group, had.symbol)
        for order in dumped.orders:
            met = order.own_best, order.opposite_best
            self.place(order)
            order.own_best, order.opposite_best = met
        for kept in dumped.instruments:
            instrument = self.instrument(kept.symbol)
            instrument.day, instrument.phase = kept.day, kept.phase
            instrument.volumes, instrument.average_volume = kept.volumes, kept.average_volume
            instrument.order_size, instrument.trade_size = kept.order_size, kept.trade_size
            instrument.history = kept.history
        for had in dumped.owns:
            own = self.own(had.group, had.symbol)
            own.began, own.changed = had.began, had.changed
            own.usual = {1: had.usual[0], -1: had.usual[1]}
            own.two_sided, own.one_sided = had.two_sided, had.one_sided
            own.trades, own.placed = had.trades, had.placed
        self.now = dumped.now
        self._seqs = OrderedDict(dumped.seqs)
