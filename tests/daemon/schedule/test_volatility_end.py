"""The daemon ends a volatility auction when its time is over; at noon the pause does."""

from typing import Any

import pytest

from bashu_daemon.schedule import Sessions, ending_volatility_auctions
from bashu_daemon.schedule.plan import CalendarSchedule
from bashu_protocol.messages import (
    AddMember,
    AddUser,
    Deposit,
    NewOrder,
    SetPhase,
    StateCommand,
    VolatilityRules,
)
from bashu_protocol.topics import VENUE_USER

SYMBOL = "CEA25"
SECONDS = 60
DAY = "2026-11-24"


@pytest.fixture
def driven(new_driven: Any) -> Any:
    """Two members, and a collar of 2 % round 70.00 whose breach costs 60 seconds."""
    rules = VolatilityRules(dynamic_bps=200, auction_seconds=SECONDS)
    driven = new_driven(CalendarSchedule(Sessions()), volatility=rules)
    for user, member in (("anna", "A"), ("bo", "B")):
        for number, command in enumerate(
            (
                AddMember(f"{member}1", member, member, member),
                AddUser(f"{member}2", user, member),
                Deposit(f"{member}3", member, "CNY", 10**9),
                Deposit(f"{member}4", member, SYMBOL, 1_000),
            )
        ):
            assert driven.apply(VENUE_USER, command), number
    return driven


def breach(driven: Any, text: str) -> None:
    driven.at(text)
    driven.venue.apply("bo", NewOrder("s", SYMBOL, "sell", 10, 7_200), driven.now_ns)
    driven.venue.apply("anna", NewOrder("b", SYMBOL, "buy", 5, 7_200), driven.now_ns)
    assert driven.phase() == "volatility_auction"


def ending(driven: Any, text: str) -> list[StateCommand]:
    driven.at(text)
    return ending_volatility_auctions(driven.venue, driven.now_ns)


def test_it_ends_when_its_time_is_over(driven: Any) -> None:
    driven.at(f"{DAY} 09:30")
    breach(driven, f"{DAY} 10:00:00")
    assert ending(driven, f"{DAY} 10:00:59") == []
    driven.restart()
    (command,) = ending(driven, f"{DAY} 10:01:00")
    assert isinstance(command, SetPhase)
    assert (command.phase, command.symbol) == ("continuous", SYMBOL)
    assert driven.apply(VENUE_USER, command)
    assert driven.phase() == "continuous"
    assert driven.venue.stat(SYMBOL).last == 7_200
    assert ending(driven, f"{DAY} 10:02:00") == []


def test_several_of_a_day_have_ids_of_their_own(driven: Any) -> None:
    driven.at(f"{DAY} 09:30")
    breach(driven, f"{DAY} 10:00:00")
    (first,) = ending(driven, f"{DAY} 10:01:00")
    driven.apply(VENUE_USER, first)
    driven.venue.apply("bo", NewOrder("s2", SYMBOL, "sell", 20, 7_400), driven.now_ns)
    driven.venue.apply("anna", NewOrder("b2", SYMBOL, "buy", 9, 7_400), driven.now_ns)
    assert driven.phase() == "volatility_auction"
    (second,) = ending(driven, f"{DAY} 10:02:00")
    assert second.cl_ord_id != first.cl_ord_id
    assert driven.apply(VENUE_USER, second)


def test_the_pause_ends_it_too(driven: Any) -> None:
    driven.at(f"{DAY} 09:30")
    breach(driven, f"{DAY} 11:29:30")
    assert ending(driven, f"{DAY} 11:30:30") == []
    assert driven.phase() == "pause"
    assert driven.venue.stat(SYMBOL).last == 7_200
