"""The driver with a controlled clock. Hours and holidays: market_rules.md 1.2.

2026-11-23 is a Monday; 2026-10-01 to 07 are National Day holidays, 2026-10-10 a make-up Saturday.
"""

from collections.abc import Callable
from typing import Any

import pytest

from bashu_daemon.schedule import Sessions, ending_volatility_auctions, make_schedule
from bashu_daemon.schedule.plan import CalendarSchedule
from bashu_protocol.messages import (
    BlockRules,
    CallAuctionRules,
    CloseDay,
    HaltInstrument,
    OpenDay,
    ResumeInstrument,
    SetBlockSession,
    SetPhase,
    VolatilityRules,
)

SESSIONS = Sessions(pre_open="09:15")


@pytest.fixture
def driven(new_driven: Callable[..., Any]) -> Any:
    return new_driven(CalendarSchedule(SESSIONS))


DAY = [
    ("09:14", [], "closed"),
    ("09:15", ["open-20261123"], "pre_open"),
    ("09:29", [], "pre_open"),
    ("09:30", ["continuous-20261123-0930"], "continuous"),
    ("11:29", [], "continuous"),
    ("11:30", ["pause-20261123-1130"], "pause"),
    ("13:00", ["continuous-20261123-1300"], "continuous"),
    ("14:59", [], "continuous"),
    ("15:00", ["close-20261123"], "closed"),
    ("23:59", [], "closed"),
]


@pytest.mark.parametrize("restarts", [False, True])
def test_a_whole_day(driven: Any, restarts: bool) -> None:
    """Monday to Friday 09:30-11:30 and 13:00-15:00: market_rules.md 1.2; restarted anywhere."""
    for time, ids, phase in DAY:
        assert driven.at(f"2026-11-23 {time}") == ids, time
        assert driven.phase() == phase, time
        if restarts:
            driven.restart()
    assert driven.at("2026-11-24 09:15") == ["open-20261124"]


@pytest.mark.parametrize(
    ("time", "ids", "phase"),
    [
        ("09:20", ["open-20261123"], "pre_open"),
        ("10:00", ["open-20261123", "continuous-20261123-0930"], "continuous"),
        ("12:15", ["open-20261123", "pause-20261123-1130"], "pause"),
        ("14:00", ["open-20261123", "continuous-20261123-1300"], "continuous"),
        ("15:00", [], "closed"),
        ("20:00", [], "closed"),
    ],
)
def test_a_late_start_goes_where_the_day_is(
    driven: Any, time: str, ids: list[str], phase: str
) -> None:
    assert driven.at(f"2026-11-23 {time}") == ids
    assert driven.phase() == phase


@pytest.mark.parametrize(
    ("back_at", "ids", "phase"),
    [
        ("2026-11-23 16:00", ["close-20261123"], "closed"),
        ("2026-11-24 08:00", ["close-20261123"], "closed"),
        ("2026-11-24 09:15", ["close-20261123", "open-20261124"], "pre_open"),
        (
            "2026-11-24 10:00",
            ["close-20261123", "open-20261124", "continuous-20261124-0930"],
            "continuous",
        ),
        ("2026-11-28 10:00", ["close-20261123"], "closed"),
    ],
    ids=["that evening", "next morning", "at the opening", "in the session", "on a Saturday"],
)
def test_yesterday_left_open_is_closed_first(
    driven: Any, back_at: str, ids: list[str], phase: str
) -> None:
    driven.at("2026-11-23 14:00")
    driven.restart()
    assert driven.at(back_at) == ids
    assert driven.phase() == phase


@pytest.mark.parametrize("day", ["2026-10-01", "2026-10-10", "2026-11-22"])
def test_a_holiday_and_a_make_up_saturday_stay_closed(driven: Any, day: str) -> None:
    for time in ("09:30", "10:00", "13:00", "15:00"):
        assert driven.at(f"{day} {time}") == []
    assert driven.phase() == "closed"
    assert day in driven.outlook().closed_reason


