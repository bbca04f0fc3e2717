"""Painted tapes, floors, slips and swings: exactly at the line, just below, and honest conduct."""

import pytest
from watched_market import SECOND, Watched

MINUTE = 60 * SECOND


def busy(market: Watched, trades: int = 40, qty: int = 100, price: int = 7_000) -> None:
    """Let others trade, so that a size is usual."""
    for _ in range(trades):
        market.order("maker", "sell", qty, price)
        market.order("c", "buy", qty, price)


def meet(market: Watched, price: int, qty: int, seller: str = "b", buyer: str = "a") -> None:
    market.order(seller, "sell", qty, price)
    market.order(buyer, "buy", qty, price)


# Painting


@pytest.mark.parametrize(("prints", "found"), [(4, 0), (5, 1)])
def test_five_tiny_prints_at_successive_ticks_with_one_other_paint(prints: int, found: int) -> None:
    market = Watched()
    busy(market)
    for step in range(prints):
        meet(market, 7_001 + step, 10)
    alerts = [alert for alert in market.alerts("painting") if alert.severity != "info"]
    assert [alert.owner for alert in alerts] == ["oa"] * found
    for alert in alerts:
        assert (alert.facts["prints"], alert.facts["traded_qty"]) == (5, 50)
        assert (alert.facts["other"], alert.facts["together_percent"]) == ("ob", 100)
        assert len(alert.order_ids) == 5


def test_a_tape_is_painted_downwards_by_its_sellers() -> None:
    market = Watched()
    busy(market)
    for step in range(5):
        market.order("b", "buy", 10, 6_999 - step)
        market.order("a", "sell", 10, 6_999 - step)
    (alert,) = market.alerts("painting")
    assert (alert.owner, alert.facts["side"], alert.severity) == ("oa", "sell", "warning")


def test_usual_sizes_and_prices_that_stand_paint_nothing() -> None:
    market = Watched()
    busy(market)
    for step in range(8):
        meet(market, 7_001 + step, 30)
    for _ in range(8):
        meet(market, 7_010, 10)
    assert market.alerts("painting") == []


@pytest.mark.parametrize(("swing", "severity"), [(1, "warning"), (6, "info")])
def test_who_paints_alone_moves_the_price_further_than_it_usually_goes(
    swing: int, severity: str
) -> None:
    market = Watched()
    for minute in range(20):
        busy(market, 2, price=7_000 + swing * (minute % 2))
        market.now_ns += MINUTE
    for step in range(6):
        offer = market.order("maker", "sell", 100, 7_001 + swing + step)
        market.order("a", "buy", 10, 7_001 + swing + step, 20 * SECOND)
        market.cancel("maker", offer)
    (alert,) = market.alerts("painting")
    assert (alert.severity, alert.facts["together_percent"]) == (severity, 0)


def test_the_prints_of_others_end_a_run() -> None:
    market = Watched()
    busy(market)
    for step in range(10):
        meet(market, 7_001 + step, 10)
        busy(market, 2, price=7_001 + step)
    assert market.alerts("painting") == []


@pytest.mark.parametrize(("prints", "found"), [(23, 0), (24, 1)])
def test_most_of_the_prints_with_little_of_the_volume(prints: int, found: int) -> None:
    market = Watched()
    busy(market)
    market.order("maker", "sell", 100, 7_000)
    for _ in range(prints):
        market.order("a", "buy", 2, 7_000)
    assert len(market.alerts("painting")) == found


@pytest.mark.parametrize(("prints", "severity"), [(41, "info"), (42, "warning")])
def test_who_goes_on_making_most_of_the_prints_paints(prints: int, severity: str) -> None:
    market = Watched()
    busy(market)
    market.order("maker", "sell", 200, 7_000)
    for number in range(prints):
        market.order("a", "buy", 2, 7_000)
        if number % 10 == 9:
            market.order("c", "sell", 400, 7_000)
            market.order("b", "buy", 400, 7_000)
            market.order("maker", "sell", 200, 7_000)
    (alert,) = market.alerts("painting")
    assert alert.severity == severity


