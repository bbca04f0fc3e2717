"""Pre-arranged trades: two unrelated groups whose orders keep meeting each other.

Source: reference/surveillance.md A1 #2. Entered within 2 s, quantities within 90 %, matched to
90 % with each other, three times: this venue's own numbers. The published form is entered within
300 s at a price within 0.1 %, of one quantity, three times. Either counts, over a day and over a
week. Chance is weighed against it: how often such meetings of each with others, and the other's
share of the flow, would make these two meet. One size is no coincidence between groups that enter
nothing else and meet others so, too, nor is any meeting in a market most of whose trades are such:
there meetings are compared with one another only. Blocks are negotiated and have their own rule.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from bashu_daemon.surveillance.book import Order
from bashu_daemon.surveillance.chance import Party, meetings_beyond_chance
from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.matched import Meeting, Meetings, meeting_limits
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule
from bashu_daemon.surveillance.seen import DayBegan, Seen, Traded

DAYS = 7
"""Trading days that are looked at together."""
MOST_PAIRS = 5_000
"""Pairs that met, kept of a day in an instrument; what begins later is not counted."""


class _Pair(Struct, array_like=True):
    fast: int = 0
    slow: int = 0
    """Those within minutes, at one price and of one quantity."""
    quantity: int = 0
    accounts: list[str] = []
    order_ids: list[int] = []
    exec_ids: list[int] = []

    def join(self, other: "_Pair") -> None:
        """Add a later day's."""
        self.fast += other.fast
        self.slow += other.slow
        self.quantity += other.quantity
        self.accounts = sorted({*self.accounts, *other.accounts})
        self.order_ids = [*self.order_ids, *other.order_ids][-EVIDENCE:]
        self.exec_ids = [*self.exec_ids, *other.exec_ids][-EVIDENCE:]


class _Group(Struct, array_like=True):
    """What one group traded with anybody."""

    trades: int = 0
    orders: int = 0
    repeated: int = 0
    """Orders of the size of the one before."""
    last_order: int = 0
    last_qty: int = 0

    def trade(self, order_id: int, order: Order | None) -> None:
        """Count a trade of an order."""
        self.trades += 1
        if order_id != self.last_order and order is not None:
            self.last_order = order_id
            self.orders += 1
            self.repeated += order.qty == self.last_qty
            self.last_qty = order.qty

    def join(self, other: "_Group") -> None:
        """Add a later day's."""
        self.trades += other.trades
        self.orders += other.orders
        self.repeated += other.repeated

    @property
    def is_of_one_size(self) -> bool:
        """Whether it mostly enters orders of one size."""
        return 2 * self.repeated >= self.orders > 1


class _Tally(Struct, array_like=True):
    """One instrument over a day, or over the days before."""

    total: int = 0
    groups: dict[str, _Group] = {}
    fast: dict[str, int] = {}
    """Meetings of each group, with anybody."""
    slow: dict[str, int] = {}
    pairs: dict[str, _Pair] = {}

    def group(self, name: str) -> _Group:
        """Return what a group did."""
        found = self.groups.get(name)
        if found is None:
            found = self.groups[name] = _Group()
        return found

    def join(self, other: "_Tally") -> None:
        """Add a later day's."""
        self.total += other.total
        for name, group in other.groups.items():
            self.group(name).join(group)
        for mine, theirs in ((self.fast, other.fast), (self.slow, other.slow)):
            for name, count in theirs.items():
                mine[name] = mine.get(name, 0) + count
        for key, pair in other.pairs.items():
            self.pairs.setdefault(key, _Pair()).join(pair)


class _Book(Struct, array_like=True):
    today: _Tally = field(default_factory=_Tally)
    days: list[_Tally] = []
    past: _Tally = field(default_factory=_Tally)
    """All of `days`."""


class _State(Struct):
    books: dict[str, _Book] = {}
    meetings: Meetings = field(default_factory=Meetings)


