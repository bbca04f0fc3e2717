"""A command counts once: its id is remembered for the trading day, per user."""

from typing import Any

import pytest

from bashu_daemon.core import Venue
from bashu_daemon.core.events import CommandEvent, OrderEvent
from bashu_protocol.messages import (
    CancelOrder,
    Deposit,
    MassCancel,
    NewOrder,
    OpenDay,
    ReplaceOrder,
    StateCommand,
)
from bashu_protocol.reject_codes import RejectCode


def state_without_numbers(exchange: Any) -> Any:
    """Return all that a repeated command must not touch."""
    venue = exchange.venue
    return (
        venue.ledger_totals(),
        venue.depth("CEA24"),
        [venue.order_rows(member) for member in "ABC"],
        [venue.fill_rows(member) for member in "ABC"],
        [venue.account_rows(member) for member in "ABC"],
        venue.stat("CEA24"),
        venue.notices(),
    )


@pytest.mark.parametrize(
    ("command", "status", "leaves", "cum"),
    [
        (NewOrder("o1", "CEA24", "sell", 10, 7_000), "partially_filled", 7, 3),
        (ReplaceOrder("o2", "o1", 10, 7_000), "partially_filled", 7, 3),
        (CancelOrder("o3", "o1"), "canceled", 0, 3),
        (NewOrder("o4", "CEA24", "sell", 10, 9_000), "rejected", 0, 0),
        (CancelOrder("o5", "absent"), "unknown", 0, 0),
    ],
)
def test_an_equal_command_is_told_the_real_state_and_changes_nothing(
    exchange: Any, command: StateCommand, status: str, leaves: int, cum: int
) -> None:
    exchange.apply("anna", NewOrder("o1", "CEA24", "sell", 10, 7_000))
    if not isinstance(command, NewOrder) or command.cl_ord_id != "o1":
        exchange.apply("anna", command)
    exchange.order("bo", "buy", 3, 7_000)
    if isinstance(command, CancelOrder):
        leaves, cum = 0, 0  # the cancel came before the buy
    before = state_without_numbers(exchange)
    seq = exchange.venue.seq
    for _ in range(2):
        (event,) = exchange.apply("anna", command)
        assert isinstance(event, OrderEvent)
        report = event.report
        assert (report.exec_type, report.reject_code) == ("rejected", RejectCode.ALREADY_RECEIVED)
        assert (report.ord_status, report.leaves_qty, report.cum_qty) == (status, leaves, cum)
        assert report.order_id == (1 if status in ("partially_filled", "canceled") else 0)
        assert report.cl_ord_id == command.cl_ord_id
    assert state_without_numbers(exchange) == before
    assert exchange.venue.seq == seq + 2


def test_the_same_id_with_another_body_is_a_duplicate(exchange: Any) -> None:
    exchange.order("anna", "sell", 10, 7_000, cl_ord_id="o1")
    before = state_without_numbers(exchange)
    for command in (
        NewOrder("o1", "CEA24", "sell", 11, 7_000),
        CancelOrder("o1", "o1"),
        ReplaceOrder("o1", "o1", 5, 7_000),
    ):
        (event,) = exchange.apply("anna", command)
        assert event.report.reject_code == RejectCode.DUPLICATE_CL_ORD_ID
        assert (event.report.order_id, event.report.ord_status) == (1, "new")
    (event,) = exchange.apply("anna", MassCancel("o1"))
    assert isinstance(event, CommandEvent)
    assert event.report.reject_code == RejectCode.DUPLICATE_CL_ORD_ID
    assert state_without_numbers(exchange) == before


def test_ids_belong_to_a_user(exchange: Any) -> None:
    for user in ("anna", "ada", "bo"):
        (report,) = exchange.order(user, "buy", 1, 6_900, cl_ord_id="same")
        assert report.exec_type == "new"


def test_the_id_of_a_refused_command_counts_as_seen(exchange: Any) -> None:
    (first,) = exchange.order("anna", "sell", 10, 9_000, cl_ord_id="o1")
    assert first.reject_code == RejectCode.PRICE_ABOVE_LIMIT
    (second,) = exchange.order("anna", "sell", 10, 7_000, cl_ord_id="o1")
    assert second.reject_code == RejectCode.DUPLICATE_CL_ORD_ID
    assert (second.order_id, second.ord_status) == (0, "rejected")


