"""A venue that a schedule drives, with a clock that the test sets."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bashu_daemon.core import Venue
from bashu_daemon.core.events import CommandEvent
from bashu_daemon.schedule import (
    Outlook,
    Schedule,
    Sessions,
    due_commands,
    make_schedule,
    outlook,
)
from bashu_protocol.messages import (
    AddMember,
    AddUser,
    InstrumentRules,
    ListInstrument,
    StateCommand,
)
from bashu_protocol.topics import VENUE_USER

SHANGHAI = ZoneInfo("Asia/Shanghai")


def ns(text: str) -> int:
    """Return a time such as "2026-11-24 09:30" of Shanghai."""
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp()) * 10**9


class Driven:
    """Two instruments, a registrar `reg` and a supervisor `sup`, and a schedule."""

    def __init__(self, schedule: Schedule | None, **rules: Any) -> None:
        self.venue = Venue()
        self.schedule = schedule
        self.now_ns = 0
        self.ids = 0
        for symbol in ("CEA25", "CQEA"):
            values = {"name_zh": "x", "name_en": "x", "product": "CEA", "reference_price": 7_000}
            self.apply(
                VENUE_USER,
                ListInstrument(f"l-{symbol}", InstrumentRules(symbol=symbol, **values, **rules)),
            )
        for user, role in (("reg", "registrar"), ("sup", "supervisor")):
            self.apply(VENUE_USER, AddMember(f"m-{user}", user, user, user))
            self.apply(VENUE_USER, AddUser(f"u-{user}", user, user, role))  # type: ignore[arg-type]  # literals

    def apply(self, user: str, command: StateCommand) -> bool:
        """Carry out a command and say whether it was accepted."""
        outcome = self.venue.apply(user, command, self.now_ns)[-1]
        assert isinstance(outcome, CommandEvent)
        return outcome.report.accepted

    def by_hand(self, user: str, kind: Callable[..., StateCommand], *fields: Any) -> None:
        """Let a person do something, which must be accepted."""
        self.ids += 1
        assert self.apply(user, kind(f"hand-{self.ids}", *fields))

    def start_demo(self, sessions: Sessions, text: str) -> None:
        """Begin a demo at a time."""
        self.schedule = make_schedule("demo", sessions, self.venue, ns(text))

    def at(self, text: str) -> list[str]:
        """Let the driver look at a time; return the ids of what it did. It never does it twice."""
        self.now_ns = ns(text)
        done = due_commands(self.venue, self.schedule, self.now_ns)
        assert done == due_commands(self.venue, self.schedule, self.now_ns)
        for command in done:
            self.apply(VENUE_USER, command)
        assert due_commands(self.venue, self.schedule, self.now_ns) == []
        return [command.cl_ord_id for command in done]

    def restart(self) -> None:
        self.venue = Venue.load(self.venue.dump())

    def phase(self, symbol: str = "CEA25") -> str:
        return self.venue.stat(symbol).phase

    def outlook(self) -> Outlook:
        return outlook(self.venue, self.schedule, self.now_ns)


@pytest.fixture
def new_driven() -> Callable[..., Driven]:
    return Driven