def test_a_restart_in_the_lunch_pause_changes_nothing(driven: Any) -> None:
    driven.at("2026-11-23 10:00")
    driven.at("2026-11-23 11:30")
    driven.restart()
    assert driven.at("2026-11-23 12:00") == []
    assert driven.phase() == "pause"


def test_the_venue_was_down_over_the_end_of_the_pause(driven: Any) -> None:
    driven.at("2026-11-23 10:00")
    driven.restart()
    assert driven.at("2026-11-23 13:05") == ["continuous-20261123-1300"]
    assert driven.phase() == "continuous"


def test_a_clock_that_steps_back_repeats_nothing(driven: Any) -> None:
    driven.at("2026-11-23 11:30")
    assert driven.at("2026-11-23 11:29") == []
    assert driven.at("2026-11-23 09:20") == []
    assert driven.at("2026-11-23 11:31") == []
    assert driven.phase() == "pause"
    driven.at("2026-11-23 15:00")
    assert driven.at("2026-11-23 14:59") == []
    assert driven.at("2026-11-20 10:00") == []
    assert driven.phase() == "closed"


def test_a_halt_outlasts_phases_and_the_night(driven: Any) -> None:
    driven.at("2026-11-23 10:00")
    driven.by_hand("sup", HaltInstrument, "CEA25", "price jump")
    for day in ("2026-11-23", "2026-11-24"):
        for time in ("11:30", "13:00", "15:00"):
            driven.at(f"{day} {time}")
            assert driven.phase() == "halted"
    assert driven.phase("CQEA") == "closed"
    driven.at("2026-11-25 10:00")
    assert (driven.phase(), driven.phase("CQEA")) == ("halted", "continuous")
    driven.by_hand("sup", ResumeInstrument, "CEA25", "explained", "continuous")
    assert driven.at("2026-11-25 10:01") == []
    assert driven.phase() == "continuous"


def test_every_instrument_halted_is_a_refusal_that_is_not_repeated(driven: Any) -> None:
    driven.at("2026-11-23 10:00")
    for symbol in ("CEA25", "CQEA"):
        driven.by_hand("sup", HaltInstrument, symbol, "both")
    assert driven.at("2026-11-23 11:30") == ["pause-20261123-1130"]
    assert driven.at("2026-11-23 11:31") == []


def test_a_day_closed_by_hand_stays_closed(driven: Any) -> None:
    driven.at("2026-11-23 10:00")
    driven.by_hand("reg", CloseDay)
    for time in ("10:01", "11:30", "13:00", "15:00"):
        assert driven.at(f"2026-11-23 {time}") == []
    assert driven.outlook().next_phase == "pre_open"
    assert driven.at("2026-11-24 09:15") == ["open-20261124"]


def test_a_pause_by_hand_lasts_until_the_next_step(driven: Any) -> None:
    driven.at("2026-11-23 10:00")
    driven.by_hand("reg", SetPhase, "pause", "CEA25")
    assert driven.at("2026-11-23 10:30") == []
    assert driven.phase() == "pause"
    driven.at("2026-11-23 13:00")
    assert driven.phase() == "continuous"


def test_a_day_opened_by_hand_is_taken_over(driven: Any) -> None:
    driven.at("2026-11-23 08:00")
    driven.by_hand("reg", OpenDay, 20_261_123)
    assert driven.at("2026-11-23 09:15") == []
    assert driven.at("2026-11-23 09:30") == ["continuous-20261123-0930"]
    assert driven.at("2026-11-23 15:00") == ["close-20261123"]


def test_a_holiday_opened_by_hand_is_left_alone_until_the_next_day(driven: Any) -> None:
    driven.at("2026-11-22 10:00")
    driven.by_hand("reg", OpenDay, 20_261_122)
    driven.by_hand("reg", SetPhase, "continuous")
    assert driven.at("2026-11-22 15:00") == []
    assert driven.at("2026-11-23 00:00") == ["close-20261122"]


def test_a_venue_ahead_of_the_clock_waits_and_says_so(driven: Any) -> None:
    driven.at("2026-11-23 08:00")
    driven.by_hand("reg", OpenDay, 20_261_201)
    assert driven.at("2026-11-23 10:00") == []
    assert "20261201 is after today, 20261123" in driven.outlook().closed_reason
    assert driven.outlook().next_phase is None


