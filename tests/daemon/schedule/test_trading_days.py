"""Trading days. Closed on public holidays and days the exchange announces: market_rules.md 1.2."""

import csv
import datetime as dt
import os
from pathlib import Path

import pytest

from bashu_daemon.config import Config
from bashu_daemon.rulebook import load_rulebook
from bashu_daemon.schedule.plan import CalendarSchedule
from bashu_daemon.schedule.rules import Sessions
from bashu_daemon.schedule.trading_days import TradingDays

SHARED = Path(os.environ.get("BASHU_SHARED_DATA", Path(__file__).parents[4] / "shared" / "data"))
CEA = SHARED / "cea_daily_2021_2024.csv"


@pytest.mark.skipif(
    not CEA.exists(), reason=f"THE REAL DATA IS ABSENT ({SHARED}): the calendar was not compared"
)
def test_the_reference_rulebook_has_the_trading_days_of_the_official_feed() -> None:
    """Every day from 2021-07-16 to 2024-12-31, open or closed: market_rules.md 1.2 and [E]."""
    with CEA.open(encoding="utf-8") as file:
        traded = {dt.date.fromisoformat(row["date"]) for row in csv.DictReader(file)}
    days = TradingDays(load_rulebook(Config().rulebook).sessions)
    first, last = min(traded), max(traded)
    every = {first + dt.timedelta(number) for number in range((last - first).days + 1)}
    assert {date for date in every if not days.closed_reason(date)} == traded
    assert len(traded) == 840


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("date", "says"),
    [
        ("2026-11-24", ""),
        ("2026-11-28", "Saturday"),
        ("2026-01-01", "New Year's Day"),
        ("2026-02-17", "Spring Festival"),
        ("2026-02-14", "Saturday"),  # a make-up working day
        ("2026-10-07", "National Day"),
        ("2026-10-08", ""),
        ("2021-07-16", ""),  # the national market's first day
    ],
)
def test_weekends_and_public_holidays_are_closed(date: str, says: str) -> None:
    reason = TradingDays(Sessions()).closed_reason(day(date))
    assert says in reason
    assert bool(reason) == bool(says)


def test_what_the_exchange_announces_wins() -> None:
    days = TradingDays(
        Sessions(closed_days=(day("2024-02-09"),), open_days=(day("2026-10-10"), day("2027-05-03")))
    )
    assert "closed by the exchange" in days.closed_reason(day("2024-02-09"))
    assert days.closed_reason(day("2026-10-10")) == ""
    assert days.closed_reason(day("2027-05-03")) == ""


def test_a_year_without_known_holidays_is_closed_and_says_what_to_do() -> None:
    reason = TradingDays(Sessions()).closed_reason(day("2099-03-04"))
    for part in ("2099", "not known", "closed", "chinesecalendar", "complete_years"):
        assert part in reason


def test_the_operator_is_warned_a_month_before() -> None:
    days = TradingDays(Sessions(complete_years=(2098,)))
    assert days.warning_on(day("2098-11-30")) == ""
    assert "2099" in days.warning_on(day("2098-12-02"))


def test_a_year_can_be_written_into_the_rulebook() -> None:
    days = TradingDays(Sessions(complete_years=(2099,), closed_days=(day("2099-01-01"),)))
    assert days.closed_reason(day("2099-01-01"))
    assert days.closed_reason(day("2099-01-02")) == ""
    assert "Saturday" in days.closed_reason(day("2099-01-03"))


def test_holidays_can_be_switched_off() -> None:
    days = TradingDays(Sessions(holidays="none"))
    assert days.closed_reason(day("2026-10-01")) == ""
    assert days.closed_reason(day("2099-10-01")) == ""


def test_there_is_no_next_day_beyond_what_is_known() -> None:
    schedule = CalendarSchedule(Sessions())
    noon = int(dt.datetime(2099, 3, 4, 4, tzinfo=dt.UTC).timestamp()) * 10**9
    assert schedule.day_at(noon) is None
    assert schedule.next_day(noon) is None
