"""What the users saw against what the journal holds. The only module here that reads a journal."""

import sqlite3
from array import array
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from bashu_daemon.errors import OperatorError
from bashu_daemon.journal import Journal, decode_command
from bashu_daemon.journal.database import FILE_NAME
from bashu_daemon.tools.load.accounting import (
    CL_ORD_ID,
    COMMAND_REJECT_CODE,
    REJECT_CODE,
    RPT_SEQ,
    Accounting,
    Outcome,
    decode_reports,
)
from bashu_daemon.tools.load.result import Reconciliation
from bashu_daemon.tools.verify import examine
from bashu_protocol.reject_codes import RejectCode

_AGAIN = frozenset({RejectCode.ALREADY_RECEIVED, RejectCode.DUPLICATE_CL_ORD_ID})


@contextmanager
def image_of(data_dir: Path) -> Iterator[Path]:
    """Copy the journal of a running venue, as of one moment, for `reconcile`.

    What was reported is in it: a report leaves the venue after its transaction.

    Raises:
        OperatorError: there is no journal, or it cannot be read.
    """
    path = data_dir / FILE_NAME
    if not path.exists():
        raise OperatorError(f"{data_dir} holds no journal ({FILE_NAME}).")
    with TemporaryDirectory(prefix="bashu-load-image-") as directory:
        try:
            with (
                closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as live,
                closing(sqlite3.connect(Path(directory) / FILE_NAME)) as image,
            ):
                live.backup(image)
        except sqlite3.Error as error:
            raise OperatorError(f"Cannot copy the journal {path}: {error}.") from error
        yield Path(directory)


def reconcile(
    data_dir: Path, accountings: Mapping[str, Accounting], console: Console
) -> Reconciliation:
    """Verify the journal of a stopped venue and compare it with every order and report.

    Each acknowledged order must have been executed exactly once: it stands in the journal once,
    and once more for each time that it was sent again and refused as received already.

    Raises:
        OperatorError: the directory is in use, or no journal.
        JournalDamaged: naming the first bad record.
    """
    with Journal(data_dir) as journal:
        findings = examine(journal, console)
        executed = {user: array("l", bytes(8 * item.sent)) for user, item in accountings.items()}
        _count_commands(journal, accountings, executed)
        lost = _compare_reports(journal, accountings, executed)
    acknowledged = 0
    for user, item in accountings.items():
        wrong = [
            number
            for number, outcome in enumerate(item.outcomes)
            if (outcome in (Outcome.ACCEPTED, Outcome.REJECTED) and executed[user][number] != 1)
            or (outcome == Outcome.REFUSED and executed[user][number] > bool(item.resent))
        ]
        acknowledged += item.accepted + item.rejected.total()
        if wrong:
            lost.append(
                f"{user}: {len(wrong):,} orders are not in the journal as they were answered, "
                f"the first is {item.prefix}{wrong[0]}"
            )
    return Reconciliation(findings.records, acknowledged, lost, findings.faults)


def _count_commands(
    journal: Journal, accountings: Mapping[str, Accounting], executed: "Mapping[str, array[int]]"
) -> None:
    for record in journal.records():
        item = accountings.get(record.user)
        if item is not None:
            number = item.number_of(decode_command(record).cl_ord_id)
            if number >= 0:
                executed[record.user][number] += 1


def _compare_reports(
    journal: Journal, accountings: Mapping[str, Accounting], executed: "Mapping[str, array[int]]"
) -> list[str]:
    """Compare each report received with the stored one; take refused repetitions off."""
    wrong: dict[str, int] = dict.fromkeys(accountings, 0)
    seen: dict[str, int] = dict.fromkeys(accountings, 0)
    for row in journal.all_reports():
        item = accountings.get(row.user)
        if item is None:
            continue
        for report in decode_reports(row.payload):
            code = report[REJECT_CODE if report[0] == "execution_report" else COMMAND_REJECT_CODE]
            if code in _AGAIN:
                number = item.number_of(report[CL_ORD_ID])
                if number >= 0:
                    executed[row.user][number] -= 1
            at = report[RPT_SEQ] - item.first_rpt_seq
            if item.digests is not None and 0 <= at < len(item.digests):
                seen[row.user] += 1
                wrong[row.user] += item.digests[at] != hash(report)
    lost = []
    for user, item in accountings.items():
        missing = len(item.digests or ()) - seen[user]
        if wrong[user] or missing:
            lost.append(
                f"{user}: of {len(item.digests or ()):,} reports received, {missing:,} are not "
                f"stored and {wrong[user]:,} are stored otherwise"
            )
    return lost
