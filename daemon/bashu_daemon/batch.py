"""One turn of the pipeline: what was applied together becomes durable and leaves together."""

from collections.abc import Iterable

from msgspec import Struct, field

from bashu_daemon.bus.port import Inbound
from bashu_daemon.core.events import CommandEvent, Event, OrderEvent
from bashu_daemon.journal.record import Record, ReportRow
from bashu_protocol.codec import encode_batch
from bashu_protocol.messages import Broadcast, NumberedReport, Report

MAX_REPORTS_PER_PAYLOAD = 400
"""Keeps a payload well below the packet size that brokers are configured for."""


class CatchUp(Struct, frozen=True):
    """Stands in a user's reports where those of the past are to be read from the journal."""

    after_rpt_seq: int
    last_rpt_seq: int


class Batch(Struct):
    """Records to write, and everything that may leave only once they are durable."""

    records: list[Record] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    inbound: list[Inbound] = field(default_factory=list)
    to_users: dict[str, list[Report | CatchUp]] = field(default_factory=dict)
    broadcasts: list[tuple[str, Broadcast, bool]] = field(default_factory=list)
    """Topic, message, retained."""
    snapshot: bytes | None = None
    """The venue's state right after this batch, where one is to be kept."""
    seq: int = 0
    """Number of the last command applied when the batch was closed."""

    def add_events(self, events: Iterable[Event]) -> None:
        """Take the outcome of one command."""
        for event in events:
            self.events.append(event)
            if isinstance(event, OrderEvent | CommandEvent):
                self.tell(event.user, event.report)

    def tell(self, user: str, report: Report | CatchUp) -> None:
        self.to_users.setdefault(user, []).append(report)

    def report_rows(self) -> list[ReportRow]:
        """Numbered reports in the form in which the journal keeps them."""
        rows = []
        for user, reports in self.to_users.items():
            numbered = [r for r in reports if isinstance(r, NumberedReport)]
            if numbered:
                payload = encode_batch(numbered, "msgpack")
                rows.append(ReportRow(user, numbered[0].rpt_seq, numbered[-1].rpt_seq, payload))
        return rows