def test_an_order_that_takes_several_levels_is_one_print() -> None:
    market = Watched()
    busy(market)
    for step in range(8):
        market.order("b", "sell", 2, 7_001 + step)
    market.order("a", "buy", 16, 7_010)
    assert market.alerts("painting") == []


# Floors and ceilings


def hold(market: Watched, *, minutes: int = 36, refills: bool = True, both: bool = False) -> None:
    """Have `a` bid at one price, and others sell to it and trade beside it."""
    busy(market, 3)
    market.now_ns += 10 * MINUTE
    if not refills:
        market.order("a", "buy", 50_000, 6_990)
    for _ in range(minutes):
        if refills:
            market.order("a", "buy", 300, 6_990)
        market.order("c", "sell", 300, 6_990, 20 * SECOND)
        market.order("maker", "sell", 100, 6_992, 20 * SECOND)
        market.order("c", "buy", 100, 6_992)
        if both:
            market.order("a", "sell", 300, 6_993)
            market.order("c", "buy", 300, 6_993)
        market.now_ns += 10 * SECOND


def test_who_holds_a_level_for_half_an_hour_is_found() -> None:
    market = Watched()
    hold(market)
    (alert,) = market.alerts("floor_ceiling")
    assert (alert.severity, alert.owner, alert.facts["side"]) == ("warning", "oa", "buy")
    assert (alert.facts["level_price"], alert.facts["share_percent"]) == (6_990, 75)
    assert alert.facts["pressed_percent"] == 75


def test_half_the_time_is_no_floor() -> None:
    market = Watched()
    hold(market, minutes=18)
    assert market.alerts("floor_ceiling") == []


def test_a_maker_on_both_sides_holds_nothing() -> None:
    market = Watched()
    hold(market, both=True)
    assert market.alerts("floor_ceiling") == []


def test_a_maker_whose_bids_alone_are_taken_is_information() -> None:
    market = Watched()
    market.order("a", "sell", 300, 7_050)
    market.order("a", "buy", 300, 6_950)
    hold(market)
    assert {alert.severity for alert in market.alerts("floor_ceiling")} == {"info"}


def test_one_patient_order_is_no_floor() -> None:
    market = Watched()
    hold(market, refills=False)
    assert market.alerts("floor_ceiling") == []


def test_a_bid_that_follows_the_market_has_no_level() -> None:
    market = Watched()
    busy(market, 3)
    for step in range(36):
        market.order("a", "buy", 300, 6_990 + 2 * step)
        market.order("c", "sell", 300, 6_990 + 2 * step, 20 * SECOND)
        market.now_ns += 30 * SECOND
    assert market.alerts("floor_ceiling") == []


# Fat fingers


@pytest.mark.parametrize(
    ("price", "severity"), [(7_215, None), (7_216, "info")]
)  # 3 % of 7,005 is 211
def test_a_price_beyond_the_market_that_prints_near_it_is_information(
    price: int, severity: str | None
) -> None:
    market = Watched()
    market.order("maker", "sell", 200, 7_005)
    market.order("a", "buy", 100, price)
    assert [alert.severity for alert in market.alerts("fat_finger")] == (
        [severity] if severity else []
    )


def test_prices_beyond_the_market_one_after_another_are_a_habit() -> None:
    market = Watched()
    for user in ("a", "b", "c", "a", "b"):
        market.order("maker", "sell", 200, 7_005)
        market.order(user, "buy", 200, 7_300)
    assert sum(alert.count for alert in market.alerts("fat_finger")) == 3
    market.order("maker", "sell", 50, 7_005)
    market.order("maker", "sell", 200, 7_300)
    market.order("c", "buy", 100, 7_400)
    assert [x.severity for x in market.alerts("fat_finger") if x.owner == "oc"] == ["warning"]


