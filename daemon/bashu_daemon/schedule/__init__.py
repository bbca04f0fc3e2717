"""When the market trades: the rulebook's sessions, the trading days, and what is due."""

from bashu_daemon.schedule.driver import (
    Outlook,
    due_commands,
    ending_volatility_auctions,
    outlook,
)
from bashu_daemon.schedule.make import make_schedule
from bashu_daemon.schedule.modes import SessionsMode
from bashu_daemon.schedule.plan import Schedule
from bashu_daemon.schedule.rules import DemoDay, Sessions

__all__ = [
    "DemoDay",
    "Outlook",
    "Schedule",
    "Sessions",
    "SessionsMode",
    "due_commands",
    "ending_volatility_auctions",
    "make_schedule",
    "outlook",
]
