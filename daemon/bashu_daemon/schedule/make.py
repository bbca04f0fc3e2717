"""From the setting `sessions` and the rulebook to a schedule."""

import datetime as dt

from bashu_daemon.core import Venue
from bashu_daemon.schedule.modes import SessionsMode
from bashu_daemon.schedule.plan import (
    AllDaySchedule,
    CalendarSchedule,
    DemoSchedule,
    Schedule,
    next_weekday,
)
from bashu_daemon.schedule.rules import Sessions
from bashu_protocol.units import NS_PER_SECOND


def make_schedule(
    mode: SessionsMode, sessions: Sessions, venue: Venue, now_ns: int
) -> Schedule | None:
    """Return the schedule that a setting means, None for `manual`.

    A demo's first day begins now and has a date after the venue's last.
    """
    if mode == "manual":
        return None
    if mode == "all_day":
        return AllDaySchedule(sessions)
    if mode == "calendar":
        return CalendarSchedule(sessions)
    first = dt.datetime.fromtimestamp(now_ns // NS_PER_SECOND, sessions.zone()).date()
    last = venue.trade_date
    if last:
        after = dt.date(last // 10_000, last // 100 % 100, last % 100) + dt.timedelta(1)
        first = max(first, after)
    return DemoSchedule(sessions.demo, now_ns, next_weekday(first))
