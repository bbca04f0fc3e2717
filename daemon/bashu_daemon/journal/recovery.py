"""From the disk to a running venue: the newest snapshot, then the rest of the journal."""

import logging
from typing import Protocol

import msgspec

from bashu_daemon.core import Venue
from bashu_daemon.core.events import Event
from bashu_daemon.journal.errors import JournalDamaged
from bashu_daemon.journal.record import Record
from bashu_daemon.journal.store import Journal
from bashu_protocol.messages import StateCommand

logger = logging.getLogger(__name__)

_DECODER = msgspec.msgpack.Decoder(StateCommand)


class Follower(Protocol):
    """Whoever keeps a state of its own beside the venue's, as surveillance does."""

    def load(self, data: bytes) -> None: ...

    def on_events(self, events: list[Event]) -> object: ...


def decode_command(record: Record) -> StateCommand:
    """Read a record's command.

    Raises:
        JournalDamaged: it is none that this version knows.
    """
    try:
        return _DECODER.decode(record.payload)  # type: ignore[no-any-return]  # a union
    except msgspec.MsgspecError as error:
        raise JournalDamaged(record.seq, f"it holds no command ({error})") from error


def recover(journal: Journal, follower: Follower) -> Venue:
    """Return the venue as it was after the last record, with the follower at the same point.

    Raises:
        JournalDamaged: naming the first bad record.
    """
    venue = Venue()
    snapshot = journal.latest_snapshot()
    if snapshot is not None:
        venue = Venue.load(snapshot.venue)
        follower.load(snapshot.surveillance)
    replayed = 0
    for record in journal.records(venue.seq):
        follower.on_events(venue.apply(record.user, decode_command(record), record.time_ns))
        replayed += 1
    if replayed or snapshot is not None:
        logger.info(
            "Recovered to record %d: snapshot at %d, %d replayed.",
            venue.seq,
            venue.seq - replayed,
            replayed,
        )
    return venue
