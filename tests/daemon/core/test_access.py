"""Kill switches, mass cancels, suspended users, barred persons and users' permissions."""

from typing import Any

import pytest

from bashu_daemon.core import Venue
from bashu_daemon.core.events import AccessChanged, NoticePublished, OrderEvent
from bashu_protocol.messages import (
    AddMember,
    AddUser,
    BarPerson,
    KillSwitch,
    MassCancel,
    MassCancelFor,
    ReinstateMember,
    ReinstateUser,
    SetPermissions,
    SuspendMember,
    SuspendUser,
)
from bashu_protocol.reject_codes import RejectCode


def changes(events: list[Any]) -> list[AccessChanged]:
    return [event for event in events if isinstance(event, AccessChanged)]


def fill_book(exchange: Any) -> None:
    """One order of each user in CEA24, and one of anna in CEA25."""
    exchange.close_day()
    exchange.list_instrument("CEA25")
    exchange.open_day(20240103)
    for user in ("anna", "ada", "bo", "cy"):
        exchange.order(user, "buy", 10, 6_900, cl_ord_id=f"o-{user}")
    exchange.order("anna", "buy", 5, 6_900, cl_ord_id="o-anna25", symbol="CEA25")


def left(exchange: Any) -> list[str]:
    return [name for member in "ABC" for name, _, _ in exchange.queue(member)]


ALL = ["o-anna", "o-ada", "o-anna25", "o-bo", "o-cy"]


@pytest.mark.parametrize(
    ("names", "withdrawn"),
    [
        ({}, ALL),
        ({"user": "anna"}, ["o-anna", "o-anna25"]),
        ({"member": "A"}, ["o-anna", "o-ada", "o-anna25"]),
        ({"symbol": "CEA24"}, ["o-anna", "o-ada", "o-bo", "o-cy"]),
        ({"member": "A", "symbol": "CEA25"}, ["o-anna25"]),
        ({"user": "bo", "member": "A"}, []),
    ],
)
def test_a_supervisors_mass_cancel(exchange: Any, names: Any, withdrawn: list[str]) -> None:
    """Per user, member, instrument, market, oldest first (issue 4, item 7; the venue's own)."""
    fill_book(exchange)
    events = exchange.apply("sue", MassCancelFor("mc", "why", **names))
    ended = [e.report.cl_ord_id for e in events if isinstance(e, OrderEvent)]
    assert sorted(ended) == sorted(withdrawn)
    order_ids = [e.report.order_id for e in events if isinstance(e, OrderEvent)]
    assert order_ids == sorted(order_ids)
    assert events[-1].report.affected == len(withdrawn)
    assert left(exchange) == [name for name in ALL if name not in withdrawn]
    (change,) = changes(events)
    assert (change.kind, change.author, change.text) == ("mass_cancel_for", "sue", "why")
    assert exchange.order("anna", "buy", 1, 6_900)[0].exec_type == "new"


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ({"user": "nobody"}, RejectCode.UNKNOWN_USER),
        ({"member": "Z"}, RejectCode.UNKNOWN_MEMBER),
        ({"symbol": "NONE"}, RejectCode.UNKNOWN_SYMBOL),
    ],
)
def test_a_mass_cancel_of_nobody_is_refused(exchange: Any, names: Any, code: RejectCode) -> None:
    fill_book(exchange)
    assert exchange.command("sue", MassCancelFor("mc", "why", **names)).reject_code == code
    assert left(exchange) == ALL


@pytest.mark.parametrize(
    ("scope", "name", "withdrawn", "blocked"),
    [
        ("user", "anna", ["o-anna", "o-anna25"], ["anna"]),
        ("member", "A", ["o-anna", "o-ada", "o-anna25"], ["anna", "ada"]),
    ],
)
def test_a_kill_switch_withdraws_and_blocks_until_it_is_released(
    exchange: Any, scope: Any, name: str, withdrawn: list[str], blocked: list[str]
) -> None:
    """Source: the venue's own (issue 4, item 7)."""
    fill_book(exchange)
    events = exchange.apply("sue", KillSwitch("k1", scope, name, True, "why"))
    assert events[-1].report.affected == len(withdrawn)
    assert changes(events)[0].kind == "kill_switch_engaged"
    assert not [e for e in events if isinstance(e, NoticePublished)]
    assert left(exchange) == [order for order in ALL if order not in withdrawn]
    for user in ("anna", "ada", "bo", "cy"):
        (*_, last) = exchange.order(user, "buy", 1, 6_900)
        expected = RejectCode.KILL_SWITCH if user in blocked else RejectCode.NONE
        assert last.reject_code == expected
    again = exchange.command("sue", KillSwitch("k2", scope, name, True, "why"))
    assert again.reject_code == RejectCode.INVALID_VALUE
    assert exchange.command("sue", KillSwitch("k3", scope, name, False, "why")).accepted
    assert exchange.order("anna", "buy", 1, 6_900)[0].exec_type == "new"
    again = exchange.command("sue", KillSwitch("k4", scope, name, False, "why"))
    assert again.reject_code == RejectCode.INVALID_VALUE


