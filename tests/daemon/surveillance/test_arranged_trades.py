"""Pre-arranged and circular trades, and the honest meetings beside them."""

import pytest
from watched_market import SECOND, Watched

DAY = 86_400 * SECOND


def meet(
    market: Watched, seller: str, buyer: str, qty: int = 300, more: int = 0, gap: int = SECOND
) -> None:
    """Let two members' orders meet; the buyer's is larger by so much, and withdrawn then."""
    market.order(seller, "sell", qty, 7_000)
    rest = market.order(buyer, "buy", qty + more, 7_000, gap)
    market.cancel(buyer, rest)


@pytest.mark.parametrize(
    ("times", "severity"), [(2, None), (3, "warning"), (4, "warning"), (5, "violation")]
)
def test_a_pair_that_keeps_meeting(times: int, severity: str | None) -> None:
    market = Watched()
    for _ in range(times):
        meet(market, "a", "b")
    found = [alert.severity for alert in market.alerts("prearranged")]
    assert found == ([severity] if severity else [])


def test_either_way_round_is_one_pair_and_a_group_is_one_hand() -> None:
    market = Watched()
    for seller, buyer in (("a", "b"), ("b2", "a"), ("a", "b2")):
        meet(market, seller, buyer)
    (alert,) = market.alerts("prearranged")
    assert alert.members == ["a", "b", "b2"]
    assert (alert.facts["matches"], alert.facts["quantity"]) == (3, 900)


@pytest.mark.parametrize(
    ("qty", "more", "gap", "is_found"),
    [
        (100, 0, SECOND, True),
        (99, 0, SECOND, False),
        (900, 100, SECOND, True),
        (890, 110, SECOND, False),
        (300, 0, 2 * SECOND, True),
        (300, 0, 2 * SECOND + 1, False),
    ],
)
def test_what_makes_a_match(qty: int, more: int, gap: int, is_found: bool) -> None:
    market = Watched()
    for _ in range(3):
        meet(market, "a", "b", qty, more, gap)
    assert bool(market.alerts("prearranged")) == is_found


def test_two_that_trade_with_everybody_meet_by_chance() -> None:
    market = Watched()
    for _ in range(10):
        for _ in range(4):
            meet(market, "a", "maker", 50)
            meet(market, "c", "b", 50)
        meet(market, "a", "b")
    assert [alert for alert in market.alerts("prearranged") if "oa" in alert.facts.values()] == []


def ring(market: Watched, members: tuple[str, ...], qty: int = 300) -> None:
    """Send tonnes round, one hop a day."""
    for seller, buyer in zip(members, (*members[1:], members[0]), strict=True):
        meet(market, seller, buyer, qty)
        market.now_ns += DAY
        market.next_day()


@pytest.mark.parametrize("members", [("a", "b", "c"), ("maker", "c", "b", "a")])
def test_tonnes_that_come_back_went_round(members: tuple[str, ...]) -> None:
    market = Watched()
    ring(market, members)
    (alert,) = market.alerts("circular")
    assert (alert.facts["size"], alert.facts["rings"]) == (len(members), 1)
    assert alert.members == sorted(members)
    assert alert.severity == "info"


def test_two_rings_of_the_same_groups_are_a_warning_and_three_a_violation() -> None:
    market = Watched({"circular": {"window_hours": 400}})
    severities = []
    for _ in range(3):
        ring(market, ("a", "b", "c"))
        severities.append(max(alert.severity for alert in market.alerts("circular")))
    assert severities[0] == "info"
    assert severities[-1] == "violation"


def test_two_that_trade_to_and_fro_are_no_ring() -> None:
    market = Watched()
    for _ in range(3):
        ring(market, ("a", "b"))
    assert market.alerts("circular") == []


def test_a_chain_that_does_not_close_is_no_ring() -> None:
    market = Watched()
    for seller, buyer in (("a", "b"), ("b", "c"), ("c", "maker")):
        meet(market, seller, buyer)
    assert market.alerts("circular") == []


def test_a_ring_that_takes_longer_than_a_week_is_none() -> None:
    market = Watched()
    meet(market, "a", "b")
    market.now_ns += 8 * DAY
    meet(market, "b", "c")
    meet(market, "c", "a")
    assert market.alerts("circular") == []


def test_tonnes_of_another_size_are_others() -> None:
    market = Watched()
    meet(market, "a", "b", 300)
    meet(market, "b", "c", 300)
    meet(market, "c", "a", 360)
    assert market.alerts("circular") == []
