"""One turn of the pipeline: what was applied together becomes durable and leaves together."""

from collections.abc import Iterable
from time import perf_counter
from typing import cast

from msgspec import Struct, field

from bashu_daemon.bus.port import Inbound
from bashu_daemon.core.events import CommandEvent, Event, OrderEvent, PartyEvent
from bashu_daemon.journal.record import Record, ReportRow
from bashu_protocol.codec import encode_elements, join_elements
from bashu_protocol.messages import Broadcast, NumberedReport, Report


class CatchUp(Struct, frozen=True):
    """Stands in a user's reports where those of the past are to be read from the journal."""

    after_rpt_seq: int
    last_rpt_seq: int


class Mail(Struct):
    """What one user is sent, in order.

    `elements` holds the reports in msgpack where all of them are numbered: they are encoded
    once, for the journal and for the wire.
    """

    entries: list[Report | CatchUp] = field(default_factory=list)
    all_numbered: bool = True
    elements: bytes = b""

    def numbered(self) -> list[NumberedReport]:
        if self.all_numbered:
            return cast("list[NumberedReport]", self.entries)
        return [entry for entry in self.entries if isinstance(entry, NumberedReport)]


class Kept(Struct, frozen=True):
    """What a snapshot keeps of the venue and of the day's tape."""

    venue: bytes
    tape: bytes


class Batch(Struct):
    """Records to write, and everything that may leave only once they are durable."""

    records: list[Record] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    inbound: list[Inbound] = field(default_factory=list)
    mail: dict[str, Mail] = field(default_factory=dict)
    broadcasts: list[tuple[str, Broadcast, bool]] = field(default_factory=list)
    """Topic, message, retained."""
    snapshot: Kept | None = None
    """The state right after this batch, where one is to be kept."""
    seq: int = 0
    """Number of the last command applied when the batch was closed."""
    began: float = field(default_factory=perf_counter)

    def add_events(self, events: Iterable[Event]) -> None:
        """Take the outcome of one command."""
        mail = self.mail
        self.events += events
        for event in events:
            if isinstance(event, (OrderEvent, CommandEvent, PartyEvent)):
                to_user = mail.get(event.user)
                if to_user is None:
                    to_user = mail[event.user] = Mail()
                to_user.entries.append(event.report)

    def tell(self, user: str, report: Report | CatchUp) -> None:
        """Add what is not numbered: an answer, or what a logon missed."""
        to_user = self.mail.setdefault(user, Mail())
        to_user.entries.append(report)
        to_user.all_numbered = False

    def report_rows(self) -> list[ReportRow]:
        """Encode the numbered reports; return them in the form in which the journal keeps them."""
        rows = []
        for user, mail in self.mail.items():
            numbered = mail.numbered()
            if numbered:
                elements = encode_elements(numbered)
                payload = join_elements(len(numbered), elements)
                rows.append(ReportRow(user, numbered[0].rpt_seq, numbered[-1].rpt_seq, payload))
                if mail.all_numbered:
                    mail.elements = elements
        return rows
