"""Behind the release: surveillance, its alerts, the audit stream, and snapshots of both states.

What has left the venue waits here, so that no report waits for surveillance. It works in slices
and lets the event loop go on between them. A watchdog sees to it that it does.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from bashu_daemon.batch import Batch, Kept
from bashu_daemon.bus.port import Bus, BusDown
from bashu_daemon.core.events import Event
from bashu_daemon.journal import Journal
from bashu_daemon.surveillance import canary
from bashu_daemon.surveillance.audit import encode_audit
from bashu_daemon.surveillance.engine import Engine
from bashu_daemon.watchdog import TICK_SECONDS, Watchdog
from bashu_protocol import topics
from bashu_protocol.codec import encode_batch
from bashu_protocol.messages import Alert, AuditBatch, Encoding

MAX_EVENTS_WAITING: Final = 100_000
"""Events released and not yet examined; beyond that the release waits."""
SLICE: Final = 200
"""Events examined, and audited in one payload, before the event loop gets a turn."""
PROBE_SECONDS: Final = 0.5
"""How often an audit stream that nobody reads is offered again."""
EXPECTED_SECONDS: Final = 5.0
"""How long a reader is expected after a supervisor's logon."""


class SupervisionFeed:
    """One task puts released batches, `run` examines them in order."""

    def __init__(
        self,
        bus: Bus,
        journal: Journal,
        engine: Engine,
        public_encoding: Encoding,
        counters: Counter[str],
        now_ns: Callable[[], int],
    ) -> None:
        self._bus = bus
        self._journal = journal
        self._engine = engine
        self._encoding = public_encoding
        self._counters = counters
        self._audit_seq = 0
        self._probed = 0.0
        self._expected_until = 0.0
        self._watchdog = Watchdog(engine, journal.epoch, journal.head_seq, now_ns)
        self._unpublished: list[Alert] = []
        """Alerts of the watchdog that the broker has not got yet."""
        self._waiting: deque[tuple[float, Batch | None]] = deque()
        """What was released and when; None is a canary."""
        self._in_hand: float | None = None
        """When what is being examined was released."""
        self._events_waiting = 0
        self._since_turn = 0
        self._has_batch = asyncio.Event()
        self._has_space = asyncio.Event()
        self._has_space.set()
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def events_waiting(self) -> int:
        """Events that have left the venue and that surveillance has not seen."""
        return self._events_waiting

    def alerts(self) -> list[Alert]:
        """Return the alerts that are kept, and those about surveillance itself behind them."""
        return [*self._engine.alerts(), *self._watchdog.alerts()]

    async def put(self, batch: Batch) -> None:
        """Queue what was released."""
        if not batch.events and not batch.records and batch.snapshot is None:
            return
        await self._has_space.wait()
        self._waiting.append((asyncio.get_running_loop().time(), batch))
        self._events_waiting += len(batch.events)
        self._has_batch.set()
        self._idle.clear()
        if self._events_waiting >= MAX_EVENTS_WAITING:
            self._has_space.clear()

    def expect_reader(self) -> None:
        """A supervisor logs on: publish the audit stream whatever the broker last said of it."""
        self._expected_until = asyncio.get_running_loop().time() + EXPECTED_SECONDS

    async def join(self) -> None:
        """Wait until everything has been examined."""
        await self._idle.wait()

    async def run(self) -> None:
        """Examine for ever. A broken bus costs alerts nothing: they can be queried."""
        while True:
            await self._has_batch.wait()
            self._in_hand, batch = self._waiting.popleft()
            if batch is None:
                self._watchdog.heard(canary.sing(), asyncio.get_running_loop().time())
            else:
                await self._examine_batch(batch)
            self._in_hand = None
            if not self._waiting:
                self._has_batch.clear()
                self._idle.set()

    async def watch_over(self) -> None:
        """Look after surveillance for ever; its blind spots are alerts, too."""
        loop = asyncio.get_running_loop()
        self._watchdog.begin(loop.time())
        while True:
            now = loop.time()
            if self._watchdog.wants_canary(now):
                self._waiting.append((now, None))
                self._has_batch.set()
            oldest = self._waiting[0][0] if self._waiting else None
            if self._in_hand is not None:
                oldest = self._in_hand
            head = self._journal.head_seq
            self._blind(self._watchdog.look(now, oldest, self._events_waiting, head))
            await self._publish_unpublished()
            await asyncio.sleep(TICK_SECONDS)

    async def _examine_batch(self, batch: Batch) -> None:
        if batch.records:
            self._blind(self._watchdog.took(batch.records[0].seq, batch.records[-1].seq))
        for part in _slices(batch.events):
            try:
                await self._examine(part)
            except BusDown:
                self._counters["released_while_bus_down"] += 1
            self._since_turn += len(part)
            if self._since_turn >= SLICE:
                self._since_turn = 0
                await asyncio.sleep(0)
        if batch.snapshot is not None:
            await self._save(batch.seq, batch.snapshot)
        self._events_waiting -= len(batch.events)
        self._has_space.set()

    def _blind(self, alerts: list[Alert]) -> None:
        self._counters["blind_spots"] += len(alerts)
        self._unpublished += alerts

    async def _publish_unpublished(self) -> None:
        if self._unpublished:
            alerts, self._unpublished = self._unpublished, []
            try:
                payload = encode_batch(alerts, self._encoding)
                await self._bus.publish(topics.ALERT, payload, qos=1)
            except BusDown:
                self._unpublished = [*alerts, *self._unpublished]

    async def _examine(self, events: Sequence[Event]) -> None:
        alerts = self._engine.on_events(events)
        self._counters["alerts"] += sum(alert.update == 1 for alert in alerts)
        if alerts:
            payload = encode_batch(alerts, self._encoding)
            await self._bus.publish(topics.ALERT, payload, qos=1)
        now = asyncio.get_running_loop().time()
        if now < self._expected_until or not self._bus.is_unread(topics.AUDIT):
            epoch = self._journal.epoch
            payload = encode_audit(events, self._encoding, self._audit_seq + 1, epoch)
            if payload:
                await self._publish_audit(payload)
        elif now >= self._probed + PROBE_SECONDS:
            self._probed = now
            # An empty one only asks the broker whether anybody reads.
            empty = AuditBatch(self._audit_seq + 1, self._journal.epoch, [])
            await self._publish_audit(encode_batch([empty], self._encoding))

    async def _publish_audit(self, payload: bytes) -> None:
        self._audit_seq += 1
        await self._bus.publish(topics.AUDIT, payload, qos=1)

    async def _save(self, seq: int, kept: Kept) -> None:
        """Keep all states; surveillance has seen what the venue's includes and no more."""
        await asyncio.to_thread(
            self._journal.save_snapshot, seq, kept.venue, self._engine.dump(), kept.tape
        )


def _slices(events: list[Event]) -> Iterator[list[Event]]:
    if len(events) <= SLICE:
        yield events
        return
    for start in range(0, len(events), SLICE):
        yield events[start : start + SLICE]
