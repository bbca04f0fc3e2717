"""Rings in the flows of a window: groups that trade with one another and end with what they had.

After Victor and Weintraud (arXiv 2102.07001): strongly connected groups in the graph of who sold
to whom, whose members all end near zero net. In a market with makers nearly all groups are
connected, so only pairs count that met more often than their shares of the flow would make them.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from bashu_daemon.surveillance.chance import Party, meetings_beyond_chance
from bashu_daemon.surveillance.flows import Flow, Window
from bashu_daemon.surveillance.joined import components, join

FEWEST_MEETINGS: Final = 2
"""Of two groups, to be more than chance."""
WEAK_ODDS: Final = 20
"""For two who both have such a partner: one time in twenty is enough."""


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
    meetings: int = 0


def ring_limits(limits: Mapping[str, int]) -> Limits:
    """Take them out of a rule's parameters."""
    return Limits(
        limits["min_groups"], limits["max_groups"], limits["margin_percent"],
        limits["own_percent"], limits["volume_percent"], limits["odds"],
    )  # fmt: skip


def rings_of(window: Window, limits: Limits) -> list[FoundRing]:
    """Return the rings of a window, in the order of their groups."""
    members, volume = _members(window)
    partners = _partners(window, members, limits.odds)
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
        elif ring.quantity * 100 >= limits.volume_share * volume:
            found.append(ring)
    return found


def _members(window: Window) -> tuple[dict[str, _Member], int]:
    members: dict[str, _Member] = {}
    volume = 0
    for seller, buyer, flow in window.each():
        volume += flow.qty
        for group in (seller, buyer):
            if group not in members:
                members[group] = _Member()
            members[group].meetings += flow.meetings
        members[seller].sold += flow.qty
        members[buyer].bought += flow.qty
    return members, volume


def _partners(window: Window, members: dict[str, _Member], odds: int) -> dict[str, set[str]]:
    """Return who is joined with whom.

    Those who met more often than chance are; of those who have such a partner also two that met
    at all, where chance would hardly have made them meet.
    """
    total = sum(member.meetings for member in members.values()) // 2
    partners: dict[str, set[str]] = {}
    weak: list[tuple[str, str]] = []
    for seller, buyer, flow in window.each():
        back = window.flows.get(buyer, {}).get(seller)
        if back is not None and buyer < seller:
            continue  # seen from the other side
        count = flow.meetings + (back.meetings if back is not None else 0)
        parties = [
            Party(members[group].meetings, members[group].meetings) for group in (seller, buyer)
        ]
        if count >= FEWEST_MEETINGS and meetings_beyond_chance(count, parties, total, odds):
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
    meetings = sum(flow.meetings for _, _, flow in flows)
    quantity = sum(flow.qty for _, _, flow in flows)
    rounds = meetings // len(groups)
    hop = quantity // max(1, meetings)
    misfits = [
        (_misfit(inside[group], members[group], hop if rounds > 2 else 0, limits), group)
        for group in groups
    ]
    worst, who = max(misfits)
    if worst or rounds < 1 or len(groups) > limits.max_groups:
        return None, who
    return FoundRing(tuple(groups), rounds, quantity, flows), who


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
    share = (inside.bought + inside.sold) * 100 // (whole.bought + whole.sold)
    if share < limits.own_share:
        misfit += limits.own_share - share + 100
    return misfit
