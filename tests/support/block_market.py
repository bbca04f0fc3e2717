"""A small market with block trading, for tests of the core's block rules."""

from datetime import date, timedelta
from typing import Any

from bashu_daemon.core import Venue
from bashu_daemon.core.events import CommandEvent, Event, OrderEvent, PartyEvent
from bashu_protocol.messages import (
    AcceptBlock,
    AccountRow,
    AddMember,
    AddUser,
    BlockReport,
    BlockRow,
    BlockRules,
    CloseDay,
    CounterBlock,
    Deposit,
    InstrumentRules,
    ListInstrument,
    OpenDay,
    PostBlock,
    SetBlockSession,
    SetPhase,
    StateCommand,
    WithdrawBlock,
)
from bashu_protocol.topics import VENUE_USER

SYMBOL = "CEA24"
LOT = 100_000
"""Tonnes; the block threshold."""
PRICE = 7_000
MEMBERS = {"A": "one", "B": "two", "C": "one", "D": "four"}
"""Members and their beneficial owners."""
USERS = {"anna": "A", "ada": "A", "bo": "B", "cy": "C", "dan": "D"}


class BlockMarket:
    """Continuous trading of CEA24 with an open block session.

    The reference is 70.00, so the listing's limits are 63.00 and 77.00, those of blocks 49.00 and
    91.00. Every command is followed by a check of the ledger.
    """

    def __init__(self, *, cash: int = 10**10, tonnes: int = 10 * LOT, **rules: Any) -> None:
        self.venue = Venue()
        self.log: list[tuple[str, StateCommand, int]] = []
        self.ids = 0
        self.day = date(2024, 1, 2)
        values = {
            "symbol": SYMBOL, "name_zh": "x", "name_en": "x", "product": "CEA",
            "reference_price": PRICE, "block": BlockRules(max_qty=9 * LOT),
        }  # fmt: skip
        self.registrar(ListInstrument(self.id(), InstrumentRules(**(values | rules))))
        for member, owner in MEMBERS.items():
            self.registrar(AddMember(self.id(), member, member, owner))
        for user, member in USERS.items():
            self.registrar(AddUser(self.id(), user, member))
        self.registrar(AddMember(self.id(), "S", "Bureau", "bureau"))
        self.registrar(AddUser(self.id(), "sue", "S", "supervisor"))
        for member in MEMBERS:
            self.registrar(Deposit(self.id(), member, "CNY", cash))
            self.registrar(Deposit(self.id(), member, SYMBOL, tonnes))
        self.open_day()

    def id(self) -> str:
        self.ids += 1
        return f"x{self.ids}"

    def apply(self, user: str, command: StateCommand) -> list[Event]:
        now_ns = len(self.log) + 1
        self.log.append((user, command, now_ns))
        events = self.venue.apply(user, command, now_ns)
        self.venue._state.ledger.verify()
        return events

    def registrar(self, command: StateCommand) -> list[Event]:
        """Carry out a command of the venue that must be accepted."""
        events = self.apply(VENUE_USER, command)
        assert outcome(events) == "", events[-1]
        return events

    def open_day(self, *, session: bool = True) -> None:
        self.registrar(OpenDay(self.id(), int(f"{self.day:%Y%m%d}")))
        self.registrar(SetPhase(self.id(), "continuous"))
        if session and self.venue.instrument_rows()[0].rules.block is not None:
            self.session(is_open=True)
        self.day += timedelta(days=1)

    def close_day(self) -> list[Event]:
        return self.registrar(CloseDay(self.id()))

    def session(self, *, is_open: bool) -> list[Event]:
        return self.registrar(SetBlockSession(self.id(), is_open))

    def post(self, user: str, side: Any, qty: int = LOT, price: int = PRICE, to: str = "") -> int:
        """Post an offer that must be accepted and return its id."""
        events = self.apply(user, PostBlock(self.id(), SYMBOL, side, qty, price, to))
        return told(events)[0][2].block_id

    def counter(self, user: str, block_id: int, qty: int, price: int) -> int:
        """Propose terms that must be accepted and return the negotiation's id."""
        return told(self.apply(user, CounterBlock(self.id(), block_id, qty, price)))[0][2].block_id

    def accept(self, user: str, block_id: int, qty: int, price: int) -> list[Event]:
        return self.apply(user, AcceptBlock(self.id(), block_id, qty, price))

    def withdraw(self, user: str, block_id: int) -> list[Event]:
        return self.apply(user, WithdrawBlock(self.id(), block_id))

    def account(self, member: str, asset: str) -> AccountRow:
        (found,) = (row for row in self.venue.account_rows(member) if row.asset == asset)
        return found

    def frozen(self, member: str) -> tuple[int, int]:
        """Return a member's frozen cash (fen) and tonnes."""
        return self.account(member, "CNY").frozen, self.account(member, SYMBOL).frozen

    def rows(self, member: str) -> list[BlockRow]:
        return self.venue.block_rows(member)


def outcome(events: list[Event]) -> str:
    """Return the reject code of a command, empty where it was accepted."""
    for event in events:
        if isinstance(event, CommandEvent | OrderEvent) and event.report.reject_code:
            return event.report.reject_code.value
    return ""


def told(events: list[Event]) -> list[tuple[str, str, BlockReport]]:
    """Return (user, event, report) of all block reports, in order."""
    return [
        (event.user, event.report.event, event.report)
        for event in events
        if isinstance(event, PartyEvent) and isinstance(event.report, BlockReport)
    ]


def heard(events: list[Event]) -> list[tuple[str, str, int]]:
    """Return (user, event, block id) of all block reports, in order."""
    return [(user, event, report.block_id) for user, event, report in told(events)]
