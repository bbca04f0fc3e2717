"""Manipulation between the segments of Chengdu and Chongqing.

Source: reference/surveillance.md A1 #24. A push in one segment for the sake of a position in the
other is found as in `linked_markets`. So are trades between the same two in both segments within
five seconds, one way in the one and the other way in the other, of nearly one size, and each of two
orders that were meant for each other: nothing but volume comes of them. How often and how equal is
this venue's own.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from bashu_daemon.surveillance.finding import NOTHING, Finding
from bashu_daemon.surveillance.kinship import relation
from bashu_daemon.surveillance.linked_markets import DEFAULTS, LinkedMarkets, LinkedState
from bashu_daemon.surveillance.rule import EVIDENCE, remember
from bashu_daemon.surveillance.seen import DayBegan, Traded
from bashu_protocol.units import NS_PER_MS

CITIES: Final = frozenset({"chengdu", "chongqing"})
MOST_PAIRS = 500


class _Last(Struct, array_like=True):
    """The last trade of two groups; `sign` is 1 where the first of them by name bought."""

    symbol: str
    sign: int
    qty: int
    time: int
    exec_id: int
    order_ids: list[int]


class _Pair(Struct, array_like=True):
    """Two groups and their offsetting trades of the day."""

    last: _Last | None = None
    met: int = 0
    quantity: int = 0
    order_ids: list[int] = []
    exec_ids: list[int] = []


class _State(LinkedState):
    pairs: dict[str, _Pair] = {}  # noqa: RUF012  a Struct copies it


class Regional(LinkedMarkets[_State]):
    """One episode for each group and pushed instrument, or pair of groups, a day."""

    name = "regional"
    relation = "regional"
    defaults = {  # noqa: RUF012  as in self_trade
        **DEFAULTS,
        "offset_within_ms": 5_000,
        "match_percent": 90,
        "warning_count": 3,
        "violation_count": 5,
    }
    state_type = _State

    def on_day(self, event: DayBegan) -> Sequence[Finding]:
        self.state.pairs.clear()
        return super().on_day(event)

    def on_trade(self, event: Traded) -> Sequence[Finding]:
        found = super().on_trade(event)
        if event.mode == "listing" and self.region(event.symbol) in CITIES:
            offset = self._offset(event)
            if offset:
                return [*found, *offset]
        return found

    def _offset(self, event: Traded) -> Sequence[Finding]:
        """Look for the same two, the other way round, in the other city's segment just before."""
        if not self._were_meant(event):
            return NOTHING
        one, two = sorted((event.buy_group, event.sell_group))
        sign = 1 if one == event.buy_group else -1
        key, pairs = f"{one}/{two}", self.state.pairs
        pair = pairs.pop(key, None)
        if pair is None:
            pair = _Pair()
            if len(pairs) >= MOST_PAIRS:
                del pairs[next(iter(pairs))]
        pairs[key] = pair
        is_offset = self._is_offset(event, pair, sign)
        before = pair.last
        order_ids = [event.buy_id, event.sell_id]
        pair.last = _Last(event.symbol, sign, event.qty, event.time, event.exec_id, order_ids)
        if before is None or not is_offset:
            return NOTHING
        pair.met += 1
        pair.quantity += event.qty
        for order_id in (*before.order_ids, *order_ids):
            remember(pair.order_ids, order_id)
        for exec_id in (before.exec_id, event.exec_id):
            remember(pair.exec_ids, exec_id)
        pair.last = None  # the next one needs two trades of its own
        if pair.met < self.limits["warning_count"]:
            return NOTHING
        return self._find_offset(event, pair, one, two, before.symbol)

    def _were_meant(self, event: Traded) -> bool:
        """Tell whether two orders of one size, entered soon after each other, met as a whole."""
        buy, sell = event.buy, event.sell
        if buy is None or sell is None or buy.group == sell.group:
            return False
        limits = self.limits
        return (
            event.qty * 100 >= limits["match_percent"] * max(buy.qty, sell.qty)
            and abs(buy.placed_at - sell.placed_at) <= limits["offset_within_ms"] * NS_PER_MS
        )

    def _is_offset(self, event: Traded, pair: "_Pair", sign: int) -> bool:
        before = pair.last
        if before is None or before.sign == sign:
            return False
        smaller, larger = sorted((before.qty, event.qty))
        return (
            event.time - before.time <= self.limits["offset_within_ms"] * NS_PER_MS
            and smaller * 100 >= larger * self.limits["match_percent"]
            and relation(self.region(before.symbol), self.region(event.symbol)) == "regional"
        )

    def _find_offset(
        self, event: Traded, pair: "_Pair", one: str, two: str, other_symbol: str
    ) -> Sequence[Finding]:
        groups = self.market.groups
        is_grave = pair.met >= self.limits["violation_count"]
        finding = Finding(
            episode=f"{one}/{two}",
            severity="violation" if is_grave else "warning",
            score=min(100, 50 + 5 * pair.met),
            symbol=event.symbol,
            owner=one,
            members=sorted({*groups.accounts_of(one), *groups.accounts_of(two)}),
            seq=event.seq,
            transact_time=event.time,
            order_ids=pair.order_ids[-EVIDENCE:],
            exec_ids=pair.exec_ids[-EVIDENCE:],
            count=pair.met,
            facts={
                "other": two,
                "other_symbol": other_symbol,
                "offset_qty": pair.quantity,
                "times": pair.met,
            },
        )
        return (finding,)
