"""A small exchange for the core's rule tables: three firms, two of them of one owner."""

from collections.abc import Callable
from typing import Any

import pytest
from auction_house import AuctionHouse

from bashu_daemon.core import Venue
from bashu_daemon.core.events import CommandEvent, Event, OrderEvent
from bashu_protocol.messages import (
    AccountRow,
    AddMember,
    AddUser,
    CancelOrder,
    CloseDay,
    CommandReport,
    Deposit,
    ExecutionReport,
    InstrumentRules,
    ListInstrument,
    MassCancel,
    NewOrder,
    OpenDay,
    Phase,
    ReplaceOrder,
    SetPhase,
    StateCommand,
)
from bashu_protocol.topics import VENUE_USER

SYMBOL = "CEA24"
CALL_PHASES = {"call_auction", "call_auction_no_cancel", "volatility_auction"}
CASH = 10**10
TONNES = 1_000_000


class Exchange:
    """A venue in continuous trading of CEA24, reference 70.00, limits 63.00 and 77.00.

    `anna` and `ada` trade for member A, `bo` for B, `cy` for C; A and C belong to one owner.
    Every command is followed by a check that the ledger is conserved and the book uncrossed,
    except in a call phase and in a halt, which may have begun in one.
    """

    def __init__(self, first_phase: Phase = "continuous", **rules: Any) -> None:
        self.first_phase: Phase = first_phase
        self.venue = Venue()
        self.now_ns = 0
        self.ids = 0
        self.list_instrument(**rules)
        for member, owner, users in (
            ("A", "one", ("anna", "ada")),
            ("B", "two", ("bo",)),
            ("C", "one", ("cy",)),
        ):
            self.run(AddMember(self.next_id(), member, member, owner))
            for user in users:
                self.run(AddUser(self.next_id(), user, member))
            self.run(Deposit(self.next_id(), member, "CNY", CASH))
            self.run(Deposit(self.next_id(), member, SYMBOL, TONNES))
        self.run(AddMember(self.next_id(), "S", "Bureau", "bureau"))
        self.run(AddUser(self.next_id(), "sue", "S", "supervisor"))
        self.open_day(20240102)

    def next_id(self) -> str:
        self.ids += 1
        return f"x{self.ids}"

    def list_instrument(self, symbol: str = SYMBOL, **rules: Any) -> CommandReport:
        values = {"reference_price": 7_000, "product": "CEA", "name_zh": "x", "name_en": "x"}
        listed = InstrumentRules(symbol=symbol, **(values | rules))
        return self.command(VENUE_USER, ListInstrument(self.next_id(), listed))

    def open_day(self, trade_date: int) -> None:
        self.run(OpenDay(self.next_id(), trade_date))
        self.phase(self.first_phase)

    def phase(self, phase: Phase) -> list[Event]:
        return self.run(SetPhase(self.next_id(), phase))

    def close_day(self) -> list[Event]:
        return self.run(CloseDay(self.next_id()))

    def apply(self, user: str, command: StateCommand) -> list[Event]:
        self.now_ns += 1
        events = self.venue.apply(user, command, self.now_ns)
        for asset, total in self.venue.ledger_totals().items():
            assert sum(total.values()) == 0, asset
        for symbol in self.venue.symbols():
            if self.venue.stat(symbol).phase in {*CALL_PHASES, "halted"}:
                continue
            bids, asks = self.venue.depth(symbol)
            assert not bids or not asks or bids[0][0] < asks[0][0]
        return events

    def run(self, command: StateCommand) -> list[Event]:
        """Carry out a registrar's command that must be accepted."""
        events = self.apply(VENUE_USER, command)
        outcome = events[-1]
        assert isinstance(outcome, CommandEvent)
        assert outcome.report.accepted, outcome
        return events

    def command(self, user: str, command: StateCommand) -> CommandReport:
        """Carry out a command and return its command report."""
        outcome = self.apply(user, command)[-1]
        assert isinstance(outcome, CommandEvent)
        return outcome.report

    def order(
        self, user: str, side: Any, qty: int, price: int = 0, **more: Any
    ) -> list[ExecutionReport]:
        """Place an order and return all execution reports, the counterparties' included."""
        cl_ord_id = more.pop("cl_ord_id", None) or self.next_id()
        symbol = more.pop("symbol", SYMBOL)
        return reports(self.apply(user, NewOrder(cl_ord_id, symbol, side, qty, price, **more)))

    def cancel(self, user: str, original: str) -> list[ExecutionReport]:
        return reports(self.apply(user, CancelOrder(self.next_id(), original)))

    def replace(self, user: str, original: str, qty: int, price: int) -> list[ExecutionReport]:
        return reports(self.apply(user, ReplaceOrder(self.next_id(), original, qty, price)))

    def mass_cancel(self, user: str, symbol: str = "") -> list[Event]:
        return self.apply(user, MassCancel(self.next_id(), symbol))

    def account(self, member: str, asset: str) -> AccountRow:
        (found,) = (row for row in self.venue.account_rows(member) if row.asset == asset)
        return found

    def indicative(self, symbol: str = SYMBOL) -> tuple[int, int, int]:
        """Return what an uncross would give: price, quantity, surplus."""
        stat = self.venue.stat(symbol)
        return stat.indicative_price, stat.indicative_qty, stat.indicative_surplus

    def queue(self, member: str) -> list[tuple[str, int, int]]:
        """Return (cl_ord_id, price, leaves) of a member's resting orders, oldest first."""
        rows = self.venue.order_rows(member)
        return [(row.cl_ord_id, row.price, row.leaves_qty) for row in rows]


def reports(events: list[Event]) -> list[ExecutionReport]:
    return [event.report for event in events if isinstance(event, OrderEvent)]


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
def new_exchange() -> Callable[..., Exchange]:
    return Exchange


@pytest.fixture
def house(exchange: Any) -> AuctionHouse:
    """An exchange with one-way auctions."""
    return AuctionHouse(exchange)
