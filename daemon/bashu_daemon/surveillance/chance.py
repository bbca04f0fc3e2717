"""What chance would have made of who trades with whom, in whole numbers.

How often two groups meet by chance follows their shares of the flow. The number of such meetings
is taken as Poisson with that mean, and P(n or more) is at most mean^n / n!, so that the test errs
towards chance. For a large n that asks for more than e times the mean.
"""

from collections.abc import Sequence
from math import comb, factorial
from typing import Final, NamedTuple

MOST: Final = 60
"""Beyond so many, three times the mean is asked for."""


class Party(NamedTuple):
    """One of two groups."""

    trades: int
    meetings: int
    """Those of its trades that are like the ones counted, with anybody."""


def is_beyond_chance(count: int, expected: int, whole: int, odds: int) -> bool:
    """Tell whether chance makes `count` or more fewer than once in `odds` times.

    The mean is `expected / whole`; `whole` is positive.
    """
    if count <= 0:
        return False
    if count > MOST:
        return count * whole > 3 * expected
    expected_power: int = expected**count
    whole_power: int = whole**count
    return odds * expected_power <= factorial(count) * whole_power


def circle_beyond_chance(
    inside: Sequence[Sequence[int]],
    all_of: Sequence[int],
    total: int,
    candidates: int,
    odds: int,
    like: tuple[int, int] = (1, 1),
) -> bool:
    """Tell whether some groups dealt with one another more often than chance would have any do.

    `inside` are the deals of each pair of them, `all_of` those of each with anybody, `total` those
    of the market. As between two (`meetings_beyond_chance`), what they had with one another says
    nothing about how often they meet others, and one deal with others is supposed of each.
    `candidates` are the groups among which chance had its choice of so many; `like` is the share
    of deals with others that are like those counted.
    """
    size = len(all_of)
    within = [sum(row) for row in inside]
    count = sum(within) // 2
    outside = [max(0, mine - own) + 1 for mine, own in zip(all_of, within, strict=True)]
    expected = sum(
        max(all_of[one] * outside[other], all_of[other] * outside[one])
        for one in range(size)
        for other in range(one)
    )
    choices = comb(max(candidates, size), size)
    whole = max(1, total - count + 1)
    return is_beyond_chance(count, expected * like[0], whole * like[1], odds * choices)


def meetings_beyond_chance(
    count: int, parties: Sequence[Party], total: int, odds: int, prior: int = 0
) -> bool:
    """Tell whether two groups met more often than their shares of the flow would make them.

    `total` are all trades of the market. What both had with each other says nothing about how
    often they meet others, and is left out of their shares. Of two that always wait none meets the
    other, so that a party's share among those whom somebody can meet may be twice its share of the
    flow. Both views count: whoever meets everybody is expected to meet this one, too. `prior` are
    meetings with others that are supposed of each, for markets in which little was seen.
    """
    one, other = parties
    return all(
        is_beyond_chance(
            count, me.trades * (they.meetings - count + prior), total - me.trades + 1, odds
        )
        for me, they in ((one, other), (other, one))
    )
