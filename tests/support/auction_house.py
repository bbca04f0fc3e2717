"""An exchange of the core's tests whose instrument has one-way auctions, and steps of one."""

from typing import Any

from bashu_daemon.core.events import CommandEvent, Event, NoticePublished, PartyEvent, TradeEvent
from bashu_protocol.messages import (
    AddMember,
    AddUser,
    ApplyAuction,
    AuctionReport,
    AuctionRow,
    AuctionRules,
    BidReport,
    CancelAuction,
    CloseAuction,
    Deposit,
    InstrumentRules,
    ListInstrument,
    OpenAuction,
    PlaceBid,
    ScheduleAuction,
    WithdrawBid,
)
from bashu_protocol.topics import VENUE_USER

SYMBOL = "CEA24"
RULES = AuctionRules(buying=True)
CASH = 10**10
"""Fen; what each member begins with."""
TONNES = 1_000_000


class AuctionHouse:
    """Member B (user `bo`) owns the auctions; A, D and E bid by `anna`, `dee` and `eve`.

    Reference 70.00. D is an institution, the others are emitters; F (`fay`) is of B's owner. The
    ledger is verified after every command.
    """

    def __init__(self, exchange: Any, rules: AuctionRules | None = RULES, **more: Any) -> None:
        self.exchange = exchange
        self.venue = exchange.venue
        exchange.close_day()
        listed = InstrumentRules(
            symbol=SYMBOL, reference_price=7_000, product="CEA", name_zh="x", name_en="x",
            auction=rules, **more,
        )  # fmt: skip
        exchange.run(ListInstrument(self.next_id(), listed))
        for user, member, owner, kind in (
            ("dee", "D", "four", "institution"),
            ("eve", "E", "five", "emitter"),
            ("fay", "F", "two", "emitter"),
        ):
            exchange.run(AddMember(self.next_id(), member, member, owner, kind=kind))  # type: ignore[arg-type]  # by table
            exchange.run(AddUser(self.next_id(), user, member))
            exchange.run(Deposit(self.next_id(), member, "CNY", 10**10))
            exchange.run(Deposit(self.next_id(), member, SYMBOL, 1_000_000))
        exchange.open_day(20240103)

    def next_id(self) -> str:
        name: str = self.exchange.next_id()
        return name

    def apply(self, user: str, command: Any) -> list[Event]:
        events: list[Event] = self.exchange.apply(user, command)
        self.venue._state.ledger.verify()
        return events

    def schedule(self, qty: int = 100_000, member: str = "B", **terms: Any) -> Any:
        command = ScheduleAuction(self.next_id(), member, terms.pop("symbol", SYMBOL), qty, **terms)
        return command_report(self.apply(VENUE_USER, command))

    def open(self, auction_id: int = 1) -> Any:
        return command_report(self.apply(VENUE_USER, OpenAuction(self.next_id(), auction_id)))

    def start(self, qty: int = 100_000, **terms: Any) -> int:
        """Schedule and open an auction that must be accepted; return its id."""
        scheduled = self.schedule(qty, **terms)
        assert scheduled.accepted, scheduled
        auction_id = max(row.auction_id for row in self.venue.auction_rows("", officer=True))
        opened = self.open(auction_id)
        assert opened.accepted, opened
        return auction_id

    def apply_for(self, user: str, qty: int = 100_000, **terms: Any) -> Any:
        return self.answer(user, ApplyAuction(self.next_id(), SYMBOL, qty, **terms))

    def bid(self, user: str, qty: int, price: int, auction_id: int = 1) -> Any:
        return self.answer(user, PlaceBid(self.next_id(), auction_id, qty, price))

    def withdraw(self, user: str, auction_id: int = 1) -> Any:
        return self.answer(user, WithdrawBid(self.next_id(), auction_id))

    def close(self, auction_id: int = 1) -> list[Event]:
        return self.apply(VENUE_USER, CloseAuction(self.next_id(), auction_id))

    def cancel(self, auction_id: int = 1, reason: str = "why") -> list[Event]:
        return self.apply(VENUE_USER, CancelAuction(self.next_id(), auction_id, reason))

    def answer(self, user: str, command: Any) -> Any:
        """Carry out a trader's command; return the sender's report: a refusal has a code."""
        found = [
            event.report
            for event in self.apply(user, command)
            if isinstance(event, CommandEvent | PartyEvent)
            and event.user == user
            and event.report.cl_ord_id == command.cl_ord_id
        ]
        (report,) = found
        return report

    def row(self, auction_id: int = 1, member: str = "", *, officer: bool = True) -> AuctionRow:
        rows = self.venue.auction_rows(member, officer=officer)
        (row,) = (row for row in rows if row.auction_id == auction_id)
        assert isinstance(row, AuctionRow)
        return row

    def holds(self, member: str, asset: str = "CNY") -> tuple[int, int, int]:
        """Return (available, frozen, bought_today)."""
        row = self.exchange.account(member, asset)
        return row.available, row.frozen, row.bought_today


def command_report(events: list[Event]) -> Any:
    outcome = events[-1]
    assert isinstance(outcome, CommandEvent)
    return outcome.report


def bid_reports(events: list[Event]) -> list[tuple[str, str, int, int]]:
    """Return (user, event, tonnes, price) of each report to a bidder."""
    return [
        (event.user, event.report.event, event.report.cum_qty, event.report.last_px)
        for event in events
        if isinstance(event, PartyEvent) and isinstance(event.report, BidReport)
    ]


def owner_reports(events: list[Event]) -> list[tuple[str, str, int, int]]:
    """Return (user, event, tonnes, turnover) of each report to the auction's owner."""
    return [
        (event.user, event.report.event, event.report.cum_qty, event.report.turnover)
        for event in events
        if isinstance(event, PartyEvent) and isinstance(event.report, AuctionReport)
    ]


def trades(events: list[Event]) -> list[TradeEvent]:
    return [event for event in events if isinstance(event, TradeEvent)]


def notices(events: list[Event]) -> list[str]:
    return [e.notice.title for e in events if isinstance(e, NoticePublished)]
