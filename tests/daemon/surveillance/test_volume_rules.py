"""Volume that is unusual for a group, and positions that are pumped and dumped."""

from typing import Any

import pytest
from watched_market import SECOND, SYMBOL, Watched

from bashu_daemon.surveillance.rule import Rule
from bashu_daemon.surveillance.rules.fat_finger import FatFinger
from bashu_daemon.surveillance.rules.floor_ceiling import FloorCeiling
from bashu_daemon.surveillance.rules.painting import Painting
from bashu_daemon.surveillance.rules.price_swing import PriceSwing
from bashu_daemon.surveillance.rules.pump_and_dump import PumpAndDump
from bashu_daemon.surveillance.rules.unusual_volume import UnusualVolume

HOUR = 3_600 * SECOND


def trade(market: Watched, buyer: str, seller: str, qty: int, price: int = 7_000) -> None:
    market.order(seller, "sell", qty, price)
    market.order(buyer, "buy", qty, price)


def ordinary_days(market: Watched, days: int, scale: int = 1) -> None:
    """On each `a` buys 100 t and sells as many; others trade 1,800 t."""
    for day in range(days):
        trade(market, "a", "b", 100 + day % 2)
        trade(market, "b", "a", 100 + day % 2)
        for _ in range(6):
            trade(market, "c", "maker", 300 * scale)
        market.next_day()


def of_a(market: Watched) -> list[str]:
    return [alert.severity for alert in market.alerts("unusual_volume") if alert.owner == "oa"]


# Ten days of 201 t, a deviation of 0.25, and three of them count 1.5 times: 202 * exp(1.125) = 622.


