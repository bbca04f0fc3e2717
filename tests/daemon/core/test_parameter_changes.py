"""Surveillance's parameters on record: entered once, changed by two supervisors.

Source: four eyes on threshold changes, surveillance.md A3; the rest is the venue's own (issue 6).
"""

from typing import Any

import pytest

from bashu_daemon.core import Venue, parameter_changes
from bashu_daemon.core.events import ParameterChange, ParametersSet
from bashu_protocol.messages import (
    AddMember,
    AddUser,
    ConfirmParameterChange,
    EnterSurveillanceRule,
    ParameterChangeRow,
    ProposeParameterChange,
    SurveillanceRuleRow,
)
from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.topics import VENUE_USER

BOOK = "CEA24"
SPOOFING = {"enabled": 1, "min_qty": 500, "imbalance": 3}


@pytest.fixture
def watched(exchange: Any) -> Any:
    """Two rules on record, and a second supervisor `tom`."""
    exchange.run(AddMember("m", "T", "Bureau 2", "bureau"))
    exchange.run(AddUser("u", "tom", "T", "supervisor"))
    exchange.run(EnterSurveillanceRule("r1", "spoofing", SPOOFING, {BOOK: {"min_qty": 200}}))
    burst = EnterSurveillanceRule("r2", "burst_rate", {"enabled": 1}, is_per_instrument=False)
    exchange.run(burst)
    return exchange


def proposal(exchange: Any, **more: Any) -> ProposeParameterChange:
    values = {"rule": "spoofing", "parameter": "imbalance", "value": 4, "reason": "why", **more}
    return ProposeParameterChange(exchange.next_id(), **values)


def propose(exchange: Any, **more: Any) -> int:
    report = exchange.command("sue", proposal(exchange, **more))
    assert report.accepted, report
    return int(report.text.split()[1])


def change(exchange: Any, **more: Any) -> list[Any]:
    """Propose and confirm; return the events of the confirmation."""
    number = propose(exchange, **more)
    return exchange.apply("tom", ConfirmParameterChange(exchange.next_id(), number))


def row(exchange: Any, rule: str = "spoofing") -> SurveillanceRuleRow:
    (found,) = (one for one in exchange.venue.surveillance_rules() if one.rule == rule)
    return found


@pytest.mark.parametrize(
    ("user", "approve", "code"),
    [
        ("sue", True, RejectCode.FOUR_EYES),
        ("tom", True, RejectCode.NONE),
        ("sue", False, RejectCode.NONE),
        ("tom", False, RejectCode.NONE),
        ("anna", True, RejectCode.NOT_PERMITTED),
        ("venue", True, RejectCode.NOT_PERMITTED),
    ],
)
def test_four_eyes(watched: Any, user: str, approve: bool, code: RejectCode) -> None:
    """`sue` proposed; another supervisor must confirm. A rule is switched off in the same way."""
    for parameter, value in (("imbalance", 4), ("enabled", 0)):
        number = propose(watched, parameter=parameter, value=value)
        before = row(watched)
        report = watched.command(user, ConfirmParameterChange(watched.next_id(), number, approve))
        assert report.reject_code == code
        changed = report.accepted and approve
        assert (row(watched) != before) == changed
        assert row(watched).version == before.version + changed
        assert row(watched).parameters[parameter] == (value if changed else SPOOFING[parameter])
        waits = bool(watched.venue.parameter_changes())
        assert waits == (code != RejectCode.NONE)
        if waits:
            watched.command("sue", ConfirmParameterChange(watched.next_id(), number, False))


def test_nobody_but_the_registrar_enters_a_rule_and_only_once(watched: Any) -> None:
    entry = EnterSurveillanceRule("e1", "spoofing", {"enabled": 0, "min_qty": 1, "imbalance": 1})
    for user in ("sue", "anna"):
        assert watched.command(user, entry).reject_code is RejectCode.NOT_PERMITTED
    again = watched.command(VENUE_USER, entry)
    assert again.reject_code is RejectCode.ALREADY_EXISTS
    assert row(watched).parameters == SPOOFING


