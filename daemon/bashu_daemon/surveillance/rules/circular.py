"""Circular trading: the same tonnes go round three groups or more and come back.

Source: reference/surveillance.md A1 #3. What is bought may not be sold on the same day, so a ring
takes days: matches are remembered for a week. A match joins two orders that were entered close to
each other and of nearly one size, as in pre-arranged trading; a ring is a chain of matches in
order of time, each of nearly the same quantity, that ends where it began. Three rings of the same
groups are a violation. Sizes, times and counts are this venue's own.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bashu_daemon.surveillance.finding import NOTHING, Finding
from bashu_daemon.surveillance.matched import is_matched
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule
from bashu_daemon.surveillance.seen import Seen, Traded
from bashu_protocol.messages import Severity
from bashu_protocol.units import NS_PER_SECOND

REMEMBERED = 2_000
"""Matches kept for each instrument."""
LONGEST = 6
"""Groups in a ring; the search goes no further."""
STEPS = 500
"""Hops that one search tries at most, so that a crowded market costs no more."""


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
    count: int = 0
    quantity: int = 0
    order_ids: list[int] = []
    exec_ids: list[int] = []
    accounts: list[str] = []
    last_time: int = 0


class _State(Struct):
    hops: dict[str, list[_Hop]] = {}
    rings: dict[str, _Ring] = {}


class Circular(Rule[_State]):
    """One episode for each set of groups and instrument, over all days."""

    name = "circular"
    defaults = {  # noqa: RUF012  as in self_trade
        "gap_ms": 2_000,
        "match_percent": 90,
        "quantity_percent": 85,
        "window_hours": 168,
        "min_groups": 3,
        "violation_count": 3,
        "min_qty": 100,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {Traded: self._on_trade}

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        limits = self.limits
        if event.qty < limits["min_qty"]:
            return NOTHING
        gap = limits["gap_ms"] * NS_PER_SECOND // 1_000
        if not is_matched(event, limits["match_percent"], gap):
            return NOTHING
        hops = self.state.hops.setdefault(event.symbol, [])
        since = event.time - limits["window_hours"] * 3_600 * NS_PER_SECOND
        if hops and (hops[0].time < since or len(hops) >= REMEMBERED):
            hops[:] = [hop for hop in hops if hop.time >= since][1 - REMEMBERED :]
        last = _Hop(
            event.sell_group, event.buy_group, event.qty, event.price, event.time, event.exec_id,
            (event.sell_id, event.buy_id), (event.sell_account, event.buy_account),
        )  # fmt: skip
        path = self._back(hops, last)
        hops.append(last)
        return NOTHING if path is None else self._found(event, [*path, last])

    def _back(self, hops: list[_Hop], last: _Hop) -> list[_Hop] | None:
        """Find the chain of earlier hops that leads from the last buyer to the last seller."""
        by_buyer: dict[str, list[int]] = {}
        for number, hop in enumerate(hops):
            if self._is_alike(hop.qty, last.qty):
                by_buyer.setdefault(hop.buyer, []).append(number)
        steps = 0

        def search(buyer: str, before: int, seen: tuple[str, ...]) -> list[_Hop] | None:
            nonlocal steps
            for number in reversed(by_buyer.get(buyer, ())):
                if number >= before:
                    continue
                steps += 1
                if steps > STEPS:
                    return None
                hop = hops[number]
                if hop.seller == last.buyer:
                    if len(seen) + 1 >= self.limits["min_groups"]:
                        return [hop]
                    continue
                if hop.seller in seen or len(seen) + 1 >= LONGEST:
                    continue
                rest = search(hop.seller, number, (*seen, hop.seller))
                if rest is not None:
                    return [*rest, hop]
            return None

        return search(last.seller, len(hops), (last.seller,))

    def _is_alike(self, one: int, two: int) -> bool:
        return min(one, two) * 100 >= self.limits["quantity_percent"] * max(one, two)

    def _found(self, event: Traded, path: list[_Hop]) -> Sequence[Finding]:
        groups = sorted({hop.seller for hop in path})
        key = f"{'/'.join(groups)}/{event.symbol}"
        ring = self.state.rings.setdefault(key, _Ring())
        ring.count += 1
        ring.quantity += event.qty
        ring.last_time = event.time
        for hop in path:
            ring.order_ids = [*ring.order_ids, *hop.order_ids][-EVIDENCE:]
            ring.exec_ids = [*ring.exec_ids, hop.exec_id][-EVIDENCE:]
            ring.accounts = sorted({*ring.accounts, *hop.accounts})
        if len(self.state.rings) > REMEMBERED:
            del self.state.rings[next(iter(self.state.rings))]
        threshold = self.limits["violation_count"]
        finding = Finding(
            episode=key,
            is_of_the_day=False,
            severity=_severity(ring.count, threshold),
            score=min(100, 50 + 50 * ring.count // threshold),
            symbol=event.symbol,
            owner=groups[0],
            members=ring.accounts,
            seq=event.seq,
            transact_time=event.time,
            order_ids=ring.order_ids,
            exec_ids=ring.exec_ids,
            count=ring.count,
            facts={
                "groups": ", ".join(groups),
                "size": len(groups),
                "rings": ring.count,
                "quantity": ring.quantity,
                "first_price": path[0].price,
                "last_price": event.price,
                "hours": (event.time - path[0].time) // (3_600 * NS_PER_SECOND),
            },
        )
        return (finding,)


def _severity(count: int, threshold: int) -> Severity:
    """One ring may be chance; a second of the same groups hardly is."""
    if count >= threshold:
        return "violation"
    return "warning" if count > 1 else "info"