@pytest.mark.parametrize(
    ("scope", "name", "code"),
    [
        ("user", "nobody", RejectCode.UNKNOWN_USER),
        ("user", "sue", RejectCode.UNKNOWN_USER),
        ("member", "anna", RejectCode.UNKNOWN_MEMBER),
    ],
)
def test_a_kill_switch_names_a_trader_or_member(
    exchange: Any, scope: Any, name: str, code: RejectCode
) -> None:
    assert exchange.command("sue", KillSwitch("k", scope, name, True, "y")).reject_code == code


def test_a_blocked_order_cannot_be_replaced_either(exchange: Any) -> None:
    exchange.order("anna", "buy", 10, 6_900, cl_ord_id="o1")
    exchange.run(SetPermissions("p", "anna", ("view",)))
    assert exchange.replace("anna", "o1", 5, 6_900)[0].reject_code == RejectCode.NOT_PERMITTED
    assert exchange.cancel("anna", "o1")[0].exec_type == "canceled"


def test_a_suspended_user_and_its_colleague(exchange: Any) -> None:
    """Suspended persons (issue 4, item 8); the member trades on."""
    fill_book(exchange)
    events = exchange.apply("sue", SuspendUser("s1", "anna", "why"))
    assert events[-1].report.affected == 2
    assert (changes(events)[0].kind, changes(events)[0].user) == ("user_suspended", "anna")
    assert exchange.order("anna", "buy", 1, 6_900)[0].reject_code == RejectCode.USER_SUSPENDED
    assert exchange.order("ada", "buy", 1, 6_900)[0].exec_type == "new"
    refused = exchange.command("sue", SuspendUser("s2", "anna", "why"))
    assert refused.reject_code == RejectCode.INVALID_VALUE
    assert exchange.command("sue", ReinstateUser("r1", "anna", "why")).accepted
    assert exchange.order("anna", "buy", 1, 6_900)[0].exec_type == "new"
    refused = exchange.command("sue", ReinstateUser("r2", "anna", "why"))
    assert refused.reject_code == RejectCode.INVALID_VALUE
    refused = exchange.command("sue", SuspendUser("s3", "nobody", "why"))
    assert refused.reject_code == RejectCode.UNKNOWN_USER


def test_blocks_do_not_lift_each_other(exchange: Any) -> None:
    exchange.command("sue", SuspendUser("a", "anna", "why"))
    exchange.command("sue", KillSwitch("b", "member", "A", True, "why"))
    exchange.command("sue", SuspendMember("c", "A", "why"))
    codes = []
    for command in (
        ReinstateMember("d", "A", "why"),
        KillSwitch("e", "member", "A", False, "why"),
        ReinstateUser("f", "anna", "why"),
    ):
        codes.append(exchange.order("anna", "buy", 1, 6_900)[0].reject_code)
        assert exchange.command("sue", command).accepted
    assert codes == [
        RejectCode.MEMBER_SUSPENDED,
        RejectCode.KILL_SWITCH,
        RejectCode.USER_SUSPENDED,
    ]
    assert exchange.order("anna", "buy", 1, 6_900)[0].exec_type == "new"