def test_a_price_that_prints_far_away_is_a_warning() -> None:
    market = Watched()
    market.order("maker", "sell", 50, 7_005)
    market.order("maker", "sell", 200, 7_300)
    market.order("a", "buy", 100, 7_400)
    (alert,) = [alert for alert in market.alerts("fat_finger") if alert.owner == "oa"]
    assert (alert.severity, alert.facts["reach_price"]) == ("warning", 7_300)
    assert (alert.facts["off_bps"], alert.facts["market_price"]) == (571, 7_000)


def test_a_story_is_silent_about_a_price_that_was_right_and_a_book_that_was_empty() -> None:
    market = Watched()
    for _ in range(40):
        market.order("b", "buy", 100, 6_990)
    market.order("a", "buy", 9_000, 6_990)
    market.order("b", "sell", 50, 7_005)
    market.order("c", "buy", 20_000, 7_300)
    size, both = (alert.stories for alert in market.alerts("fat_finger"))
    assert (size["en"], size["zh"]) == (
        (
            "oa entered 9,000 t on the buy side of CEA25 at 69.90. The usual order is 96 t. "
            "1 times today."
        ),
        "oa 在 CEA25 的买方以 69.90 申报 9,000 吨。通常每笔申报 96 吨。今日 1 次。",
    )
    for part in ("428 in 10,000 beyond the market at 70.00", "it reached 70.05."):
        assert part in both["en"]


@pytest.mark.parametrize(
    ("qty", "price", "severity"),
    [(9_000, 7_005, "info"), (100, 7_300, "info"), (9_000, 7_300, "warning")],
)
def test_one_leg_is_information_and_both_are_a_warning(qty: int, price: int, severity: str) -> None:
    """Also where the book keeps it near: the rest of an immediate order goes."""
    market = Watched()
    for _ in range(40):
        market.order("b", "buy", 100, 6_990)
    market.order("maker", "sell", 50, 7_005)
    market.order("a", "buy", qty, price, time_in_force="ioc")
    assert [alert.severity for alert in market.alerts("fat_finger")] == [severity]


@pytest.mark.parametrize(("term", "found"), [("day", ["warning"]), ("ioc", ["info"])])
def test_what_takes_all_of_the_book_and_leaves_the_rest_far_away_is_a_warning(
    term: str, found: list[str]
) -> None:
    market = Watched()
    market.order("maker", "sell", 50, 7_005)
    market.order("a", "buy", 100, 7_400, time_in_force=term)
    assert [alert.severity for alert in market.alerts("fat_finger")] == found


def test_who_takes_the_best_price_of_a_thin_book_did_not_slip() -> None:
    market = Watched()
    market.order("maker", "sell", 50, 7_300)
    market.order("maker", "sell", 50, 7_310)
    market.order("a", "buy", 50, 7_300)
    assert market.alerts("fat_finger") == []


def test_a_price_far_on_its_own_side_is_none() -> None:
    market = Watched()
    market.order("a", "buy", 50, 6_400)
    market.order("a", "sell", 50, 7_600)
    assert market.alerts("fat_finger") == []


def test_who_buys_at_the_old_price_after_a_slip_of_others_does_not_slip() -> None:
    market = Watched()
    busy(market, 3)
    market.order("maker", "buy", 50, 6_990)
    market.order("maker", "buy", 50, 6_600)
    market.order("b", "sell", 100, 6_600)
    assert {alert.owner for alert in market.alerts("fat_finger")} == {"ob"}
    market.order("maker", "sell", 50, 6_990)
    market.order("a", "buy", 50, 6_990)
    assert {alert.owner for alert in market.alerts("fat_finger")} == {"ob"}


@pytest.mark.parametrize(("qty", "found"), [(1_900, 0), (1_920, 1)])
def test_twenty_times_the_usual_order_is_information(qty: int, found: int) -> None:
    market = Watched()
    busy(market)  # the usual 100 t are counted as 96
    market.order("a", "buy", qty, 6_990)
    alerts = market.alerts("fat_finger")
    assert [(alert.severity, alert.facts["usual_qty"]) for alert in alerts] == [
        ("info", 96)
    ] * found


