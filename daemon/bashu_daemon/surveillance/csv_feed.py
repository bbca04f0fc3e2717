"""Order events and trades that somebody else recorded, as the stream that surveillance watches.

Columns: `ts_ns,account,symbol,event,order_id,side,price,qty,counter_order_id`, in order of time;
`event` is new, cancel, replace or trade; prices in yuan with at most two decimals. A new order
without a price, or with 0, is one at the market and does not rest. A replace gives the new price
and the new open quantity, or the new total (`csv_replaced.py`); what is empty stays. A trade is one
row, or one for each side; the order that was entered later came to the other. An order id is one
within its symbol and day. Days are those of Shanghai; trading that goes on over midnight, as a day
of New York's does, is of the day on which it began.

Two more columns are read where a file has them: `mode` of a trade, which is listing (also where it
is empty), block, auction or call_auction, and `counter_account`, who is on a trade's other side.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from bashu_daemon.surveillance.book import Order
from bashu_daemon.surveillance.csv_fields import (
    NO_ORDER,
    BadRow,
    counter_name,
    has_price,
    is_empty,
    mode_of,
    order_name,
    price_of,
    quantity_of,
    sign_of,
    text_of,
    trade_date,
    whole_number,
)
from bashu_daemon.surveillance.csv_names import Names
from bashu_daemon.surveillance.csv_prevented import Met, OwnMeetings
from bashu_daemon.surveillance.csv_replaced import Replaced
from bashu_daemon.surveillance.groups import Link
from bashu_daemon.surveillance.seen import Cause
from bashu_daemon.surveillance.watch import Watch
from bashu_protocol.units import NS_PER_MINUTE, NS_PER_SECOND

COLUMNS: Final = (
    "ts_ns", "account", "symbol", "event", "order_id", "side", "price", "qty", "counter_order_id",
)  # fmt: skip
MORE_COLUMNS: Final = ("mode", "counter_account")
PAUSE_NS: Final = 60 * NS_PER_MINUTE
"""After so long without a row another session begins."""
LONGEST_NS: Final = 12 * PAUSE_NS
"""Where trading goes on for longer, it has no sessions, and midnight ends the day."""
LATE_NS: Final = NS_PER_SECOND
"""A row that is earlier than the one before by no more than this was written late."""
REMEMBERED_EARLY: Final = 10_000
"""Orders whose trades came before their entry; of most others the file never tells the entry."""


class CsvFeed:
    """Takes rows in order."""

    def __init__(self, watch: Watch, links: Iterable[Link] = ()) -> None:
        self._watch = watch
        for link in links:
            watch.market.groups.add(link)
        self.names = Names(self._needed_orders)
        """The file's own order ids by the numbers that orders have in alerts."""
        self.late = 0
        """How many rows were taken at the time of the one before, for theirs was earlier."""
        self._seq = 0
        self._time = 0
        self._coming = 0
        self._day = 0
        self._of_earlier_days = 0
        """The last number of an order before this day."""
        self._day_ends = 0
        self._session_began = 0
        self._execs = 0
        self._sides: dict[tuple[str, int, int, int, int], int] = {}
        """How many trades of this very time wait for the row of their other side."""
        self._early: OrderedDict[int, int] = OrderedDict()
        """Tonnes traded by orders that are not known yet."""
        self._replaced = Replaced()
        self._own_meetings = OwnMeetings(watch.market)

    def take(self, row: Mapping[str, str]) -> None:
        """Show one row to the rules.

        Raises:
            BadRow: it cannot be read, or is about an order that is not live.
        """
        time = whole_number(row, "ts_ns")
        is_late = time < self._time
        if is_late:
            if self._time - time > LATE_NS:
                raise BadRow(f"ts_ns {time} is before that of the row before, {self._time}")
            time = self._time
        takers = {
            "new": self._new, "cancel": self._cancel, "replace": self._replace,
            "trade": self._trade,
        }  # fmt: skip
        kind = row["event"].strip().lower()
        if kind not in takers:
            raise BadRow(f"event {row['event']!r} is none of {', '.join(takers)}")
        text_of(row, "symbol"), text_of(row, "order_id")
        self._coming = time
        takers[kind](row)
        self.late += is_late

    def finish(self) -> None:
        """The file is at its end, and so is its last day."""
        if self._day:
            self._watch.day_ended(self._seq, self._time, self._day)

    def _advance(self) -> None:
        """The row can be used, so its time has come; a bad row's time has not."""
        self._seq += 1
        self._begin_day(self._coming)
        if self._coming != self._time:
            self._sides.clear()
            self._time = self._coming

    def _begin_day(self, time: int) -> None:
        is_going_on = self._day and time - self._time < PAUSE_NS
        if not is_going_on:
            self._session_began = time
        if time < self._day_ends or (is_going_on and time - self._session_began < LONGEST_NS):
            return
        day, self._day_ends = trade_date(time)
        self.finish()
        self._day, self._of_earlier_days = day, self.names.last
        self._own_meetings.begin_day(self._of_earlier_days)
        self._watch.day_began(self._seq, time, day)

    def _new(self, row: Mapping[str, str]) -> None:
        name, account = order_name(row["order_id"]), text_of(row, "account")
        sign, qty, symbol = sign_of(row), quantity_of(row), row["symbol"].strip()
        price = price_of(row) if has_price(row) else 0
        known = self.names.find(symbol, name)
        earlier = self.names.last if self._coming >= self._day_ends else self._of_earlier_days
        is_again = 0 < known <= earlier and known not in self._early
        if known and not is_again and known not in self._early:
            raise BadRow(f"order_id {name} was entered before")
        price, is_immediate = price or self._market_price(symbol, sign), not price
        self._advance()
        if is_again:  # ids that begin anew each day: what still stands under it has expired
            self._watch.withdrawn(self._seq, self._time, known, "expired")
            number = self.names.another(symbol, name)
        else:
            number = self.names.number(symbol, name)
        traded = min(qty, self._early.pop(number, 0))
        order = Order(
            number, account, self._watch.market.groups.of(account), symbol, sign, price, qty,
            qty - traded, self._seq, self._time, 0, 0, is_immediate, traded,
        )  # fmt: skip
        self._own_meetings.came(order, self._time)
        self._watch.placed(order)
        if not order.leaves:
            self._watch.reduced(number, 0)

    def _market_price(self, symbol: str, sign: int) -> int:
        """The price that an order without one meets."""
        instrument = self._watch.market.instrument(symbol)
        price = instrument.side(-sign).best or instrument.day.last or instrument.day.reference
        if not price:
            raise BadRow("price is empty, and there is no market yet")
        return price

    def _cancel(self, row: Mapping[str, str]) -> None:
        order = self._live(row)
        self._advance()
        self._replaced.ended(order, row["qty"])
        met = self._own_meetings.withdrawn(order, self._time)
        if met is not None:
            self._prevented(order, met)
        else:
            # What goes at the very time of its entry never stood: the rest of an immediate order.
            cause: Cause = "immediate" if order.placed_at == self._time else "asked"
            self._watch.withdrawn(self._seq, self._time, order.order_id, cause)

    def _prevented(self, order: Order, met: Met) -> None:
        other = self._watch.market.orders.get(met.other_id)
        incoming, resting = sorted(
            (order.order_id, met.other_id), key=lambda number: -self._watch.market.seq_of(number)
        )
        accounts = {order.account} | ({other.account} if other is not None else set())
        self._watch.prevented(
            self._seq, self._time, incoming, resting, met.price,
            min(order.leaves, other.leaves) if other is not None else order.leaves, order.symbol,
            order.group, tuple(sorted(accounts)),
        )  # fmt: skip
        self._watch.withdrawn(self._seq, self._time, order.order_id, "self_trade")

    def _replace(self, row: Mapping[str, str]) -> None:
        order = self._live(row)
        price = price_of(row) if has_price(row) else order.price
        leaves = order.leaves
        if not is_empty(row["qty"]):
            leaves = self._replaced.open_quantity(order, quantity_of(row))
        self._advance()
        self._watch.amended(
            self._seq, self._time, order.order_id, price, order.filled + leaves, leaves
        )

    def _trade(self, row: Mapping[str, str]) -> None:
        price, qty = price_of(row), quantity_of(row)
        symbol, mode = row["symbol"].strip(), mode_of(row)
        counterparty = row.get("counter_account", "").strip()
        name, counter = order_name(row["order_id"]), self._counter(row)
        orders = self._watch.market.orders
        own = orders.get(self.names.find(symbol, name))
        other = orders.get(self.names.find(symbol, counter)) if counter else None
        said = 0 if is_empty(row["side"]) and (own or other) else sign_of(row)
        # The side of a trade may be that of who came, and not of the order that is named.
        sign = own.sign if own is not None else -other.sign if other is not None else said
        self._advance()
        own_id = self.names.number(symbol, name)
        other_id = self.names.number(symbol, counter) if counter else 0
        if self._is_other_side(symbol, price, qty, own_id, other_id):
            return
        self._execs += 1
        market = self._watch.market
        is_of_book = mode in ("listing", "call_auction")
        for number, order in ((own_id, own), (other_id, other)):
            if number and order is None and is_of_book:
                self._early[number] = self._early.get(number, 0) + qty
                if len(self._early) > REMEMBERED_EARLY:
                    self._early.popitem(last=False)
        if is_of_book:
            self._own_meetings.traded(symbol, price, ((own_id, sign), (other_id, -sign)))
        came = said or sign
        if own is not None and other is not None:
            came = -sign if own.placed_seq < other.placed_seq else sign
        mine = (own_id, market.groups.of(row["account"].strip()))
        of_other = market.groups.of(counterparty) if counterparty else ""
        theirs = (other_id, other.group if other is not None else of_other)
        buy, sell = (mine, theirs) if sign > 0 else (theirs, mine)
        self._watch.traded(
            self._seq, self._time, self._execs, symbol, price, qty, came, buy, sell, mode
        )

    def _is_other_side(self, symbol: str, price: int, qty: int, own: int, other: int) -> bool:
        """Tell whether a trade of this very time was told before, by the other side's row."""
        if not other:
            return False
        told = (symbol, price, qty, other, own)
        waiting = self._sides.get(told, 0)
        if waiting:
            self._sides[told] = waiting - 1
            return True
        mine = (symbol, price, qty, own, other)
        self._sides[mine] = self._sides.get(mine, 0) + 1
        return False

    def _live(self, row: Mapping[str, str]) -> Order:
        number = self.names.find(row["symbol"].strip(), order_name(row["order_id"]))
        order = self._watch.market.orders.get(number)
        if order is None:
            raise BadRow(f"order {row['order_id']} is not live")
        return order

    def _counter(self, row: Mapping[str, str]) -> str:
        """Return the id of the other side's order; "" for none.

        0 and -1 mean none, too, unless an order is called so.
        """
        name = order_name(row["counter_order_id"])
        if name in NO_ORDER and self.names.find(row["symbol"].strip(), name):
            return name
        return counter_name(row)

    def _needed_orders(self) -> Iterator[int]:
        """The orders that are live or in an alert."""
        yield from self._watch.market.orders
        for alert in self._watch.alerts():
            yield from alert.order_ids
