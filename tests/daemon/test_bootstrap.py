"""From the members file to the venue's first commands."""

import logging
from pathlib import Path

import pytest
from bashu_testing import Harness

from bashu_daemon.bootstrap import (
    CREDENTIALS_FILE,
    PUBLIC_USER_FILE,
    Founding,
    load_founding,
    prepare_passwords,
)
from bashu_daemon.bus.credentials import load_credentials, verify_password
from bashu_daemon.config import Config
from bashu_daemon.core import Venue
from bashu_daemon.core.events import CommandEvent
from bashu_daemon.errors import OperatorError
from bashu_daemon.parameter_record import overruled
from bashu_daemon.rulebook import MembersFile, Rulebook, load_members
from bashu_daemon.surveillance.catalogue import RULES as RULES_OF_SURVEILLANCE
from bashu_daemon.surveillance.rules.spoofing import Spoofing
from bashu_protocol.messages import AddUser, InstrumentRules, NewOrder, OpenDay, SetPhase
from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.topics import VENUE_USER

RULES = InstrumentRules(
    symbol="CEA24", product="CEA", name_zh="x", name_en="x", reference_price=7_000
)
MEMBERS = """
[[members]]
member = "west-china-thermal-power-works-1"
name = "x"
owner = "one"
city = "chongqing"
kind = "emitter"
users = [{ user = "anna" }]
cash = 100_000_000
holdings = { CEA24 = 500 }
banked = { CEA24 = 50 }
limits = { max_order_qty = 100 }
clients = [{ client_account = "c1", name = "x", owner = "client" }]

[[members]]
member = "west-china-thermal-power-works-2"
name = "x"
owner = "two"
city = "chongqing"
kind = "emitter"
users = [{ user = "bo" }]
cash = 100_000_000
holdings = { CEA24 = 700 }
allocations = { CEA24 = 600 }
"""


def members_file(directory: Path, text: str = MEMBERS) -> MembersFile:
    path = directory / "members.toml"
    path.write_text(text)
    return load_members(path)


def test_members_begin_with_what_the_file_says(tmp_path: Path) -> None:
    """Long names that differ in their last letter, too: nothing is refused."""
    founding = Founding(Rulebook([RULES]), members_file(tmp_path))
    venue = Venue()
    for command in founding.commands(venue):
        outcome = venue.apply(VENUE_USER, command, 1)[-1]
        assert isinstance(outcome, CommandEvent)
        assert outcome.report.accepted, outcome
    names = [row.member for row in venue.member_rows()]
    assert [[row.available for row in venue.account_rows(name)] for name in names] == [
        [100_000_000, 500],
        [100_000_000, 700],
    ]
    positions = [venue._state.directory.members[name].positions["CEA24"] for name in names]
    assert [(p.allocation, p.banked) for p in positions] == [(0, 50), (600, 0)]
    venue.apply(VENUE_USER, OpenDay("day", 20240102), 2)
    venue.apply(VENUE_USER, SetPhase("go", "continuous"), 2)
    for name, qty, account, code in (
        ("o1", 100, "c1", RejectCode.NONE),
        ("o2", 101, "c1", RejectCode.MEMBER_QTY_LIMIT),
        ("o3", 100, "c2", RejectCode.UNKNOWN_CLIENT),
    ):
        order = NewOrder(name, "CEA24", "buy", qty, 7_000, client_account=account)
        (event,) = venue.apply("anna", order, 3)
        assert event.report.reject_code == code  # type: ignore[union-attr]  # an order event
    assert founding.commands(venue) == []


def test_what_a_later_file_adds_has_ids_of_its_own(tmp_path: Path) -> None:
    venue = Venue()
    first, second = MEMBERS.split("\n\n")
    for text in (first, first + "\n" + second):
        for command in Founding(Rulebook([RULES]), members_file(tmp_path, text)).commands(venue):
            outcome = venue.apply(VENUE_USER, command, 1)[-1]
            assert isinstance(outcome, CommandEvent)
            assert outcome.report.accepted, outcome
    assert venue.users() == [VENUE_USER, "anna", "bo"]


async def test_the_log_has_what_is_refused(
    harness: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        await harness.service.execute(VENUE_USER, [AddUser("u1", "zoe", "nobody")])
    assert "add_user (u1) was refused: UNKNOWN_MEMBER There is no member nobody." in caplog.text


def test_the_public_user_gets_a_password_in_a_file_of_its_own(tmp_path: Path) -> None:
    prepare_passwords(tmp_path, ["anna"])
    path = tmp_path / PUBLIC_USER_FILE
    password = path.read_text().strip()
    assert path.stat().st_mode & 0o777 == 0o600
    stored = load_credentials(tmp_path / CREDENTIALS_FILE)["public"]
    assert verify_password(password, stored)
    prepare_passwords(tmp_path, ["anna", "bo"])
    assert path.read_text().strip() == password


@pytest.mark.parametrize("name", ["venue", "public"])
def test_no_member_may_have_a_user_of_the_venues_own_names(tmp_path: Path, name: str) -> None:
    path = tmp_path / "members.toml"
    path.write_text(MEMBERS.replace("anna", name))
    with pytest.raises(OperatorError, match=name):
        load_founding(Config(members=path))


def test_the_rulebook_says_what_a_rule_begins_with_and_no_more(tmp_path: Path) -> None:
    members, venue = members_file(tmp_path), Venue()

    def found(surveillance: dict[str, dict[str, int | dict[str, int]]]) -> Founding:
        return Founding(Rulebook([RULES], surveillance), members)

    first = found({"spoofing": {"min_qty": 400, "CEA24": {"min_qty": 40}}})
    for command in first.commands(venue):
        venue.apply(VENUE_USER, command, 1)
    rows = {row.rule: row for row in venue.surveillance_rules()}
    assert set(rows) == {rule.name for rule in RULES_OF_SURVEILLANCE}
    spoofing = rows["spoofing"]
    assert spoofing.parameters == {"enabled": 1, **Spoofing.defaults, "min_qty": 400}
    assert spoofing.symbols == {"CEA24": {"min_qty": 40}}
    assert not rows["burst_rate"].is_per_instrument
    assert overruled(first.rulebook.surveillance, venue) == []
    changed = found({"spoofing": {"min_qty": 399, "enabled": 0, "CEA24": {"imbalance": 9}}})
    assert changed.commands(venue) == []
    told = overruled(changed.rulebook.surveillance, venue)
    assert [sentence.split(" of the")[0] for sentence in told] == [
        "[surveillance.spoofing] enabled = 0", "[surveillance.spoofing] min_qty = 399",
        "[surveillance.spoofing.CEA24] imbalance = 9",
        "[surveillance.spoofing.CEA24] min_qty = 399",
    ]  # fmt: skip
