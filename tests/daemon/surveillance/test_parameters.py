"""Parameters of one instrument, and changes while the market runs."""

import random
from itertools import chain
from typing import Any

import msgspec
import pytest
from manipulated_market import PARAMETERS, market
from watched_market import STORM_PARAMETERS, SYMBOL, Watched, storm

from bashu_daemon.surveillance.audit import audit_events
from bashu_daemon.surveillance.catalogue import RULES
from bashu_daemon.surveillance.engine import Engine
from bashu_daemon.surveillance.parameters import WrongParameter
from bashu_daemon.surveillance.rule import Rule
from bashu_daemon.surveillance.venue_feed import VenueFeed
from bashu_daemon.surveillance.watch import Watch
from bashu_protocol.messages import (
    AddMember,
    AddUser,
    Alert,
    ConfirmParameterChange,
    EnterSurveillanceRule,
    ProposeParameterChange,
)

NEVER = 10**12
"""A threshold that nothing reaches."""


class Supervised(Watched):
    """With every rule on record, and two supervisors."""

    def __init__(self, parameters: dict[str, dict[str, int]] | None = None) -> None:
        super().__init__(parameters)
        for user in ("sue", "tom"):
            self.send("venue", AddMember(f"m-{user}", user, user, user))
            self.send("venue", AddUser(f"u-{user}", user, user, "supervisor"))
        for rule in RULES:
            own = rule.schema().read((parameters or {}).get(rule.name, {})).own
            per_instrument = rule.is_per_instrument
            entry = EnterSurveillanceRule(f"e-{rule.name}", rule.name, own, {}, per_instrument)
            self.send("venue", entry)

    def change(self, rule: str, parameter: str, value: int, symbol: str = "") -> None:
        self.count += 1
        name = f"p{self.count}"
        self.send("sue", ProposeParameterChange(name, rule, parameter, value, "why", symbol))
        number = self.venue.parameter_changes()[-1].change_id
        self.send("tom", ConfirmParameterChange(name, number))

    def self_trade(self) -> None:
        self.order("b", "sell", 10, 7_000)
        self.order("b2", "buy", 10, 7_000)


def contents(alerts: list[Alert]) -> list[Any]:
    return [(a.alert_id, a.rule, a.facts, a.parameters, a.order_ids, a.score) for a in alerts]


def replayed(market: Supervised, stops: set[int]) -> tuple[Engine, list[Alert]]:
    """Watch again from the beginning, restarting after some commands."""
    engine, told = Engine({}), []
    for number, events in enumerate(market.events):
        told += engine.on_events(events)
        if number in stops:
            data = engine.dump()
            engine = Engine({"self_trade": {"violation_count": 1}})
            engine.load(data)
            assert engine.dump() == data
    return engine, told


def blunt(rule: type[Rule[Any]]) -> dict[str, int]:
    """Return parameters by which the rule judges quite differently."""
    return {name: value * 1_000 + 7 for name, value in rule.defaults.items()}


SHORT = {
    **PARAMETERS,
    "ramping": {"swings": 0, "own_percent": 0},
    "marking_close": {
        "window_minutes": 1, "before_minutes": 2, "swings": 0, "normal_percent": 10,
        "lifted_percent": 0, "own_percent": 0,
    },
}  # fmt: skip
"""For markets of minutes, in which every manipulation there is goes on at once."""
FOUND = {
    "auction_manipulation", "dynamic_layering", "fat_finger", "frequent_cancel", "layering",
    "limit_touch", "marking_close", "painting", "prearranged", "price_swing", "ramping",
    "self_trade", "spoofing",
}  # fmt: skip
"""Rules that have something to find in one of the two markets."""


@pytest.mark.parametrize("rule", [r for r in RULES if r.is_per_instrument], ids=lambda r: r.name)
def test_every_rule_judges_an_instrument_by_its_own_parameters(rule: type[Rule[Any]]) -> None:
    """The rule's own values are absurd; the traded instrument has the usual ones."""
    usual = {**rule.defaults, **SHORT.get(rule.name, {})}
    found: set[str] = set()
    for events in ([events for _time, events in market().batches], storm(21, 300).events):
        everywhere = Watch({rule.name: usual}, rules=[rule])
        own = Watch({rule.name: {**blunt(rule), SYMBOL: usual}}, rules=[rule])
        other = Watch({rule.name: {**usual, "OTHER": blunt(rule)}}, rules=[rule])
        for watch in (everywhere, own, other):
            feed = VenueFeed(watch)
            for event in chain.from_iterable(events):
                feed.take(event)
        assert contents(own.alerts()) == contents(everywhere.alerts())
        assert contents(other.alerts()) == contents(everywhere.alerts())
        found |= {alert.rule for alert in own.alerts()}
    assert rule.name not in FOUND - found


def test_what_cannot_be_of_one_instrument_is_refused() -> None:
    with pytest.raises(WrongParameter, match=r"burst_rate\.CEA25.* over all instruments"):
        Engine({"burst_rate": {"CEA25": {"warning_per_second": 9}}})
    with pytest.raises(WrongParameter, match=r"spoofing\.CEA25.* no parameter 'colour'"):
        Engine({"spoofing": {"CEA25": {"colour": 9}}})
    with pytest.raises(WrongParameter, match=r"spoofing\.CEA25.* negative"):
        Engine({"spoofing": {"CEA25": {"min_qty": -1}}})


