"""A trading day as a list of commands with their times, and schedules that make such lists."""

import datetime as dt
from typing import Final, Protocol

from msgspec import Struct

from bashu_daemon.schedule.rules import DemoDay, Sessions
from bashu_daemon.schedule.trading_days import SATURDAY, TradingDays
from bashu_protocol.messages import (
    CloseDay,
    OpenDay,
    Phase,
    SetBlockSession,
    SetPhase,
    StateCommand,
)
from bashu_protocol.units import NS_PER_SECOND

DAYS_TO_SEARCH: Final = 40
"""Longer than any holiday; beyond it there is no next trading day to speak of."""


class Step(Struct, frozen=True):
    """A command and its time. Of the steps of one track the last due one is what holds."""

    time_ns: int
    track: str
    command: StateCommand
    phase: Phase | None = None
    """The market's phase that begins, None for what is beside it."""
    after: StateCommand | None = None
    """What must come before, also where its time was missed."""


class TradingDay(Struct, frozen=True):
    """One day, in order: first the opening, last the close (none where the next day closes it)."""

    trade_date: int
    steps: tuple[Step, ...]

    @property
    def opening(self) -> Step:
        return self.steps[0]

    @property
    def closing(self) -> Step | None:
        last = self.steps[-1]
        return last if isinstance(last.command, CloseDay) else None


class Schedule(Protocol):
    """Makes the trading days. Pure: the same time gives the same day."""

    def trade_date_at(self, now_ns: int) -> int:
        """Return the date at a time as YYYYMMDD, trading day or not."""

    def day_at(self, now_ns: int) -> TradingDay | None:
        """Return the trading day of the date at a time, also before and after its sessions."""

    def next_day(self, now_ns: int) -> TradingDay | None:
        """Return the trading day after the date at a time, None if none is known."""

    def closed_reason(self, now_ns: int) -> str:
        """Return why there is no trading day at a time; empty if there is one."""

    def warning(self, now_ns: int) -> str:
        """Return what the operator should do soon; empty for nothing."""


class _DayBuilder:
    """Gathers a day's steps; each command's id follows from the date and a label."""

    def __init__(self, trade_date: int) -> None:
        self._date = trade_date
        self._steps: list[Step] = []

    def open(self, time_ns: int, phase: Phase) -> None:
        command = OpenDay(f"open-{self._date}", self._date)
        self._steps.append(Step(time_ns, "day", command, phase))

    def phase(self, time_ns: int, label: str, phase: Phase) -> None:
        command = SetPhase(f"{phase}-{self._date}-{label}", phase)
        self._steps.append(Step(time_ns, "phase", command, phase))

    def call_auction(self, begin_ns: int, no_cancel_ns: int) -> None:
        """Plan an auction; `no_cancel_ns` is 0 where cancels stay possible."""
        first = SetPhase(f"call-auction-{self._date}", "call_auction")
        self._steps.append(Step(begin_ns, "phase", first, "call_auction"))
        if no_cancel_ns:
            last = SetPhase(f"no-cancel-{self._date}", "call_auction_no_cancel")
            phase: Phase = "call_auction_no_cancel"
            self._steps.append(Step(no_cancel_ns, "phase", last, phase, first))

    def block(self, time_ns: int, label: str, *, begins: bool) -> None:
        command = SetBlockSession(
            f"block-{'open' if begins else 'end'}-{self._date}-{label}", begins
        )
        self._steps.append(Step(time_ns, "block", command))

    def close(self, time_ns: int) -> None:
        command = CloseDay(f"close-{self._date}")
        self._steps.append(Step(time_ns, "day", command, "closed"))

    def day(self) -> TradingDay:
        return TradingDay(self._date, tuple(sorted(self._steps, key=lambda step: step.time_ns)))


