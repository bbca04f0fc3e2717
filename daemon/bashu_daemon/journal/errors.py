"""What can be wrong with a data directory."""

from bashu_daemon.errors import OperatorError


class DirectoryLocked(OperatorError):  # noqa: N818  the state, not a fault of the program
    """Another process serves this data directory."""


class JournalDamaged(OperatorError):  # noqa: N818  the state, not a fault of the program
    """A record is not what was written; `seq` is the first bad one."""

    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(
            f"The journal is damaged at record {seq}: {reason}. Nothing was changed; restore the "
            "data directory from a copy, or keep it as it is for the examiner."
        )
        self.seq = seq
        self.reason = reason
