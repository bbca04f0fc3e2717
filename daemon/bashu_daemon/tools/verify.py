"""`bashu verify DIR`: re-read a journal, replay it, and compare with everything that was kept.

It works on a copy: not even a damaged directory is changed by looking at it.
"""

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from msgspec import Struct, field
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bashu_daemon.core import Venue
from bashu_daemon.core.events import CommandEvent, OrderEvent, PartyEvent
from bashu_daemon.core.ledger import CASH
from bashu_daemon.errors import OperatorError
from bashu_daemon.journal import Journal, ReportsDamaged, Snapshot, acknowledged, decode_command
from bashu_daemon.journal.database import FILE_NAME
from bashu_daemon.journal.lock import not_served
from bashu_daemon.journal.recovery import OTHER_VERSION
from bashu_daemon.stored_reports import decode_stored
from bashu_protocol.messages import NumberedReport


class Findings(Struct):
    """What a verification found."""

    records: int = 0
    reports: int = 0
    state_hash: str = ""
    snapshots: int = 0
    totals: dict[str, dict[str, int]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What is unusual and harms nothing."""


def verify(directory: Path, out: TextIO = sys.stdout) -> int:
    """Verify a data directory and print the result; 0 if everything agrees.

    Raises:
        OperatorError: there is no journal, or a venue is running on it.
        JournalDamaged: naming the first bad record.
    """
    if not (directory / FILE_NAME).exists():
        raise OperatorError(f"{directory} holds no journal ({FILE_NAME}).")
    console = Console(file=out)
    with tempfile.TemporaryDirectory(prefix="bashu-verify-") as temporary:
        copy = Path(temporary)
        try:
            with not_served(directory):
                _copy(directory, copy)
        except OSError as error:
            raise OperatorError(
                f"Cannot copy the journal of {directory} to {copy}: {error.strerror}. "
                "TMPDIR says where copies go."
            ) from error
        with Journal(copy) as journal:
            findings = examine(journal, console)
    _show(findings, directory, console)
    return 1 if findings.faults else 0


def _copy(directory: Path, copy: Path) -> None:
    """Copy what the journal reads, and no passwords."""
    for name in (FILE_NAME, f"{FILE_NAME}-wal", acknowledged.FILE_NAME):
        if (directory / name).exists():
            shutil.copyfile(directory / name, copy / name)
    if (directory / "snapshots").exists():
        shutil.copytree(directory / "snapshots", copy / "snapshots")


def examine(journal: Journal, console: Console) -> Findings:
    """Replay from the first record and compare hashes, snapshots, reports and totals."""
    findings = Findings()
    if journal.lost:
        first, last = journal.lost[0], journal.lost[-1]
        findings.faults.append(f"records {first} to {last} were acknowledged, and are gone")
    snapshots = _whole_snapshots(journal, findings)
    expected = _ReportDigests()
    venue = Venue()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Replaying", total=journal.head_seq)
        for record in journal.records():
            for event in venue.apply(record.user, decode_command(record), record.time_ns):
                if isinstance(event, OrderEvent | CommandEvent | PartyEvent):
                    expected.add(event.user, event.report)
            findings.records += 1
            snapshot = snapshots.get(record.seq)
            if snapshot is not None:
                _compare_snapshot(snapshot, venue, findings)
            if record.seq % 1_000 == 0:
                progress.update(task, completed=record.seq)
    findings.state_hash = venue.state_hash()
    findings.totals = venue.ledger_totals()
    findings.faults += [
        f"{asset} is not conserved: {row}"
        for asset, row in findings.totals.items()
        if sum(row.values())
    ]
    findings.reports = expected.count
    try:
        findings.faults += expected.compare(_stored_reports(journal))
    except ReportsDamaged as error:
        findings.faults.append(
            f"the stored reports of {error.user} are damaged at report {error.rpt_seq}: "
            f"{error.reason}"
        )
    return findings


def _whole_snapshots(journal: Journal, findings: Findings) -> dict[int, Snapshot]:
    whole = {}
    for file in journal.snapshot_files():
        if file.snapshot is None:
            findings.faults.append(f"snapshot {file.name} {file.fault}")
        else:
            whole[file.snapshot.seq] = file.snapshot
    return whole


def _compare_snapshot(snapshot: Snapshot, venue: Venue, findings: Findings) -> None:
    if snapshot.venue == venue.dump():
        findings.snapshots += 1
        return
    try:
        Venue.load(snapshot.venue)
    except OTHER_VERSION as error:
        findings.notes.append(
            f"snapshot {snapshot.seq} is of another version of Bashu and is not used ({error})"
        )
    else:
        findings.faults.append(f"snapshot {snapshot.seq} is not the state that the journal gives")


class _ReportDigests:
    """A running digest of each user's reports: equal streams, equal digests, little memory."""

    def __init__(self) -> None:
        self._users: dict[str, tuple[int, bytes]] = {}
        self.count = 0

    def add(self, user: str, report: NumberedReport) -> str | None:
        """Take the next report; return what is wrong with its number."""
        last, digest = self._users.get(user, (0, b""))
        self._users[user] = (
            report.rpt_seq,
            hashlib.sha256(digest + repr(report).encode()).digest(),
        )
        self.count += 1
        if report.rpt_seq != last + 1:
            return f"report {last + 1} of {user} is missing or stands twice"
        return None

    def compare(self, stored: Iterator[tuple[str, NumberedReport]]) -> list[str]:
        """Return how the stored reports differ from those that the journal gives."""
        found = _ReportDigests()
        faults = [
            fault
            for fault in (found.add(user, report) for user, report in stored)
            if fault is not None
        ]
        for user in sorted({*self._users, *found._users}):
            mine, theirs = self._users.get(user), found._users.get(user)
            if mine != theirs:
                faults.append(f"the stored reports of {user} are not those that the journal gives")
        return faults


def _stored_reports(journal: Journal) -> Iterator[tuple[str, NumberedReport]]:
    for row in journal.all_reports():
        for report in decode_stored(row.payload):
            yield row.user, report


def _show(findings: Findings, directory: Path, console: Console) -> None:
    table = Table(title=f"Journal of {directory}", title_justify="left", box=SIMPLE)
    for column in ("asset", "available", "frozen", "bought today", "external", "sum"):
        table.add_column(column, justify="left" if column == "asset" else "right")
    for asset, row in findings.totals.items():
        values = [row["available"], row["frozen"], row["bought_today"], row["external"]]
        unit = "fen" if asset == CASH else "t"
        table.add_row(f"{asset}, {unit}", *(f"{value:,}" for value in (*values, sum(values))))
    console.print(table)
    console.print(
        f"records 1 to {findings.records}, hash chain whole; {findings.reports} reports, each "
        f"once; {findings.snapshots} snapshots equal",
        soft_wrap=True,
    )
    console.print(f"state hash {findings.state_hash}", soft_wrap=True)
    for note in findings.notes:
        console.print(f"Note: {note}", soft_wrap=True)
    for fault in findings.faults:
        console.print(f"FAULT: {fault}", style="bold red", soft_wrap=True)
    if not findings.faults:
        console.print("Everything agrees.")
