"""From the disk to a running venue: the newest snapshot, then the rest of the journal."""

import logging
from typing import Final, Protocol

import msgspec

from bashu_daemon.core import Venue
from bashu_daemon.core.events import Event
from bashu_daemon.journal.errors import JournalDamaged
from bashu_daemon.journal.record import Record
from bashu_daemon.journal.view import JournalView
from bashu_protocol.messages import StateCommand

logger = logging.getLogger(__name__)

OTHER_VERSION: Final = (msgspec.MsgspecError, ValueError, TypeError, LookupError)
"""What loading a state raises that has another form."""

_DECODER = msgspec.msgpack.Decoder(StateCommand)


class Follower(Protocol):
    """Whoever keeps a state of its own beside the venue's, as surveillance does."""

    def dump(self) -> bytes: ...

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


def recover(journal: JournalView, follower: Follower, tape: Follower | None = None) -> Venue:
    """Return the venue as it was after the last record, with the followers at the same point.

    A snapshot that another version of Bashu wrote is passed over with a warning: the journal gives
    the same state, only later.

    Raises:
        JournalDamaged: naming the first bad record.
    """
    venue = load_newest(journal, follower, tape)
    start = venue.seq
    for record in journal.records(start):
        events = venue.apply(record.user, decode_command(record), record.time_ns)
        follower.on_events(events)
        if tape is not None:
            tape.on_events(events)
    if venue.seq:
        logger.info(
            "Recovered to record %d: snapshot at %d, %d replayed.",
            venue.seq,
            start,
            venue.seq - start,
        )
    return venue


def load_newest(journal: JournalView, follower: Follower, tape: Follower | None = None) -> Venue:
    """Return the state of the newest snapshot that this version reads, or the first state."""
    unloaded = follower.dump()
    for snapshot in journal.snapshots():
        try:
            venue = Venue.load(snapshot.venue)
            follower.load(snapshot.surveillance)
            if tape is not None:
                tape.load(snapshot.tape)
        except OTHER_VERSION as error:
            follower.load(unloaded)
            if tape is not None:
                tape.load(b"")
            logger.warning(
                "Snapshot %d is of another version of Bashu (%s); replaying over it.",
                snapshot.seq,
                error,
            )
        else:
            return venue
    return Venue()
