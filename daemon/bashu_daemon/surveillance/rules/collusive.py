"""Collusive spoofing: one group shows orders that are not meant to trade, another has the trades.

Source: reference/surveillance.md A1 #7, with the conditions of #5 and #6 on the orders shown: alone
on their side, large for the book, hardly filled, withdrawn within a minute and soon after the other
group's trade (within seconds, or half of the time that they stood), which was at a price that was
not to be had before. Within one control group it is spoofing or layering. Two groups that nothing
links must do so three times, over a day or a week, in at least half of the first one's withdrawals
of that kind, and more often than the second one's share of that side's trades would have it. Sizes,
times and odds are this venue's own.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct, field

from bashu_daemon.surveillance.bait import others_best
from bashu_daemon.surveillance.book import Order
from bashu_daemon.surveillance.chance import is_beyond_chance
from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule
from bashu_daemon.surveillance.seen import Amended, DayBegan, Placed, Seen, Traded, Withdrawn
from bashu_protocol.units import NS_PER_MS

MOST_SHOWS: Final = 64
"""Groups whose orders are watched at a time in an instrument."""
MOST_ORDERS: Final = 32
"""Of one show."""
MOST_TRADES: Final = 512
"""Remembered of an instrument, for the shows that stand."""
DAYS: Final = 7
"""Trading days that are looked at together."""
MOST_PAIRS: Final = 2_000
"""Kept of a day in an instrument; what begins later is not counted."""
LEVELS: Final = 5
"""Of the book's side, with which a show is compared."""


class _Trade(Struct, array_like=True):
    """A trade, for the shows that stood then. Of both sides: order, group, account."""

    time: int
    price: int
    qty: int
    exec_id: int
    buy: tuple[int, str, str]
    sell: tuple[int, str, str]


class _Show(Struct, array_like=True):
    """One side of a group, since it became large there and alone. Tonnes, fen."""

    group: str
    sign: int
    began: int
    market_best: int
    """The best price of its side, of others, when it began; 0 for none."""
    orders: dict[int, int] = {}
    """Tonnes shown by each order."""
    accounts: list[str] = []
    withdrawn: int = 0


class _Fills(Struct):
    """What another group traded on the other side of a show, in its favour."""

    qty: int = 0
    value: int = 0
    last_time: int = 0
    order_ids: list[int] = []
    exec_ids: list[int] = []
    accounts: list[str] = []


class _Pair(Struct, array_like=True):
    count: int = 0
    trades: int = 0
    gain: int = 0
    shown_qty: int = 0
    traded_qty: int = 0
    accounts: list[str] = []
    order_ids: list[int] = []
    exec_ids: list[int] = []

    def join(self, other: "_Pair") -> None:
        """Add a later day's."""
        self.count += other.count
        self.trades += other.trades
        self.gain += other.gain
        self.shown_qty += other.shown_qty
        self.traded_qty += other.traded_qty
        self.accounts = sorted({*self.accounts, *other.accounts})
        self.order_ids = [*self.order_ids, *other.order_ids][-EVIDENCE:]
        self.exec_ids = [*self.exec_ids, *other.exec_ids][-EVIDENCE:]


class _Tally(Struct, array_like=True):
    """One instrument over a day, or over the days before."""

    sides: dict[str, int] = {}
    """Trades of each group, on either side."""
    trades: int = 0
    judged: dict[str, int] = {}
    """Shows of each group that were withdrawn after somebody's trade."""
    met: dict[str, int] = {}
    """Trades of others in their favour while those stood."""
    pairs: dict[str, _Pair] = {}

    def join(self, other: "_Tally") -> None:
        """Add a later day's."""
        self.trades += other.trades
        for mine, theirs in (
            (self.sides, other.sides), (self.judged, other.judged), (self.met, other.met),
        ):  # fmt: skip
            for name, count in theirs.items():
                mine[name] = mine.get(name, 0) + count
        for key, pair in other.pairs.items():
            self.pairs.setdefault(key, _Pair()).join(pair)


class _Book(Struct, array_like=True):
    shows: dict[str, _Show] = {}
    recent: list[_Trade] = []
    today: _Tally = field(default_factory=_Tally)
    days: list[_Tally] = []
    past: _Tally = field(default_factory=_Tally)
    """All of `days`."""


class _State(Struct):
    books: dict[str, _Book] = {}