def test_a_later_version_of_a_rule_adds_what_it_has_and_changes_nothing(watched: Any) -> None:
    change(watched, parameter="min_qty", value=300)
    values = {**SPOOFING, "near_levels": 5}
    symbols = {BOOK: {"min_qty": 1, "near_levels": 2}}
    events = watched.run(EnterSurveillanceRule("e1", "spoofing", values, symbols))
    expected = {**SPOOFING, "min_qty": 300, "near_levels": 5}
    own = {BOOK: {"min_qty": 200, "near_levels": 2}}
    assert row(watched) == SurveillanceRuleRow("spoofing", 3, expected, own, True)
    (told,) = (event for event in events if isinstance(event, ParametersSet))
    assert (told.version, told.parameters, told.symbols) == (3, expected, own)


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"parameters": {"min_qty": 1}}, RejectCode.INVALID_VALUE),
        ({"rule": "Spoofing"}, RejectCode.INVALID_VALUE),
        ({"parameters": {"enabled": 1, "MIN": 1}}, RejectCode.INVALID_VALUE),
        ({"symbols": {"GOLD": {"enabled": 1}}}, RejectCode.UNKNOWN_SYMBOL),
        ({"symbols": {BOOK: {"colour": 1}}}, RejectCode.UNKNOWN_PARAMETER),
        ({"symbols": {BOOK: {"enabled": 1}}, "is_per_instrument": False}, RejectCode.INVALID_VALUE),
    ],
)
def test_what_cannot_be_entered(watched: Any, entry: dict[str, Any], code: RejectCode) -> None:
    values: dict[str, Any] = {"rule": "layering", "parameters": {"enabled": 1}, **entry}
    report = watched.command(VENUE_USER, EnterSurveillanceRule("e1", **values))
    assert report.reject_code is code, report.text
    assert len(watched.venue.surveillance_rules()) == 2


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"rule": "gossip"}, RejectCode.UNKNOWN_PARAMETER),
        ({"parameter": "colour"}, RejectCode.UNKNOWN_PARAMETER),
        ({"symbol": "GOLD"}, RejectCode.UNKNOWN_SYMBOL),
        ({"value": 3}, RejectCode.INVALID_VALUE),
        ({"parameter": "min_qty", "value": 200, "symbol": BOOK}, RejectCode.INVALID_VALUE),
        ({"parameter": "enabled", "value": 2}, RejectCode.INVALID_VALUE),
        ({"value": 0, "clear": True}, RejectCode.INVALID_VALUE),
        ({"value": 0, "symbol": BOOK, "clear": True}, RejectCode.INVALID_VALUE),
        ({"parameter": "min_qty", "symbol": BOOK, "clear": True}, RejectCode.INVALID_VALUE),
        (
            {"rule": "burst_rate", "parameter": "enabled", "value": 0, "symbol": BOOK},
            RejectCode.INVALID_VALUE,
        ),
    ],
)
def test_what_cannot_be_proposed(watched: Any, more: dict[str, Any], code: RejectCode) -> None:
    report = watched.command("sue", proposal(watched, **more))
    assert report.reject_code is code, report.text
    assert watched.venue.parameter_changes() == []


def test_one_change_of_a_parameter_waits_at_a_time(
    watched: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    propose(watched)
    again = watched.command("tom", proposal(watched, value=9))
    assert again.reject_code is RejectCode.ALREADY_EXISTS
    propose(watched, symbol=BOOK)
    monkeypatch.setattr(parameter_changes, "MAX_PENDING_CHANGES", 2)
    report = watched.command("sue", proposal(watched, parameter="min_qty"))
    assert report.reject_code is RejectCode.TOO_MANY_ORDERS
    unknown = watched.command("tom", ConfirmParameterChange(watched.next_id(), 99))
    assert unknown.reject_code is RejectCode.UNKNOWN_CHANGE


def test_an_instrument_has_values_of_its_own_until_they_are_cleared(watched: Any) -> None:
    change(watched, symbol=BOOK, value=7)
    assert row(watched).symbols == {BOOK: {"min_qty": 200, "imbalance": 7}}
    change(watched, value=5)
    assert row(watched).symbols == {BOOK: {"min_qty": 200, "imbalance": 7}}
    number = propose(watched, symbol=BOOK, value=0, clear=True)
    assert watched.venue.parameter_changes() == [
        ParameterChangeRow(
            number, "spoofing", BOOK, "imbalance", 5, 7, True, "sue", "why", watched.now_ns
        )
    ]
    watched.command("tom", ConfirmParameterChange(watched.next_id(), number))
    assert row(watched).symbols == {BOOK: {"min_qty": 200}}
    change(watched, symbol=BOOK, parameter="min_qty", value=0, clear=True)
    assert row(watched).symbols == {}
    assert row(watched).version == 5


def test_supervisors_are_told_who_proposed_and_who_decided(watched: Any) -> None:
    proposed = watched.apply("sue", proposal(watched))
    (note,) = (event for event in proposed if isinstance(event, ParameterChange))
    assert (note.stage, note.author, note.previous, note.value) == ("proposed", "sue", 3, 4)
    assert not any(isinstance(event, ParametersSet) for event in proposed)
    events = watched.apply("tom", ConfirmParameterChange(watched.next_id(), note.change_id))
    (changed,) = (event for event in events if isinstance(event, ParameterChange))
    assert (changed.stage, changed.author, changed.reason) == ("changed", "tom", "why")
    assert (changed.previous, changed.value) == (3, 4)
    (told,) = (event for event in events if isinstance(event, ParametersSet))
    assert (told.rule, told.version, told.parameters["imbalance"]) == ("spoofing", 2, 4)
    declined = propose(watched, value=9)
    events = watched.apply("sue", ConfirmParameterChange(watched.next_id(), declined, False))
    assert [e.stage for e in events if isinstance(e, ParameterChange)] == ["declined"]
    assert not any(isinstance(event, ParametersSet) for event in events)


def test_a_snapshot_keeps_the_record_and_what_waits(watched: Any) -> None:
    change(watched, symbol=BOOK, value=7)
    number = propose(watched)
    restored = Venue.load(watched.venue.dump())
    assert restored.dump() == watched.venue.dump()
    assert restored.surveillance_rules() == watched.venue.surveillance_rules()
    assert restored.parameter_changes() == watched.venue.parameter_changes()
    confirm = ConfirmParameterChange("c", number)
    assert restored.apply("tom", confirm, 99) == watched.venue.apply("tom", confirm, 99)
    assert restored.state_hash() == watched.venue.state_hash()


def test_the_day_does_not_end_a_proposal(watched: Any) -> None:
    """Unlike a correction, which is about a trade of the day."""
    number = propose(watched)
    watched.close_day()
    assert watched.command("tom", ConfirmParameterChange("c", number)).accepted
    assert row(watched).parameters["imbalance"] == 4
