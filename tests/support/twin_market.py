"""The core and the naive market side by side, under the same commands."""

from typing import Any

from naive_venue import NaiveVenue, Seen

from bashu_daemon.core import Venue
from bashu_daemon.core.events import AssetBooked, CommandEvent, Event, OrderEvent
from bashu_protocol.messages import (
    AccountRow,
    AddMember,
    AddUser,
    CancelOrder,
    CloseDay,
    Deposit,
    HaltInstrument,
    InstrumentRules,
    ListInstrument,
    MassCancel,
    NewOrder,
    OpenDay,
    PublishNotice,
    ReinstateMember,
    ReplaceOrder,
    ResumeInstrument,
    SetPhase,
    StateCommand,
    SuspendMember,
)
from bashu_protocol.reject_codes import RejectCode

OWNERS = {"u1": "o1", "u2": "o2", "u3": "o3", "u4": "o1"}
RULES = {
    symbol: InstrumentRules(
        symbol=symbol, name_zh="x", name_en="x", product="CEA", reference_price=1_000,
        self_trade_prevention=mode, tick=tick, lot=lot, band_bps=band, max_order_qty=500,
        resale_ban=ban,
    )
    for symbol, mode, tick, lot, band, ban in (
        ("AAA", "cancel_incoming", 1, 1, 1_000, True),
        ("BBB", "cancel_resting", 5, 10, 2_000, False),
        ("CCC", "cancel_both", 1, 1, 0, True),
    )
}  # fmt: skip