class CalendarSchedule:
    """The rulebook's real sessions on its trading days."""

    def __init__(self, sessions: Sessions) -> None:
        self._zone = sessions.zone()
        self._days = TradingDays(sessions)
        self._listing = sessions.listing_windows()
        self._block = sessions.block_windows()
        self._pre_open = sessions.minute("pre_open")
        self._call_auction = sessions.minute("call_auction")
        self._no_cancel = sessions.minute("call_auction_no_cancel")

    def date_at(self, now_ns: int) -> dt.date:
        return dt.datetime.fromtimestamp(now_ns // NS_PER_SECOND, self._zone).date()

    def trade_date_at(self, now_ns: int) -> int:
        return yyyymmdd(self.date_at(now_ns))

    def day_at(self, now_ns: int) -> TradingDay | None:
        return self.day_on(self.date_at(now_ns))

    def next_day(self, now_ns: int) -> TradingDay | None:
        date = self.date_at(now_ns)
        coming = (date + dt.timedelta(days) for days in range(1, DAYS_TO_SEARCH + 1))
        return next((day for day in map(self.day_on, coming) if day is not None), None)

    def closed_reason(self, now_ns: int) -> str:
        return self._days.closed_reason(self.date_at(now_ns))

    def warning(self, now_ns: int) -> str:
        return self._days.warning_on(self.date_at(now_ns))

    def day_on(self, date: dt.date) -> TradingDay | None:
        """Return the trading day of a date, None for a closed one."""
        if self._days.closed_reason(date):
            return None
        builder = _DayBuilder(yyyymmdd(date))
        first, last = self._listing[0], self._listing[-1]
        if self._pre_open >= 0:
            builder.open(self._time_ns(date, self._pre_open), "pre_open")
        elif self._call_auction >= 0:
            builder.open(self._time_ns(date, self._call_auction), "call_auction")
        else:
            builder.open(self._time_ns(date, first.begin), "continuous")
        if self._call_auction >= 0:
            no_cancel_ns = self._time_ns(date, self._no_cancel) if self._no_cancel >= 0 else 0
            builder.call_auction(self._time_ns(date, self._call_auction), no_cancel_ns)
        end = max([last, *self._block], key=lambda window: window.end).end
        for window in self._listing:
            builder.phase(self._time_ns(date, window.begin), _label(window.begin), "continuous")
            if window.end < end:
                builder.phase(self._time_ns(date, window.end), _label(window.end), "pause")
        for window in self._block:
            builder.block(self._time_ns(date, window.begin), _label(window.begin), begins=True)
            if window.end < end:  # otherwise the day's close ends it
                builder.block(self._time_ns(date, window.end), _label(window.end), begins=False)
        builder.close(self._time_ns(date, end))
        return builder.day()

    def _time_ns(self, date: dt.date, minute: int) -> int:
        time = dt.datetime.combine(date, dt.time(minute // 60, minute % 60), self._zone)
        return int(time.timestamp()) * NS_PER_SECOND


class AllDaySchedule:
    """Every day of the year, from midnight to midnight; the next day closes the one before."""

    def __init__(self, sessions: Sessions) -> None:
        self._zone = sessions.zone()

    def trade_date_at(self, now_ns: int) -> int:
        return yyyymmdd(self._midnight(now_ns).date())

    def day_at(self, now_ns: int) -> TradingDay:
        return self._day(self._midnight(now_ns))

    def next_day(self, now_ns: int) -> TradingDay:
        return self._day(self._midnight(now_ns) + dt.timedelta(1))

    def closed_reason(self, now_ns: int) -> str:
        return ""

    def warning(self, now_ns: int) -> str:
        return ""

    def _midnight(self, now_ns: int) -> dt.datetime:
        now = dt.datetime.fromtimestamp(now_ns // NS_PER_SECOND, self._zone)
        return dt.datetime.combine(now.date(), dt.time(), self._zone)

    def _day(self, midnight: dt.datetime) -> TradingDay:
        time_ns = int(midnight.timestamp()) * NS_PER_SECOND
        builder = _DayBuilder(yyyymmdd(midnight.date()))
        builder.open(time_ns, "continuous")
        builder.phase(time_ns, "0000", "continuous")
        builder.block(time_ns, "0000", begins=True)
        return builder.day()


class DemoSchedule:
    """Trading days of minutes, one after the other; their dates run ahead of the wall's.

    Dates are weekdays; holidays are not looked at. It begins in the first morning, so that one
    can trade at once.

    Args:
        demo: how long each part of a day is.
        start_ns: when the first morning begins.
        first_date: of the first day; the next weekday if it is at a weekend.
    """

    def __init__(self, demo: DemoDay, start_ns: int, first_date: dt.date) -> None:
        parts = (
            demo.pre_open_seconds, demo.call_auction_seconds, demo.morning_seconds,
            demo.pause_seconds, demo.afternoon_seconds, demo.night_seconds,
        )  # fmt: skip
        self._parts_ns = [seconds * NS_PER_SECOND for seconds in parts]
        self._anchor_ns = start_ns - sum(self._parts_ns[:2])
        self._first_date = first_date

    def trade_date_at(self, now_ns: int) -> int:
        return yyyymmdd(self._date(self._number(now_ns)))

    def day_at(self, now_ns: int) -> TradingDay:
        return self._day(self._number(now_ns))

    def next_day(self, now_ns: int) -> TradingDay:
        return self._day(self._number(now_ns) + 1)

    def closed_reason(self, now_ns: int) -> str:
        return ""

    def warning(self, now_ns: int) -> str:
        return ""

    def _number(self, now_ns: int) -> int:
        """Return how many days there were before; the first, also before it begins."""
        return max(0, (now_ns - self._anchor_ns) // sum(self._parts_ns))

    def _date(self, number: int) -> dt.date:
        first = next_weekday(self._first_date)
        weeks, days = divmod(first.weekday() + number, SATURDAY)
        return first - dt.timedelta(first.weekday()) + dt.timedelta(weeks=weeks, days=days)

    def _day(self, number: int) -> TradingDay:
        pre_open, auction, morning, pause, afternoon, _ = self._parts_ns
        builder = _DayBuilder(yyyymmdd(self._date(number)))
        time_ns = self._anchor_ns + number * sum(self._parts_ns)
        builder.open(time_ns, "pre_open")
        time_ns += pre_open
        if auction:
            builder.call_auction(time_ns, time_ns + auction * 2 // 3)
        time_ns += auction
        builder.phase(time_ns, "morning", "continuous")
        builder.block(time_ns, "morning", begins=True)
        time_ns += morning
        builder.phase(time_ns, "noon", "pause")
        time_ns += pause
        builder.phase(time_ns, "afternoon", "continuous")
        builder.close(time_ns + afternoon)
        return builder.day()


def next_weekday(date: dt.date) -> dt.date:
    """Return the date itself, or the Monday after it if it is at a weekend."""
    return date + dt.timedelta(7 - date.weekday()) if date.weekday() >= SATURDAY else date


def yyyymmdd(date: dt.date) -> int:
    return date.year * 10_000 + date.month * 100 + date.day


def _label(minute: int) -> str:
    return f"{minute // 60:02}{minute % 60:02}"