def test_a_repeated_deposit_is_booked_once(exchange: Any) -> None:
    deposit = Deposit("d1", "A", "CNY", 500)
    assert exchange.command("venue", deposit).accepted
    again = exchange.command("venue", deposit)
    assert (again.accepted, again.reject_code) == (False, RejectCode.ALREADY_RECEIVED)
    assert "accepted" in again.text
    assert exchange.account("A", "CNY").available == 10**10 + 500


def test_a_new_day_forgets_the_ids_of_the_last_and_keeps_its_own(exchange: Any) -> None:
    exchange.order("anna", "sell", 10, 7_000, cl_ord_id="o1")
    exchange.close_day()
    opening = OpenDay("open-2", 20240103)
    assert exchange.command("venue", opening).accepted
    assert exchange.command("venue", opening).reject_code == RejectCode.ALREADY_RECEIVED
    (report,) = exchange.cancel("anna", "o1")
    assert report.reject_code == RejectCode.UNKNOWN_ORDER
    (report,) = exchange.order("anna", "sell", 10, 7_000, cl_ord_id="o1")
    assert report.reject_code == RejectCode.MARKET_CLOSED


def test_an_invalid_id_is_refused_and_not_remembered(exchange: Any) -> None:
    for cl_ord_id in ("", "x" * 37, "日"):
        for _ in range(2):
            (event,) = exchange.apply("anna", NewOrder(cl_ord_id, "CEA24", "buy", 1, 6_900))
            assert event.report.reject_code == RejectCode.INVALID_CL_ORD_ID
    assert exchange.queue("A") == []


def test_the_last_commands_are_remembered_and_older_ones_forgotten(
    exchange: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bashu_daemon.core.directory.REMEMBERED", 5)
    exchange.mass_cancel("anna")
    memory = exchange.venue._state.directory.users["anna"].memory
    memory.begin_day([])
    for number in range(40):
        exchange.order("anna", "buy", 10, 6_900, cl_ord_id=f"o{number}", time_in_force="ioc")
        for back in range(min(number, 4) + 1):
            again = NewOrder(f"o{number - back}", "CEA24", "buy", 10, 6_900, time_in_force="ioc")
            (event,) = exchange.apply("anna", again)
            assert event.report.reject_code == RejectCode.ALREADY_RECEIVED
        assert len(memory.receipts()) <= 10
    (forgotten, *_) = exchange.order("anna", "buy", 10, 6_900, cl_ord_id="o1")
    assert forgotten.exec_type == "new"


def test_a_live_order_is_known_by_its_present_id_however_many_commands_follow(
    exchange: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bashu_daemon.core.directory.REMEMBERED", 5)
    memory = exchange.venue._state.directory.users["anna"].memory
    memory.begin_day([])
    for number in range(12):
        exchange.order("anna", "buy", 10, 6_900, cl_ord_id=f"rest{number}")
    exchange.apply("anna", ReplaceOrder("again", "rest0", 5, 6_900))
    for number in range(40):
        exchange.order("anna", "buy", 10, 6_900, cl_ord_id=f"o{number}", time_in_force="ioc")
    assert len(memory.receipts()) < 12 + 12 + 10
    (event,) = exchange.apply("anna", NewOrder("rest1", "CEA24", "buy", 10, 6_900))
    assert event.report.reject_code == RejectCode.ALREADY_RECEIVED
    (gone,) = exchange.cancel("anna", "rest0")
    assert gone.reject_code == RejectCode.UNKNOWN_ORDER
    for name in ("again", *(f"rest{number}" for number in range(1, 12))):
        (canceled,) = exchange.cancel("anna", name)
        assert canceled.exec_type == "canceled"
    assert exchange.queue("A") == []


def test_the_memory_survives_a_snapshot(exchange: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bashu_daemon.core.directory.REMEMBERED", 5)
    exchange.venue._state.directory.users["anna"].memory.begin_day([])
    for number in range(13):
        exchange.order("anna", "buy", 10, 6_900, cl_ord_id=f"o{number}")
    again = Venue.load(exchange.venue.dump())
    assert again.state_hash() == exchange.venue.state_hash()
    for number in range(13, 30):
        command = NewOrder(f"o{number - number % 3}", "CEA24", "buy", 10, 6_900)
        assert again.apply("anna", command, 99) == exchange.venue.apply("anna", command, 99)
    assert again.state_hash() == exchange.venue.state_hash()
