"""What leaves the venue once it is durable: reports, acknowledgements, market data."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from bashu_daemon.acknowledgements import Acknowledgements
from bashu_daemon.batch import Batch, CatchUp, Mail
from bashu_daemon.bus.port import Bus, BusDown
from bashu_daemon.journal import Journal
from bashu_daemon.stored_reports import decode_stored
from bashu_protocol import topics
from bashu_protocol.codec import encode_batch, encode_elements, join_elements
from bashu_protocol.messages import AnyMessage, Broadcast, Encoding, NumberedReport, Report

T = TypeVar("T")

MAX_CATCH_UP_ROWS: Final = 2_000
"""Report rows sent for one logon; a client that is still behind sees the gap and asks again."""
MAX_REPORTS_PER_PAYLOAD: Final = 400
"""Keeps a payload well below the packet size that brokers are configured for."""


class Release:
    """Publishes batches in order. A broken bus costs nothing but the bytes: clients catch up."""

    def __init__(
        self,
        bus: Bus,
        acknowledgements: Acknowledgements,
        journal: Journal,
        encoding_of: Callable[[str], Encoding],
        public_encoding: Encoding,
        counters: Counter[str],
    ) -> None:
        self._bus = bus
        self._acknowledgements = acknowledgements
        self._journal = journal
        self._encoding_of = encoding_of
        self._public_encoding = public_encoding
        self._counters = counters
        self.seq = 0
        """Number of the last command whose outcome has left."""

    async def release(self, batches: Sequence[Batch]) -> None:
        """Let durable batches out, each user's reports in one go. Never raises `BusDown`."""
        try:
            await self._publish_reports(batches)
            for batch in batches:
                self._acknowledgements.acknowledge(batch.inbound)
            await self._publish_broadcasts(batches)
        except BusDown:
            self._counters["released_while_bus_down"] += 1
        self.seq = max(self.seq, batches[-1].seq)

    async def publish(self, topic: str, message: Broadcast, *, retain: bool) -> None:
        """Publish to all, in the venue's encoding. Raises `BusDown`."""
        await self._bus.publish(
            topic, encode_batch([message], self._public_encoding), qos=1, retain=retain
        )

    async def _publish_reports(self, batches: Sequence[Batch]) -> None:
        by_user: dict[str, list[Mail]] = {}
        for batch in batches:
            for user, mail in batch.mail.items():
                by_user.setdefault(user, []).append(mail)
        by_user.pop(topics.VENUE_USER, None)
        for user, mails in by_user.items():
            topic = topics.report(user)
            is_json = self._encoding_of(user) == "json"
            payloads = self._in_json(user, mails) if is_json else self._in_msgpack(user, mails)
            for payload in payloads:
                await self._bus.publish(topic, payload, qos=1)
            self._counters["report_payloads"] += len(payloads)

    def _in_json(self, user: str, mails: Sequence[Mail]) -> list[bytes]:
        reports = [report for mail in mails for report in self._reports(user, mail)]
        self._counters["reports"] += len(reports)
        return [encode_batch(part, "json") for part in _parts(reports)]

    def _in_msgpack(self, user: str, mails: Sequence[Mail]) -> list[bytes]:
        """Join what is encoded already; a part is full before it would grow too large."""
        payloads: list[bytes] = []
        count, elements = 0, b""
        for number, encoded in self._encoded(user, mails):
            if count and count + number > MAX_REPORTS_PER_PAYLOAD:
                payloads.append(join_elements(count, elements))
                count, elements = 0, b""
            count, elements = count + number, elements + encoded
            self._counters["reports"] += number
        if count:
            payloads.append(join_elements(count, elements))
        return payloads

    def _encoded(self, user: str, mails: Sequence[Mail]) -> list[tuple[int, bytes]]:
        """Return (number of messages, their elements) in order."""
        found: list[tuple[int, bytes]] = []
        for mail in mails:
            if mail.all_numbered and len(mail.entries) <= MAX_REPORTS_PER_PAYLOAD:
                found.append((len(mail.entries), mail.elements))
            else:
                reports = self._reports(user, mail)
                found += [(len(part), encode_elements(part)) for part in _parts(reports)]
        return found

    def _reports(self, user: str, mail: Mail) -> list[Report]:
        reports: list[Report] = []
        for entry in mail.entries:
            if isinstance(entry, CatchUp):
                reports.extend(self._past_reports(user, entry))
            else:
                reports.append(entry)
        return reports

    def _past_reports(self, user: str, wanted: CatchUp) -> list[NumberedReport]:
        self._counters["catch_ups"] += 1
        found: list[NumberedReport] = []
        for row in self._journal.reports(
            user, wanted.after_rpt_seq, MAX_CATCH_UP_ROWS, wanted.last_rpt_seq
        ):
            found.extend(decode_stored(row.payload))
        return [r for r in found if wanted.after_rpt_seq < r.rpt_seq <= wanted.last_rpt_seq]

    async def _publish_broadcasts(self, batches: Sequence[Batch]) -> None:
        grouped: dict[tuple[str, bool], list[AnyMessage]] = defaultdict(list)
        for batch in batches:
            for topic, message, retain in batch.broadcasts:
                grouped[topic, retain].append(message)
        for (topic, retain), messages in grouped.items():
            # Of what is retained only the newest counts.
            for part in _parts(messages[-1:] if retain else messages):
                payload = encode_batch(part, self._public_encoding)
                await self._bus.publish(topic, payload, qos=1, retain=retain)


def _parts(messages: Sequence[T]) -> list[Sequence[T]]:
    return [
        messages[start : start + MAX_REPORTS_PER_PAYLOAD]
        for start in range(0, len(messages), MAX_REPORTS_PER_PAYLOAD)
    ]
