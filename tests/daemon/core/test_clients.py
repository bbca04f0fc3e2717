"""Agents that trade for clients' accounts (issue 4, item 8; the venue's own)."""

from typing import Any

import pytest

from bashu_daemon.core import Venue
from bashu_daemon.core.events import OrderEvent, TradeEvent
from bashu_protocol.messages import (
    AddClient,
    BarPerson,
    NewOrder,
    OrderFeatures,
    ReplaceOrder,
    SetClientActive,
    StateCommand,
)
from bashu_protocol.reject_codes import RejectCode


@pytest.fixture
def agency(exchange: Any) -> Any:
    """B trades for c1, whose owner is `two` as B's, for c2 of `one` (as A), and c3 of `three`."""
    for account, owner in (("c1", "two"), ("c2", "one"), ("c3", "three")):
        exchange.run(AddClient(exchange.next_id(), "B", account, account, owner))
    return exchange


def test_the_client_account_is_on_every_report_and_row(agency: Any) -> None:
    events = agency.apply("bo", NewOrder("o1", "CEA24", "sell", 10, 7_000, client_account="c3"))
    (event,) = (e for e in events if isinstance(e, OrderEvent))
    assert (event.report.client_account, event.owner, event.member) == ("c3", "three", "B")
    (row,) = agency.venue.order_rows("B")
    assert row.client_account == "c3"
    fills = [r for r in agency.order("anna", "buy", 4, 7_000) if r.exec_type == "trade"]
    assert sorted(r.client_account for r in fills) == ["", "c3"]  # the buyer's has none
    assert agency.replace("bo", "o1", 9, 7_001)[0].client_account == "c3"
    assert agency.account("B", "CEA24").frozen == 5  # the member's account holds it


@pytest.mark.parametrize(
    ("account", "trades"),
    [("", True), ("c1", True), ("c3", True), ("c2", False)],
)
def test_self_trade_prevention_takes_the_clients_owner(
    agency: Any, account: str, trades: bool
) -> None:
    """A belongs to `one`, and so does the client c2 of B (market_rules.md 6.1, self-trades)."""
    agency.order("anna", "sell", 10, 7_000)
    command = NewOrder("o1", "CEA24", "buy", 10, 7_000, client_account=account)
    events = agency.apply("bo", command)
    assert any(isinstance(e, TradeEvent) for e in events) == trades
    for trade in (e for e in events if isinstance(e, TradeEvent)):
        assert trade.buy_owner == {"": "two", "c1": "two", "c3": "three"}[account]


def test_two_clients_of_one_agent_may_trade_with_each_other(agency: Any) -> None:
    agency.order("bo", "sell", 10, 7_000, client_account="c3")
    assert agency.order("bo", "buy", 10, 7_000, client_account="c1")[-1].exec_type == "trade"


def test_a_fill_or_kill_does_not_reach_the_clients_own_orders(agency: Any) -> None:
    agency.order("anna", "sell", 10, 7_000)
    reports = agency.order("bo", "buy", 10, 7_000, client_account="c2", time_in_force="fok")
    assert reports[0].reject_code == RejectCode.FOK_NOT_FILLED


@pytest.mark.parametrize(
    ("user", "account", "code"),
    [
        ("bo", "c9", RejectCode.UNKNOWN_CLIENT),
        ("anna", "c3", RejectCode.UNKNOWN_CLIENT),
        ("bo", "c1", RejectCode.CLIENT_INACTIVE),
        ("bo", "c3", RejectCode.PERSON_BARRED),
    ],
)
def test_who_is_no_client(agency: Any, user: str, account: str, code: RejectCode) -> None:
    agency.run(SetClientActive("s1", "B", "c1", active=False))
    assert agency.command("sue", BarPerson("b1", "three", "staff")).accepted
    (refused,) = agency.order(user, "buy", 1, 7_000, client_account=account)
    assert (refused.exec_type, refused.reject_code) == ("rejected", code)
    assert refused.client_account == account
    assert agency.order(user, "buy", 1, 7_000)[0].exec_type == "new"
    agency.run(SetClientActive("s2", "B", "c1", active=True))
    assert agency.order("bo", "buy", 1, 7_000, client_account="c1")[0].exec_type == "new"


def test_barring_a_person_withdraws_what_rests_for_it_as_a_client(agency: Any) -> None:
    """Decree 775 Art. 7, 20 (market_rules.md 1.1, 3)."""
    agency.order("bo", "buy", 1, 7_000, client_account="c3", cl_ord_id="o3")
    agency.order("bo", "buy", 1, 7_000, cl_ord_id="own")
    assert agency.command("sue", BarPerson("b1", "three", "staff")).affected == 1
    assert [name for name, _, _ in agency.queue("B")] == ["own"]
    refused = agency.command("venue", AddClient("c", "A", "x", "x", "three"))
    assert refused.reject_code == RejectCode.PERSON_BARRED