class Prearranged(Rule[_State]):
    """One episode for each pair and instrument a day; what the last days add is counted in."""

    name = "prearranged"
    version = 3
    defaults = {  # noqa: RUF012  as in self_trade
        "gap_ms": 2_000,
        "match_percent": 90,
        "slow_gap_ms": 300_000,
        "slow_match_percent": 98,
        "price_bps": 10,
        "part_percent": 20,
        "warning_count": 3,
        "violation_count": 5,
        "pair_percent": 5,
        "odds": 1_000,
    }
    state_type = _State

    def prepare(self) -> None:
        self._meeting = meeting_limits(self.limits)

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {Traded: self._on_trade, DayBegan: self._on_day}

    def _on_day(self, event: DayBegan) -> Sequence[Finding]:
        for book in self.state.books.values():
            book.days = [*book.days, book.today][1 - DAYS :]
            book.today, book.past = _Tally(), _Tally()
            for day in book.days:
                book.past.join(day)
        return NOTHING

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        one, two = event.buy_group, event.sell_group
        if event.mode != "listing" or one == two:
            return NOTHING
        book = self.state.books.get(event.symbol)
        if book is None:
            book = self.state.books[event.symbol] = _Book()
        today = book.today
        today.total += 1
        today.group(one).trade(event.buy_id, event.buy)
        today.group(two).trade(event.sell_id, event.sell)
        meeting = self.state.meetings.of(event, self._meeting)
        if meeting is None:
            return NOTHING
        key = "/".join(sorted((one, two)))
        pair = today.pairs.get(key)
        if pair is None:
            if len(today.pairs) >= MOST_PAIRS:
                return NOTHING
            pair = today.pairs[key] = _Pair()
        _count(today, pair, event, meeting)
        return self._judge(event, book, key)

    def _judge(self, event: Traded, book: _Book, key: str) -> Sequence[Finding]:
        one, two = sorted((event.buy_group, event.sell_group))
        best: tuple[int, int, _Pair] | None = None
        for tallies in ((book.today,), (book.past, book.today)):
            pair = _Pair()
            for tally in tallies:
                if key in tally.pairs:
                    pair.join(tally.pairs[key])
            groups = [_joined(tallies, name) for name in (one, two)]
            count = self._beyond_chance(pair, (one, two), groups, tallies)
            trades = [group.trades for group in groups]
            if percent(count, max(trades)) < self.limits["pair_percent"]:
                continue
            if count and (best is None or count > best[0]):
                best = count, percent(count, min(trades)), pair
        return NOTHING if best is None else (self._finding(event, key, *best),)

    def _beyond_chance(
        self, pair: _Pair, names: Sequence[str], groups: Sequence[_Group], tallies: Sequence[_Tally]
    ) -> int:
        """Return how many meetings were more than chance; 0 for too few.

        Orders of one size meet within minutes in any thin market: of a pair that trades with
        others, too, one more such meeting with others is supposed; and one of any kind where at
        the market's rate of them half a one would have been. Chance had its choice of all pairs.
        """
        total = sum(tally.total for tally in tallies)
        odds = self.limits["odds"] * len({key for tally in tallies for key in tally.pairs})
        are_of_one_size = all(group.is_of_one_size for group in groups)
        most = max(group.trades for group in groups)
        for count, kinds, has_others in (
            (pair.slow, [tally.slow for tally in tallies], most > pair.slow),
            (pair.fast, [tally.fast for tally in tallies], False),
        ):
            if count < self.limits["warning_count"]:
                continue
            met = [sum(kind.get(name, 0) for kind in kinds) for name in names]
            all_met = sum(sum(kind.values()) for kind in kinds) // 2
            is_usual = 2 * (all_met - count) > total - count
            if is_usual or (are_of_one_size and min(met) > count):
                parties = [Party(meetings, meetings) for meetings in met]
                among, prior = all_met, is_usual
            else:
                parties = [
                    Party(group.trades, meetings)
                    for group, meetings in zip(groups, met, strict=True)
                ]
                expected = 2 * (most - count) * (all_met - count)
                among, prior = total, has_others or expected >= total - count > 0
            if meetings_beyond_chance(count, parties, among, odds, int(prior)):
                return count
        return 0

    def _finding(self, event: Traded, key: str, count: int, share: int, pair: _Pair) -> Finding:
        limits = self.limits
        one, two = sorted((event.buy_group, event.sell_group))
        return Finding(
            episode=f"{key}/{event.symbol}",
            severity="violation" if count >= limits["violation_count"] else "warning",
            score=min(100, 50 + 10 * (count - limits["warning_count"]) + share // 4),
            symbol=event.symbol,
            owner=one,
            members=pair.accounts,
            seq=event.seq,
            transact_time=event.time,
            order_ids=pair.order_ids,
            exec_ids=pair.exec_ids,
            count=count,
            facts={
                "one": one,
                "other": two,
                "matches": count,
                "quantity": pair.quantity,
                "pair_percent": share,
                "last_price": event.price,
            },
        )


def _joined(tallies: Sequence[_Tally], name: str) -> _Group:
    """Return what a group did in all of them."""
    joined = _Group()
    for tally in tallies:
        if name in tally.groups:
            joined.join(tally.groups[name])
    return joined


def _count(today: _Tally, pair: _Pair, event: Traded, meeting: Meeting) -> None:
    """Count a meeting."""
    kinds = [
        kind for kind, counts in ((today.fast, meeting.is_fast), (today.slow, meeting.is_slow))
        if counts
    ]  # fmt: skip
    for kind in kinds:
        for group in (event.buy_group, event.sell_group):
            kind[group] = kind.get(group, 0) + 1
    pair.fast += meeting.is_fast
    pair.slow += meeting.is_slow
    pair.quantity += meeting.qty
    for account in (event.buy_account, event.sell_account):
        if account not in pair.accounts:
            pair.accounts = sorted([*pair.accounts, account])
    pair.order_ids = [*pair.order_ids, event.buy_id, event.sell_id][-EVIDENCE:]
    pair.exec_ids = [*pair.exec_ids, event.exec_id][-EVIDENCE:]