class TwinMarket:
    """Applies each command to both and compares everything that can be seen."""

    def __init__(self) -> None:
        self.venue = Venue()
        self.naive = NaiveVenue(dict(RULES), dict(OWNERS))
        self.log: list[tuple[str, StateCommand, int]] = []
        self._count = 0
        self._date = 20_260_101
        self._rpt_seqs: dict[str, int] = {}
        for rules in RULES.values():
            self._registrar(ListInstrument(self.name(), rules))
        for user, owner in OWNERS.items():
            self._registrar(AddMember(self.name(), user, user, owner))
            self._registrar(AddUser(self.name(), user, user))
            for asset, amount in (("CNY", 3_000_000), *((symbol, 1_500) for symbol in RULES)):
                self.deposit(user, asset, amount)
        self._registrar(AddMember(self.name(), "bureau", "bureau", "bureau"))
        self._registrar(AddUser(self.name(), "sup", "bureau", "supervisor"))
        self._open()

    def name(self) -> str:
        self._count += 1
        return f"n{self._count}"

    def place(
        self, user: str, symbol: str, side: Any, quantity: int, price: int, kind: Any, tif: Any
    ) -> str:
        name = self.name()
        command = NewOrder(name, symbol, side, quantity, price, kind, tif)
        expected = self.naive.place(user, name, symbol, side, quantity, price, kind, tif)
        self._compare(self.apply(user, command), expected)
        return name

    def cancel(self, user: str, name: str) -> None:
        expected = self.naive.cancel(user, name)
        self._compare(self.apply(user, CancelOrder(self.name(), name)), expected)

    def replace(self, user: str, name: str, quantity: int, price: int) -> str:
        new_name = self.name()
        expected = self.naive.replace(user, name, new_name, quantity, price)
        self._compare(self.apply(user, ReplaceOrder(new_name, name, quantity, price)), expected)
        return new_name

    def repeat(self, user: str, name: str) -> None:
        """Send a command that is known under this name again: only a refusal comes."""
        again = [
            command for who, command, _ in self.log if who == user and command.cl_ord_id == name
        ]
        if again:
            before = self.picture()
            events = self.apply(user, again[-1])
            codes = {e.report.reject_code for e in events if isinstance(e, OrderEvent)}
            assert codes <= {RejectCode.ALREADY_RECEIVED}
            assert self.picture() == before

    def mass_cancel(self, user: str, symbol: str) -> None:
        self._compare(
            self.apply(user, MassCancel(self.name(), symbol)), self.naive.mass_cancel(user, symbol)
        )

    def halt(self, symbol: str) -> None:
        self.apply("sup", HaltInstrument(self.name(), symbol, "why"))
        self.naive.halted.add(symbol)

    def resume(self, symbol: str) -> None:
        self.apply("sup", ResumeInstrument(self.name(), symbol, "why"))
        self.naive.halted.discard(symbol)

    def suspend(self, user: str) -> None:
        known = user in self.naive.suspended
        events = self.apply("sup", SuspendMember(self.name(), user, "why"))
        self._compare(events, [] if known else self.naive.suspend(user))

    def reinstate(self, user: str) -> None:
        self.apply("sup", ReinstateMember(self.name(), user, "why"))
        self.naive.suspended.discard(user)

    def notice(self) -> None:
        self._compare(self.apply("sup", PublishNotice(self.name(), "title")), [])

    def deposit(self, user: str, asset: str, amount: int) -> None:
        accepted = amount != 0 and self.naive.balance(user, asset)[0] + amount >= 0
        *booked, event = self._registrar(Deposit(self.name(), user, asset, amount))
        assert isinstance(event, CommandEvent)
        assert event.report.accepted == accepted
        amounts = [booking.amount for booking in booked if isinstance(booking, AssetBooked)]
        assert amounts == [amount] * accepted
        if accepted:
            self.naive.deposits.append((user, asset, amount))

    def next_day(self) -> None:
        self._compare(self._registrar(CloseDay(self.name())), self.naive.close_day())
        self._open()

    def apply(self, user: str, command: StateCommand) -> list[Event]:
        now_ns = 1_000 + len(self.log)
        self.log.append((user, command, now_ns))
        events = self.venue.apply(user, command, now_ns)
        for event in events:
            if isinstance(event, OrderEvent | CommandEvent):
                last = self._rpt_seqs.get(event.user, 0)
                assert event.report.rpt_seq == last + 1
                self._rpt_seqs[event.user] = last + 1
        return events

    def picture(self) -> tuple[Any, ...]:
        """Everything that can be seen of books and balances."""
        return (
            [self.venue.depth(symbol) for symbol in RULES],
            [
                [row for row in self.venue.account_rows(user) if row.available or row.frozen]
                for user in OWNERS
            ],
        )

    def check(self) -> None:
        """Compare books, balances and the invariants."""
        for symbol in RULES:
            bids, asks = self.venue.depth(symbol)
            assert bids == self.naive.depth(symbol, "buy")
            assert asks == self.naive.depth(symbol, "sell")
            assert not (bids and asks and bids[0][0] >= asks[0][0]), "a crossed book"
        for user in OWNERS:
            rows = {row.asset: row for row in self.venue.account_rows(user)}
            for asset in ("CNY", *RULES):
                row = rows.get(asset, AccountRow(user, asset, 0, 0, 0))
                held = (row.available, row.frozen, row.bought_today)
                assert held == self.naive.balance(user, asset), (user, asset)
                assert min(held) >= 0
        for totals in self.venue.ledger_totals().values():
            assert sum(totals.values()) == 0

    def check_snapshot(self) -> None:
        """A venue that is loaded from its dump goes on identically."""
        data = self.venue.dump()
        loaded = Venue.load(data)
        assert loaded.dump() == data
        self.venue = loaded

    def check_replay(self) -> None:
        """The same commands make the same state."""
        again = Venue()
        for user, command, now_ns in self.log:
            again.apply(user, command, now_ns)
        assert again.state_hash() == self.venue.state_hash()

    def _open(self) -> None:
        self._date += 1 if self._date % 100 < 28 else 73
        self._registrar(OpenDay(self.name(), self._date))
        self._registrar(SetPhase(self.name(), "continuous"))

    def _registrar(self, command: StateCommand) -> list[Event]:
        return self.apply("venue", command)

    def _compare(self, events: list[Event], expected: list[Seen] | None) -> None:
        reports = [(e.user, e.report) for e in events if isinstance(e, OrderEvent)]
        if expected is None:
            assert [report.exec_type for _user, report in reports] == ["rejected"]
            return
        seen = [
            (user, r.exec_type, r.order_id, r.leaves_qty, r.cum_qty, r.last_px, r.last_qty)
            for user, r in reports
        ]
        assert seen == expected
