"""Rings in the flows of a window: groups that trade with one another and end with what they had.

After Victor and Weintraud (arXiv 2102.07001): strongly connected groups in the graph of who sold
to whom, whose members all end near zero net. In a market with makers nearly all groups are
connected, so only pairs count that met more often than their shares of the flow would make them,
and what they make must be more than chance would have made of any groups of the market.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from msgspec import Struct

from bashu_daemon.surveillance.chance import Party, circle_beyond_chance, meetings_beyond_chance
from bashu_daemon.surveillance.flows import Dealt, Flow, Window
from bashu_daemon.surveillance.joined import components, join

FEWEST_DEALS: Final = 2
"""Of two groups, to be more than chance."""
WEAK_ODDS: Final = 20
"""For two who both have such a partner: one time in twenty is enough."""
SUPPOSED: Final = 5
"""Deals with others that are supposed of a circle, when it is asked how many of them meetings are
by chance: as many as in the market."""


class Limits(Struct, frozen=True):
    """What makes a ring. Shares in percent."""

    min_groups: int
    max_groups: int
    margin: int
    """Of what went through a member: how far it may end from zero net."""
    own_share: int
    """Of a member's own trading, at least."""
    volume_share: int
    """Of the window's volume, at least."""
    odds: int
    """Once in so many times chance may make two groups meet as often as they did."""


class FoundRing(Struct):
    """A ring and how often it went round."""

    groups: tuple[str, ...]
    rounds: int
    quantity: int
    """Tonnes that went from one member to another."""
    flows: list[tuple[str, str, Flow]]


class _Member(Struct):
    """What one group traded. Tonnes."""

    bought: int = 0
    sold: int = 0


def ring_limits(limits: Mapping[str, int]) -> Limits:
    """Take them out of a rule's parameters."""
    return Limits(
        limits["min_groups"], limits["max_groups"], limits["margin_percent"],
        limits["own_percent"], limits["volume_percent"], limits["odds"],
    )  # fmt: skip


def rings_of(window: Window, limits: Limits) -> list[FoundRing]:
    """Return the rings of a window, in the order of their groups."""
    members, volume = _members(window)
    partners = _partners(window, limits.odds)
    found = []
    left = components(partners, sorted(partners))
    while left:
        groups = left.pop(0)
        if len(groups) < limits.min_groups:
            continue
        ring, worst = _judged(window, groups, members, limits)
        joined = sum(len(partners[group].intersection(groups)) for group in groups) // 2
        if joined < len(groups):  # a chain that does not close
            ring = None
        if ring is None:  # the rest, without the group that fits least, may be one
            left += components(partners, [group for group in groups if group != worst])
        elif ring.quantity * 100 >= limits.volume_share * volume and is_circle(
            [window], groups, limits.odds
        ):
            found.append(ring)
    return found


def is_circle(windows: Sequence[Window], groups: Sequence[str], odds: int) -> bool:
    """Tell whether some groups dealt or met with one another beyond chance, in some windows.

    Where most deals of the market are their meetings, nothing else tells what chance would make.
    """
    dealt = _dealings(windows, groups, lambda of: of.deals)
    met = _dealings(windows, groups, lambda of: of.meetings)
    if met.within >= len(groups) and 2 * met.within > dealt.total:
        return True
    candidates = len({group for window in windows for group in window.groups})
    if circle_beyond_chance(dealt.inside, dealt.all_of, dealt.total, candidates, odds):
        return True
    market_met, market_dealt = met.total - met.within + 1, dealt.total - dealt.within + 1
    met_outside, dealt_outside = (sum(of.all_of) - 2 * of.within for of in (met, dealt))
    like = (
        met_outside * market_dealt + SUPPOSED * market_met,
        (dealt_outside + SUPPOSED) * market_dealt,
    )
    return circle_beyond_chance(met.inside, dealt.all_of, dealt.total, candidates, odds, like)


class _Dealings(NamedTuple):
    """How often some groups dealt, or met, in some windows."""

    inside: list[list[int]]
    """Each of them with each other."""
    within: int
    """All of that, each once."""
    all_of: list[int]
    """Each of them with anybody."""
    total: int
    """Of the market."""


