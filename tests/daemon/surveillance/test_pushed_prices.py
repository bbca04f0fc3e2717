"""Ramping and marking the close: a price that one group pushes, and honest flow beside it."""

import pytest
from watched_market import SECOND, Watched

MINUTE = 60 * SECOND


def calm(market: Watched, minutes: int, qty: int = 100) -> None:
    """Let others trade at one price, once a minute."""
    for _ in range(minutes):
        market.order("maker", "sell", qty, 7_000, MINUTE - SECOND)
        market.order("c", "buy", qty, 7_000)


def push(market: Watched, *, steps: int = 8, qty: int = 200, first: int = 7_005) -> None:
    """Have `a` take one offer after the other, each five fen higher."""
    for step in range(steps):
        market.order("maker", "sell", qty, first + 5 * step)
    for step in range(steps):
        market.order("a", "buy", qty, first + 5 * step)


def unwind(market: Watched, price: int, qty: int) -> None:
    """Have `a` sell to those who follow."""
    market.order("b", "buy", qty, price)
    market.order("a", "sell", qty, price)


def marked(market: Watched) -> list[str]:
    """End the day; return who marked its close."""
    market.next_day()
    return sorted(alert.owner for alert in market.alerts("marking_close"))


def test_a_ramp_is_found_when_half_of_it_is_sold_again() -> None:
    market = Watched()
    calm(market, 5)
    push(market)
    unwind(market, 7_040, 799)
    assert market.alerts("ramping") == []
    unwind(market, 7_040, 1)
    (alert,) = market.alerts("ramping")
    assert (alert.owner, alert.facts["from_price"], alert.facts["to_price"]) == ("oa", 7_000, 7_040)
    assert alert.facts["pushed_qty"] == 1_600
    assert alert.gain == 800 * (7_040 - 7_022)


def test_a_push_without_the_way_back_is_no_ramp() -> None:
    market = Watched()
    calm(market, 5)
    push(market)
    market.now_ns += 11 * MINUTE
    unwind(market, 7_040, 1_600)
    assert market.alerts("ramping") == []


def test_who_sells_again_at_a_loss_does_not_ramp() -> None:
    market = Watched()
    calm(market, 5)
    push(market)
    unwind(market, 7_015, 1_600)
    assert market.alerts("ramping") == []


def test_a_price_that_moves_a_little_is_not_pushed() -> None:
    market = Watched()
    calm(market, 5)
    for _ in range(8):
        market.order("maker", "sell", 200, 7_010)
        market.order("a", "buy", 200, 7_010)
    unwind(market, 7_012, 1_600)
    assert market.alerts("ramping") == []


def test_a_small_share_of_the_volume_is_not_the_pusher() -> None:
    market = Watched()
    calm(market, 5)
    for step in range(8):
        for who, qty in (("a", 200), ("c", 900)):
            market.order("maker", "sell", qty, 7_005 + 5 * step)
            market.order(who, "buy", qty, 7_005 + 5 * step)
    unwind(market, 7_040, 1_600)
    assert [alert for alert in market.alerts("ramping") if alert.owner == "oa"] == []


def swinging(market: Watched, minutes: int, swing: int) -> None:
    """Let others trade at two prices in turn, once a minute."""
    for minute in range(minutes):
        price = 7_000 + swing * (minute % 2)
        market.order("maker", "sell", 100, price, MINUTE - SECOND)
        market.order("c", "buy", 100, price)


@pytest.mark.parametrize(("swing", "minutes", "found"), [(2, 21, 1), (40, 21, 0), (2, 5, 0)])
def test_a_push_of_many_swings_is_a_ramp_once_its_group_turns(
    swing: int, minutes: int, found: int
) -> None:
    market = Watched()
    swinging(market, minutes, swing)
    push(market, steps=6)
    unwind(market, 7_025, 59)
    assert market.alerts("ramping") == []
    unwind(market, 7_025, 1)
    assert len(market.alerts("ramping")) == found


@pytest.mark.parametrize(("steps", "found"), [(2, 0), (3, 1)])
def test_a_short_ramp_is_one_in_a_calm_market(steps: int, found: int) -> None:
    market = Watched()
    calm(market, 20)
    push(market, steps=steps, qty=400, first=7_002)
    unwind(market, 7_012, 1_200)
    assert len(market.alerts("ramping")) == found


@pytest.mark.parametrize(("other", "found"), [("c", 0), ("a", 1)])
def test_who_moves_the_price_with_another_does_not_ramp(other: str, found: int) -> None:
    market = Watched()
    calm(market, 20)
    for who in (other, "a"):
        for step in range(8):
            market.order("maker", "sell", 600, 7_005 + 5 * step)
        for step in range(8):
            market.order(who, "buy", 600, 7_005 + 5 * step)
    unwind(market, 7_060, 4_800)
    assert len(market.alerts("ramping")) == found


def test_one_order_that_sweeps_the_book_is_no_ramp() -> None:
    market = Watched()
    calm(market, 20)
    for step in range(8):
        market.order("maker", "sell", 200, 7_005 + 5 * step)
    market.order("a", "buy", 1_600, 7_040)
    unwind(market, 7_040, 1_600)
    assert market.alerts("ramping") == []


