"""An alert is always current when asked for, and told when it got worse or grew enough."""

import itertools
import random
from typing import Any

import pytest
from watched_market import STORM_PARAMETERS, Watched, storm

from bashu_daemon.surveillance.alerts import EVIDENCE, MAX_ALERTS, Alerts, GrowingAlert, next_told
from bashu_daemon.surveillance.engine import Engine
from bashu_daemon.surveillance.finding import Finding
from bashu_daemon.surveillance.market import Market
from bashu_daemon.surveillance.rules.self_trade import SelfTrade
from bashu_protocol.messages import Alert

MARKET = Market()
RULE = SelfTrade({}, MARKET)


def finding(count: int, **more: Any) -> Finding:
    values: dict[str, Any] = {
        "episode": "o",
        "severity": "warning",
        "score": 80,
        "symbol": "",
        "owner": "o",
        "members": ("a",),
        "seq": count,
        "transact_time": count,
        "facts": {"count": count},
        "count": count,
    }
    return Finding(**{**values, **more})


def begun(first: Finding) -> tuple[Alerts, Alert]:
    alerts = Alerts(MARKET)
    changed: dict[str, GrowingAlert] = {}
    alerts.take("key", RULE, first, changed)
    return alerts, changed["key"].alert()


def grow(alerts: Alerts, more: Finding) -> list[Alert]:
    changed: dict[str, GrowingAlert] = {}
    alerts.take("key", RULE, more, changed)
    return [growing.alert() for growing in changed.values()]


def test_growth_is_told_at_steps_of_three_to_six_percent() -> None:
    told = [0]
    while told[-1] < 10**9:
        told.append(next_told(told[-1]))
    assert told[:34] == [*range(33), 34]
    for before, after in itertools.pairwise(told[32:]):
        assert 3 <= (after - before) * 100 / before <= 6.25
        assert next_told((before + after) // 2) == next_told(after - 1) == after


def test_a_growing_count_is_told_at_its_steps_only() -> None:
    alerts, _ = begun(finding(1))
    told = [alert for count in range(2, 20_001) for alert in grow(alerts, finding(count))]
    assert [alert.count for alert in told[:31]] == list(range(2, 33))
    assert len(told) < 200
    ((_, kept),) = alerts.items()
    assert (kept.count, kept.update, kept.last_seq, kept.facts) == (
        20_000, 20_000, 20_000, {"count": 20_000},
    )  # fmt: skip


def test_where_the_count_stands_still_the_updates_are_told_at_their_steps() -> None:
    alerts, _ = begun(finding(0))
    told = [alert.update for seq in range(20_000) for alert in grow(alerts, finding(0, seq=seq))]
    assert told[:31] == list(range(2, 33))
    assert 100 < len(told) < 200


@pytest.mark.parametrize("worse", [{"score": 81}, {"severity": "violation"}, {"members": ("b",)}])
def test_what_makes_it_worse_is_told_at_once(worse: dict[str, Any]) -> None:
    alerts, _ = begun(finding(10_000))
    assert grow(alerts, finding(10_001)) == []
    (told,) = grow(alerts, finding(10_002, **worse))
    assert (told.count, told.update) == (10_002, 3)
    assert grow(alerts, finding(10_003, **worse)) == []


def test_severity_and_score_never_fall_back() -> None:
    alerts, _ = begun(finding(10_000, severity="violation", score=100))
    assert grow(alerts, finding(10_001, severity="info", score=5)) == []
    ((_, kept),) = alerts.items()
    assert (kept.severity, kept.score, kept.count) == ("violation", 100, 10_001)


def test_what_is_told_in_a_batch_is_as_the_batch_left_it() -> None:
    alerts = Alerts(MARKET)
    changed: dict[str, GrowingAlert] = {}
    for count in range(10_000, 10_003):
        alerts.take("key", RULE, finding(count), changed)
    assert [(one.alert().count, one.alert().update) for one in changed.values()] == [(10_002, 3)]


def test_a_violation_of_many_cancels_is_no_flood() -> None:
    market = Watched({"frequent_cancel": {"cancels": 10}})
    for _ in range(400):
        market.cancel("a", market.order("a", "buy", 10, 6_900))
    told = [alert for alert in market.published if alert.rule == "frequent_cancel"]
    (kept,) = market.alerts("frequent_cancel")
    assert (kept.count, kept.update) == (400, 393)
    assert len(told) < 100
    assert [a.severity for a in told[:3]] == ["warning", "warning", "violation"]


def test_a_restart_tells_nothing_twice_and_leaves_nothing_out() -> None:
    events = storm(11, 1_500).events
    whole, restarted = Engine(STORM_PARAMETERS), Engine(STORM_PARAMETERS)
    for batch in events:
        assert restarted.on_events(batch) == whole.on_events(batch)
        again = Engine(STORM_PARAMETERS)
        again.load(restarted.dump())
        restarted = again
    assert restarted.dump() == whole.dump()


def test_evidence_is_the_last_distinct_numbers() -> None:
    _, first = begun(finding(1, order_ids=range(1, 51)))
    by_one, whole = GrowingAlert(MARKET, first), GrowingAlert(MARKET, first)
    for last in range(51, 400):
        window = range(last - 49, last + 1)
        whole.take(finding(last, order_ids=window), RULE)
        by_one.take(finding(last, order_ids=window, adds_one_order=True), RULE)
    assert whole.alert() == by_one.alert()
    assert whole.alert().order_ids == list(range(400 - EVIDENCE, 400))
    whole.take(finding(400, order_ids=(399, 350, 7), exec_ids=(5,)), RULE)
    assert whole.alert().order_ids[-2:] == [399, 7]
    assert whole.alert().exec_ids == [5]


def test_beyond_the_most_that_are_kept_the_oldest_alert_goes() -> None:
    alerts = Alerts(MARKET)
    chance = random.Random(1)
    for number in range(MAX_ALERTS + 5):
        alerts.take(f"key{number}", RULE, finding(chance.randint(1, 9)), {})
    kept = alerts.items()
    assert len(kept) == MAX_ALERTS
    assert (kept[0][0], kept[0][1].alert_id) == ("key5", 6)
    assert alerts.next_alert_id == MAX_ALERTS + 6
