"""Order events and trades that somebody else recorded, as the stream that surveillance watches.

Columns: `ts_ns,account,symbol,event,order_id,side,price,qty,counter_order_id`, in order of time;
`event` is new, cancel, replace or trade; prices in yuan with at most two decimals. A replace gives
the new price and the new open quantity. A trade is one row, or one for each side; the order that
was entered later came to the other. Days are those of Shanghai.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Final

from bashu_daemon.surveillance.book import Order
from bashu_daemon.surveillance.groups import Link
from bashu_daemon.surveillance.watch import Watch
from bashu_protocol.units import NS_PER_SECOND, parse_price

COLUMNS: Final = (
    "ts_ns", "account", "symbol", "event", "order_id", "side", "price", "qty", "counter_order_id",
)  # fmt: skip
_SHANGHAI: Final = timezone(timedelta(hours=8))
_SIGNS: Final = {"buy": 1, "b": 1, "bid": 1, "sell": -1, "s": -1, "ask": -1}
PREVENTED_NS: Final = 1_000_000
"""An order that met its own group's and was withdrawn within this, one of the two, without a trade
between them, is taken for self-trade prevention."""


class BadRow(Exception):  # noqa: N818  the row's fault
    """A row that cannot be used; the text says why."""


class CsvFeed:
    """Takes rows in order."""

    def __init__(self, watch: Watch, links: Iterable[Link] = ()) -> None:
        self._watch = watch
        for link in links:
            watch.market.groups.add(link)
        self.names: list[str] = []
        """The file's own order ids; an order's number in alerts is its place here plus one."""
        self._numbers: dict[str, int] = {}
        self._seq = 0
        self._time = 0
        self._day = 0
        self._execs = 0
        self._last_trade: tuple[int, str, int, int, int, int] | None = None
        self._met: dict[int, tuple[int, int, int]] = {}
        """For an order that met its own group's: the other, the time, the price."""

    def take(self, row: Mapping[str, str]) -> None:
        """Show one row to the rules.

        Raises:
            BadRow: it cannot be read, or is about an order that is not live.
        """
        time = _whole(row, "ts_ns")
        if time < self._time:
            raise BadRow(f"ts_ns {time} is before that of the row before, {self._time}")
        takers = {
            "new": self._new, "cancel": self._cancel, "replace": self._replace,
            "trade": self._trade,
        }  # fmt: skip
        kind = row["event"].strip().lower()
        if kind not in takers:
            raise BadRow(f"event {row['event']!r} is none of {', '.join(takers)}")
        if not row["symbol"].strip() or not row["order_id"].strip():
            raise BadRow("symbol or order_id is empty")
        self._seq += 1
        self._begin_day(time)
        self._time = time
        takers[kind](row)

    def finish(self) -> None:
        """The file is at its end, and so is its last day."""
        if self._day:
            self._watch.day_ended(self._seq, self._time, self._day)

    def _begin_day(self, time: int) -> None:
        day = _trade_date(time)
        if day == self._day:
            return
        self.finish()
        self._day = day
        self._watch.day_began(self._seq, time, day)

    def _new(self, row: Mapping[str, str]) -> None:
        name = row["order_id"].strip()
        sign, price, qty = _sign(row), _price(row), _quantity(row)
        account = row["account"].strip()
        if not account:
            raise BadRow("account is empty")
        if name in self._numbers:
            raise BadRow(f"order_id {name} was entered before")
        market = self._watch.market
        order = Order(
            self._number(name), account, market.groups.of(account), row["symbol"].strip(), sign,
            price, qty, qty, self._seq, self._time, 0, 0,
        )  # fmt: skip
        for other in market.own(order.group, order.symbol).orders.values():
            if other.sign != sign and (price - other.price) * sign >= 0:
                self._met[order.order_id] = (other.order_id, self._time, other.price)
                self._met[other.order_id] = (order.order_id, self._time, other.price)
                break
        self._watch.placed(order)

    def _cancel(self, row: Mapping[str, str]) -> None:
        order = self._live(row)
        met = self._met.pop(order.order_id, None)
        if met is not None and self._time - met[1] <= PREVENTED_NS:
            self._prevented(order, met)
        else:
            self._watch.withdrawn(self._seq, self._time, order.order_id, "asked")

    def _prevented(self, order: Order, met: tuple[int, int, int]) -> None:
        other_id, _time, price = met
        other = self._watch.market.orders.get(other_id)
        self._met.pop(other_id, None)
        incoming, resting = sorted(
            (order.order_id, other_id), key=lambda number: -self._watch.market.seq_of(number)
        )
        accounts = {order.account} | ({other.account} if other is not None else set())
        self._watch.prevented(
            self._seq, self._time, incoming, resting, price,
            min(order.leaves, other.leaves) if other is not None else order.leaves, order.symbol,
            order.group, tuple(sorted(accounts)),
        )  # fmt: skip
        self._watch.withdrawn(self._seq, self._time, order.order_id, "self_trade")

    def _replace(self, row: Mapping[str, str]) -> None:
        order = self._live(row)
        leaves = _quantity(row)
        price = _price(row) if row["price"].strip() else order.price
        self._watch.amended(
            self._seq, self._time, order.order_id, price, order.filled + leaves, leaves
        )

    def _trade(self, row: Mapping[str, str]) -> None:
        price, qty, sign = _price(row), _quantity(row), _sign(row)
        symbol, counter = row["symbol"].strip(), row["counter_order_id"].strip()
        own_id = self._number(row["order_id"].strip())
        other_id = self._number(counter) if counter else 0
        if self._last_trade == (self._time, symbol, price, qty, other_id, own_id):
            self._last_trade = None
            return  # the other side of the trade before
        self._last_trade = (self._time, symbol, price, qty, own_id, other_id)
        self._execs += 1
        market = self._watch.market
        own, other = market.orders.get(own_id), market.orders.get(other_id)
        if own is not None and own.sign != sign:
            raise BadRow(f"order {row['order_id']} is on the other side")
        self._met.pop(own_id, None)
        self._met.pop(other_id, None)
        came = sign
        if other is not None and (own is None or own.placed_seq < other.placed_seq):
            came = -sign if own is not None else sign
        mine = (own_id, market.groups.of(row["account"].strip()))
        theirs = (other_id, other.group if other is not None else "")
        buy, sell = (mine, theirs) if sign > 0 else (theirs, mine)
        self._watch.traded(self._seq, self._time, self._execs, symbol, price, qty, came, buy, sell)

    def _live(self, row: Mapping[str, str]) -> Order:
        order = self._watch.market.orders.get(self._numbers.get(row["order_id"].strip(), 0))
        if order is None:
            raise BadRow(f"order {row['order_id']} is not live")
        return order

    def _number(self, name: str) -> int:
        number = self._numbers.get(name)
        if number is None:
            self.names.append(name)
            number = self._numbers[name] = len(self.names)
        return number


def _trade_date(time: int) -> int:
    moment = datetime.fromtimestamp(time // NS_PER_SECOND, _SHANGHAI)
    return moment.year * 10_000 + moment.month * 100 + moment.day


def _whole(row: Mapping[str, str], name: str) -> int:
    text = row[name].strip()
    if not text.isascii() or not text.isdigit() or len(text) > 19:
        raise BadRow(f"{name} {row[name]!r} is no whole number")
    return int(text)


def _quantity(row: Mapping[str, str]) -> int:
    quantity = _whole(row, "qty")
    if not quantity:
        raise BadRow("qty is 0")
    return quantity


def _price(row: Mapping[str, str]) -> int:
    try:
        price = parse_price(row["price"].strip())
    except ValueError as error:
        raise BadRow(f"price {row['price']!r} is no price in yuan: {error}") from error
    if price <= 0:
        raise BadRow(f"price {row['price']!r} is not positive")
    return price


def _sign(row: Mapping[str, str]) -> int:
    sign = _SIGNS.get(row["side"].strip().lower())
    if sign is None:
        raise BadRow(f"side {row['side']!r} is neither buy nor sell")
    return sign
