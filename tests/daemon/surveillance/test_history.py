"""Bars, days and usual moves: what rules look back to."""

import pytest

from bashu_daemon.surveillance.history import BAR_NS, KEPT_BARS, KEPT_DAYS, History

DAY = 86_400 * 1_000_000_000
START = 100 * DAY


def filled(prices: list[int], bar_ns: int = BAR_NS) -> History:
    """One trade a bar at each of some prices, from a buyer to b."""
    history = History()
    history.begin_day(START)
    for number, price in enumerate(prices):
        history.add(START + number * bar_ns, price, 10, 1, ("a", "b"))
    return history


def test_a_bar_begins_from_the_price_before_it_and_sums_up() -> None:
    history = filled([7_000, 7_010])
    history.add(START + BAR_NS + 1, 7_005, 30, -1, ("b", "a"))
    bar = history.bars[-1]
    assert (bar.before, bar.close, bar.volume, bar.turnover) == (7_000, 7_005, 40, 280_250)
    assert bar.net == {"a": -20, "b": 20}
    assert bar.pushed == {"a": -20}


def test_who_is_not_known_is_not_counted() -> None:
    history = History()
    history.add(START, 7_000, 10, 1, ("a", ""))
    assert history.bars[-1].net == {"a": 10}


@pytest.mark.parametrize("swing", [10, 40])
def test_a_usual_move_is_the_root_of_the_mean_square_and_grows_with_the_root_of_time(
    swing: int,
) -> None:
    history = filled([7_000 + swing * (number % 2) for number in range(60)])
    one = swing * 1_000_000 // 7_000
    assert history.usual_move(BAR_NS) == pytest.approx(one, rel=0.03)
    assert history.usual_move(4 * BAR_NS) == pytest.approx(2 * one, rel=0.03)


def test_a_price_that_never_moved_moves_by_a_fen_at_least() -> None:
    assert filled([7_000] * 30).usual_move(BAR_NS) == 142


def test_one_jump_does_not_hide_the_next() -> None:
    calm = [7_000 + 10 * (number % 2) for number in range(60)]
    before = filled(calm).usual_move(BAR_NS)
    after = filled([*calm, 9_000, 9_000]).usual_move(BAR_NS)
    assert after < 1.2 * before


def test_the_night_is_no_move() -> None:
    history = filled([7_000, 7_010] * 10)
    before = history.variance
    history.begin_day(START + DAY)
    history.add(START + DAY, 7_700, 10, 1, ("a", "b"))
    assert history.bars[-1].before == 7_700
    assert history.variance == before


def test_the_price_before_a_time_is_that_of_the_bar_before_it() -> None:
    history = filled([7_000, 7_010, 7_020])
    assert history.price_at(START + 2 * BAR_NS) == 7_010
    assert history.price_at(START + 3 * BAR_NS) == 7_020
    assert history.price_at(START + BAR_NS // 2) == 7_000
    assert History().price_at(START) == 0


def test_what_groups_bought_on_balance_over_days() -> None:
    history = History()
    for day in range(4):
        history.begin_day(START + day * DAY)
        for _ in range(2):
            history.add(START + day * DAY, 7_000, 10 + day, 1, ("a", "b"))
        history.add(START + day * DAY + BAR_NS, 7_000, 5, 1, ("b", "a"))
    # Days of 20, 22, 24 and 26 t, each less 5.
    assert history.net_between(START, START + 4 * DAY)["a"] == 15 + 17 + 19 + 21
    assert history.net_between(START + DAY, START + 3 * DAY)["b"] == -17 - 19
    assert history.net_between(START + 3 * DAY, START + 3 * DAY + 1)["a"] == 26
    assert history.net_between(START + 9 * DAY, START + 10 * DAY) == {}
    assert history.daily_nets("a", START + 2 * DAY) == [15, 17]


def test_a_block_counts_for_its_parties_and_makes_no_price() -> None:
    history = filled([7_000, 7_010])
    history.add_unpriced(START + 2 * BAR_NS, 9_000, 100_000, ("c", "d"))
    assert history.bars[-1].close == 7_010
    assert history.net_between(START, START + DAY)["d"] == -100_000


def test_it_keeps_so_many_bars_and_days() -> None:
    history = History()
    for day in range(KEPT_DAYS + 5):
        history.begin_day(START + day * DAY)
        for bar in range(20):
            history.add(START + day * DAY + bar * BAR_NS, 7_000, 10, 1, ("a", "b"))
    assert len(history.bars) == KEPT_BARS
    assert len(history.days) == KEPT_DAYS
