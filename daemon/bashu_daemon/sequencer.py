"""From bus messages to batches: decode, number, apply. Everything here happens on the loop."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from bashu_daemon.acknowledgements import Acknowledgements
from bashu_daemon.batch import Batch, CatchUp
from bashu_daemon.bus.port import Inbound
from bashu_daemon.clock import Clock
from bashu_daemon.core import Venue
from bashu_daemon.core.reads import UserInfo
from bashu_daemon.heartbeats import Heartbeats
from bashu_daemon.journal.record import Record
from bashu_daemon.queries import Queries
from bashu_daemon.throttle import Throttle
from bashu_protocol import topics
from bashu_protocol.codec import MALFORMED, decode, decode_commands, is_json
from bashu_protocol.messages import (
    Command,
    Encoding,
    Logon,
    LogonAck,
    MassCancel,
    Presence,
    Query,
    Reject,
    StateCommand,
)
from bashu_protocol.reject_codes import RejectCode

logger = logging.getLogger(__name__)

Received = Command | Reject
"""What a user sent: a command, or what stands in place of one that cannot be read."""

_ENCODER = msgspec.msgpack.Encoder()
_TOO_FAST: Final = "You send faster than the venue takes; send it again later."


class Sequencer:
    """Applies commands in the order of their arrival and collects what follows from them.

    The user is taken from the topic and never from the payload: the broker has made sure who
    may publish there.
    """

    def __init__(
        self,
        venue: Venue,
        queries: Queries,
        clock: Clock,
        epoch: int,
        throttle: Throttle,
        acknowledgements: Acknowledgements,
        on_logon: Callable[[UserInfo], object],
        counters: Counter[str],
    ) -> None:
        self._venue = venue
        self._queries = queries
        self._clock = clock
        self._epoch = epoch
        self._throttle = throttle
        self._acknowledgements = acknowledgements
        self._on_logon = on_logon
        self._counters = counters
        self._encodings: dict[str, Encoding] = {}
        self._disconnect_count = 0
        self._heartbeats = Heartbeats()

    def encoding_of(self, user: str) -> Encoding:
        """The encoding of the user's reports: as asked at logon, else as its commands came."""
        return self._encodings.get(user, "msgpack")

    def take(self, messages: list[Inbound], batch: Batch) -> None:
        """Handle what the bus delivered; the outcome is added to the batch."""
        for message in messages:
            batch.inbound.append(message)
            user = topics.user_of(message.topic)
            if user is None or user == topics.VENUE_USER:
                self._counters["refused_topic"] += 1
                continue
            if self._heartbeats.watches(user):
                self._heartbeats.hear(user, self._clock.now_ns())
            if topics.is_presence(message.topic):
                self._take_presence(user, message.payload, batch)
            elif message.retain:
                # A retained command would be executed again at every start of the venue.
                self._counters["refused_retained"] += 1
            else:
                self._take_commands(user, message, batch)

    def apply(self, user: str, command: StateCommand, batch: Batch) -> None:
        """Give a command its number and let it happen."""
        now_ns = self._clock.now_ns()
        events = self._venue.apply(user, command, now_ns)
        batch.records.append(Record(self._venue.seq, now_ns, user, _ENCODER.encode(command)))
        batch.add_events(events)

    def silent_users(self) -> list[str]:
        """Who asked to be cancelled after so long a silence."""
        return self._heartbeats.silent(self._clock.now_ns())

    def cancel_silent(self, batch: Batch) -> None:
        """Withdraw the orders of those who were not heard for as long as they had said."""
        for user in self.silent_users():
            self._heartbeats.forget(user)
            self._counters["missed_heartbeats"] += 1
            self._cancel_on_disconnect(user, batch)

    def _take_commands(self, user: str, message: Inbound, batch: Batch) -> None:
        payload = message.payload
        if user not in self._encodings:
            self._encodings[user] = "json" if is_json(payload) else "msgpack"
        info = self._venue.user_info(user)
        commands = decode_commands(payload)
        admitted = self._throttle.admit(user, len(commands), self._clock.now_ns())
        refused = commands[admitted:]
        if refused:
            self._counters["rejected_throttled"] += len(refused)
            self._acknowledgements.hold(message.topic, self._throttle.seconds_for(len(refused)))
            for command in refused:
                batch.tell(user, _refuse(command, RejectCode.THROTTLED, _TOO_FAST))
        if info is None:
            self._refuse_strangers(user, commands[:admitted], batch)
            return
        before = len(batch.records)
        for command in commands[:admitted]:
            if isinstance(command, (Logon, Query, Reject)):
                self._answer(info, command, batch)
            else:
                self.apply(user, command, batch)
        self._counters["commands"] += len(batch.records) - before

    def _answer(self, info: UserInfo, command: Logon | Query | Reject, batch: Batch) -> None:
        """What changes no state is answered from it, and not journaled."""
        if isinstance(command, Logon):
            self._log_on(info.user, command, batch)
        elif isinstance(command, Query):
            self._counters["queries"] += 1
            for report in self._queries.answer(info, command):
                batch.tell(info.user, report)
        else:
            self._counters["rejected_unreadable"] += 1
            batch.tell(info.user, command)

    def _refuse_strangers(self, user: str, commands: Sequence[Received], batch: Batch) -> None:
        text = f"The venue knows no user {user!r}; ask the registrar for admission."
        for command in commands:
            if isinstance(command, Reject):
                self._counters["rejected_unreadable"] += 1
                batch.tell(user, command)
            else:
                self._counters["rejected_unknown_user"] += 1
                batch.tell(user, _refuse(command, RejectCode.UNKNOWN_USER, text))

    def _log_on(self, user: str, logon: Logon, batch: Batch) -> None:
        self._counters["logons"] += 1
        self._encodings[user] = logon.encoding
        self._heartbeats.log_on(user, logon, self._clock.now_ns())
        info = self._venue.user_info(user)
        assert info is not None, user  # noqa: S101  the caller has just looked it up
        acknowledgement = LogonAck(
            rpt_seq=info.last_rpt_seq,
            session=logon.session,
            user=user,
            member=info.member,
            role=info.role,
            trade_date=self._venue.trade_date,
            epoch=self._epoch,
            seq=self._venue.seq,
            transact_time=self._clock.now_ns(),
            encoding=logon.encoding,
        )
        self._on_logon(info)
        batch.tell(user, acknowledgement)
        if 0 <= logon.last_rpt_seq < info.last_rpt_seq:
            batch.tell(user, CatchUp(logon.last_rpt_seq, info.last_rpt_seq))

    def _take_presence(self, user: str, payload: bytes, batch: Batch) -> None:
        try:
            (presence,) = decode(payload)
        except (*MALFORMED, ValueError):
            self._counters["refused_presence"] += 1
            return
        if not isinstance(presence, Presence) or presence.user != user:
            self._counters["refused_presence"] += 1
            return
        if not presence.online:
            self._heartbeats.end(user, presence.session)
        if not presence.online and presence.cancel_on_disconnect:
            self._cancel_on_disconnect(user, batch)

    def _cancel_on_disconnect(self, user: str, batch: Batch) -> None:
        if not self._venue.has_live_orders(user):
            return
        self._disconnect_count += 1
        self._counters["cancel_on_disconnect"] += 1
        cl_ord_id = f"cod-{self._epoch}-{self._disconnect_count}"
        self.apply(user, MassCancel(cl_ord_id), batch)


def _refuse(command: Received, code: RejectCode, text: str) -> Reject:
    return Reject(getattr(command, "cl_ord_id", ""), code, text)
