"""The daemon: bus, sequencer, journal, release.

Tasks work hand in hand. *Ingress* applies what the bus delivers and hands the batch to the
journal. *Release* waits for each batch, in order, to be durable; only then do reports,
acknowledgements and market data leave. *Timers* add market data, heartbeat and session changes.
"""

import asyncio
import contextlib
import gc
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from time import perf_counter
from typing import Any

from bashu_daemon.acknowledgements import Acknowledgements
from bashu_daemon.batch import Batch, Kept
from bashu_daemon.bus.port import Bus, BusDown, Inbound
from bashu_daemon.clock import Clock
from bashu_daemon.config import Config
from bashu_daemon.core import Venue
from bashu_daemon.core.events import CommandEvent
from bashu_daemon.core.reads import UserInfo
from bashu_daemon.day_tape import DayTape
from bashu_daemon.journal import GroupCommit, Journal
from bashu_daemon.market_data import MarketData, Publication
from bashu_daemon.metrics import Metrics
from bashu_daemon.queries import Queries
from bashu_daemon.release import Release
from bashu_daemon.release_queue import ReleaseQueue
from bashu_daemon.schedule import (
    Outlook,
    Sessions,
    due_commands,
    ending_volatility_auctions,
    make_schedule,
    outlook,
)
from bashu_daemon.sequencer import Sequencer
from bashu_daemon.snapshotter import SnapshotTask, Snapshotter
from bashu_daemon.supervision_feed import SupervisionFeed
from bashu_daemon.surveillance.engine import Engine
from bashu_daemon.throttle import Throttle
from bashu_protocol import topics
from bashu_protocol.messages import StateCommand, VenueStatus
from bashu_protocol.units import NS_PER_SECOND

logger = logging.getLogger(__name__)

MESSAGES_PER_BATCH = 256
BYTES_PER_BATCH = 65_536
"""Bus messages, and bytes of them, that are handled before the other tasks get a turn."""
HEARTBEAT_SECONDS = 1.0
YOUNG_GENERATIONS = 1
RECONNECT_SECONDS = 0.5


