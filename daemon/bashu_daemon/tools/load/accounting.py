"""Every order of one user, from its number to what became of it.

A command's number stands at the end of its `cl_ord_id`. Per number there are a few bytes and no
object, so that millions of orders can be accounted for in the loop that sends them.
"""

from array import array
from collections import Counter
from enum import IntEnum
from typing import Any, Final

import msgspec

from bashu_protocol.messages import ExecutionReport
from bashu_protocol.reject_codes import RejectCode

Report = tuple[Any, ...]
"""A report as it stands on the wire: type name, then the fields in order."""

_AT: Final = {name: at for at, name in enumerate(ExecutionReport.__struct_fields__, 1)}
RPT_SEQ: Final = _AT["rpt_seq"]
CL_ORD_ID: Final = _AT["cl_ord_id"]
EXEC_TYPE: Final = _AT["exec_type"]
SYMBOL: Final = _AT["symbol"]
SIDE: Final = _AT["side"]
ORDER_QTY: Final = _AT["order_qty"]
LEAVES_QTY: Final = _AT["leaves_qty"]
REJECT_CODE: Final = _AT["reject_code"]
TIME_IN_FORCE: Final = _AT["time_in_force"]
# Other reports have fewer fields; these positions are theirs.
COMMAND_ACCEPTED: Final = 6
COMMAND_REJECT_CODE: Final = 8
REJECTED_CL_ORD_ID: Final = 1
REJECTED_CODE: Final = 2

_MANY: Final = msgspec.msgpack.Decoder(list[tuple[Any, ...]])
_ONE: Final = msgspec.msgpack.Decoder(tuple[Any, ...])


class Outcome(IntEnum):
    """What became of a command."""

    UNANSWERED = 0
    ACCEPTED = 1
    REJECTED = 2
    REFUSED = 3
    """Not taken as a command at all: throttled, unreadable."""


EXPECTED_REJECTS: Final = frozenset(
    {
        # The order traded, or was withdrawn, while its cancel or replace was on the way.
        RejectCode.ORDER_NOT_OPEN,
        # A command sent again after a broken connection.
        RejectCode.ALREADY_RECEIVED,
        RejectCode.THROTTLED,
    }
)
"""Refusals that belong to the load; any other is held against the run."""


def decode_reports(payload: bytes) -> list[Report]:
    """Split a msgpack payload into its messages, without making objects of them."""
    first = payload[0]
    offset = 3 if first == 0xDC else 5 if first == 0xDD else 1
    kind = payload[offset]
    if 0x90 <= kind < 0xA0 or kind in (0xDC, 0xDD):
        return _MANY.decode(payload)
    return [_ONE.decode(payload)]


class Accounting:
    """One user's commands.

    Args:
        prefix: what the user's `cl_ord_id`s begin with; the number follows.
        keep_digests: whether to remember a digest of each report, to compare with the journal.
    """

    def __init__(self, prefix: str, *, keep_digests: bool) -> None:
        self.prefix = prefix
        self.pending: dict[int, Report] = {}
        """Commands without an answer, in the order in which they were sent."""
        self.intended_ns = array("q")
        self.outcomes = bytearray()
        self.closed = bytearray()
        """1 for an order that cannot be cancelled any more."""
        self.rejected: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.accepted = 0
        self.trades = 0
        self.last_rpt_seq = -1
        self.first_rpt_seq = 0
        """The first report number of this run."""
        self.digests: array[int] | None = array("q") if keep_digests else None
        self.latencies_ns = array("q")
        self.mass_cancels_ns = array("q")
        self.resent = 0
        self._cut = len(prefix)

    @property
    def sent(self) -> int:
        return len(self.outcomes)

    @property
    def answered(self) -> int:
        return len(self.outcomes) - len(self.pending)

    @property
    def unexpected_rejects(self) -> int:
        counts = self.rejected + self.refused
        return sum(count for code, count in counts.items() if code not in EXPECTED_REJECTS)

    def next_number(self) -> int:
        return len(self.outcomes)

    def add(self, command: Report, intended_ns: int) -> None:
        """Note a command under the next number."""
        self.pending[len(self.outcomes)] = command
        self.outcomes.append(Outcome.UNANSWERED)
        self.closed.append(0)
        self.intended_ns.append(intended_ns)

    def number_of(self, cl_ord_id: str) -> int:
        """Return the number in an id, or -1 if it is not of this run."""
        if not cl_ord_id.startswith(self.prefix):
            return -1
        return int(cl_ord_id[self._cut :])

    def is_next(self, report: Report) -> bool:
        """Take a report's number; False if it was seen before or one before it is missing."""
        rpt_seq: int = report[RPT_SEQ]
        if rpt_seq != self.last_rpt_seq + 1:
            return False
        self.last_rpt_seq = rpt_seq
        if self.digests is not None:
            self.digests.append(hash(report))
        return True

    def take_execution(self, report: Report, now_ns: int) -> int:
        """Note an execution report; return the number of the command that it answers, or -1."""
        number = self.number_of(report[CL_ORD_ID])
        if number < 0:
            return -1
        exec_type = report[EXEC_TYPE]
        if exec_type == "trade":
            self.trades += 1
        if report[LEAVES_QTY] == 0 and exec_type != "rejected":
            self.closed[number] = 1
        command = self.pending.get(number)
        if command is None or command[0] == "mass_cancel":
            return -1
        del self.pending[number]
        if exec_type == "rejected":
            self.outcomes[number] = Outcome.REJECTED
            self.rejected[report[REJECT_CODE]] += 1
        else:
            self.outcomes[number] = Outcome.ACCEPTED
            self.accepted += 1
        self.latencies_ns.append(now_ns - self.intended_ns[number])
        return number

    def take_command_report(self, report: Report, now_ns: int) -> None:
        """Note the answer to a mass cancel."""
        number = self.number_of(report[CL_ORD_ID])
        if number < 0 or self.pending.pop(number, None) is None:
            return
        if report[COMMAND_ACCEPTED]:
            self.outcomes[number] = Outcome.ACCEPTED
            self.accepted += 1
        else:
            self.outcomes[number] = Outcome.REJECTED
            self.rejected[report[COMMAND_REJECT_CODE]] += 1
        self.mass_cancels_ns.append(now_ns - self.intended_ns[number])

    def take_reject(self, report: Report) -> int:
        """Note a refusal that never became a command; return the command's number, or -1."""
        number = self.number_of(report[REJECTED_CL_ORD_ID])
        if number < 0 or self.pending.pop(number, None) is None:
            self.refused[f"{report[REJECTED_CODE]} (of no known order)"] += 1
            return -1
        self.outcomes[number] = Outcome.REFUSED
        self.refused[report[REJECTED_CODE]] += 1
        return number
