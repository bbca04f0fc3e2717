"""Which session command is due: the daemon's, where no registrar opens and closes the day."""

import datetime as dt
from typing import Literal
from zoneinfo import ZoneInfo

from bashu_daemon.core import Venue
from bashu_protocol.messages import CloseDay, OpenDay, SetPhase, StateCommand
from bashu_protocol.units import NS_PER_SECOND

SHANGHAI = ZoneInfo("Asia/Shanghai")


def trade_date_of(now_ns: int) -> int:
    """Return the date in Shanghai as YYYYMMDD."""
    now = dt.datetime.fromtimestamp(now_ns // NS_PER_SECOND, SHANGHAI)
    return now.year * 10_000 + now.month * 100 + now.day


def ending_volatility_auctions(venue: Venue, now_ns: int) -> list[StateCommand]:
    """Return the commands that end the volatility auctions whose time is over."""
    return [
        SetPhase(f"uncross-{venue.seq}-{symbol}", "continuous", symbol)
        for symbol in venue.volatility_auctions_due(now_ns)
    ]


def due_commands(
    venue: Venue, mode: Literal["all_day", "manual"], now_ns: int
) -> list[StateCommand]:
    """Return the commands that bring the venue to the present day, none if it is there.

    A day that the registrar closed stays closed, and a halted instrument stays halted: only a
    new date opens a new day.
    """
    today = trade_date_of(now_ns)
    if mode == "manual" or today <= venue.trade_date:
        return []
    commands: list[StateCommand] = []
    if venue.day_is_open:
        commands.append(CloseDay(f"close-{venue.trade_date}"))
    commands.append(OpenDay(f"open-{today}", today))
    commands.append(SetPhase(f"continuous-{today}", "continuous"))
    return commands
