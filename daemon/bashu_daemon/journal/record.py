"""What the journal keeps: one record per command, one row of reports per user and batch."""

from msgspec import Struct


class Record(Struct, frozen=True, gc=False):
    """A command as it was applied. `payload` is its msgpack form."""

    seq: int
    time_ns: int
    user: str
    payload: bytes


class ReportRow(Struct, frozen=True, gc=False):
    """Numbered reports of one user, as published: a msgpack batch."""

    user: str
    first_rpt_seq: int
    last_rpt_seq: int
    payload: bytes
