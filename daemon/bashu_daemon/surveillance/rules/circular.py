"""Circular trading: the same tonnes go round three groups or more and come back.

Source: reference/surveillance.md A1 #3 (Victor and Weintraud): groups connected by who sold to
whom, whose members all end near zero net, over an hour, a day and a week; what is bought may not
be sold on the same day, so a ring takes days. Two views of it:

- The flows of a window (`rings.py`), looked at when an hour or a day ends and after many trades:
  rings that went round more than once, with partial fills, in any order, beside other trades.
- A chain of meetings (`matched.py`), each of nearly one quantity, that ends where it began: told
  at once, and the only view of a ring that went round once.

Either counts only where the members dealt or met with one another more often than chance would have
made any groups of the market, or where most of what the market dealt are their meetings.

Three rounds of the same groups are a violation. The paper asks for 1 % of the mean trade from
zero; hops that differ by some percent need more. Margin, shares and odds are this venue's own.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from bashu_daemon.surveillance.finding import NOTHING, Finding
from bashu_daemon.surveillance.flows import DAYS, Window
from bashu_daemon.surveillance.matched import Meetings, meeting_limits
from bashu_daemon.surveillance.rings import FoundRing, is_circle, ring_limits, rings_of
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule
from bashu_daemon.surveillance.seen import DayBegan, DayEnded, Seen, Traded
from bashu_protocol.units import NS_PER_SECOND

REMEMBERED_HOPS = 50
"""Kept of each buyer in an instrument."""
REMEMBERED_RINGS = 2_000
"""Kept of each instrument."""
STEPS = 500
"""Hops that one search tries at most, so that a crowded market costs no more."""
LOOKED_AT = 1_000
"""Trades after which an hour is looked at before its end."""
HOUR_NS = 3_600 * NS_PER_SECOND
WEEK_NS = 7 * 24 * HOUR_NS


class _Hop(Struct, array_like=True):
    """Tonnes went from one group to another."""

    seller: str
    buyer: str
    qty: int
    price: int
    time: int
    exec_id: int
    order_ids: tuple[int, int]
    accounts: tuple[str, str]


class _Ring(Struct, array_like=True):
    name: str
    groups: tuple[str, ...]
    is_sure: bool = False
    """Whether its members met more often than by chance."""
    count: int = 0
    quantity: int = 0
    first_price: int = 0
    began: int = 0
    order_ids: list[int] = []
    exec_ids: list[int] = []


class _Book(Struct, array_like=True):
    """One instrument."""

    hops: dict[str, list[_Hop]] = {}
    """Of each buyer, oldest first."""
    rings: list[_Ring] = []
    hour: Window = field(default_factory=Window)
    day: Window = field(default_factory=Window)
    """The day's hours that are over."""
    days: list[Window] = []
    trades: int = 0
    """Since the hour was looked at."""
    last_price: int = 0


class _State(Struct):
    books: dict[str, _Book] = {}
    meetings: Meetings = field(default_factory=Meetings)


