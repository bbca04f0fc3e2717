"""Orders above the member's approval limit wait for a colleague (issue 4, item 8).

Separate permissions of operators: market_rules.md 1.1; the limit itself is the venue's own.
"""

from typing import Any

import pytest

from bashu_daemon.core import Venue, directory, held_orders
from bashu_daemon.core.events import OrderEvent
from bashu_protocol.messages import (
    AddClient,
    ApproveOrder,
    BarPerson,
    DeclineOrder,
    Deposit,
    HoldingRules,
    KillSwitch,
    MassCancel,
    MassCancelFor,
    MemberLimits,
    OrderFeatures,
    SetMemberLimits,
    SetPermissions,
    SuspendMember,
    SuspendUser,
)
from bashu_protocol.reject_codes import RejectCode


@pytest.fixture
def desk(exchange: Any) -> Any:
    """More than 100 t or 10,000.00 CNY of A wait; `ada` may approve."""
    limits = MemberLimits(approval_qty=100, approval_value=1_000_000)
    exchange.run(SetMemberLimits("l", "A", limits))
    exchange.run(SetPermissions("p", "ada", ("view", "enter", "approve")))
    return exchange


def held(desk: Any, qty: int = 101, price: int = 7_000, **more: Any) -> int:
    (report,) = desk.order("anna", "buy", qty, price, **more)
    assert (report.exec_type, report.ord_status, report.leaves_qty) == (
        "pending_new",
        "pending_new",
        qty,
    )
    return int(report.order_id)


def own_reports(events: list[Any]) -> list[tuple[str, str, int]]:
    return [
        (e.report.exec_type, e.report.ord_status, e.report.order_id)
        for e in events
        if isinstance(e, OrderEvent)
    ]


@pytest.mark.parametrize(
    ("qty", "price", "waits"),
    [(100, 7_000, False), (101, 7_000, True), (142, 7_000, True), (99, 7_700, False)],
)
def test_the_limit_itself_needs_no_approval(desk: Any, qty: int, price: int, waits: bool) -> None:
    (report,) = desk.order("anna", "buy", qty, price)
    assert (report.exec_type == "pending_new") == waits
    assert desk.order("bo", "buy", 99_999, 6_500)[0].exec_type == "new"


def test_nothing_is_frozen_or_shown_until_a_colleague_approves(desk: Any) -> None:
    order_id = held(desk, cl_ord_id="big")
    assert desk.account("A", "CNY").frozen == 0
    assert desk.venue.depth("CEA24") == ([], [])
    events = desk.apply("ada", ApproveOrder("y", order_id))
    assert own_reports(events) == [("new", "new", order_id)]
    assert events[-1].report.accepted
    assert desk.account("A", "CNY").frozen == 707_000
    assert desk.queue("A") == [("big", 7_000, 101)]
    assert desk.command("ada", ApproveOrder("y2", order_id)).reject_code == (
        RejectCode.UNKNOWN_ORDER
    )
    assert desk.cancel("anna", "big")[0].exec_type == "canceled"


def test_an_approved_order_trades_and_comes_last_in_time(desk: Any) -> None:
    order_id = held(desk)
    desk.order("ada", "buy", 1, 7_000, cl_ord_id="later")
    desk.order("bo", "sell", 1, 7_000)
    desk.order("bo", "sell", 50, 7_000)
    events = desk.apply("ada", ApproveOrder("y", order_id))
    fills = [e.report for e in events if isinstance(e, OrderEvent) and e.user == "anna"]
    assert [(r.exec_type, r.cum_qty) for r in fills] == [("new", 0), ("trade", 50)]


@pytest.mark.parametrize(
    ("user", "kind", "code"),
    [
        ("anna", ApproveOrder, RejectCode.NOT_PERMITTED),
        ("bo", ApproveOrder, RejectCode.UNKNOWN_ORDER),
        ("bo", DeclineOrder, RejectCode.UNKNOWN_ORDER),
        ("sue", ApproveOrder, RejectCode.NOT_PERMITTED),
        ("ada", ApproveOrder, RejectCode.NONE),
        ("ada", DeclineOrder, RejectCode.NONE),
        ("anna", DeclineOrder, RejectCode.NONE),
    ],
)
def test_who_decides(desk: Any, user: str, kind: Any, code: RejectCode) -> None:
    order_id = held(desk)
    assert desk.command(user, kind("y", order_id)).reject_code == code


def test_nobody_approves_an_order_of_its_own(desk: Any) -> None:
    (report,) = desk.order("ada", "buy", 101, 7_000)
    refused = desk.command("ada", ApproveOrder("y", report.order_id))
    assert refused.reject_code == RejectCode.FOUR_EYES


def test_the_approved_order_is_checked_again(desk: Any) -> None:
    order_id = held(desk)
    desk.order("ada", "buy", 100, 7_000)
    frozen = desk.account("A", "CNY")
    desk.run(Deposit("out", "A", "CNY", -(frozen.available - 706_999)))
    refused = desk.command("ada", ApproveOrder("y1", order_id))
    assert refused.reject_code == RejectCode.INSUFFICIENT_CASH
    desk.run(Deposit("in", "A", "CNY", 1))
    assert desk.command("ada", ApproveOrder("y2", order_id)).accepted


def test_what_cannot_wait_is_refused(desk: Any) -> None:
    desk.order("anna", "buy", 10, 7_000, cl_ord_id="small")
    (refused,) = desk.replace("anna", "small", 101, 7_000)
    assert refused.reject_code == RejectCode.APPROVAL_REQUIRED
    held(desk, cl_ord_id="big")
    (refused,) = desk.replace("anna", "big", 10, 7_000)
    assert refused.reject_code == RejectCode.ORDER_NOT_OPEN
    (refused,) = desk.order("anna", "buy", 101, 9_000)
    assert refused.reject_code == RejectCode.PRICE_ABOVE_LIMIT


