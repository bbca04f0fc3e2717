"""The durable log of commands, and the way back from it."""

from bashu_daemon.journal.errors import (
    DirectoryLocked,
    JournalDamaged,
    JournalStopped,
    ReportsDamaged,
)
from bashu_daemon.journal.group_commit import GroupCommit
from bashu_daemon.journal.record import Record, ReportRow
from bashu_daemon.journal.recovery import decode_command, recover
from bashu_daemon.journal.snapshots import Snapshot
from bashu_daemon.journal.store import Journal
from bashu_daemon.journal.view import JournalView, LiveView

__all__ = [
    "DirectoryLocked",
    "GroupCommit",
    "Journal",
    "JournalDamaged",
    "JournalStopped",
    "JournalView",
    "LiveView",
    "Record",
    "ReportRow",
    "ReportsDamaged",
    "Snapshot",
    "decode_command",
    "recover",
]