def _dealings(
    windows: Sequence[Window],
    groups: Sequence[str],
    count: Callable[[Flow | Dealt | Window], int],
) -> _Dealings:
    inside = [[0] * len(groups) for _ in groups]
    all_of = [0] * len(groups)
    for window in windows:
        for at, seller in enumerate(groups):
            if seller in window.groups:
                all_of[at] += count(window.groups[seller])
            sold = window.flows.get(seller, {})
            for to, buyer in enumerate(groups):
                if buyer in sold:
                    inside[at][to] += count(sold[buyer])
                    inside[to][at] += count(sold[buyer])
    within = sum(map(sum, inside)) // 2
    return _Dealings(inside, within, all_of, sum(map(count, windows)))


def _members(window: Window) -> tuple[dict[str, _Member], int]:
    members: dict[str, _Member] = {}
    volume = 0
    for seller, buyer, flow in window.each():
        volume += flow.qty
        for group in (seller, buyer):
            if group not in members:
                members[group] = _Member()
        members[seller].sold += flow.qty
        members[buyer].bought += flow.qty
    return members, volume


def _partners(window: Window, odds: int) -> dict[str, set[str]]:
    """Return who is joined with whom.

    Those who dealt more often than chance are; of those who have such a partner also two that
    dealt at all, where chance would hardly have made them.
    """
    total = window.deals
    partners: dict[str, set[str]] = {}
    weak: list[tuple[str, str]] = []
    for seller, buyer, flow in window.each():
        back = window.flows.get(buyer, {}).get(seller)
        if back is not None and buyer < seller:
            continue  # seen from the other side
        count = flow.deals + (back.deals if back is not None else 0)
        met = flow.meetings + (back.meetings if back is not None else 0)
        dealt = [window.groups[group].deals for group in (seller, buyer)]
        parties = [Party(deals, deals) for deals in dealt]
        if (count >= FEWEST_DEALS or met) and meetings_beyond_chance(count, parties, total, odds):
            join(partners, seller, buyer)
        elif meetings_beyond_chance(count, parties, total, WEAK_ODDS):
            weak.append((seller, buyer))
    for seller, buyer in weak:
        if seller in partners and buyer in partners:
            join(partners, seller, buyer)
    return partners


def _judged(
    window: Window, groups: Sequence[str], members: dict[str, _Member], limits: Limits
) -> tuple[FoundRing | None, str]:
    """Return the ring, or none and the group that is least of one."""
    inside = {group: _Member() for group in groups}
    flows = [
        (seller, buyer, flow)
        for seller in groups
        for buyer, flow in window.flows.get(seller, {}).items()
        if buyer in inside
    ]
    for seller, buyer, flow in flows:
        inside[seller].sold += flow.qty
        inside[buyer].bought += flow.qty
    deals = sum(flow.deals for _, _, flow in flows)
    quantity = sum(flow.qty for _, _, flow in flows)
    rounds = deals // len(groups)
    hop = quantity // max(1, deals)
    misfits = [
        (_misfit(inside[group], members[group], hop if rounds > 2 else 0, limits), group)
        for group in groups
    ]
    worst, who = max(misfits)
    if not worst and len(groups) > limits.max_groups:
        who = min(groups, key=lambda group: (_share(inside[group], members[group]), group))
    if worst or rounds < 1 or len(groups) > limits.max_groups:
        return None, who
    return FoundRing(tuple(groups), rounds, quantity, flows), who


def _share(inside: _Member, whole: _Member) -> int:
    """Return how much of a group's own trading is inside, in percent."""
    return (inside.bought + inside.sold) * 100 // (whole.bought + whole.sold)


def _misfit(inside: _Member, whole: _Member, hop: int, limits: Limits) -> int:
    """Return how far a group is from being a member, 0 for one that is.

    A hop of a ring that went round more than twice may still be missing.
    """
    through = max(inside.bought, inside.sold)
    apart = abs(inside.bought - inside.sold)
    if not inside.bought or not inside.sold:
        return 1_000
    misfit = 0
    if apart > hop and apart * 100 > limits.margin * through:
        misfit = apart * 100 // through
    share = _share(inside, whole)
    if share < limits.own_share:
        misfit += limits.own_share - share + 100
    return misfit
