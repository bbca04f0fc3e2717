"""A small market for the daemon's own tests."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from bashu_testing import Harness

from bashu_daemon.core import Venue
from bashu_daemon.core.events import Event
from bashu_protocol.messages import (
    AddMember,
    AddUser,
    Deposit,
    InstrumentRules,
    ListInstrument,
    NewOrder,
    OpenDay,
    Phase,
    SetPhase,
    StateCommand,
)

SYMBOL = "CEA25"


class Market:
    """A venue with two members, `anna` and `bo`, whose only symbol is in `first_phase`."""

    def __init__(self, first_phase: Phase = "continuous", **more: Any) -> None:
        self.venue = Venue()
        self.now_ns = 1_000
        self.count = 0
        rules = InstrumentRules(
            symbol=SYMBOL, name_zh="x", name_en="x", product="CEA", reference_price=7_000, **more
        )
        self.registrar(ListInstrument("1", rules))
        for user in ("anna", "bo"):
            self.registrar(AddMember(f"m-{user}", user, user, user))
            self.registrar(AddUser(f"u-{user}", user, user))
            self.registrar(Deposit(f"c-{user}", user, "CNY", 10**10))
            self.registrar(Deposit(f"t-{user}", user, SYMBOL, 10**6))
        self.registrar(AddMember("m-sup", "bureau", "bureau", "bureau"))
        self.registrar(AddUser("u-sup", "sup", "bureau", "supervisor"))
        self.registrar(OpenDay("day", 20_261_123))
        self.registrar(SetPhase("go", first_phase))

    def apply(self, user: str, command: StateCommand) -> list[Event]:
        self.now_ns += 1
        return self.venue.apply(user, command, self.now_ns)

    def registrar(self, command: StateCommand) -> list[Event]:
        return self.apply("venue", command)

    def order(self, user: str, side: str, qty: int, price: int, **more: str) -> list[Event]:
        self.count += 1
        command = NewOrder(f"o{self.count}", SYMBOL, side, qty, price, **more)  # type: ignore[arg-type]  # literals of the tests
        return self.apply(user, command)


@pytest.fixture
def market() -> Market:
    return Market()


@pytest.fixture
def new_market() -> Callable[..., Market]:
    return Market


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[Harness]:
    """A whole venue on a bus in memory."""
    found = Harness("memory", tmp_path)
    try:
        await found.start_bus()
        await found.start_venue()
        yield found
    finally:
        await found.stop()
