"""Days on which a rule raises other numbers of alerts than it usually does."""

from statistics import mean, pstdev
from typing import Any

import pytest
from watched_market import Watched

from bashu_daemon.surveillance.engine import Engine
from bashu_daemon.surveillance.rates import DAYS_KEPT, DAYS_KNOWN, Rates, Unusual, usual
from bashu_daemon.watchdog import Watchdog


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([0] * 10, (0, 3)),
        ([5] * 10, (2, 8)),
        ([100] * 20, (97, 103)),
        ([0, 20] * 5, (0, 40)),
        ([90, 110] * 10, (70, 130)),
        ([7] * 9 + [8], (5, 10)),
    ],
)
def test_usual_is_within_three_deviations_of_one_alert_at_least(
    days: list[int], expected: tuple[int, int]
) -> None:
    assert usual(days) == expected
    reach = 3 * max(1.0, pstdev(days))
    assert max(0.0, mean(days) - reach) <= expected[0]
    assert expected[1] <= mean(days) + reach


def day(rates: Rates, alerts: int, number: int = 1, rules: Any = ("r",)) -> dict[str, Unusual]:
    for _ in range(alerts):
        rates.count("r")
    rates.end_day(number, list(rules))
    return rates.unusual


def test_nothing_is_unusual_before_enough_days_are_known() -> None:
    rates = Rates()
    for number in range(DAYS_KNOWN):
        assert day(rates, 50 * (number % 2)) == {}
    rates = Rates()
    for _ in range(DAYS_KNOWN):
        assert day(rates, 5) == {}
    assert day(rates, 9, 20_260_130) == {"r": Unusual(9, 2, 8, DAYS_KNOWN, 20_260_130)}
    assert day(rates, 5) == {}
    assert day(rates, 0) == {"r": Unusual(0, 3, 8, DAYS_KNOWN + 2, 1)}


def test_days_of_a_rule_that_was_off_do_not_count() -> None:
    rates = Rates()
    for _ in range(DAYS_KNOWN):
        day(rates, 5)
    assert day(rates, 0, rules=()) == {}
    assert day(rates, 5) == {}
    assert len(rates.days["r"]) == DAYS_KNOWN + 1


def test_the_last_days_alone_are_kept() -> None:
    rates = Rates()
    for _ in range(DAYS_KEPT):
        day(rates, 5)
    assert "r" in day(rates, 50)
    for _ in range(DAYS_KEPT):
        day(rates, 50)
    assert day(rates, 50) == {}
    assert rates.days["r"] == [50] * DAYS_KEPT


def trade_with_oneself(market: Watched) -> None:
    market.order("b", "sell", 10, 7_000)
    market.order("b2", "buy", 10, 7_000)
    market.cancel("b", f"o{market.count - 1}")


def test_a_rule_that_falls_silent_is_told_and_so_it_is_after_a_restart() -> None:
    market = Watched({"self_trade": {"violation_count": 5}})
    dog = Watchdog(market.engine, 7, 0, lambda: 1)
    dog.begin(50.0)
    for _ in range(DAYS_KNOWN):
        trade_with_oneself(market)
        market.next_day()
        assert dog.look(50.0, None, 0) == []
    assert market.engine.watch.rates.days["self_trade"] == [1] * DAYS_KNOWN
    # As if it had raised many on each of these days.
    market.engine.watch.rates.days["self_trade"] = [12, 13] * (DAYS_KNOWN // 2)
    trade_with_oneself(market)
    market.next_day()
    (alert,) = dog.look(50.0, None, 0)
    assert (alert.facts["kind"], alert.facts["subject"], alert.facts["alerts"]) == (
        "rate", "self_trade", 1,
    )  # fmt: skip
    assert (alert.facts["least"], alert.facts["most"]) == (10, 15)
    assert "self_trade" in alert.stories["zh"]
    assert dog.look(51.0, None, 0) == []
    again = Engine({})
    again.load(market.engine.dump())
    assert again.dump() == market.engine.dump()
    (told,) = Watchdog(again, 8, 0, lambda: 1).look(0.0, None, 0)
    assert told.facts == alert.facts