@pytest.mark.parametrize(
    ("member", "account", "owner", "code"),
    [
        ("Z", "c1", "x", RejectCode.UNKNOWN_MEMBER),
        ("B", "c1", "x", RejectCode.ALREADY_EXISTS),
        ("B", "", "x", RejectCode.INVALID_VALUE),
        ("B", "c4", "", RejectCode.INVALID_VALUE),
    ],
)
def test_who_cannot_be_admitted(
    agency: Any, member: str, account: str, owner: str, code: RejectCode
) -> None:
    refused = agency.command("venue", AddClient("c", member, account, "name", owner))
    assert refused.reject_code == code
    unknown = agency.command("venue", SetClientActive("s", "B", "c9", active=True))
    assert unknown.reject_code == RejectCode.UNKNOWN_CLIENT


def test_a_snapshot_keeps_clients_and_whose_orders_are(agency: Any) -> None:
    agency.run(SetClientActive("s1", "B", "c1", active=False))
    agency.order("bo", "buy", 5, 7_000, client_account="c2")
    agency.command("sue", BarPerson("b1", "three", "staff"))
    data = agency.venue.dump()
    agency.venue = Venue.load(data)
    assert agency.venue.dump() == data
    codes = [
        agency.order("bo", "buy", 1, 6_900, client_account=account)[0].reject_code
        for account in ("c1", "c3")
    ]
    assert codes == [RejectCode.CLIENT_INACTIVE, RejectCode.PERSON_BARRED]
    assert agency.order("anna", "sell", 5, 7_000)[-1].reject_code == RejectCode.SELF_TRADE


@pytest.mark.parametrize(
    ("account", "code"),
    [
        ("c9", RejectCode.UNKNOWN_CLIENT),
        ("c1", RejectCode.CLIENT_INACTIVE),
        ("c3", RejectCode.PERSON_BARRED),
    ],
)
def test_a_stop_order_names_a_client_like_any_other(
    new_exchange: Any, account: str, code: RejectCode
) -> None:
    exchange = new_exchange(features=OrderFeatures(stop=True))
    for name, owner in (("c1", "two"), ("c3", "three")):
        exchange.run(AddClient(exchange.next_id(), "B", name, name, owner))
    exchange.run(SetClientActive("s1", "B", "c1", active=False))
    assert exchange.command("sue", BarPerson("b1", "three", "staff")).accepted
    more = {"ord_type": "stop_limit", "stop_px": 7_100, "client_account": account}
    (refused,) = exchange.order("bo", "buy", 1, 7_200, **more)
    assert (refused.exec_type, refused.reject_code) == ("rejected", code)


def test_a_refusal_is_told_of_the_clients_owner(agency: Any) -> None:
    """The audit stream and surveillance go by the beneficial owner, of refused orders too."""

    def owner_of(command: StateCommand) -> str:
        (event,) = agency.apply("bo", command)
        assert event.report.exec_type == "rejected"
        return str(event.owner)

    assert owner_of(NewOrder("n1", "CEA24", "buy", 1, 1, client_account="c3")) == "three"
    assert owner_of(NewOrder("n2", "CEA24", "buy", 1, 1)) == "two"
    assert owner_of(NewOrder("n3", "CEA24", "buy", 1, 1, client_account="c9")) == "two"
    agency.order("bo", "buy", 5, 7_000, client_account="c3", cl_ord_id="o3")
    assert owner_of(ReplaceOrder("r", "o3", 5, 1)) == "three"
    assert owner_of(NewOrder("o3", "CEA24", "buy", 1, 7_000)) == "three"  # repeated: its order's


def test_nothing_more_is_bought_for_an_inactive_client(agency: Any) -> None:
    agency.order("bo", "buy", 5, 7_000, client_account="c3", cl_ord_id="o3")
    agency.run(SetClientActive("s1", "B", "c3", active=False))
    (refused,) = agency.replace("bo", "o3", 6, 7_000)
    assert refused.reject_code == RejectCode.CLIENT_INACTIVE
    assert agency.queue("B") == [("o3", 7_000, 5)]  # what rests stays
    agency.run(SetClientActive("s2", "B", "c3", active=True))
    assert agency.replace("bo", "o3", 6, 7_000)[0].exec_type == "replaced"
