"""What leaves the venue once a batch is durable: reports, acknowledgements, market data, alerts."""

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from bashu_daemon.batch import MAX_REPORTS_PER_PAYLOAD, Batch, CatchUp
from bashu_daemon.bus.port import Bus, BusDown
from bashu_daemon.core.events import Event, NoticePublished
from bashu_daemon.journal import Journal
from bashu_daemon.stored_reports import decode_stored
from bashu_daemon.surveillance.audit import audit_events
from bashu_daemon.surveillance.engine import Engine
from bashu_protocol import topics
from bashu_protocol.codec import encode_batch
from bashu_protocol.messages import (
    AnyMessage,
    AuditBatch,
    Broadcast,
    Encoding,
    NumberedReport,
    Report,
)

logger = logging.getLogger(__name__)

MAX_CATCH_UP_ROWS = 2_000
"""Report rows sent for one logon; a client that is still behind sees the gap and asks again."""


class Release:
    """Publishes batches in order. A broken bus costs nothing but the bytes: clients catch up."""

    def __init__(
        self,
        bus: Bus,
        journal: Journal,
        engine: Engine,
        encoding_of: Callable[[str], Encoding],
        public_encoding: Encoding,
        counters: Counter[str],
    ) -> None:
        self._bus = bus
        self._journal = journal
        self._engine = engine
        self._encoding_of = encoding_of
        self._public_encoding = public_encoding
        self._counters = counters
        self._audit_seq = 0
        self.seq = 0
        """Number of the last command whose outcome has left."""

    async def release(self, batch: Batch) -> None:
        """Let a durable batch out. Never raises `BusDown`."""
        try:
            await self._publish_reports(batch)
            self._bus.acknowledge(batch.inbound)
            await self._publish_broadcasts(batch)
        except BusDown:
            self._counters["released_while_bus_down"] += 1
        self.seq = max(self.seq, batch.seq)
        if batch.events:
            await self._supervise(batch.events)

    async def publish(self, topic: str, message: Broadcast, *, retain: bool) -> None:
        """Publish to all, in the venue's encoding. Raises `BusDown`."""
        await self._bus.publish(
            topic, encode_batch([message], self._public_encoding), qos=1, retain=retain
        )

    async def _publish_reports(self, batch: Batch) -> None:
        for user, entries in batch.to_users.items():
            if user == topics.VENUE_USER:
                continue
            reports: list[Report] = []
            for entry in entries:
                if isinstance(entry, CatchUp):
                    reports.extend(self._past_reports(user, entry))
                else:
                    reports.append(entry)
            encoding = self._encoding_of(user)
            for start in range(0, len(reports), MAX_REPORTS_PER_PAYLOAD):
                part = reports[start : start + MAX_REPORTS_PER_PAYLOAD]
                await self._bus.publish(topics.report(user), encode_batch(part, encoding), qos=1)
                self._counters["report_payloads"] += 1
            self._counters["reports"] += len(reports)

    def _past_reports(self, user: str, wanted: CatchUp) -> list[NumberedReport]:
        self._counters["catch_ups"] += 1
        found: list[NumberedReport] = []
        for row in self._journal.reports(
            user, wanted.after_rpt_seq, MAX_CATCH_UP_ROWS, wanted.last_rpt_seq
        ):
            found.extend(decode_stored(row.payload))
        return [r for r in found if wanted.after_rpt_seq < r.rpt_seq <= wanted.last_rpt_seq]

    async def _publish_broadcasts(self, batch: Batch) -> None:
        grouped: dict[tuple[str, bool], list[AnyMessage]] = defaultdict(list)
        for topic, message, retain in batch.broadcasts:
            grouped[topic, retain].append(message)
        for event in batch.events:
            if isinstance(event, NoticePublished):
                grouped[topics.NOTICE, False].append(event.notice)
        for (topic, retain), messages in grouped.items():
            payload = encode_batch(messages, self._public_encoding)
            await self._bus.publish(topic, payload, qos=1, retain=retain)

    async def _supervise(self, events: Sequence[Event]) -> None:
        """Feed surveillance, whatever the bus does; then tell the supervisors."""
        alerts = self._engine.on_events(events)
        self._counters["alerts"] += sum(alert.update == 1 for alert in alerts)
        identified = audit_events(events)
        try:
            if identified:
                self._audit_seq += 1
                audit = AuditBatch(self._audit_seq, self._journal.epoch, identified)
                await self.publish(topics.AUDIT, audit, retain=False)
            if alerts:
                payload = encode_batch(alerts, self._public_encoding)
                await self._bus.publish(topics.ALERT, payload, qos=1)
        except BusDown:
            self._counters["released_while_bus_down"] += 1
