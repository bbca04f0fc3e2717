"""The comparison with the journal finds what is lost, doubled or changed."""

import time
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from bashu_daemon.batch import Batch
from bashu_daemon.core import Venue
from bashu_daemon.errors import OperatorError
from bashu_daemon.journal import Journal, Record
from bashu_daemon.tools.load.accounting import Accounting, Outcome, decode_reports
from bashu_daemon.tools.load.reconcile import image_of, reconcile
from bashu_daemon.tools.load.result import Reconciliation
from bashu_protocol.messages import (
    AddMember,
    AddUser,
    CancelOrder,
    Deposit,
    InstrumentRules,
    ListInstrument,
    MassCancel,
    NewOrder,
    OpenDay,
    SetPhase,
)

RULES = InstrumentRules(
    symbol="CEA25", name_zh="x", name_en="x", product="CEA", reference_price=7_000
)
FOUNDING = [
    ListInstrument("l", RULES),
    AddMember("m", "m-anna", "anna", "anna"),
    AddUser("u", "anna", "m-anna"),
    Deposit("c", "m-anna", "CNY", 10**9),
    OpenDay("o", 20_260_105),
    SetPhase("p", "continuous"),
]
COMMANDS = [
    NewOrder("r-0", "CEA25", "buy", 1, 6_990),
    NewOrder("r-1", "CEA25", "buy", 1, 6_991),
    CancelOrder("r-2", "r-0"),
    CancelOrder("r-3", "r-0"),
    MassCancel("r-4"),
]
AGAIN = [COMMANDS[1], COMMANDS[4]]
"""Sent again after a broken connection, and refused as received already."""


def keep(journal: Journal, venue: Venue, user: str, command: object) -> bytes:
    """Apply and write one command; return the payload of the user's reports."""
    batch = Batch()
    batch.add_events(venue.apply(user, command, 1_000_000))
    record = Record(venue.seq, 1_000_000, user, msgspec.msgpack.encode(command))
    rows = batch.report_rows()
    journal.append([record], rows)
    return next((row.payload for row in rows if row.user == "anna"), b"")


def see(item: Accounting, payload: bytes) -> None:
    for report in decode_reports(payload) if payload else ():
        assert item.is_next(report)
        if report[0] == "execution_report":
            item.take_execution(report, time.perf_counter_ns())
        else:
            item.take_command_report(report, time.perf_counter_ns())


@pytest.fixture
def seen(tmp_path: Path) -> Accounting:
    """A journal in the directory, and what a user who saw everything holds."""
    item = Accounting("r-", keep_digests=True)
    item.last_rpt_seq, item.first_rpt_seq = 0, 1
    venue = Venue()
    with Journal(tmp_path) as journal:
        for command in FOUNDING:
            keep(journal, venue, "venue", command)
        for command in COMMANDS:
            item.add(msgspec.to_builtins(command), 0)
            see(item, keep(journal, venue, "anna", command))
        for command in AGAIN:
            see(item, keep(journal, venue, "anna", command))
    return item


def compare(directory: Path, item: Accounting) -> Reconciliation:
    return reconcile(directory, {"anna": item}, Console(quiet=True))


def test_what_was_seen_is_what_is_kept(tmp_path: Path, seen: Accounting) -> None:
    found = compare(tmp_path, seen)
    assert (found.lost, found.faults) == ([], [])
    assert found.acknowledged == len(COMMANDS)
    assert found.records == len(FOUNDING) + len(COMMANDS) + len(AGAIN)


def test_an_acknowledged_order_that_is_not_in_the_journal_is_named(
    tmp_path: Path, seen: Accounting
) -> None:
    seen.outcomes.append(Outcome.ACCEPTED)
    (lost,) = compare(tmp_path, seen).lost
    assert "anna: 1 orders are not in the journal" in lost
    assert "r-5" in lost


def test_an_order_that_was_refused_and_executed_all_the_same_is_named(
    tmp_path: Path, seen: Accounting
) -> None:
    seen.outcomes[1] = Outcome.REFUSED
    (lost,) = compare(tmp_path, seen).lost
    assert "r-1" in lost


def test_a_report_that_is_stored_otherwise_is_counted(tmp_path: Path, seen: Accounting) -> None:
    assert seen.digests is not None
    seen.digests[2] ^= 1
    (lost,) = compare(tmp_path, seen).lost
    assert "0 are not stored and 1 are stored otherwise" in lost


def test_a_report_that_is_not_stored_is_counted(tmp_path: Path, seen: Accounting) -> None:
    assert seen.digests is not None
    seen.digests.append(7)
    (lost,) = compare(tmp_path, seen).lost
    assert "1 are not stored and 0 are stored otherwise" in lost


def test_an_image_is_taken_beside_a_running_venue(tmp_path: Path, seen: Accounting) -> None:
    with Journal(tmp_path), image_of(tmp_path) as image:
        assert compare(image, seen).lost == []


def test_there_is_no_image_of_no_journal(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="holds no journal"), image_of(tmp_path):
        pass
