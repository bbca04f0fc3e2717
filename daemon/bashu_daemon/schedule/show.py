"""`bashu calendar`: the trading days of a rulebook and their hours."""

import datetime as dt
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from bashu_daemon.config import Config
from bashu_daemon.rulebook import load_rulebook
from bashu_daemon.schedule.plan import CalendarSchedule, TradingDay
from bashu_daemon.schedule.rules import Sessions
from bashu_daemon.schedule.trading_days import TradingDays
from bashu_protocol.units import NS_PER_SECOND


def show_calendar(
    rulebook: Path | None, first: dt.date | None, count: int, console: Console | None = None
) -> int:
    """Print `count` days from `first`, today if none is given.

    Raises:
        OperatorError: naming what is wrong in the rulebook.
    """
    console = console or Console()
    path = rulebook or Config().rulebook
    sessions = load_rulebook(path).sessions
    first = first or dt.datetime.now(sessions.zone()).date()
    days = TradingDays(sessions)
    schedule = CalendarSchedule(sessions)
    table = Table(
        title=f"Trading days by {path.name}", title_justify="left", box=SIMPLE, show_header=False
    )
    hours = ""
    open_days = 0
    for number in range(count):
        date = first + dt.timedelta(number)
        day = schedule.day_on(date)
        if day is None:
            reason = days.closed_reason(date).removeprefix(f"{date} is ")
            table.add_row(f"{date}", f"{date:%a}", f"closed: {reason}", style="dim")
        else:
            open_days += 1
            hours = hours or _hours(day, sessions)
            table.add_row(f"{date}", f"{date:%a}", "trading day")
    console.print(table)
    console.print(f"{open_days} trading days of {count}.")
    if hours:
        console.print(f"Hours ({sessions.time_zone}): {hours}.")
    warning = days.warning_on(first + dt.timedelta(count))
    if warning:
        console.print(f"Note: {warning}", style="yellow")
    return 0


def _hours(day: TradingDay, sessions: Sessions) -> str:
    """List the day's phases, the last where several begin at one time, and the block sessions."""
    phases: dict[str, str] = {}
    for step in day.steps:
        if step.phase is not None:
            time = dt.datetime.fromtimestamp(step.time_ns // NS_PER_SECOND, sessions.zone())
            phases[f"{time:%H:%M}"] = step.phase.replace("_", " ")
    text = ", ".join(f"{time} {phase}" for time, phase in phases.items())
    return f"{text}; blocks {', '.join(sessions.block)}" if sessions.block else text
