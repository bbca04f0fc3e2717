"""What can be wrong with a data directory."""

from bashu_daemon.errors import OperatorError

_ADVICE = (
    "Nothing was changed; restore the data directory from a copy, or keep it as it is for the "
    "examiner."
)


class DirectoryLocked(OperatorError):  # noqa: N818  the state, not a fault of the program
    """Another process serves this data directory."""


class JournalDamaged(OperatorError):  # noqa: N818  the state, not a fault of the program
    """A record is not what was written; `seq` is the first bad one, 0 if no record can be named."""

    def __init__(self, seq: int, reason: str) -> None:
        where = f" at record {seq}" if seq else ""
        super().__init__(f"The journal is damaged{where}: {reason}. {_ADVICE}")
        self.seq = seq
        self.reason = reason


class ReportsDamaged(OperatorError):  # noqa: N818  the state, not a fault of the program
    """A stored report is missing or not what was written; `rpt_seq` is the user's first bad one."""

    def __init__(self, user: str, rpt_seq: int, reason: str) -> None:
        super().__init__(
            f"The stored reports of {user} are damaged at report {rpt_seq}: {reason}. {_ADVICE}"
        )
        self.user = user
        self.rpt_seq = rpt_seq
        self.reason = reason


class JournalStopped(Exception):  # noqa: N818  the state; what failed is its cause
    """An earlier write failed: what the disk holds is unknown until the journal is opened again."""