def test_it_ends_in_many_ways(desk: Any) -> None:
    held(desk, cl_ord_id="a")
    assert desk.cancel("anna", "a")[0].ord_status == "canceled"
    for user, command in (
        ("anna", MassCancel("m1")),
        ("sue", MassCancelFor("m2", "x", member="A")),
        ("sue", KillSwitch("k1", "user", "anna", True, "x")),
    ):
        order_id = held(desk)
        events = desk.apply(user, command)
        assert own_reports(events) == [("canceled", "canceled", order_id)]
        assert events[-1].report.affected == 1
    desk.command("sue", KillSwitch("k2", "user", "anna", False, "x"))
    order_id = held(desk)
    assert own_reports(desk.close_day()) == [("expired", "expired", order_id)]
    desk.open_day(20240103)
    held(desk)
    assert desk.command("sue", SuspendMember("s", "A", "x")).affected == 1


def test_it_is_remembered_for_as_long_as_it_waits(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "REMEMBERED", 3)
    desk.venue._state.directory.users["anna"].memory.turn_over_at = 3
    order_id = held(desk, cl_ord_id="big")
    for qty in range(1, 20):
        desk.order("anna", "sell", qty, 7_500)
    assert desk.command("ada", ApproveOrder("y", order_id)).accepted
    for qty in range(1, 20):
        desk.order("anna", "sell", qty, 7_500)
    assert desk.cancel("anna", "big")[0].exec_type == "canceled"


def test_a_snapshot_keeps_what_waits(desk: Any) -> None:
    order_id = held(desk, cl_ord_id="big")
    data = desk.venue.dump()
    desk.venue = Venue.load(data)
    assert desk.venue.dump() == data
    assert desk.command("ada", ApproveOrder("y", order_id)).accepted
    assert desk.queue("A") == [("big", 7_000, 101)]


@pytest.mark.parametrize(
    "stop", [SuspendUser("s", "ada", "x"), KillSwitch("s", "user", "ada", True, "x")]
)
def test_who_is_stopped_approves_nothing(desk: Any, stop: Any) -> None:
    order_id = held(desk)
    assert desk.command("sue", stop).accepted
    refused = desk.command("ada", ApproveOrder("y", order_id))
    expected = (
        RejectCode.USER_SUSPENDED if isinstance(stop, SuspendUser) else RejectCode.KILL_SWITCH
    )
    assert refused.reject_code == expected
    assert desk.command("ada", DeclineOrder("n", order_id)).accepted  # it only withdraws


def test_an_approver_need_not_enter_orders(desk: Any) -> None:
    desk.run(SetPermissions("p2", "ada", ("approve",)))
    assert desk.command("ada", ApproveOrder("y", held(desk))).accepted


def test_colleagues_see_what_waits(desk: Any) -> None:
    desk.order("ada", "buy", 1, 7_000)
    order_id = held(desk)
    rows = [(row.order_id, row.user, row.pending) for row in desk.venue.order_rows("A")]
    assert rows == [(order_id - 1, "ada", False), (order_id, "anna", True)]
    desk.command("ada", ApproveOrder("y", order_id))
    assert [row.pending for row in desk.venue.order_rows("A")] == [False, False]


def test_barring_a_client_ends_what_waits_for_it(desk: Any) -> None:
    desk.run(AddClient("c", "A", "c3", "c3", "three"))
    held(desk)
    order_id = held(desk, client_account="c3")
    events = desk.apply("sue", BarPerson("b", "three", "staff"))
    assert own_reports(events) == [("canceled", "canceled", order_id)]


def test_the_holding_is_judged_again_at_the_approval(new_exchange: Any) -> None:
    """The maximum holding may have been reached meanwhile (market_rules.md 1.7)."""
    desk = new_exchange(holding=HoldingRules(max_emitter=1_000_200, max_other=1_000_200))
    desk.run(SetMemberLimits("l", "A", MemberLimits(approval_qty=100)))
    desk.run(SetPermissions("p", "ada", ("view", "enter", "approve")))
    order_id = held(desk)
    for _ in range(2):
        desk.order("ada", "buy", 50, 7_000, cl_ord_id=desk.next_id())
    refused = desk.command("ada", ApproveOrder("y", order_id))
    assert refused.reject_code == RejectCode.HOLDING_LIMIT


def test_so_many_orders_wait(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_orders, "MAX_HELD_ORDERS", 2)
    held(desk)
    held(desk)
    (refused,) = desk.order("anna", "buy", 101, 7_000)
    assert refused.reject_code == RejectCode.TOO_MANY_ORDERS


def test_an_approved_order_triggers_stops(new_exchange: Any) -> None:
    desk = new_exchange(features=OrderFeatures(stop=True))
    desk.run(SetMemberLimits("l", "A", MemberLimits(approval_qty=100)))
    desk.run(SetPermissions("p", "ada", ("view", "enter", "approve")))
    desk.order("bo", "buy", 1, 7_200, ord_type="stop_limit", stop_px=7_100)
    desk.order("bo", "sell", 1, 7_100)
    events = desk.apply("ada", ApproveOrder("y", held(desk, price=7_100)))
    assert [e.user for e in events if isinstance(e, OrderEvent)].count("bo") >= 2
    assert "triggered" in [kind for kind, _, _ in own_reports(events)]
