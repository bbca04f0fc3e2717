"""Fat fingers: an order that its owner can hardly have meant.

Source: reference/surveillance.md A1 #16. Only orders that the venue took are seen; those beyond the
day's limits were refused before. Two legs: the price is 3 % and more beyond the market, on the side
that does harm (published as a warning line), and as far beyond the best price there, for who takes
the best price of a thin book meant it; or the quantity is 20 times what is usual in the instrument
(ours), and twice the largest before, for where sizes differ much one order in a thousand is 20
times the usual. One leg alone is information, both are a warning. So is an order that goes so far
away through the book that it meets, or takes all of the book and leaves its rest so far away; or a
large one that is a fifth of the average day, too, and a multiple of the largest before. A fifth
alone says nothing: in a market of a handful of orders a day each is. On the first day the volume so
far stands for an average day. Where people name such prices one after another, only to be sure to
meet the best one, it is their habit: a price alone that met nothing far away is not told.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bashu_daemon.core.sessions import CALL_PHASES
from bashu_daemon.surveillance.book import Order, Side
from bashu_daemon.surveillance.finding import NOTHING, Finding
from bashu_daemon.surveillance.market import Instrument
from bashu_daemon.surveillance.rule import Handler, Rule, remember
from bashu_daemon.surveillance.seen import Amended, DayBegan, Placed, Seen

ENOUGH_TRADES = 200
"""Trades of the first day after which its volume so far is a measure."""

ENOUGH_ORDERS = 300
"""Orders after which the largest of them is a measure."""

TWICE = 2
"""Of the largest order before: the largest so far grows by less than that all the time."""

HABIT = 3
HABIT_EVENTS = 2_000
"""So many prices beyond the market within so many events of the stream are a habit."""


class _Row(Struct, array_like=True):
    count: int = 0
    order_ids: list[int] = []
    accounts: list[str] = []


class _State(Struct):
    rows: dict[str, _Row] = {}
    beyond: dict[str, list[int]] = {}
    """By instrument, the events with the last prices beyond the market that printed near it."""


class FatFinger(Rule[_State]):
    """One episode for each group and instrument a day, with each such order as an observation."""

    name = "fat_finger"
    version = 3
    defaults = {  # noqa: RUF012  as in self_trade
        "price_bps": 300,
        "size_multiple": 20,
        "day_percent": 20,
        "times_largest": 3,
        "min_qty": 100,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {Placed: self._on_placed, Amended: self._on_amended, DayBegan: self._on_day}

    def prepare(self) -> None:
        limits = self.limits
        self._price_bps = limits["price_bps"]
        self._multiple = limits["size_multiple"]
        self._day_percent = limits["day_percent"]
        self._times_largest = limits["times_largest"]
        self._min_qty = limits["min_qty"]

    def _on_day(self, event: DayBegan) -> Sequence[Finding]:
        self.state.rows.clear()
        return NOTHING

    def _on_placed(self, event: Placed) -> Sequence[Finding]:
        return self._look(event.seq, event.time, event.order)

    def _on_amended(self, event: Amended) -> Sequence[Finding]:
        order = event.order
        if order.price == event.old_price and order.leaves <= event.old_leaves:
            return NOTHING
        return self._look(event.seq, event.time, order)

    def _look(self, seq: int, time: int, order: Order) -> Sequence[Finding]:
        instrument = self.market.instrument(order.symbol)
        day, qty, sign = instrument.day, order.leaves, order.sign
        last, reference = day.last or day.reference, day.reference or day.last
        # After a slip of somebody else, who trades at the old price again is far from it.
        base = last if (last - reference) * sign > 0 else reference
        is_far = (order.price - base) * sign * 10_000 >= self._price_bps * base > 0
        is_large = is_of_day = is_largest = False
        sizes = instrument.order_size
        if qty >= self._min_qty and qty >= self._multiple * sizes.median > 0:
            largest = sizes.largest_but(order.qty)
            is_large, is_largest = qty >= TWICE * largest, qty >= self._times_largest * largest
            is_of_day = qty * 100 >= self._day_percent * _day_volume(instrument) > 0
        if not (is_far or is_large):
            return NOTHING
        reach = left = 0
        if instrument.phase not in CALL_PHASES:
            reach, left = _reach(instrument.side(-sign), order)
        elif not is_large:
            return NOTHING  # such an order is certain to take part, and trades at one price
        gone = (reach - base) * sign if reach else 0
        rests_far = reach != 0 and left > 0 and not order.is_immediate
        prints_far = rests_far or gone * 10_000 >= self._price_bps * base
        best = instrument.side(-sign).best
        is_beyond_best = (order.price - best) * sign * 10_000 >= self._price_bps * best > 0
        is_beyond = is_far and is_beyond_best
        if not (is_large or is_beyond):
            return NOTHING
        is_slip = is_beyond and (prints_far or is_large)
        is_warning = is_slip or (is_of_day and is_largest and sizes.total >= ENOUGH_ORDERS)
        if not (is_warning or is_large) and self._is_habit(order.symbol, seq):
            return NOTHING
        return self._find(seq, time, order, base, reach, is_warning=is_warning)

    def _is_habit(self, symbol: str, seq: int) -> bool:
        """Take one more such price in; tell whether there were enough of them just before."""
        known = self.state.beyond.setdefault(symbol, [])
        is_habit = len(known) == HABIT and seq - known[0] <= HABIT_EVENTS
        known.append(seq)
        del known[:-HABIT]
        return is_habit

    def _find(
        self, seq: int, time: int, order: Order, base: int, reach: int, *, is_warning: bool
    ) -> Sequence[Finding]:
        instrument = self.market.instrument(order.symbol)
        key = f"{order.group}/{order.symbol}"
        row = self.state.rows.setdefault(key, _Row())
        row.count += 1
        remember(row.order_ids, order.order_id)
        if order.account not in row.accounts:
            row.accounts = sorted([*row.accounts, order.account])
        off = (order.price - base) * order.sign * 10_000 // base if base else 0
        finding = Finding(
            episode=key,
            severity="warning" if is_warning else "info",
            score=min(100, (60 if is_warning else 20) + max(0, off) // 50),
            symbol=order.symbol,
            owner=order.group,
            members=row.accounts,
            seq=seq,
            transact_time=time,
            order_ids=row.order_ids,
            adds_one_order=True,
            count=row.count,
            facts={
                "side": "buy" if order.sign > 0 else "sell",
                "order_qty": order.leaves,
                "order_price": order.price,
                "usual_qty": instrument.order_size.median,
                "day_qty": instrument.average_volume,
                "market_price": base,
                "off_bps": max(0, off),
                "reach_price": reach,
                "times": row.count,
            },
        )
        return (finding,)


def _day_volume(instrument: Instrument) -> int:
    """Tonnes of an average day; of the first day so far, once it says something; else 0."""
    if instrument.average_volume or instrument.day.trades < ENOUGH_TRADES:
        return instrument.average_volume
    return instrument.day.volume


def _reach(opposite: Side, order: Order) -> tuple[int, int]:
    """Return the last price at which an order meets the book, or 0, and what is left of it."""
    levels = 8
    while True:
        book = opposite.best_levels(levels)
        left, reach = order.leaves, 0
        for price, quantity in book:
            if left <= 0 or (order.price - price) * order.sign < 0:
                return reach, left
            left, reach = left - quantity, price
        if left <= 0 or len(book) < levels:
            return reach, left
        levels *= 4