def test_a_close_that_one_group_pushed_is_marked() -> None:
    market = Watched()
    calm(market, 30)
    push(market, steps=12, first=7_030)
    market.next_day()
    (alert,) = market.alerts("marking_close")
    assert (alert.severity, alert.owner, alert.facts["side"]) == ("violation", "oa", "buy")
    assert (alert.facts["pushed_qty"], alert.facts["share_before"]) == (2_400, 0)
    assert alert.facts["usual_price"] == 7_000


def test_between_the_published_shares_the_pushes_were_saved_for_the_close() -> None:
    market = Watched()
    calm(market, 30, 300)
    push(market, steps=4, first=7_100)
    for _ in range(6):
        market.order("maker", "sell", 300, 7_115)
        market.order("c", "buy", 300, 7_115)
    market.next_day()
    (alert,) = [alert for alert in market.alerts("marking_close") if alert.owner == "oa"]
    assert alert.severity == "warning"
    assert 10 <= int(alert.facts["share_percent"]) < 50


@pytest.mark.parametrize("all_day", [True, False])
def test_who_buys_all_day_for_a_deadline_marks_no_close(all_day: bool) -> None:
    market = Watched()
    for _ in range(30):
        market.order("maker", "sell", 200, 7_000, MINUTE - 4 * SECOND)
        market.order("a" if all_day else "c", "buy", 80, 7_000)
        market.order("c", "buy", 120, 7_000)
    for step in range(8):
        market.order("maker", "sell", 200, 7_040 + 5 * step, MINUTE - 4 * SECOND)
        market.order("a", "buy", 80, 7_040 + 5 * step)
        market.order("c", "buy", 120, 7_040 + 5 * step)
    market.next_day()
    found = [alert for alert in market.alerts("marking_close") if alert.owner == "oa"]
    assert bool(found) == (not all_day)


@pytest.mark.parametrize(("steps", "found"), [(2, []), (6, ["oa"])])
def test_a_close_is_marked_beyond_a_few_thousandths(steps: int, found: list[str]) -> None:
    """Where the price stands still otherwise."""
    market = Watched()
    calm(market, 30)
    push(market, steps=steps, first=7_001)
    assert marked(market) == found


def test_the_way_back_of_a_strong_push_may_lose_and_push_again() -> None:
    market = Watched()
    calm(market, 5)
    push(market, first=7_010, qty=400, steps=14)
    for step in range(12):
        market.order("b", "buy", 300, 7_060 - 4 * step)
    for step in range(12):
        market.order("a", "sell", 300, 7_060 - 4 * step)
    (alert,) = market.alerts("ramping")
    assert (alert.owner, alert.gain) == ("oa", 0)
    assert len(alert.order_ids) >= 14  # the pushes are not lost among the way back


@pytest.mark.parametrize(("others", "found"), [(0, 1), (3_000, 0)])
def test_a_close_is_marked_in_the_last_minutes(others: int, found: int) -> None:
    market = Watched()
    calm(market, 40)
    for _ in range(12):
        market.order("maker", "sell", 400, 7_000, MINUTE - SECOND)
        market.order("c", "buy", 400, 7_000)
    push(market, steps=10, qty=40, first=7_005)
    if others:
        market.order("maker", "sell", others, 7_050)
        market.order("c", "buy", others, 7_050)
    market.next_day()
    marked = [alert for alert in market.alerts("marking_close") if alert.owner == "oa"]
    assert len(marked) == found


@pytest.mark.parametrize(("orders", "found"), [(1, []), (2, ["oa"])])
def test_who_takes_what_stands_there_once_marks_no_close(orders: int, found: list[str]) -> None:
    market = Watched()
    calm(market, 30)
    market.order("maker", "sell", 1_200, 7_100)
    market.order("maker", "sell", 1_200, 7_110)
    for _ in range(orders):
        market.order("a", "buy", 2_400 // orders, 7_110)
    assert marked(market) == found


@pytest.mark.parametrize(("swing", "found"), [(10, ["oa"]), (100, [])])
def test_a_move_that_is_usual_in_a_market_marks_no_close(swing: int, found: list[str]) -> None:
    market = Watched()
    swinging(market, 40, swing)
    push(market, steps=12, first=7_000 + swing + 10)
    assert marked(market) == found


def test_two_groups_that_take_the_levels_together_mark_the_close_together() -> None:
    market = Watched()
    calm(market, 30)
    for step in range(16):
        market.order("maker", "sell", 400, 7_005 + 10 * step)
    for step in range(16):
        for user in ("a", "b"):
            market.order(user, "buy", 200, 7_005 + 10 * step)
    assert marked(market) == ["oa", "ob"]


@pytest.mark.parametrize(("change", "found"), [(10, ["oa"]), (150, [])])
def test_a_thin_day_at_a_usual_distance_is_no_close_marked(change: int, found: list[str]) -> None:
    """The close is the day's average, so that a single print may mark it."""
    market = Watched()
    for day in range(12):
        price = 7_000 + change * (day % 2)
        market.order("maker", "sell", 100, price, MINUTE)
        market.order("c", "buy", 100, price)
        market.next_day()
    market.order("maker", "sell", 100, 7_160)
    market.order("a", "buy", 100, 7_160)
    assert marked(market) == found
