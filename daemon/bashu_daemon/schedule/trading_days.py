"""Which days are trading days: weekends, public holidays, and what the exchange announces."""

import datetime as dt
from typing import Final

import chinese_calendar

from bashu_daemon.schedule.rules import Sessions

SATURDAY: Final = 5
WARNING_TIME: Final = dt.timedelta(days=30)


class TradingDays:
    """The market's calendar. A day that it knows nothing about is closed, and says so.

    Make-up working days at weekends are no trading days: the market trades Monday to Friday
    (market_rules.md 1.2). With 2024-02-09 announced as closed this is the official feed's
    calendar on every day from 2021-07-16 to 2024-12-31 (840 trading days).
    """

    def __init__(self, sessions: Sessions) -> None:
        self._asks_library = sessions.holidays == "china"
        self._closed = frozenset(sessions.closed_days)
        self._open = frozenset(sessions.open_days)
        self._complete_years = frozenset(sessions.complete_years)

    def closed_reason(self, day: dt.date) -> str:
        """Return why a day is not a trading day; empty for one that is."""
        if day in self._open:
            return ""
        if day in self._closed:
            return f"{day} is closed by the exchange (closed_days of the rulebook)."
        if day.weekday() >= SATURDAY:
            return f"{day} is a {day:%A}."
        if not self._is_covered(day.year):
            return not_covered(day.year)
        holiday = self._holiday(day)
        return f"{day} is a public holiday ({holiday})." if holiday else ""

    def warning_on(self, day: dt.date) -> str:
        """Return a warning where the known holidays end within a month; empty otherwise."""
        year = (day + WARNING_TIME).year
        return "" if self._is_covered(year) else not_covered(year)

    def _is_covered(self, year: int) -> bool:
        if not self._asks_library or year in self._complete_years:
            return True
        try:
            chinese_calendar.is_holiday(dt.date(year, 1, 1))
        except NotImplementedError:
            return False
        return True

    def _holiday(self, day: dt.date) -> str:
        if not self._asks_library or day.year in self._complete_years:
            return ""
        is_holiday, name = chinese_calendar.get_holiday_detail(day)
        return (name or "day off") if is_holiday else ""


def not_covered(year: int) -> str:
    """Say what to do about a year without known holidays."""
    return (
        f"The public holidays of {year} are not known, so its days are closed. Update the package "
        f"chinesecalendar, or list them in [sessions] of the rulebook: closed_days, and {year} in "
        "complete_years."
    )
