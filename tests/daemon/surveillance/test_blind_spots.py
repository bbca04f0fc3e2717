"""A rule that is off or fails is known to be so, and takes no other with it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from msgspec import Struct
from watched_market import STORM_PARAMETERS, storm

from bashu_daemon.surveillance.blind_spot import IDS_OF_A_RUN
from bashu_daemon.surveillance.canary import VERSES, sing
from bashu_daemon.surveillance.canary_stage import Stage
from bashu_daemon.surveillance.catalogue import RULES
from bashu_daemon.surveillance.engine import Engine
from bashu_daemon.surveillance.finding import NOTHING, Finding
from bashu_daemon.surveillance.rule import Handler, Rule
from bashu_daemon.surveillance.rules.self_trade import SelfTrade
from bashu_daemon.surveillance.rules.spoofing import Spoofing
from bashu_daemon.surveillance.seen import DayBegan, Prevented, Seen, Traded
from bashu_daemon.surveillance.venue_feed import VenueFeed
from bashu_daemon.surveillance.watch import Watch
from bashu_daemon.watchdog import DEAF_SECONDS, LAG_SECONDS, MOST_WAITING, Watchdog
from bashu_protocol.messages import Alert


class _State(Struct):
    seen: int = 0


class Broken(Rule[_State]):
    """Fails at the third day or trade."""

    name = "broken"
    defaults: Mapping[str, int] = {}
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {DayBegan: self._count, Traded: self._count}

    def _count(self, event: Any) -> Sequence[Finding]:
        self.state.seen += 1
        if self.state.seen == 3:
            raise ValueError("nobody thought of this")
        return NOTHING


@pytest.mark.parametrize("rule", [rule.name for rule in RULES])
def test_every_rule_can_be_switched_off(rule: str) -> None:
    engine = Engine({rule: {"enabled": 0}})
    assert engine.watch.silent() == {rule: ""}
    assert all(one.name != rule for takers in engine.watch._table.values() for _, one in takers)


def test_what_is_off_finds_nothing_and_the_rest_the_same() -> None:
    market = storm(21, 300)
    engine = Engine(STORM_PARAMETERS | {"self_trade": {"enabled": 0}})
    for events in market.events:
        engine.on_events(events)
    everything = {alert.rule for alert in market.engine.alerts()}
    assert {alert.rule for alert in engine.alerts()} == everything - {"self_trade"}


def test_a_rule_that_fails_is_switched_off_and_the_others_go_on() -> None:
    market = storm(22, 300)
    watch = Watch({}, rules=[Broken, SelfTrade])
    alone = Watch({}, rules=[SelfTrade])
    for one in (watch, alone):
        feed = VenueFeed(one)
        for events in market.events:
            for event in events:
                feed.take(event)
    assert watch.silent() == {"broken": "ValueError: nobody thought of this"}
    assert watch.rules[0].state.seen == 3
    assert watch.alerts() == alone.alerts()
    assert watch.alerts()
    again = Watch({}, rules=[Broken, SelfTrade])
    again.load(watch.dump())
    assert again.silent() == watch.silent()
    assert again.dump() == watch.dump()


class Divider(SelfTrade):
    """Cannot be judged by 0."""

    name = "divider"

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        _ = 1 // self.limits["violation_count"]
        return NOTHING


def failed_divider() -> tuple[Watch, list[Any]]:
    watch = Watch({"divider": {"violation_count": 0}}, rules=[Divider])
    market = storm(22, 300)
    events = [event for some in market.events for event in some]
    feed = VenueFeed(watch)
    for event in events:
        feed.take(event)
    assert "ZeroDivisionError" in watch.silent()["divider"]
    return watch, events


def test_a_change_of_its_parameters_revives_a_rule_that_failed() -> None:
    watch, events = failed_divider()
    watch.parameters_set("divider", 2, {"enabled": 1, "violation_count": 5}, {})
    assert watch.silent() == {}
    assert watch.rules[0].dump() == Divider({}, watch.market).dump()
    feed = VenueFeed(watch)
    for event in events:
        feed.take(event)
    assert watch.silent() == {}


def test_a_mended_version_revives_a_rule_that_failed() -> None:
    watch, _ = failed_divider()
    data = watch.dump()

    class Mended(Divider):
        version = Divider.version + 1

    same, mended = Watch({}, rules=[Divider]), Watch({}, rules=[Mended])
    same.load(data)
    mended.load(data)
    assert set(same.silent()) == {"divider"}
    assert mended.silent() == {}
    assert mended.rules[0].dump() == Mended({}, mended.market).dump()


def test_the_canary_is_found_by_every_rule_that_has_a_verse() -> None:
    assert sing() == set()


@pytest.mark.parametrize("rule", [r for r in RULES if r.name in VERSES], ids=lambda r: r.name)
def test_a_verse_is_short_and_finds_its_own_rule(rule: type[Rule[Any]]) -> None:
    stage = Stage(rule, VERSES[rule.name].parameters)
    assert stage.watch.alerts() == []
    VERSES[rule.name].play(stage)
    assert {alert.rule for alert in stage.watch.alerts()} == {rule.name}
    assert stage._seq <= 30
    assert stage.watch.silent() == {}


def test_a_rule_that_does_not_find_the_canary_is_named() -> None:
    class Deaf(Spoofing):
        def handlers(self) -> Mapping[type[Seen], Handler]:
            return {}

    class Weak(SelfTrade):
        def handlers(self) -> Mapping[type[Seen], Handler]:
            return {Prevented: self._on_prevented}

    assert sing([Deaf, Weak]) == {"spoofing", "self_trade"}


class Watching:
    """A watchdog at a clock of its own."""

    def __init__(self, parameters: dict[str, dict[str, int]] | None = None) -> None:
        self.engine = Engine(parameters or {})
        self.dog = Watchdog(self.engine, 7, 100, lambda: round(self.now * 1e9))
        self.now = 50.0
        self.dog.begin(self.now)

    def look(
        self, oldest: float | None = None, waiting: int = 0, head_seq: int = 100
    ) -> list[tuple[Any, int]]:
        found = self.dog.look(self.now, oldest, waiting, head_seq)
        return [(alert.facts["kind"], alert.count) for alert in found]


def test_a_rule_that_is_off_is_an_alert_at_once_and_only_once() -> None:
    watching = Watching({"spoofing": {"enabled": 0}})
    assert watching.look() == [("rule_off", 1)]
    assert watching.look() == []
    (alert,) = watching.dog.alerts()
    assert (alert.rule, alert.severity, alert.facts["subject"]) == (
        "blind_spot", "warning", "spoofing",
    )  # fmt: skip
    assert all("spoofing" in alert.stories[language] for language in ("en", "zh"))


def test_a_rule_that_failed_is_an_alert_that_says_why() -> None:
    watching = Watching()
    watching.engine.watch._failed["layering"] = "KeyError: 7"
    watching.engine.watch._fill_table()
    assert watching.look() == [("rule_failed", 1)]
    (alert,) = watching.dog.alerts()
    assert "KeyError: 7" in alert.stories["en"]
    assert alert.severity == "violation"


def test_commands_that_did_not_come_are_named() -> None:
    watching = Watching()
    assert watching.dog.took(101, 105) == []
    assert watching.dog.took(106, 106) == []
    (alert,) = watching.dog.took(110, 120)
    assert (alert.facts["first_missing"], alert.facts["last_missing"]) == (107, 109)
    assert alert.last_seq == 120
    (again,) = watching.dog.took(130, 130)
    assert (again.alert_id, again.update, again.count) == (alert.alert_id, 2, 2)
    assert watching.dog.took(131, 140) == []


def test_lag_is_told_when_it_begins_and_when_it_begins_again() -> None:
    watching = Watching()
    assert watching.look(oldest=watching.now - LAG_SECONDS) == []
    assert watching.look(oldest=watching.now - LAG_SECONDS - 0.1) == [("lag", 1)]
    assert watching.look(oldest=watching.now - LAG_SECONDS - 0.5) == []
    assert watching.look() == []
    assert watching.look(oldest=watching.now - 2) == [("lag", 2)]


def test_a_feed_that_brings_nothing_more_is_told() -> None:
    watching = Watching()
    assert watching.look(head_seq=105) == []
    watching.now += LAG_SECONDS
    assert watching.look(head_seq=107) == []
    watching.now += 0.5
    assert watching.look(head_seq=107) == [("stalled", 1)]
    (alert,) = watching.dog.alerts()
    assert (alert.facts["first_missing"], alert.facts["last_missing"]) == (101, 107)
    assert watching.dog.took(101, 107) == []
    assert watching.look(head_seq=107) == []
    # A busy venue is always a little ahead of what has come.
    for seq in range(108, 118):
        watching.now += LAG_SECONDS
        watching.dog.heard(set(), watching.now)
        watching.dog.took(seq, seq)
        assert watching.look(head_seq=seq + 3) == []
    # What waits is late, but it comes; a canary that waits is no sign of it.
    watching.now += LAG_SECONDS
    assert watching.look(oldest=watching.now, waiting=3, head_seq=120) == []
    watching.now += LAG_SECONDS + 0.5
    assert watching.look(oldest=watching.now, head_seq=120) == [("stalled", 2)]


def test_too_many_waiting_events_are_told() -> None:
    watching = Watching()
    assert watching.look(waiting=MOST_WAITING) == []
    assert watching.look(waiting=MOST_WAITING + 1) == [("backlog", 1)]


def test_a_canary_that_is_not_heard_is_told_within_five_seconds() -> None:
    watching = Watching()
    assert watching.dog.wants_canary(watching.now)
    assert not watching.dog.wants_canary(watching.now + 0.5)
    watching.dog.heard(set(), watching.now)
    watching.now += DEAF_SECONDS
    assert watching.look() == []
    watching.dog.heard({"spoofing"}, watching.now)
    watching.now += 0.5
    assert DEAF_SECONDS + 0.5 <= 5
    assert watching.look() == [("canary", 1)]
    assert "spoofing" in watching.dog.alerts()[0].stories["zh"]
    watching.dog.heard(set(), watching.now)
    assert watching.look() == []


def test_the_numbers_of_two_runs_and_of_rules_do_not_meet() -> None:
    first: list[Alert] = Watching({"spoofing": {"enabled": 0}}).dog.look(60.0, None, 0)
    engine = Engine({"spoofing": {"enabled": 0}})
    later = Watchdog(engine, 8, 0, lambda: 0).look(0.0, None, 0)
    assert later[0].alert_id - first[0].alert_id == IDS_OF_A_RUN
    assert first[0].alert_id > 1 << 40
