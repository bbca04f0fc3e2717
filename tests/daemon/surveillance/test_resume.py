"""The same events give the same alerts, in the same order, also after a restart at any point."""

import random

import pytest
from manipulated_market import PARAMETERS, market

from bashu_daemon.surveillance.catalogue import RULES
from bashu_daemon.surveillance.engine import Engine
from bashu_protocol.messages import Alert


def played(engine: Engine, stops: set[int]) -> tuple[Engine, list[Alert]]:
    """Return the engine at the end, restarted after the commands at `stops`, and what it told."""
    told: list[Alert] = []
    for number, (_time, events) in enumerate(market().batches):
        told += engine.on_events(events)
        if number in stops:
            data = engine.dump()
            engine = Engine(PARAMETERS)
            engine.load(data)
            assert engine.dump() == data
    return engine, told


@pytest.mark.parametrize("seed", range(3))
def test_restarts_at_random_points_change_nothing(seed: int) -> None:
    chance = random.Random(seed)
    count = len(market().batches)
    straight, told = played(Engine(PARAMETERS), set())
    stops = {chance.randrange(count) for _ in range(25)}
    restarted, told_again = played(Engine(PARAMETERS), stops)
    assert told_again == told
    assert restarted.alerts() == straight.alerts()
    assert restarted.dump() == straight.dump()


def test_every_rule_has_something_to_keep_at_a_restart() -> None:
    engine, _ = played(Engine(PARAMETERS), set())
    fresh = {rule.name: rule.dump() for rule in Engine(PARAMETERS).watch.rules}
    seen = {alert.rule for alert in engine.alerts()}
    kept = {rule.name for rule in engine.watch.rules if rule.dump() != fresh[rule.name]}
    # Days so short have no usual moves; test_linked_markets.py and test_disclosure_rules.py restart
    # at every event.
    short = {"insider", "cross_product", "regional"}
    assert {rule.name for rule in RULES} - seen - kept <= short
    assert len(seen) > 5


def test_what_is_told_does_not_depend_on_how_the_events_are_cut() -> None:
    """A venue takes events in other portions after a restart than before it."""
    chance = random.Random(1)
    _, told = played(Engine(PARAMETERS), set())
    engine, other = Engine(PARAMETERS), []
    waiting = []
    for _time, events in market().batches:
        waiting += events
        if chance.random() < 0.2:
            other += engine.on_events(waiting)
            waiting = []
    other += engine.on_events(waiting)
    contents = {(alert.alert_id, alert.update): alert for alert in told}
    assert len(contents) == len(told)
    assert len({(alert.alert_id, alert.update) for alert in other}) == len(other)
    for alert in other:
        assert contents.get((alert.alert_id, alert.update), alert) == alert