def test_ids_do_not_depend_on_who_starts_when(new_driven: Callable[..., Any]) -> None:
    """Two daemons with the same journal would send the same commands, refused as repeated."""
    first, second = (new_driven(CalendarSchedule(SESSIONS)) for _ in range(2))
    assert first.at("2026-11-23 10:00") == second.at("2026-11-23 10:59")


@pytest.mark.parametrize(
    ("time", "phase", "at"),
    [
        ("2026-11-23 08:00", "pre_open", "2026-11-23 09:15"),
        ("2026-11-23 09:15", "continuous", "2026-11-23 09:30"),
        ("2026-11-23 10:00", "pause", "2026-11-23 11:30"),
        ("2026-11-23 12:00", "continuous", "2026-11-23 13:00"),
        ("2026-11-23 14:00", "closed", "2026-11-23 15:00"),
        ("2026-11-27 15:00", "pre_open", "2026-11-30 09:15"),
        ("2026-09-30 15:00", "pre_open", "2026-10-08 09:15"),
    ],
)
def test_the_outlook_names_the_next_phase(driven: Any, time: str, phase: str, at: str) -> None:
    driven.at(time)
    ahead = driven.outlook()
    driven.at(at)
    assert (ahead.next_phase, ahead.next_phase_time) == (phase, driven.now_ns)


def test_without_pre_open_the_day_begins_in_continuous_trading(
    new_driven: Callable[..., Any],
) -> None:
    driven = new_driven(CalendarSchedule(Sessions()))
    assert driven.at("2026-11-23 09:29") == []
    assert driven.outlook().next_phase == "continuous"
    assert driven.at("2026-11-23 09:30") == ["open-20261123", "continuous-20261123-0930"]


AUCTION = Sessions(call_auction="09:15", call_auction_no_cancel="09:25")


def test_a_day_that_opens_by_a_call_auction(new_driven: Callable[..., Any]) -> None:
    """Venue's own: entry, a part without cancels, and the uncross as continuous trading begins."""
    driven = new_driven(CalendarSchedule(AUCTION), call_auction=CallAuctionRules())
    assert driven.at("2026-11-23 09:15") == ["open-20261123", "call-auction-20261123"]
    assert driven.phase() == "call_auction"
    assert driven.outlook().next_phase == "call_auction_no_cancel"
    assert driven.at("2026-11-23 09:25") == ["no-cancel-20261123"]
    assert driven.phase() == "call_auction_no_cancel"
    assert driven.at("2026-11-23 09:30") == ["continuous-20261123-0930"]
    assert driven.phase() == "continuous"


def test_a_start_in_the_last_part_of_the_auction_does_not_miss_it(
    new_driven: Callable[..., Any],
) -> None:
    driven = new_driven(CalendarSchedule(AUCTION), call_auction=CallAuctionRules())
    ids = ["open-20261123", "call-auction-20261123", "no-cancel-20261123"]
    assert driven.at("2026-11-23 09:27") == ids
    assert driven.phase() == "call_auction_no_cancel"


def test_an_instrument_without_a_call_auction_waits_in_pre_open(
    new_driven: Callable[..., Any],
) -> None:
    driven = new_driven(CalendarSchedule(AUCTION))
    assert driven.at("2026-11-23 09:27") == ["open-20261123"]
    assert driven.phase() == "pre_open"
    assert driven.at("2026-11-23 09:28") == []
    driven.at("2026-11-23 09:30")
    assert driven.phase() == "continuous"


BLOCK_AT_13 = "block-open-20261123-1300"


def test_blocks_trade_in_the_afternoon(new_driven: Callable[..., Any]) -> None:
    """13:00-15:00 (market_rules.md 1.2), ended by the close of the day."""
    driven = new_driven(CalendarSchedule(SESSIONS), block=BlockRules())
    driven.at("2026-11-23 10:00")
    assert not driven.venue.stat("CEA25").block_session
    assert driven.at("2026-11-23 13:00") == ["continuous-20261123-1300", BLOCK_AT_13]
    assert driven.venue.stat("CEA25").block_session
    assert driven.at("2026-11-23 15:00") == ["close-20261123"]
    assert not driven.venue.stat("CEA25").block_session


