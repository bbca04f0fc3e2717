"""Disclosures and statements that supervisors put on record, and how surveillance comes to know."""

import pytest
from watched_market import SYMBOL, TONNES, Watched

from bashu_daemon.core.events import (
    AllocationSet,
    AssetBooked,
    CommandEvent,
    DisclosureRegistered,
    Event,
    InstrumentListed,
    StatementRegistered,
)
from bashu_daemon.surveillance.audit import audit_events
from bashu_protocol.messages import (
    AddMember,
    AddUser,
    ConfirmTradeCorrection,
    Deposit,
    ProposeTradeCorrection,
    RegisterDisclosure,
    RegisterStatement,
    SetAllocation,
    StateCommand,
)
from bashu_protocol.reject_codes import RejectCode


@pytest.fixture
def market() -> Watched:
    """A market with a supervisor."""
    market = Watched()
    market.send("venue", AddMember("m-sup", "bureau", "bureau", "bureau", kind="operator"))
    market.send("venue", AddUser("u-sup", "sup", "bureau", "supervisor"))
    return market


def code(market: Watched, user: str, command: StateCommand) -> RejectCode:
    (report,) = (e.report for e in market.send(user, command) if isinstance(e, CommandEvent))
    return report.reject_code


def of(kind: type[Event], events: list[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, kind)]


def test_a_disclosure_is_on_record_with_its_time_and_whom_it_is_about(market: Watched) -> None:
    command = RegisterDisclosure("d", "penalty", SYMBOL, "5 times its gain", 17, "a")
    events = market.send("sup", command)
    assert of(DisclosureRegistered, events) == [
        DisclosureRegistered(
            market.venue.seq, market.now_ns, "penalty", SYMBOL, "sup", "5 times its gain", 17, "a",
            "oa",
        )
    ]  # fmt: skip
    (audited, _report) = audit_events(events)
    assert (audited.event, audited.user, audited.member) == ("disclosure_registered", "sup", "a")
    assert audited.text == "penalty, public at 17: 5 times its gain"


def test_a_statement_is_on_record_with_who_made_it(market: Watched) -> None:
    events = market.send("sup", RegisterStatement("s", SYMBOL, "up", "li", "No more quota", 17))
    assert of(StatementRegistered, events) == [
        StatementRegistered(
            market.venue.seq, market.now_ns, SYMBOL, "sup", "No more quota", 17, "up", "li"
        )
    ]
    (audited, _report) = audit_events(events)
    assert audited.event == "statement_registered"
    assert audited.text == "li at 17, up: No more quota"


def test_without_a_time_it_happened_now(market: Watched) -> None:
    events = market.send("sup", RegisterDisclosure("d", "policy", SYMBOL, "x"))
    events += market.send("sup", RegisterStatement("s", SYMBOL, "down", "a", "x"))
    times = [event.disclosed_time for event in events if isinstance(event, DisclosureRegistered)]
    times += [event.stated_time for event in events if isinstance(event, StatementRegistered)]
    assert times == [market.now_ns - 1_000_000_000, market.now_ns]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (RegisterDisclosure("x", "policy", "NO", "x"), RejectCode.UNKNOWN_SYMBOL),
        (RegisterDisclosure("x", "policy", SYMBOL, "x", 2**62), RejectCode.INVALID_VALUE),
        (RegisterDisclosure("x", "policy", SYMBOL, "x", 0, "no"), RejectCode.UNKNOWN_MEMBER),
        (RegisterStatement("x", "NO", "up", "a", "x"), RejectCode.UNKNOWN_SYMBOL),
        (RegisterStatement("x", SYMBOL, "up", "", "x"), RejectCode.INVALID_VALUE),
        (RegisterStatement("x", SYMBOL, "up", "a", "x", 2**62), RejectCode.INVALID_VALUE),
    ],
)
def test_what_is_refused_leaves_no_record(
    market: Watched, command: StateCommand, expected: RejectCode
) -> None:
    before = len(market.events)
    assert code(market, "sup", command) == expected
    (events,) = market.events[before:]
    assert of(DisclosureRegistered, events) == of(StatementRegistered, events) == []


@pytest.mark.parametrize("user", ["a", "venue"])
def test_only_supervisors_put_them_on_record(market: Watched, user: str) -> None:
    command = RegisterDisclosure("d", "policy", SYMBOL, "x")
    assert code(market, user, command) == RejectCode.NOT_PERMITTED


def test_surveillance_knows_holdings_allocations_and_products(market: Watched) -> None:
    seen = market.engine.watch.market
    assert seen.products == {SYMBOL: "CEA"}
    assert seen.holdings.of(SYMBOL, "ob") == 2 * TONNES
    market.send("venue", Deposit("out", "b2", SYMBOL, -10))
    market.send("venue", SetAllocation("s", "b", SYMBOL, 500))
    market.send("venue", SetAllocation("s2", "b", SYMBOL, 400))
    market.send("venue", SetAllocation("s3", "b2", SYMBOL, 30))
    assert seen.holdings.of(SYMBOL, "ob") == 2 * TONNES - 10
    assert seen.holdings.allocation_of(SYMBOL, "ob") == 430
    market.order("b", "sell", 7, 7_000)
    market.order("a", "buy", 7, 7_000)
    assert seen.holdings.of(SYMBOL, "ob") == 2 * TONNES - 17
    assert seen.holdings.of(SYMBOL, "oa") == TONNES + 7
    assert seen.holdings.supply[SYMBOL] == 5 * TONNES - 10


def test_a_trade_that_two_supervisors_cancel_goes_back(market: Watched) -> None:
    market.send("venue", AddUser("u-sup2", "sup2", "bureau", "supervisor"))
    market.order("b", "sell", 7, 7_000)
    market.order("a", "buy", 7, 7_000)
    seen = market.engine.watch.market.holdings
    assert seen.of(SYMBOL, "oa") == TONNES + 7
    market.send("sup", ProposeTradeCorrection("p", 1, "cancel", "an error"))
    events = market.send("sup2", ConfirmTradeCorrection("c", 1))
    assert [event.amount for event in events if isinstance(event, AssetBooked)] == [-7, 7]
    assert (seen.of(SYMBOL, "oa"), seen.of(SYMBOL, "ob")) == (TONNES, 2 * TONNES)
    assert seen.supply[SYMBOL] == 5 * TONNES


def test_what_surveillance_holds_is_what_the_ledger_holds(market: Watched) -> None:
    totals = market.venue.ledger_totals()[SYMBOL]
    assert market.engine.watch.market.holdings.supply[SYMBOL] == -totals["external"]
    events = [event for events in market.events for event in events]
    assert len(of(InstrumentListed, events)) == 1
    assert len(of(AssetBooked, events)) == 10
    assert of(AllocationSet, events) == []
