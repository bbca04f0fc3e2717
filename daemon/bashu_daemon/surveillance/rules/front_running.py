"""Front running by a member: its own smaller order just before a large one of its client.

Source: reference/surveillance.md A1 #28: same side, at most 2 s before, at most 20 % of the
client's; numbers this venue's own. Who trades for a client has its orders under `member/client`;
own orders are those of the member's control group. An order before a large one is found if it was
unwound at a profit afterwards, or if there are three that day, and in either case if the group's
orders are not so many that some must fall there. Where several others came to the market on that
side just before, and hardly anybody on the other, all followed the market.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from bashu_daemon.surveillance.book import Order
from bashu_daemon.surveillance.chance import is_beyond_chance
from bashu_daemon.surveillance.finding import NOTHING, Finding
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule
from bashu_daemon.surveillance.seen import DayBegan, Placed, Seen, Traded
from bashu_protocol.units import NS_PER_SECOND

MILLION: Final = 1_000_000
MOST_RECENT: Final = 16
"""Own orders of a group that are remembered in an instrument."""
MOST_COMING: Final = 64
"""Orders that came to the other side, remembered of an instrument."""
MOST_OPEN: Final = 32
"""Hits whose unwinding is waited for in an instrument."""
PROFIT_ODDS: Final = 100
"""For one that made a profit, chance of one in so many is enough."""


class _Own(Struct, array_like=True):
    order_id: int
    account: str
    sign: int
    qty: int
    time: int
    traded: int = 0
    value: int = 0
    """Fen of what it traded; kept of groups that have clients."""


class _Hit(Struct, array_like=True):
    """An own order before a client's, until it is unwound. Tonnes, fen."""

    group: str
    own: _Own
    since: int
    """When the client's order came."""
    unwound: int = 0
    gain: int = 0


class _Row(Struct, array_like=True):
    """One control group in one instrument today."""

    began: int
    counts: list[int]
    """Own orders, to buy and to sell."""
    recent: list[_Own] = []
    expected: int = 0
    """Hits that chance would have made by now, in millionths."""
    hits: int = 0
    profits: int = 0
    gain: int = 0
    own_qty: int = 0
    client_qty: int = 0
    gap_ms: int = 0
    accounts: list[str] = []
    order_ids: list[int] = []


class _Book(Struct, array_like=True):
    rows: dict[str, _Row] = {}
    coming: list[tuple[int, int, str]] = []
    """Time, sign and group of the last orders that came to the other side."""
    open: list[_Hit] = []


class _State(Struct):
    books: dict[str, _Book] = {}
    members: dict[str, bool] = {}
    """Groups that have clients."""