def test_blocks_have_hours_of_their_own(new_driven: Callable[..., Any]) -> None:
    """A session of theirs may end before the day, or go on after the listing's last."""
    sessions = Sessions(block=("10:00-11:00", "14:00-15:30"))
    driven = new_driven(CalendarSchedule(sessions), block=BlockRules())
    assert driven.at("2026-11-23 12:00") == ["open-20261123", "pause-20261123-1130"]
    assert driven.at("2026-11-23 14:00")[-1] == "block-open-20261123-1400"
    assert driven.at("2026-11-23 15:00") == ["pause-20261123-1500"]
    assert driven.at("2026-11-23 15:30") == ["close-20261123"]
    driven.at("2026-11-24 10:30")
    assert driven.at("2026-11-24 11:00") == ["block-end-20261124-1100"]


def test_a_late_start_opens_the_block_session(new_driven: Callable[..., Any]) -> None:
    driven = new_driven(CalendarSchedule(SESSIONS), block=BlockRules())
    assert driven.at("2026-11-23 14:00")[1:] == ["continuous-20261123-1300", BLOCK_AT_13]
    driven.by_hand("reg", SetBlockSession, False)
    assert driven.at("2026-11-23 14:01") == []


def test_a_pause_ends_a_volatility_auction_for_good(new_driven: Callable[..., Any]) -> None:
    """Asked after the pause, nothing is left to end; the uncross would reopen the instrument."""
    rules = VolatilityRules(dynamic_bps=100, auction_seconds=60)
    driven = new_driven(CalendarSchedule(SESSIONS), volatility=rules)
    driven.at("2026-11-23 11:29")
    driven.by_hand("sup", HaltInstrument, "CEA25", "look")
    driven.by_hand("sup", ResumeInstrument, "CEA25", "go", "volatility_auction")
    assert ending_volatility_auctions(driven.venue, driven.now_ns) == []
    in_a_minute = driven.now_ns + 60 * 10**9
    (ending,) = ending_volatility_auctions(driven.venue, in_a_minute)
    assert driven.at("2026-11-23 11:30") == ["pause-20261123-1130"]
    assert driven.now_ns == in_a_minute
    assert ending_volatility_auctions(driven.venue, in_a_minute) == []
    assert ending.cl_ord_id.endswith("CEA25")
    assert driven.phase() == "pause"


def test_all_day_goes_from_midnight_to_midnight(new_driven: Callable[..., Any]) -> None:
    driven = new_driven(None)
    driven.schedule = make_schedule("all_day", Sessions(), driven.venue, 0)
    assert driven.at("2026-11-21 17:00") == ["open-20261121", "continuous-20261121-0000"]
    assert driven.at("2026-11-21 23:59") == []
    assert driven.at("2026-11-22 00:00") == [
        "close-20261121", "open-20261122", "continuous-20261122-0000",
    ]  # fmt: skip
    driven.by_hand("reg", CloseDay)
    assert driven.at("2026-11-22 12:00") == []


def test_manual_leaves_everything_to_the_registrar(new_driven: Callable[..., Any]) -> None:
    driven = new_driven(None)
    assert make_schedule("manual", Sessions(), driven.venue, 0) is None
    assert driven.at("2026-11-23 10:00") == []
    assert driven.outlook().next_phase_time == 0


def test_the_last_month_of_known_holidays_is_a_warning_in_the_log(new_driven: Any) -> None:
    """On a trading day too, when the heartbeat has no `closed_reason`; then days stay closed."""
    driven = new_driven(CalendarSchedule(Sessions(complete_years=(2098,))))
    words = {}
    for date in ("2098-11-28", "2098-12-15", "2099-01-05"):
        driven.at(f"{date} 10:00")
        found = driven.outlook()
        words[date] = (bool(found.closed_reason), "holidays of 2099" in found.words)
    assert words == {
        "2098-11-28": (False, False),
        "2098-12-15": (False, True),
        "2099-01-05": (True, True),
    }
