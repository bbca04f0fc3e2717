"""Links between accounts that supervisors and the registrar declare."""

import pytest
from watched_market import Watched

from bashu_daemon.core import Venue, account_links
from bashu_daemon.core.events import CommandEvent, LinkDeclared
from bashu_daemon.surveillance.audit import audit_events
from bashu_protocol.messages import AddClient, AddMember, AddUser, DeclareLink, LinkRow
from bashu_protocol.reject_codes import RejectCode


@pytest.fixture
def market() -> Watched:
    """A market with a supervisor and a client of member a."""
    market = Watched()
    market.send("venue", AddMember("m-sup", "bureau", "bureau", "bureau", kind="operator"))
    market.send("venue", AddUser("u-sup", "sup", "bureau", "supervisor"))
    market.send("venue", AddClient("client", "a", "c1", "client", "oz"))
    return market


def code(market: Watched, user: str, command: DeclareLink) -> RejectCode:
    (report,) = (e.report for e in market.send(user, command) if isinstance(e, CommandEvent))
    return report.reject_code


def test_a_link_is_on_record_with_whom_it_is_about(market: Watched) -> None:
    events = market.send("sup", DeclareLink("1", "a", "control", "li", "a court's finding"))
    assert [event for event in events if isinstance(event, LinkDeclared)] == [
        LinkDeclared(
            market.venue.seq, market.now_ns, "control", "li", "a", "", "oa", "sup",
            "a court's finding",
        )
    ]  # fmt: skip
    (audited, _report) = audit_events(events)
    assert (audited.event, audited.user, audited.member) == ("link_declared", "sup", "a")
    assert (audited.owner, audited.text) == ("oa", "a control li: a court's finding")
    assert market.venue.links() == [LinkRow("a", "", "control", "li", "sup", market.now_ns)]


def test_the_link_of_a_client_is_of_the_clients_owner(market: Watched) -> None:
    events = market.send("venue", DeclareLink("1", "a", "device", "box-7", "seen", "c1"))
    (declared,) = (event for event in events if isinstance(event, LinkDeclared))
    assert (declared.member, declared.client_account, declared.owner) == ("a", "c1", "oz")
    (audited, _report) = audit_events(events)
    assert audited.text == "a/c1 device box-7: seen"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (DeclareLink("x", "no", "control", "li", "x"), RejectCode.UNKNOWN_MEMBER),
        (DeclareLink("x", "a", "control", "li", "x", "no"), RejectCode.UNKNOWN_CLIENT),
        (DeclareLink("x", "b", "control", "li", "x", "c1"), RejectCode.UNKNOWN_CLIENT),
        (DeclareLink("x", "a", "control", "", "x"), RejectCode.INVALID_VALUE),
        (DeclareLink("x", "a", "control", "wang", "again"), RejectCode.ALREADY_EXISTS),
        (DeclareLink("x", "a", "operator", "wang", "x"), RejectCode.NONE),
        (DeclareLink("x", "a", "control", "wang", "x", "c1"), RejectCode.NONE),
    ],
)
def test_what_is_refused_leaves_no_record(
    market: Watched, command: DeclareLink, expected: RejectCode
) -> None:
    assert code(market, "sup", DeclareLink("1", "a", "control", "wang", "x")) == RejectCode.NONE
    assert code(market, "sup", command) == expected
    assert len(market.venue.links()) == 1 + (expected is RejectCode.NONE)


@pytest.mark.parametrize("user", ["a", "maker"])
def test_traders_declare_nothing(market: Watched, user: str) -> None:
    command = DeclareLink("1", "b", "control", "li", "x")
    assert code(market, user, command) == RejectCode.NOT_PERMITTED
    assert market.venue.links() == []


def test_there_are_so_many_at_most(market: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account_links, "MAX_LINKS", 1)
    assert code(market, "sup", DeclareLink("1", "a", "control", "li", "x")) == RejectCode.NONE
    second = DeclareLink("2", "b", "control", "li", "x")
    assert code(market, "sup", second) == RejectCode.TOO_MANY_ORDERS
    assert len(market.venue.links()) == 1


def test_a_snapshot_keeps_them(market: Watched) -> None:
    market.send("sup", DeclareLink("1", "a", "control", "li", "x"))
    market.send("sup", DeclareLink("2", "a", "device", "box-7", "x", "c1"))
    restored = Venue.load(market.venue.dump())
    assert restored.links() == market.venue.links()
    assert restored.state_hash() == market.venue.state_hash()
    command = DeclareLink("3", "a", "control", "li", "again")
    (event,) = restored.apply("sup", command, market.now_ns)
    assert isinstance(event, CommandEvent)
    assert event.report.reject_code == RejectCode.ALREADY_EXISTS
