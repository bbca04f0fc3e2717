"""The demo's days of minutes."""

from collections.abc import Callable
from typing import Any

from bashu_daemon.schedule import DemoDay, Sessions
from bashu_protocol.messages import CloseDay

SESSIONS = Sessions(
    demo=DemoDay(
        pre_open_seconds=10,
        morning_seconds=120,
        pause_seconds=10,
        afternoon_seconds=150,
        night_seconds=10,
    )
)
START = "2026-11-28 22:00"
"""A Saturday evening: the first day has the date of the Monday after it."""


def begin(new_driven: Callable[..., Any], *, after: str = "") -> Any:
    driven = new_driven(None)
    if after:
        driven.start_demo(SESSIONS, after)
        driven.at(after)
    driven.start_demo(SESSIONS, START)
    return driven


def test_it_trades_at_once_and_goes_through_its_phases(new_driven: Callable[..., Any]) -> None:
    driven = begin(new_driven)
    seen = []
    for second in range(0, 330, 5):
        done = driven.at(f"2026-11-28 22:0{second // 60}:{second % 60:02}")
        seen += [(second, label) for label in done]
    assert [item for item in seen if "block" not in item[1]] == [
        (0, "open-20261130"),
        (0, "continuous-20261130-morning"),
        (120, "pause-20261130-noon"),
        (130, "continuous-20261130-afternoon"),
        (280, "close-20261130"),
        (290, "open-20261201"),
        (300, "continuous-20261201-morning"),
    ]


def test_a_restart_begins_a_new_day(new_driven: Callable[..., Any]) -> None:
    """The day that was left open is closed, and the date goes on from the venue's own."""
    driven = begin(new_driven, after="2026-11-27 10:00")
    assert driven.venue.trade_date == 20261127
    assert driven.at(START)[:2] == ["close-20261127", "open-20261130"]
    driven.start_demo(SESSIONS, START)
    assert driven.at(START)[:2] == ["close-20261130", "open-20261201"]


def test_a_day_closed_by_hand_gives_way_to_the_next(new_driven: Callable[..., Any]) -> None:
    driven = begin(new_driven)
    driven.at(START)
    driven.by_hand("reg", CloseDay)
    assert driven.at("2026-11-28 22:01:00") == []
    assert driven.at("2026-11-28 22:04:50") == ["open-20261201"]


def test_dates_are_weekdays(new_driven: Callable[..., Any]) -> None:
    driven = begin(new_driven)
    driven.at(START)
    start = driven.now_ns
    dates = [driven.schedule.trade_date_at(start + day * 300 * 10**9) for day in range(7)]
    assert dates == [20261130, 20261201, 20261202, 20261203, 20261204, 20261207, 20261208]


def test_most_of_a_shipped_demo_day_is_for_trading() -> None:
    demo = DemoDay()
    trading = demo.morning_seconds + demo.afternoon_seconds
    quiet = demo.pre_open_seconds + demo.pause_seconds + demo.night_seconds
    assert quiet * 10 <= trading