@pytest.mark.parametrize(("qty", "found"), [(618, []), (626, ["warning"])])
def test_three_deviations_above_its_own_days_on_both_sides(qty: int, found: list[str]) -> None:
    market = Watched()
    ordinary_days(market, 10)
    trade(market, "a", "c", qty // 2)
    trade(market, "c", "a", qty // 2)
    assert of_a(market) == found


def test_who_only_buys_is_information() -> None:
    market = Watched()
    ordinary_days(market, 10)
    trade(market, "a", "c", 900)
    assert of_a(market) == ["info"]
    (alert,) = [one for one in market.alerts("unusual_volume") if one.owner == "oa"]
    assert (alert.facts["usual_day_qty"], alert.facts["active_days"]) == (201, 10)
    assert (alert.facts["bought_today"], alert.facts["traded_today"]) == (900, 900)


def test_who_trades_now_and_then_has_no_usual_day() -> None:
    market = Watched()
    ordinary_days(market, 10)
    for _ in range(30):
        trade(market, "c", "maker", 50)
        trade(market, "maker", "c", 50)
        market.next_day()
    trade(market, "a", "c", 1_000)
    trade(market, "c", "a", 1_000)
    assert of_a(market) == []


def test_who_trades_much_can_trade_more() -> None:
    market = Watched()
    for day in range(9):
        tonnes = 2_000 if day == 8 else 200 + day % 2 * 20
        trade(market, "a", "c", tonnes // 2)
        trade(market, "c", "a", tonnes // 2)
        trade(market, "b", "maker", 600)
        if day < 8:
            market.next_day()
    assert of_a(market) == ["warning"]


def test_a_small_share_of_the_volume_is_usual() -> None:
    market = Watched()
    for day in range(10):
        trade(market, "a", "b", 50 + day % 2)
        trade(market, "b", "a", 50 + day % 2)
        trade(market, "c", "maker", 9_000)
        market.next_day()
    trade(market, "a", "c", 400)
    trade(market, "c", "a", 400)
    assert of_a(market) == []


def test_a_season_in_which_all_trade_more_is_none() -> None:
    market = Watched()
    ordinary_days(market, 10)
    for _ in range(6):
        trade(market, "c", "maker", 1_500)
    trade(market, "a", "b", 500)
    trade(market, "b", "a", 500)
    assert of_a(market) == []


@pytest.mark.parametrize(("days", "found"), [(4, []), (5, ["warning"])])
def test_few_days_are_no_measure(days: int, found: list[str]) -> None:
    market = Watched()
    ordinary_days(market, days)
    trade(market, "a", "c", 900)
    trade(market, "c", "a", 900)
    assert of_a(market) == found


# Pump and dump


def gather(market: Watched, qty: int = 2_000) -> None:
    for _ in range(10):
        trade(market, "a", "maker", qty // 10)
        trade(market, "c", "maker", qty // 20)
        market.now_ns += HOUR // 10


def drive(market: Watched, who: str = "a", steps: int = 10, to: int = 7_200) -> None:
    """Have somebody empty offers, each higher than the last."""
    prices = [7_000 + (to - 7_000) * step // steps for step in range(1, steps + 1)]
    for price in prices:
        market.order("maker", "sell", 100, price)
    for price in prices:
        market.order(who, "buy", 100, price)
    market.now_ns += HOUR


def dump(market: Watched, qty: int, price: int = 7_190) -> None:
    for _ in range(10):
        market.order("c", "buy", qty // 10, price)
        market.order("a", "sell", qty // 10, price)


@pytest.mark.parametrize(("qty", "found"), [(1_490, 0), (1_500, 1)])
def test_half_the_position_sold_into_the_driven_price(qty: int, found: int) -> None:
    market = Watched()
    gather(market)
    market.next_day()
    drive(market)
    dump(market, qty)
    alerts = market.alerts("pump_and_dump")
    assert len(alerts) == found
    for alert in alerts:
        assert (alert.owner, alert.facts["gathered_qty"]) == ("oa", 3_000)
        assert (alert.facts["from_price"], alert.facts["to_price"]) == (7_000, 7_200)
        assert alert.facts["dumped_price"] == 7_190
        assert alert.gain == 1_500 * (7_190 - int(alert.facts["gathered_price"]))


def test_what_others_trade_between_gathering_and_driving_hides_nothing() -> None:
    market = Watched()
    gather(market)
    trade(market, "c", "b", 8_000)
    for price in (7_100, 7_150, 7_200):
        market.order("maker", "sell", 300, price)
        market.order("a", "buy", 300, price)
    dump(market, 2_000)
    (alert,) = market.alerts("pump_and_dump")
    assert alert.facts["share_percent"] == 100


@pytest.mark.parametrize("qty", [2, 2_000])
def test_a_pump_is_one_at_any_scale(qty: int) -> None:
    market = Watched()
    for _ in range(30):
        trade(market, "c", "b", qty)
        market.now_ns += HOUR // 10
    for _ in range(10):
        trade(market, "a", "b", qty)
    prices = range(7_020, 7_220, 20)
    for price in prices:
        market.order("maker", "sell", qty, price)
    for price in prices:
        market.order("a", "buy", qty, price)
    for _ in range(12):
        market.order("c", "buy", qty, 7_195)
        market.order("a", "sell", qty, 7_195)
    assert [alert.owner for alert in market.alerts("pump_and_dump")] == ["oa"]


def test_who_buys_in_a_rise_without_emptying_levels_did_not_pump() -> None:
    market = Watched()
    gather(market)
    for price in range(7_020, 7_220, 20):
        market.order("maker", "sell", 1_000, price)
        market.order("a", "buy", 100, price)
        market.order("c", "buy", 900, price)
    dump(market, 2_500)
    assert market.alerts("pump_and_dump") == []


def test_a_price_that_others_drove_is_luck() -> None:
    market = Watched()
    gather(market)
    drive(market, "b")
    dump(market, 2_000)
    assert market.alerts("pump_and_dump") == []


@pytest.mark.parametrize(("sign", "poster", "found"), [(1, "a", 1), (-1, "a", 0), (1, "c", 0)])
def test_a_false_statement_of_ones_own_drives_the_price(sign: int, poster: str, found: int) -> None:
    market = Watched()
    gather(market)
    market.count += 1
    market.engine.watch.stated(market.count, market.now_ns, SYMBOL, market.now_ns, sign, poster)
    drive(market, "b")
    dump(market, 2_000)
    alerts = market.alerts("pump_and_dump")
    assert [alert.facts["stated"] for alert in alerts] == [1] * found


def test_a_price_that_hardly_rose_is_not_pumped() -> None:
    market = Watched()
    gather(market)
    drive(market, to=7_130)
    dump(market, 3_000, 7_120)
    assert market.alerts("pump_and_dump") == []


def test_who_sells_at_about_the_own_price_did_not_pump() -> None:
    market = Watched()
    gather(market)
    drive(market)
    dump(market, 3_000, 7_050)
    assert market.alerts("pump_and_dump") == []


def test_a_small_part_of_the_volume_is_no_position() -> None:
    market = Watched()
    for _ in range(10):
        trade(market, "c", "b", 5_000)
    gather(market, 1_000)
    for _ in range(10):
        trade(market, "c", "b", 5_000)
    drive(market)
    dump(market, 2_000)
    assert market.alerts("pump_and_dump") == []


def test_after_ten_days_it_is_another_position() -> None:
    market = Watched()
    gather(market)
    market.now_ns += 241 * HOUR
    drive(market, steps=4)  # 400 t, below the floor
    dump(market, 2_000)
    assert market.alerts("pump_and_dump") == []


@pytest.mark.parametrize(
    "rule",
    [
        FatFinger,
        FloorCeiling,
        Painting,
        PriceSwing,
        PumpAndDump,
        UnusualVolume,
    ],
)
def test_no_parameter_of_zero_makes_a_rule_fail(rule: type[Rule[Any]]) -> None:
    market = Watched({rule.name: dict.fromkeys(rule.defaults, 0)})
    ordinary_days(market, 3)
    drive(market)
    dump(market, 500)
    ordinary_days(market, 1)
    assert market.engine.watch.silent() == {}