def test_a_rule_that_is_off_for_an_instrument_is_silent_there_only() -> None:
    for value, other in ((0, 1), (1, 0)):
        parameters = {"self_trade": {"enabled": other, SYMBOL: {"enabled": value}}}
        watched = Watched(parameters)  # type: ignore[arg-type]  # with a table in it
        watched.order("b", "sell", 10, 7_000)
        watched.order("b2", "buy", 10, 7_000)
        assert bool(watched.alerts("self_trade")) == bool(value)
        expected = {f"self_trade {SYMBOL}": ""} if other else {"self_trade": ""}
        assert watched.engine.watch.silent() == expected


def test_a_change_holds_from_its_command_on() -> None:
    watched = Supervised()
    for _ in range(2):
        watched.self_trade()
    (alert,) = watched.alerts("self_trade")
    assert (alert.severity, alert.parameters, alert.parameters_version) == (
        "info", {"violation_count": 5}, 1,
    )  # fmt: skip
    watched.change("self_trade", "violation_count", 3)
    (unchanged,) = watched.alerts("self_trade")
    assert unchanged == alert
    watched.self_trade()
    (alert,) = watched.alerts("self_trade")
    assert (alert.severity, alert.count, alert.parameters, alert.parameters_version) == (
        "violation", 3, {"violation_count": 3}, 2,
    )  # fmt: skip


def test_a_change_of_one_instrument_is_of_no_other() -> None:
    watched = Supervised()
    watched.change("self_trade", "violation_count", 1, SYMBOL)
    watched.change("self_trade", "violation_count", 7)
    watched.self_trade()
    (alert,) = watched.alerts("self_trade")
    assert (alert.severity, alert.parameters, alert.parameters_version) == (
        "violation", {"violation_count": 1}, 3,
    )  # fmt: skip
    (rule,) = (rule for rule in watched.engine.watch.rules if rule.name == "self_trade")
    assert rule.limits_of("MORE") == {"violation_count": 7}


def test_a_rule_that_is_switched_off_and_on_again_begins_anew() -> None:
    watched = Supervised()
    watched.self_trade()
    watched.change("self_trade", "enabled", 0)
    assert watched.engine.watch.silent() == {"self_trade": ""}
    watched.self_trade()
    assert [alert.count for alert in watched.alerts("self_trade")] == [1]
    watched.change("self_trade", "enabled", 1)
    assert watched.engine.watch.silent() == {}
    watched.self_trade()
    watched.self_trade()
    assert [alert.facts["prevented"] for alert in watched.alerts("self_trade")] == [2]


def changed_storm(seed: int) -> Supervised:
    """A storm with changes of every kind in it."""
    market = Supervised(STORM_PARAMETERS)
    chance = random.Random(seed)
    changes = [
        ("frequent_cancel", "cancels", 10, ""), ("frequent_cancel", "cancels", 5, SYMBOL),
        ("self_trade", "violation_count", 2, ""), ("self_trade", "enabled", 0, SYMBOL),
        ("self_trade", "enabled", 1, SYMBOL), ("limit_touch", "enabled", 0, ""),
        ("burst_rate", "warning_per_second", 6, ""), ("limit_touch", "enabled", 1, ""),
    ]  # fmt: skip
    for part, (rule, parameter, value, symbol) in enumerate(changes):
        for user, command, _time in storm(seed + part, 60).commands[20:]:
            market.count += 1
            names = {
                field: f"{part}-{getattr(command, field)}"
                for field in ("cl_ord_id", "orig_cl_ord_id")
                if hasattr(command, field)
            }
            renamed = msgspec.structs.replace(command, **names)
            market.send(user, renamed, chance.choice([1_000_000, 50_000_000]))
        market.change(rule, parameter, value, symbol)
    return market


def test_a_replay_gives_the_same_alerts_with_the_changes_and_over_restarts() -> None:
    market = changed_storm(3)
    versions = {alert.parameters_version for alert in market.engine.alerts()}
    assert {1, 3} <= versions
    chance = random.Random(4)
    stops = {chance.randrange(60, len(market.events)) for _ in range(40)}
    # The rulebook at the start is another: the journal's record holds.
    straight, told = replayed(market, set())
    restarted, told_again = replayed(market, stops)
    assert straight.alerts() == market.engine.alerts()
    assert told == market.published
    assert told_again == told
    assert restarted.dump() == straight.dump()


def test_what_if_other_parameters_had_been_in_force() -> None:
    market = changed_storm(3)
    engine = Engine({"self_trade": {"violation_count": NEVER}}, takes_recorded=False)
    for events in market.events:
        engine.on_events(events)
    judged = {
        (a.parameters_version, a.parameters["violation_count"])
        for a in engine.alerts()
        if a.rule == "self_trade"
    }
    assert judged == {(0, NEVER)}


def test_what_another_version_has_on_record_is_left_out() -> None:
    watched = Supervised()
    own = {"enabled": 1, "violation_count": 2, "colour": 3}
    watch = watched.engine.watch
    watch.parameters_set("self_trade", 9, own, {SYMBOL: {"colour": 1}})
    watch.parameters_set("gossip", 9, own, {})
    watch.parameters_set("burst_rate", 9, {"enabled": 1}, {SYMBOL: {"enabled": 0}})
    (rule,) = (rule for rule in watch.rules if rule.name == "self_trade")
    assert rule.limits_of(SYMBOL) == {"violation_count": 2}
    assert watch.silent() == {}


def test_the_audit_stream_shows_a_change() -> None:
    watched = Supervised()
    watched.change("self_trade", "violation_count", 3, SYMBOL)
    audits = [audit for events in watched.events[-2:] for audit in audit_events(events)]
    assert [(a.event, a.user, a.symbol) for a in audits if a.event.startswith("parameter_")] == [
        ("parameter_proposed", "sue", SYMBOL), ("parameter_changed", "tom", SYMBOL),
    ]  # fmt: skip
    assert audits[0].text == "self_trade violation_count 5 -> 3: why"