class FrontRunning(Rule[_State]):
    """One episode for each member's group and instrument a day."""

    name = "front_running"
    defaults = {  # noqa: RUF012  as in self_trade
        "before_ms": 2_000,
        "size_percent": 20,
        "large_multiple": 5,
        "repeats": 3,
        "unwind_minutes": 10,
        "unwind_percent": 50,
        "followers": 3,
        "odds": 10_000,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {Placed: self._on_placed, Traded: self._on_trade, DayBegan: self._on_day}

    def prepare(self) -> None:
        self._before_ns = self.limits["before_ms"] * NS_PER_SECOND // 1_000

    def _on_day(self, event: DayBegan) -> Sequence[Finding]:
        self.state.books.clear()
        return NOTHING

    def _on_placed(self, event: Placed) -> Sequence[Finding]:
        order = event.order
        book = self.state.books.get(order.symbol)
        if book is None:
            book = self.state.books[order.symbol] = _Book()
        if order.crosses:
            book.coming.append((event.time, order.sign, order.group))
            if len(book.coming) > MOST_COMING:
                del book.coming[0]
        member, slash, _client = order.account.partition("/")
        if slash:
            group = self.market.groups.of(member)
            if group != order.group:
                self.state.members[group] = True
                row = book.rows.get(group)
                return NOTHING if row is None else self._on_client(event, book, group, row)
        self._on_own(book, order, event.time)
        return NOTHING

    def _on_own(self, book: _Book, order: Order, time: int) -> None:
        row = book.rows.get(order.group)
        if row is None:
            row = book.rows[order.group] = _Row(time, [0, 0])
        row.counts[order.sign < 0] += 1
        row.recent.append(_Own(order.order_id, order.account, order.sign, order.qty, time))
        if len(row.recent) > MOST_RECENT:
            del row.recent[0]

    def _on_client(self, event: Placed, book: _Book, group: str, row: _Row) -> Sequence[Finding]:
        order, limits = event.order, self.limits
        usual = self.market.instrument(order.symbol).order_size.median
        if order.qty < limits["large_multiple"] * max(1, usual):
            return NOTHING
        own = next(
            (
                one for one in row.recent
                if one.sign == order.sign
                and event.time - one.time <= self._before_ns
                and one.qty * 100 <= limits["size_percent"] * order.qty
            ),
            None,
        )  # fmt: skip
        others = row.counts[order.sign < 0] - row.hits - (own is not None)
        elapsed = max(event.time - row.began, self._before_ns, 1)
        row.expected += min(MILLION, others * self._before_ns * MILLION // elapsed)
        if own is None or self._all_followed(book, own, group):
            return NOTHING
        row.hits += 1
        row.own_qty += own.qty
        row.client_qty += order.qty
        row.gap_ms = (event.time - own.time) * 1_000 // NS_PER_SECOND
        row.order_ids = [*row.order_ids, own.order_id, order.order_id][-EVIDENCE:]
        row.accounts = sorted({*row.accounts, own.account, order.account})
        book.open.append(_Hit(group, own, event.time))
        if len(book.open) > MOST_OPEN:
            del book.open[0]
        return self._judge(event, order.symbol, group, row)

    def _all_followed(self, book: _Book, own: _Own, group: str) -> bool:
        """Tell whether others came to the market on that side before, and hardly any against."""
        since = own.time - self._before_ns
        near = [one for one in book.coming if since <= one[0] <= own.time and one[2] != group]
        same = len({who for _time, sign, who in near if sign == own.sign})
        against = len({who for _time, sign, who in near if sign != own.sign})
        return same >= self.limits["followers"] and same >= 3 * against

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        members = self.state.members
        if not members:
            return NOTHING
        book = self.state.books.get(event.symbol)
        if book is None:
            return NOTHING
        found: Sequence[Finding] = NOTHING
        for sign in (1, -1):
            group = event.group(sign)
            row = book.rows.get(group) if group in members else None
            if row is None:
                continue
            number = event.order_id(sign)
            own = next((one for one in reversed(row.recent) if one.order_id == number), None)
            if own is not None:
                own.traded += event.qty
                own.value += event.qty * event.price
            for hit in [hit for hit in book.open if hit.group == group]:
                if hit.own.order_id == number and hit.own is not own:
                    hit.own.traded += event.qty
                    hit.own.value += event.qty * event.price
                elif hit.own.sign == -sign and self._is_profit(book, hit, event):
                    row.profits += 1
                    row.gain += hit.gain
                    row.order_ids = [*row.order_ids, number][-EVIDENCE:]
                    found = [*found, *self._judge(event, event.symbol, group, row)]
        return found

    def _is_profit(self, book: _Book, hit: _Hit, event: Traded) -> bool:
        """Count a trade against a hit's position; tell whether enough of it made a profit."""
        own = hit.own
        if event.time - hit.since > self.limits["unwind_minutes"] * 60 * NS_PER_SECOND:
            book.open.remove(hit)
            return False
        qty = min(event.qty, own.traded - hit.unwound)
        if qty <= 0:
            return False
        hit.unwound += qty
        hit.gain += qty * (event.price - own.value // own.traded) * own.sign
        if hit.unwound * 100 < self.limits["unwind_percent"] * own.traded:
            return False
        book.open.remove(hit)
        return hit.gain > 0

    def _judge(
        self, event: Placed | Traded, symbol: str, group: str, row: _Row
    ) -> Sequence[Finding]:
        limits = self.limits
        is_repeated = row.hits >= limits["repeats"] and is_beyond_chance(
            row.hits, row.expected, MILLION, limits["odds"]
        )
        is_profit = row.profits > 0 and is_beyond_chance(
            row.hits, row.expected, MILLION, PROFIT_ODDS
        )
        if not (is_repeated or is_profit):
            return NOTHING
        finding = Finding(
            episode=f"{group}/{symbol}",
            severity="violation" if is_repeated and is_profit else "warning",
            score=min(100, 40 + 10 * row.hits + 10 * row.profits),
            symbol=symbol,
            owner=group,
            members=row.accounts,
            seq=event.seq,
            transact_time=event.time,
            order_ids=row.order_ids,
            count=row.hits,
            gain=row.gain,
            facts={
                "times": row.hits,
                "own_qty": row.own_qty,
                "client_qty": row.client_qty,
                "gap_ms": row.gap_ms,
                "profits": row.profits,
            },
        )
        return (finding,)