class Collusive(Rule[_State]):
    """One episode for each pair and instrument a day; what the last days add is counted in."""

    name = "collusive"
    version = 2
    defaults = {  # noqa: RUF012  as in self_trade
        "size_multiple": 3,
        "depth_percent": 20,
        "imbalance": 3,
        "withdrawn_percent": 80,
        "filled_percent": 10,
        "withdrawn_within_ms": 60_000,
        "withdrawn_after_fill_ms": 5_000,
        "repeats": 3,
        "violation_count": 5,
        "odds": 10_000,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {
            Placed: self._on_placed,
            Traded: self._on_trade,
            Amended: self._on_amended,
            Withdrawn: self._on_withdrawn,
            DayBegan: self._on_day,
        }

    def prepare(self) -> None:
        limits = self.limits
        self._multiple, self._imbalance = limits["size_multiple"], limits["imbalance"]
        self._within_ns = limits["withdrawn_within_ms"] * NS_PER_MS

    def _on_day(self, event: DayBegan) -> Sequence[Finding]:
        for book in self.state.books.values():
            book.shows.clear()
            book.recent.clear()
            book.days = [*book.days, book.today][1 - DAYS :]
            book.today, book.past = _Tally(), _Tally()
            for day in book.days:
                book.past.join(day)
        return NOTHING

    def _on_placed(self, event: Placed) -> Sequence[Finding]:
        order = event.order
        symbol = order.symbol
        instrument = self.market.instrument(symbol)
        own = self.market.own(order.group, symbol).qty
        sign = order.sign
        shown = own[sign]
        if shown < self._imbalance * own[-sign] or not order.leaves:
            return NOTHING
        if shown < self._multiple * instrument.order_size.median or order.is_immediate:
            return NOTHING
        side = instrument.side(sign)
        if shown * 100 < self.limits["depth_percent"] * side.depth(LEVELS):
            return NOTHING
        book = self.state.books.get(symbol)
        if book is None:
            book = self.state.books[symbol] = _Book()
        self._show(book, order, event.time)
        return NOTHING

    def _show(self, book: _Book, order: Order, time: int) -> None:
        """Take the order into its group's show, with those that it had entered just before."""
        key = _side_key(order.group, order.sign)
        show = book.shows.get(key)
        if show is None or time - show.began > self._within_ns:
            show = _Show(order.group, order.sign, time, others_best(self.market, order))
            book.shows.pop(key, None)
            book.shows[key] = show
            if len(book.shows) > MOST_SHOWS:
                del book.shows[next(iter(book.shows))]
            for mine in self.market.own(order.group, order.symbol).orders.values():
                if mine.sign == order.sign and time - mine.placed_at <= self._within_ns:
                    show.began = min(show.began, mine.placed_at)
                    _add_order(show, mine)
        _add_order(show, order)

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        if event.mode != "listing":
            return NOTHING
        book = self.state.books.get(event.symbol)
        if book is None:
            return NOTHING
        book.today.trades += 1
        sides = book.today.sides
        buyer, seller = event.buy_group, event.sell_group
        sides[buyer] = sides.get(buyer, 0) + 1
        sides[seller] = sides.get(seller, 0) + 1
        if book.shows:
            book.recent.append(
                _Trade(
                    event.time, event.price, event.qty, event.exec_id,
                    (event.buy_id, event.buy_group, event.buy_account),
                    (event.sell_id, event.sell_group, event.sell_account),
                )
            )  # fmt: skip
            if len(book.recent) > 2 * MOST_TRADES:
                del book.recent[:MOST_TRADES]
        return NOTHING

    def _on_amended(self, event: Amended) -> Sequence[Finding]:
        order = event.order
        gone = event.old_leaves - order.leaves
        if gone <= 0:
            return NOTHING
        return self._gone(order, gone, event)

    def _on_withdrawn(self, event: Withdrawn) -> Sequence[Finding]:
        if event.cause in ("asked", "mass"):
            return self._gone(event.order, event.qty, event)
        return NOTHING

    def _gone(self, order: Order, qty: int, event: Amended | Withdrawn) -> Sequence[Finding]:
        book = self.state.books.get(order.symbol)
        if book is None:
            return NOTHING
        key = _side_key(order.group, order.sign)
        show = book.shows.get(key)
        if show is None or order.order_id not in show.orders:
            return NOTHING
        show.withdrawn += qty
        shown = sum(show.orders.values())
        if show.withdrawn * 100 < self.limits["withdrawn_percent"] * shown:
            return NOTHING
        del book.shows[key]
        if event.time - show.began > self._within_ns:
            return NOTHING
        filled, trades, all_fills = _traded(book, show)
        if filled * 100 > self.limits["filled_percent"] * shown:
            return NOTHING
        after = self.limits["withdrawn_after_fill_ms"] * NS_PER_MS
        after = max(after, (event.time - show.began) // 2)
        soon = {
            other: fills for other, fills in all_fills.items()
            if event.time - fills.last_time <= after
        }  # fmt: skip
        if not soon:
            return NOTHING
        today = book.today
        today.judged[show.group] = today.judged.get(show.group, 0) + 1
        today.met[show.group] = today.met.get(show.group, 0) + trades
        return [
            finding
            for other, fills in soon.items()
            for finding in self._judge(event, order.symbol, book, show, other, fills)
        ] or NOTHING

    def _judge(
        self, event: Amended | Withdrawn, symbol: str, book: _Book, show: _Show, other: str,
        fills: _Fills,
    ) -> Sequence[Finding]:  # fmt: skip
        key = f"{show.group}/{other}"
        today = book.today
        if key not in today.pairs and len(today.pairs) >= MOST_PAIRS:
            return NOTHING
        _count(today.pairs.setdefault(key, _Pair()), show, fills)
        best: tuple[_Pair, int] | None = None
        for tallies in ((today,), (book.past, today)):
            pair = _Pair()
            for tally in tallies:
                if key in tally.pairs:
                    pair.join(tally.pairs[key])
            judged = sum(tally.judged.get(show.group, 0) for tally in tallies)
            if self._is_beyond_chance(pair, show.group, other, judged, tallies):
                best = pair, judged
        if best is None:
            return NOTHING
        return (self._finding(event, symbol, show.group, other, *best),)

    def _is_beyond_chance(
        self, pair: _Pair, shower: str, other: str, judged: int, tallies: Sequence[_Tally]
    ) -> bool:
        limits = self.limits
        if pair.count < limits["repeats"] or 2 * pair.count < judged:
            return False
        met = sum(tally.met.get(shower, 0) for tally in tallies)
        usual = sum(tally.sides.get(other, 0) for tally in tallies) - pair.trades
        elsewhere = 2 * sum(tally.trades for tally in tallies) - met
        return is_beyond_chance(pair.count, met * 2 * usual, elsewhere + 1, limits["odds"])

    def _finding(
        self, event: Amended | Withdrawn, symbol: str, shower: str, other: str, pair: _Pair,
        judged: int,
    ) -> Finding:  # fmt: skip
        return Finding(
            episode=f"{shower}/{other}/{symbol}",
            severity="violation" if pair.count >= self.limits["violation_count"] else "warning",
            score=min(100, 40 + 10 * pair.count),
            symbol=symbol,
            owner=shower,
            members=pair.accounts,
            seq=event.seq,
            transact_time=event.time,
            order_ids=pair.order_ids,
            exec_ids=pair.exec_ids,
            count=pair.count,
            gain=pair.gain,
            facts={
                "one": shower,
                "other": other,
                "times": pair.count,
                "bait_qty": pair.shown_qty,
                "traded_qty": pair.traded_qty,
                "share_percent": percent(pair.count, judged),
            },
        )


def _count(pair: _Pair, show: _Show, fills: _Fills) -> None:
    """Count a show that was withdrawn after another's trades."""
    pair.count += 1
    pair.trades += len(fills.exec_ids)
    pair.shown_qty += sum(show.orders.values())
    pair.traded_qty += fills.qty
    if show.market_best:
        pair.gain += abs(fills.value - fills.qty * show.market_best)
    pair.accounts = sorted({*pair.accounts, *show.accounts, *fills.accounts})
    pair.order_ids = [*pair.order_ids, *fills.order_ids, *show.orders][-EVIDENCE:]
    pair.exec_ids = [*pair.exec_ids, *fills.exec_ids][-EVIDENCE:]


def _side_key(group: str, sign: int) -> str:
    return f"{'+' if sign > 0 else '-'}{group}"


def _add_order(show: _Show, order: Order) -> None:
    if len(show.orders) < MOST_ORDERS:
        show.orders[order.order_id] = order.leaves
        if order.account not in show.accounts:
            show.accounts.append(order.account)


def _traded(book: _Book, show: _Show) -> tuple[int, int, dict[str, _Fills]]:
    """Return what traded while a show stood.

    That is the tonnes of its own orders, how many trades others had on the other side at a price
    that was not to be had before, and those of each.
    """
    filled = trades = 0
    fills: dict[str, _Fills] = {}
    at = len(book.recent)
    while at and book.recent[at - 1].time >= show.began:
        at -= 1
    for trade in book.recent[at:]:
        own, (number, other, account) = (
            (trade.buy, trade.sell) if show.sign > 0 else (trade.sell, trade.buy)
        )
        if own[0] in show.orders:
            filled += trade.qty
            continue
        if other == show.group or not other:
            continue
        if show.market_best and (trade.price - show.market_best) * show.sign <= 0:
            continue
        trades += 1
        mine = fills.setdefault(other, _Fills())
        mine.qty += trade.qty
        mine.value += trade.qty * trade.price
        mine.last_time = trade.time
        mine.exec_ids.append(trade.exec_id)
        if number not in mine.order_ids:
            mine.order_ids.append(number)
        if account and account not in mine.accounts:
            mine.accounts.append(account)
    return filled, trades, fills