@pytest.mark.parametrize(("qty", "found"), [(1_900, []), (1_999, ["info"]), (2_000, ["warning"])])
def test_a_fifth_of_the_average_day_and_larger_than_any_other_is_a_warning(
    qty: int, found: list[str]
) -> None:
    market = Watched()
    for _ in range(2):
        busy(market, 100)
        market.next_day()
    market.order("a", "buy", qty, 6_990)
    assert [alert.severity for alert in market.alerts("fat_finger")] == found


@pytest.mark.parametrize(("qty", "severity"), [(2_100, "info"), (2_400, "warning")])
def test_less_than_thrice_the_largest_before_is_information(qty: int, severity: str) -> None:
    market = Watched()
    for _ in range(2):
        busy(market, 100)
        market.next_day()
    market.order("b", "buy", 800, 6_990)
    market.order("a", "buy", qty, 6_990)
    assert [alert.severity for alert in market.alerts("fat_finger")] == [severity]


# Sizes are kept by their leading binary digits: 1,023 counts as 960.
@pytest.mark.parametrize(("before", "found"), [(1_024, []), (1_023, ["info"])])
def test_what_is_not_twice_as_large_as_any_order_before_is_none(
    before: int, found: list[str]
) -> None:
    market = Watched()
    busy(market)
    market.order("b", "buy", before, 6_990)
    market.order("a", "buy", 1_980, 6_990)
    assert [x.severity for x in market.alerts("fat_finger") if x.owner == "oa"] == found


def test_a_day_of_five_orders_has_no_slip_in_each() -> None:
    market = Watched()
    for _ in range(40):
        for _ in range(5):
            meet(market, 7_000, 1_000, "maker")
        market.next_day()
    meet(market, 7_000, 2_000, "maker")
    assert market.alerts("fat_finger") == []


# Swings


@pytest.mark.parametrize(
    ("price", "minutes", "found"), [(7_349, 4, 0), (7_350, 4, 1), (7_350, 7, 0)]
)
def test_five_percent_within_five_minutes(price: int, minutes: int, found: int) -> None:
    market = Watched()
    busy(market, 3)
    for step in range(minutes):
        meet(market, 7_000 + (price - 7_000) * (step + 1) // minutes, 50, "maker")
        market.now_ns += MINUTE - 2 * SECOND
    alerts = market.alerts("price_swing")
    assert len(alerts) == found
    for alert in alerts:
        assert (alert.severity, alert.facts["leader"], alert.facts["levels"]) == ("info", "oa", 4)
        assert (alert.facts["from_price"], alert.facts["to_price"]) == (7_000, 7_350)
        assert alert.facts["moved_bps"] == 500


def test_a_swing_down_is_owned_by_who_took_it_there() -> None:
    market = Watched()
    busy(market, 3)
    for price, who in ((6_950, "b"), (6_700, "a"), (6_640, "b")):
        market.order("maker", "buy", 50, price)
        market.order(who, "sell", 50, price)
    (alert,) = market.alerts("price_swing")
    assert (alert.owner, alert.facts["side"], alert.facts["takers"]) == ("oa", "sell", 2)


@pytest.mark.parametrize(
    ("takers", "found"),
    [(("a", "a", "a"), 1), (("a", "b", "c"), 0), (("a", "a"), 0)],
    ids=["one group", "everybody", "two prints far apart"],
)
def test_a_swing_has_a_leader_and_several_prices(takers: tuple[str, ...], found: int) -> None:
    market = Watched()
    busy(market, 3)
    for step, who in enumerate(takers, 1):
        meet(market, 7_000 + 360 * step // len(takers), 50, "maker", who)
    assert len(market.alerts("price_swing")) == found


def test_ten_percent_of_the_day_is_told_however_slow() -> None:
    market = Watched()
    for step in range(10):
        meet(market, 7_070 + 70 * step, 50, "maker")
        market.now_ns += 10 * MINUTE
    (alert,) = market.alerts("price_swing")
    assert (alert.facts["day_moved_bps"], alert.facts["moved_bps"]) == (1_000, 91)