class Circular(Rule[_State]):
    """One episode for each set of groups and instrument, over all days."""

    name = "circular"
    version = 3
    defaults = {  # noqa: RUF012  as in self_trade
        "gap_ms": 2_000,
        "match_percent": 90,
        "slow_gap_ms": 300_000,
        "slow_match_percent": 98,
        "price_bps": 10,
        "part_percent": 20,
        "quantity_percent": 85,
        "margin_percent": 60,
        "own_percent": 20,
        "volume_percent": 1,
        "min_groups": 3,
        "max_groups": 6,
        "violation_count": 3,
        "odds": 100,
    }
    state_type = _State

    def prepare(self) -> None:
        self._meeting = meeting_limits(self.limits)

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {Traded: self._on_trade, DayBegan: self._on_day_began, DayEnded: self._on_day_ended}

    def _on_day_began(self, event: DayBegan) -> Sequence[Finding]:
        for book in self.state.books.values():
            book.day.join(book.hour)
            book.days = [*book.days, book.day][1 - DAYS :]
            book.hour, book.day = Window(event.time), Window(event.time)
        return NOTHING

    def _on_day_ended(self, event: DayEnded) -> Sequence[Finding]:
        found = []
        for symbol, book in self.state.books.items():
            found += self._look(event, symbol, book.hour)
            whole = Window(book.day.began)
            for window in (book.day, book.hour):
                whole.join(window)
            found += self._look(event, symbol, whole)
            if book.days:
                week = Window(book.days[0].began)
                for window in (*book.days, whole):
                    week.join(window)
                found += self._look(event, symbol, week)
        return found or NOTHING

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        buyer, seller = event.buy_group, event.sell_group
        if event.mode != "listing" or buyer == seller or not (buyer and seller):
            return NOTHING
        book = self.state.books.get(event.symbol)
        if book is None:
            book = self.state.books[event.symbol] = _Book(
                hour=Window(event.time), day=Window(event.time)
            )
        found: Sequence[Finding] = NOTHING
        if event.time - book.hour.began >= HOUR_NS:
            found = self._end_hour(event, book)
        book.hour.add(event)
        book.last_price = event.price
        book.trades += 1
        if book.trades >= LOOKED_AT + book.hour.pairs:
            book.trades = 0
            found = [*found, *self._look(event, event.symbol, book.hour)]
        meeting = self.state.meetings.of(event, self._meeting)
        if meeting is not None:
            book.hour.meet(seller, buyer)
            found = [*found, *self._on_meeting(event, book, meeting.qty)]
        return found or NOTHING

    def _end_hour(self, event: Traded, book: _Book) -> Sequence[Finding]:
        """Look at the hour that is over, and at the day so far."""
        found = self._look(event, event.symbol, book.hour)
        book.day.join(book.hour)
        book.hour, book.trades = Window(event.time), 0
        return [*found, *self._look(event, event.symbol, book.day)]

    def _look(self, event: Traded | DayEnded, symbol: str, window: Window) -> list[Finding]:
        """Look for rings in the flows of a window."""
        book = self.state.books[symbol]
        return [
            self._found_in_flows(event, symbol, book, found)
            for found in rings_of(window, ring_limits(self.limits_of(symbol)))
        ]

    def _found_in_flows(
        self, event: Traded | DayEnded, symbol: str, book: _Book, found: FoundRing
    ) -> Finding:
        ring = self._ring_of(book, found.groups, is_sure=True)
        ring.is_sure = True
        if not ring.began:
            first = min((flow for _, _, flow in found.flows), key=lambda flow: flow.began)
            ring.began, ring.first_price = first.began, first.first_price
        ring.count = max(ring.count, found.rounds)
        ring.quantity = max(ring.quantity, found.quantity)
        trades = sorted(trade for _, _, flow in found.flows for trade in flow.trades)
        for sell, buy, exec_id in trades:
            _remember(ring, (sell, buy), exec_id)
        accounts = {account for _, _, flow in found.flows for account in flow.accounts}
        return self._finding(event, symbol, ring, accounts)

    def _on_meeting(self, event: Traded, book: _Book, qty: int) -> Sequence[Finding]:
        """Close a chain of meetings, or lengthen it."""
        last = _Hop(
            event.sell_group, event.buy_group, qty, event.price, event.time, event.exec_id,
            (event.sell_id, event.buy_id), (event.sell_account, event.buy_account),
        )  # fmt: skip
        path = self._back(book.hops, last)
        if path is None:
            hops = book.hops.setdefault(last.buyer, [])
            hops.append(last)
            if len(hops) > REMEMBERED_HOPS:
                del hops[0]
            return NOTHING
        for hop in path:  # tonnes go round once with each meeting
            book.hops[hop.buyer].remove(hop)
        path.append(last)
        groups = tuple(sorted({hop.seller for hop in path}))
        ring = self._ring_of(book, groups, is_sure=False)
        if not ring.began:
            ring.began, ring.first_price = path[0].time, path[0].price
        ring.count += 1
        ring.is_sure |= self._is_circle(book, groups)
        ring.quantity += sum(hop.qty for hop in path)
        for hop in path:
            _remember(ring, hop.order_ids, hop.exec_id)
        accounts = {account for hop in path for account in hop.accounts}
        return (self._finding(event, event.symbol, ring, accounts),) if ring.is_sure else NOTHING

    def _is_circle(self, book: _Book, groups: Sequence[str]) -> bool:
        """Tell whether groups met beyond chance in the hour, the day or the week so far.

        Chance had its choice of all the chains that closed.
        """
        windows = [*book.days, book.day, book.hour]
        odds = self.limits["odds"] * max(1, len(book.rings))
        return any(is_circle(some, groups, odds) for some in (windows[-1:], windows[-2:], windows))

    def _back(self, hops: Mapping[str, list[_Hop]], last: _Hop) -> list[_Hop] | None:
        """Find the chain of earlier hops that leads from the last buyer to the last seller."""
        limits = self.limits
        since = last.time - WEEK_NS
        steps = 0

        def search(buyer: str, before: int, seen: tuple[str, ...]) -> list[_Hop] | None:
            nonlocal steps
            for hop in reversed(hops.get(buyer, ())):
                if hop.time < since:
                    break
                if hop.time > before or not self._is_alike(hop.qty, last.qty):
                    continue
                steps += 1
                if steps > STEPS:
                    return None
                if hop.seller == last.buyer:
                    if len(seen) + 1 >= limits["min_groups"]:
                        return [hop]
                    continue
                if hop.seller in seen or len(seen) + 1 >= limits["max_groups"]:
                    continue
                rest = search(hop.seller, hop.time, (*seen, hop.seller))
                if rest is not None:
                    return [*rest, hop]
            return None

        return search(last.seller, last.time, (last.seller,))

    def _is_alike(self, one: int, two: int) -> bool:
        return min(one, two) * 100 >= self.limits["quantity_percent"] * max(one, two)

    def _ring_of(self, book: _Book, groups: tuple[str, ...], *, is_sure: bool) -> _Ring:
        """Return the ring of some groups, a new one if it was not known.

        Two of a clique's members are enough for a ring that is no chance, all for one that may be.
        """
        members = set(groups)
        for ring in book.rings:
            known = members & set(ring.groups)
            if known == members or (is_sure and len(known) > 1):
                ring.groups = tuple(sorted({*ring.groups, *groups}))
                return ring
        book.rings.append(_Ring("/".join(groups), groups))
        if len(book.rings) > REMEMBERED_RINGS:
            del book.rings[0]
        return book.rings[-1]

    def _finding(
        self, event: Traded | DayEnded, symbol: str, ring: _Ring, accounts: set[str]
    ) -> Finding:
        threshold = self.limits_of(symbol)["violation_count"]
        return Finding(
            episode=f"{ring.name}/{symbol}",
            is_of_the_day=False,
            severity="violation" if ring.count >= threshold else "warning",
            score=min(100, 50 + 50 * ring.count // threshold),
            symbol=symbol,
            owner=ring.groups[0],
            members=sorted(accounts - {""}),
            seq=event.seq,
            transact_time=event.time,
            order_ids=ring.order_ids,
            exec_ids=ring.exec_ids,
            count=ring.count,
            facts={
                "groups": ", ".join(ring.groups),
                "size": len(ring.groups),
                "rings": ring.count,
                "quantity": ring.quantity,
                "first_price": ring.first_price,
                "last_price": self.state.books[symbol].last_price,
                "hours": (event.time - ring.began) // HOUR_NS,
            },
        )


def _remember(ring: _Ring, order_ids: tuple[int, int], exec_id: int) -> None:
    """Keep the trade for the evidence."""
    if exec_id not in ring.exec_ids:
        ring.order_ids = list(dict.fromkeys((*ring.order_ids, *order_ids)))[-EVIDENCE:]
        ring.exec_ids = [*ring.exec_ids, exec_id][-EVIDENCE:]