def test_a_barred_person_is_neither_admitted_nor_may_it_trade(exchange: Any) -> None:
    """Decree 775 Art. 7 and 20 (market_rules.md 1.1 "Barred persons", 3): A and C are of `one`."""
    fill_book(exchange)
    events = exchange.apply("sue", BarPerson("b1", "one", "registry staff"))
    assert events[-1].report.affected == 4
    assert changes(events)[0].owner == "one"
    assert left(exchange) == ["o-bo"]
    for user in ("anna", "ada", "cy"):
        assert exchange.order(user, "sell", 1, 6_900)[0].reject_code == RejectCode.PERSON_BARRED
    refused = exchange.command("venue", AddMember("m1", "D", "D", "one"))
    assert refused.reject_code == RejectCode.PERSON_BARRED
    assert "D" not in [row.member for row in exchange.venue.member_rows()]
    exchange.run(AddUser("u1", "abe", "A"))
    assert exchange.order("abe", "buy", 1, 6_900)[0].reject_code == RejectCode.PERSON_BARRED
    assert [row.member for row in exchange.venue.member_rows() if row.barred] == ["A", "C"]
    refused = exchange.command("sue", BarPerson("b2", "one", "again"))
    assert refused.reject_code == RejectCode.INVALID_VALUE
    assert exchange.command("venue", BarPerson("b3", "one", "left office", barred=False)).accepted
    assert exchange.order("anna", "buy", 1, 6_900)[0].exec_type == "new"
    refused = exchange.command("sue", BarPerson("b4", "one", "again", barred=False))
    assert refused.reject_code == RejectCode.INVALID_VALUE


@pytest.mark.parametrize(
    ("permissions", "enters", "withdraws", "withdraws_all"),
    [
        ((), False, False, False),
        (("view",), False, False, False),
        (("view", "enter"), True, True, False),
        (("approve",), False, False, False),
        (("risk",), False, True, True),
    ],
)
def test_permissions(
    exchange: Any, permissions: Any, enters: bool, withdraws: bool, withdraws_all: bool
) -> None:
    """Several operators with separate permissions (market_rules.md 1.1, "Trading account")."""
    exchange.run(AddUser("u", "abe", "A", "trader", permissions))
    exchange.order("anna", "buy", 10, 6_900, cl_ord_id="o1")
    exchange.order("anna", "buy", 10, 6_900, cl_ord_id="o2")
    code = exchange.order("abe", "buy", 1, 6_800, cl_ord_id="x")[0].reject_code
    assert code == (RejectCode.NONE if enters else RejectCode.NOT_PERMITTED)
    outcome = exchange.apply("abe", MassCancel("mine"))[-1]
    assert outcome.report.affected == int(enters)
    outcome = exchange.apply("abe", MassCancel("all", "", "member"))[-1]
    if withdraws_all:
        assert outcome.report.affected == 2
        assert left(exchange) == []
        return
    assert outcome.report.reject_code == RejectCode.NOT_PERMITTED
    (*_, last) = exchange.cancel("abe", "o1")
    assert last.exec_type == ("canceled" if withdraws else "rejected")
    assert left(exchange) == (["o2"] if withdraws else ["o1", "o2"])


def test_set_permissions_is_the_registrars(exchange: Any) -> None:
    command = SetPermissions("p1", "anna", ("view", "enter", "risk"))
    assert exchange.command("sue", command).reject_code == RejectCode.NOT_PERMITTED
    exchange.run(command)
    refused = exchange.command("venue", SetPermissions("p2", "sue", ("view",)))
    assert refused.reject_code == RejectCode.UNKNOWN_USER
    assert exchange.venue.user_info("anna").may_view
    exchange.run(SetPermissions("p3", "anna", ("enter",)))
    assert not exchange.venue.user_info("anna").may_view


def test_a_snapshot_keeps_every_block(exchange: Any) -> None:
    exchange.run(SetPermissions("p", "ada", ("view", "approve")))
    exchange.command("sue", SuspendUser("a", "anna", "why"))
    exchange.command("sue", KillSwitch("b", "user", "bo", True, "why"))
    exchange.command("sue", KillSwitch("c", "member", "B", True, "why"))
    exchange.command("sue", BarPerson("d", "three", "why"))
    data = exchange.venue.dump()
    exchange.venue = Venue.load(data)
    assert exchange.venue.dump() == data
    codes = [exchange.order(u, "buy", 1, 6_900)[-1].reject_code for u in ("anna", "ada", "bo")]
    assert codes == [
        RejectCode.USER_SUSPENDED,
        RejectCode.NOT_PERMITTED,
        RejectCode.KILL_SWITCH,
    ]
    refused = exchange.command("venue", AddMember("m", "D", "D", "three"))
    assert refused.reject_code == RejectCode.PERSON_BARRED
    exchange.command("sue", KillSwitch("e", "member", "B", False, "why"))
    assert exchange.order("bo", "buy", 1, 6_900)[0].reject_code == RejectCode.KILL_SWITCH
