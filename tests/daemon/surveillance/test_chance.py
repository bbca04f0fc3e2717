"""How often groups meet, weighed against chance."""

from math import exp, factorial

import pytest

from bashu_daemon.surveillance.chance import Party, is_beyond_chance, meetings_beyond_chance


def poisson_tail(count: int, mean: float) -> float:
    """P(count or more)."""
    return 1 - sum(exp(-mean) * mean**n / factorial(n) for n in range(count))


@pytest.mark.parametrize("odds", [20, 1_000, 10_000])
@pytest.mark.parametrize("count", [1, 2, 3, 5, 10, 30, 60, 61, 90])
def test_it_errs_towards_chance_and_not_by_much(count: int, odds: int) -> None:
    means = [n for n in range(1, 100 * count) if is_beyond_chance(count, n, 100, odds)]
    most = max(means, default=0) / 100
    assert poisson_tail(count, most) <= 1 / odds
    assert poisson_tail(count, 4 * most + 0.05) > 1 / odds


def test_nothing_is_never_beyond_chance() -> None:
    assert not is_beyond_chance(0, 0, 1, 1)


@pytest.mark.parametrize(
    ("one", "other", "is_beyond"),
    [
        (Party(5, 5), Party(5, 5), True),
        (Party(300, 300), Party(5, 5), False),
        (Party(5, 5), Party(300, 300), False),
        (Party(40, 40), Party(40, 40), False),
    ],
)
def test_whoever_meets_everybody_is_expected_to_meet_this_one(
    one: Party, other: Party, is_beyond: bool
) -> None:
    assert meetings_beyond_chance(5, (one, other), 600, 1_000) == is_beyond


def test_a_market_in_which_little_was_seen_proves_little() -> None:
    parties = Party(3, 3), Party(9, 3)
    assert meetings_beyond_chance(3, parties, 12, 10_000)
    assert not meetings_beyond_chance(3, parties, 12, 10_000, prior=1)
