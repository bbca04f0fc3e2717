from typing import Any

from bashu_daemon.core import Venue
from bashu_daemon.session_driver import due_commands, trade_date_of
from bashu_protocol.messages import CloseDay, HaltInstrument, OpenDay, SetPhase

NOON_23_NOV = 1_795_406_400_000_000_000  # 2026-11-23 04:00 UTC is noon in Shanghai
DAY_NS = 86_400_000_000_000


def test_the_date_is_that_of_shanghai() -> None:
    assert trade_date_of(NOON_23_NOV) == 20_261_123
    assert trade_date_of(NOON_23_NOV + 12 * 3_600_000_000_000) == 20_261_124


def test_a_new_venue_opens_and_an_open_one_is_left_alone() -> None:
    venue = Venue()
    due = due_commands(venue, "all_day", NOON_23_NOV)
    assert [type(command) for command in due] == [OpenDay, SetPhase]
    venue.apply("venue", due[0], NOON_23_NOV)
    assert due_commands(venue, "all_day", NOON_23_NOV + 5) == []


def test_a_new_date_closes_the_old_day_first(market: Any) -> None:
    due = due_commands(market.venue, "all_day", NOON_23_NOV + DAY_NS)
    assert [type(command) for command in due] == [CloseDay, OpenDay, SetPhase]
    for command in due:
        market.now_ns = NOON_23_NOV + DAY_NS
        market.registrar(command)
    assert market.venue.trade_date == 20_261_124
    assert market.venue.stat("CEA25").phase == "continuous"


def test_a_day_that_was_closed_stays_closed(market: Any) -> None:
    market.registrar(CloseDay("close"))
    assert due_commands(market.venue, "all_day", NOON_23_NOV) == []


def test_a_halt_survives_the_night(market: Any) -> None:
    market.apply("sup", HaltInstrument("h", "CEA25", "price jump"))
    for command in due_commands(market.venue, "all_day", NOON_23_NOV + DAY_NS):
        market.registrar(command)
    assert market.venue.stat("CEA25").phase == "halted"


def test_the_registrar_may_do_it_by_hand() -> None:
    assert due_commands(Venue(), "manual", NOON_23_NOV) == []