class Service:
    """One venue on one bus. `run` returns after `stop`, and raises what breaks the venue."""

    def __init__(
        self,
        venue: Venue,
        journal: Journal,
        engine: Engine,
        bus: Bus,
        config: Config,
        founding: Sequence[StateCommand] = (),
        version: str = "",
        sessions: Sessions | None = None,
        tape: DayTape | None = None,
    ) -> None:
        self.venue = venue
        self.engine = engine
        self.counters: Counter[str] = Counter()
        self.ready = asyncio.Event()
        self._journal = journal
        self._bus = bus
        self._config = config
        self._founding = list(founding)
        self._version = version
        self._clock = Clock(journal.head_time_ns)
        self._schedule = make_schedule(
            config.sessions, sessions or Sessions(), venue, self._clock.now_ns()
        )
        self._outlook = Outlook()
        self._session_words = ""
        self._tape = tape or DayTape()
        self._market_data = MarketData(venue, journal.epoch, self._tape)
        self._supervision = SupervisionFeed(
            bus, journal, engine, config.public_encoding, self.counters, self._clock.now_ns
        )
        queries = Queries(venue, self._supervision.alerts, self._market_data.book_row, self._tape)
        acknowledgements = Acknowledgements(bus)
        self._sequencer = Sequencer(
            venue,
            queries,
            self._clock,
            journal.epoch,
            Throttle(config.commands_per_second),
            acknowledgements,
            self._on_logon,
            self.counters,
        )
        self._release = Release(
            bus,
            acknowledgements,
            journal,
            self._sequencer.encoding_of,
            config.public_encoding,
            self.counters,
        )
        self._waiting = ReleaseQueue()
        self.metrics = Metrics(
            self.counters,
            {
                "release_batches": lambda: len(self._waiting),
                "journal_records": lambda: self._commit.records_waiting,
                "surveillance_events": lambda: self._supervision.events_waiting,
                "bus_publishes": lambda: self._bus.waiting,
            },
        )
        self._commit = GroupCommit(journal, self.metrics.committed)
        self._admitted = 0
        self._turn = asyncio.Lock()
        self._stopping = asyncio.Event()
        self._snapshot_seq = venue.seq
        self._snapshotter = Snapshotter(
            SnapshotTask(str(config.data_dir), str(config.rulebook)), self.counters
        )

    def _on_logon(self, info: UserInfo) -> None:
        if info.role == "supervisor":
            self._supervision.expect_reader()

    def stop(self) -> None:
        """Ask `run` to end in order."""
        self._stopping.set()

    async def run(self) -> None:
        """Serve until `stop`; then let out what is under way and keep a snapshot.

        Raises:
            BusDown: the bus cannot be reached at the start.
            Exception: a failed write, or a broken invariant. The venue must not go on.
        """
        await self._start_bus()
        async with self._commit:
            tasks = [
                asyncio.create_task(task, name=name)
                for name, task in (
                    ("ingress", self._ingress()),
                    ("release", self._release_batches()),
                    ("supervision", self._supervision.run()),
                    ("market data", self._publish_market_data()),
                    ("heartbeat", self._beat()),
                    ("watchdog", self._supervision.watch_over()),
                )
            ]
            stopping = asyncio.create_task(self._stopping.wait(), name="stopping")
            try:
                await asyncio.wait({*tasks, stopping}, return_when=asyncio.FIRST_COMPLETED)
                await self._finish(tasks)
            finally:
                await _cancel([*tasks, stopping])
                await self._snapshotter.end()
                await self._bus.close()

    async def execute(self, user: str, commands: Sequence[StateCommand]) -> None:
        """Apply the venue's own commands through the same pipeline; the log has what is refused."""

        def fill(batch: Batch) -> None:
            for command in commands:
                self._sequencer.apply(user, command, batch)
            for event in batch.events:
                if isinstance(event, CommandEvent) and not event.report.accepted:
                    report = event.report
                    logger.warning(
                        "The venue's own %s (%s) was refused: %s %s",
                        report.command, report.cl_ord_id, report.reject_code, report.text,
                    )  # fmt: skip

        await self._in_turn(fill)

    async def _finish(self, tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            if task.done():
                task.result()
        ingress, release, supervision, *timers = tasks
        await _cancel([ingress, *timers])
        await self._in_turn(self._close_batch_with_snapshot)
        joined = asyncio.create_task(self._join())
        await asyncio.wait({joined, release, supervision}, return_when=asyncio.FIRST_COMPLETED)
        await _cancel([joined])
        for task in (release, supervision):
            if task.done():
                task.result()
        with contextlib.suppress(BusDown):
            await self._release.publish(topics.VENUE_STATUS, self._status("down"), retain=True)

    async def _join(self) -> None:
        await self._waiting.join()
        await self._supervision.join()

    async def _start_bus(self) -> None:
        users = self.venue.users()[1:]
        await self._bus.start(users)
        self._admitted = len(users)

    async def _admit_users(self) -> None:
        """Listen to whoever was admitted meanwhile. The venue's own user, the first, sends none."""
        if self.venue.user_count - 1 > self._admitted:
            users = self.venue.users()[1:]
            await self._bus.admit(users[self._admitted :], self._admitted)
            self._admitted = len(users)

    async def _in_turn(self, fill: Callable[[Batch], object]) -> None:
        """Make a batch and queue it; one after the other, so that release keeps the order."""
        async with self._turn:
            batch = Batch()
            fill(batch)
            batch.broadcasts.extend(self._market_data.note(batch.events))
            batch.seq = self.venue.seq
            self.metrics.applied(len(batch.records), perf_counter() - batch.began)
            durable = None
            if batch.records:
                durable = await self._commit.submit(batch.records, batch.report_rows())
            if self._waiting.is_idle and (durable is None or durable.done()):
                # Nothing is before it, so it need not wait for the release task's turn.
                if durable is not None:
                    durable.result()
                await self._release_now([batch])
            else:
                await self._waiting.put(batch, durable)

    async def _ingress(self) -> None:
        await self.execute(topics.VENUE_USER, self._founding)
        await self._execute_due()
        is_founded = False
        while True:
            try:
                await self._admit_users()
                if not is_founded:
                    is_founded = True
                    self.ready.set()
                messages = await self._bus.receive()
            except BusDown:
                await self._reconnect()
                continue
            for part in _turns(messages):
                await self._in_turn(partial(self._sequencer.take, part))
            if self.venue.seq - self._snapshot_seq >= self._config.snapshot_every:
                self._snapshot_seq = self.venue.seq
                self._snapshotter.begin()

    def _close_batch_with_snapshot(self, batch: Batch) -> None:
        batch.snapshot = Kept(self.venue.dump(), self._tape.dump())

    async def _release_batches(self) -> None:
        while True:
            await self._release_now(await self._waiting.take())
            self._waiting.done()

    async def _release_now(self, batches: Sequence[Batch]) -> None:
        began = perf_counter()
        await self._release.release(batches)
        arrived = [batch.began for batch in batches if batch.records]
        self.metrics.released(began, arrived[0] if arrived else None)
        for batch in batches:
            await self._supervision.put(batch)

    async def _reconnect(self) -> None:
        self.counters["bus_lost"] += 1
        logger.warning("The connection to the broker is lost; trying again.")
        while True:
            await asyncio.sleep(RECONNECT_SECONDS)
            try:
                await self._start_bus()
            except BusDown as error:
                logger.warning("The broker is still out of reach: %s", error)
                continue
            logger.warning("The broker is back.")
            self._market_data.republish()
            return

    async def _publish_market_data(self) -> None:
        interval = self._config.market_data_interval_ms / 1000
        ticks = max(1, round(HEARTBEAT_SECONDS / interval))
        while True:
            for tick in range(ticks):
                await asyncio.sleep(interval)
                now_ns = self._clock.now_ns()
                found = self._market_data.deltas(now_ns)
                if tick == 0:
                    found += self._market_data.snapshots(now_ns)
                if found:
                    await self._in_turn(partial(_add_broadcasts, found))

    async def _beat(self) -> None:
        await self.ready.wait()
        while True:
            await self._execute_due()
            with contextlib.suppress(BusDown):
                await self._release.publish(topics.VENUE_STATUS, self._status("up"), retain=True)
            if self._sequencer.silent_users():
                await self._in_turn(self._sequencer.cancel_silent)
            # Older objects are live orders and what is remembered, which make no cycles: to look
            # through all of them would take the loop for many milliseconds.
            gc.collect(YOUNG_GENERATIONS)
            await asyncio.sleep(self._until_next_beat())

    async def _execute_due(self) -> None:
        now_ns = self._clock.now_ns()
        await self._execute_session(due_commands(self.venue, self._schedule, now_ns))
        await self._execute_session(ending_volatility_auctions(self.venue, now_ns))
        self._outlook = outlook(self.venue, self._schedule, now_ns)
        words = self._outlook.words
        if words != self._session_words:
            self._session_words = words
            if words:
                logger.warning("%s", words)

    async def _execute_session(self, due: Sequence[StateCommand]) -> None:
        if due:
            await self.execute(topics.VENUE_USER, due)
            logger.info("Sessions: %s.", ", ".join(command.cl_ord_id for command in due))

    def _until_next_beat(self) -> float:
        """Return seconds; less than a whole beat where a phase changes before."""
        now_ns = self._clock.now_ns()
        coming = self._outlook.next_phase_time
        if coming <= now_ns:
            return HEARTBEAT_SECONDS
        return min(HEARTBEAT_SECONDS, (coming - now_ns) / NS_PER_SECOND)

    def _status(self, state: str) -> VenueStatus:
        now_ns = self._clock.now_ns()
        ahead = self._outlook
        return VenueStatus(
            state="up" if state == "up" else "down",
            epoch=self._journal.epoch,
            seq=self._release.seq,
            transact_time=now_ns,
            trade_date=self.venue.trade_date,
            version=self._version,
            counters=dict(sorted(self.counters.items())),
            gauges=self.metrics.gauges(),
            next_phase=ahead.next_phase or "",
            next_phase_time=ahead.next_phase_time,
            closed_reason=ahead.closed_reason,
            environment=self._config.environment,
        )


def _turns(messages: Sequence[Inbound]) -> Iterator[list[Inbound]]:
    """Cut what arrived into pieces of bounded work."""
    part: list[Inbound] = []
    size = 0
    for message in messages:
        part.append(message)
        size += len(message.payload)
        if len(part) >= MESSAGES_PER_BATCH or size >= BYTES_PER_BATCH:
            yield part
            part, size = [], 0
    if part:
        yield part


def _add_broadcasts(found: list[Publication], batch: Batch) -> None:
    batch.broadcasts.extend(found)


async def _cancel(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
