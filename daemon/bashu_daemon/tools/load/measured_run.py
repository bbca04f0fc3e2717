"""One run: connect, warm up, measure, drain, count."""

import asyncio
import gc
import heapq
import random
import secrets
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct, field

from bashu_daemon.errors import OperatorError
from bashu_daemon.tools.load.accounting import Accounting
from bashu_daemon.tools.load.drivers import (
    Sending,
    churn,
    close_loop,
    mass_cancel_storm,
    open_loop,
    picker,
    walk,
)
from bashu_daemon.tools.load.latency import Latency
from bashu_daemon.tools.load.market import find_instruments
from bashu_daemon.tools.load.profile import Profile
from bashu_daemon.tools.load.progress import ProgressLine
from bashu_daemon.tools.load.reader import Reader
from bashu_daemon.tools.load.result import (
    GroupResult,
    Result,
    SlowConsumerResult,
    this_machine,
)
from bashu_daemon.tools.load.schedule import arrivals, bursts
from bashu_daemon.tools.load.session import Place, Session
from bashu_daemon.tools.load.workload import Trader
from bashu_protocol import topics

CONNECT_SECONDS: Final = 60.0
CONNECTING_AT_ONCE: Final = 8
UPKEEP_SECONDS: Final = 0.25
DRAW_EVERY: Final = 4
"""Upkeep turns between two drawings of the progress line."""


class Group(Struct):
    """Sessions that are counted together."""

    name: str
    sessions: list[Session]
    latency: Latency = field(default_factory=Latency)
    mass_cancels: Latency = field(default_factory=Latency)
    answered_before: int = 0
    answered_after: int = 0

    def answered(self) -> int:
        return sum(session.accounting.answered for session in self.sessions)

    def unanswered(self) -> int:
        return sum(len(session.accounting.pending) for session in self.sessions)


class MeasuredRun:
    """See `run`. `interrupt` ends it early with what was measured so far.

    Args:
        users: names with passwords: the measured users, then the reader if there is one.
        keep_digests: whether the journal will be compared with the reports.
        check: raises when the venue is known to be gone.
    """

    def __init__(
        self,
        profile: Profile,
        place: Place,
        users: Sequence[tuple[str, str]],
        *,
        keep_digests: bool,
        progress: Callable[[float], ProgressLine],
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self.profile = profile
        self._sending = Sending()
        self._stop = asyncio.Event()
        self._check = check
        self._new_progress = progress
        self._prefix = f"{secrets.token_hex(3)}-"
        wanted = iter(users)

        def sessions(count: int, filters: Sequence[str] = ()) -> list[Session]:
            return [
                Session(
                    place,
                    *next(wanted),
                    Accounting(self._prefix, keep_digests=keep_digests),
                    filters=filters,
                    chance=random.Random(f"{profile.seed}/{number}"),
                )
                for number in range(count)
            ]

        self.groups = [Group("measured users", sessions(profile.users))]
        self._reader: Reader | None = None
        if profile.slow_consumer is not None:
            (session,) = sessions(1, [f"{topics.ROOT}/md/#"])
            self._reader = Reader(session)
        self._tasks: list[asyncio.Task[None]] = []
        self._lateness_ns = array("q")
        self._lateness = Latency()
        self._fresh = array("q")
        self._phase: Latency | None = None
        self._before, self._stopped = Latency(), Latency()
        self._symbols: list[str] = []
        self._measured_ns = 0
        self._cpu_ns = 0

    @property
    def interrupted(self) -> bool:
        return self._stop.is_set()

    def interrupt(self) -> None:
        self._stop.set()

    def accountings(self) -> dict[str, Accounting]:
        return {session.user: session.accounting for session in self._all_sessions()}

    async def run(self, broker: str) -> Result:
        """Do it all, and return the result without the journal's part.

        Raises:
            OperatorError: the venue cannot be reached, refuses the users, or ended.
        """
        started_at = datetime.now(UTC).isoformat(timespec="seconds")
        slow = None
        try:
            await self._connect()
            await self._prepare_traders()
            # Millions of small tuples are made and dropped; none of them is part of a cycle.
            gc.collect()
            gc.freeze()
            gc.disable()
            await self._measure()
            if self._reader is not None and not self.interrupted:
                slow = await self._compare_reader(self._reader)
        finally:
            gc.enable()
            gc.unfreeze()
            await self._close()
        return Result(
            profile=self.profile,
            machine=this_machine(),
            broker=broker,
            started_at=started_at,
            measured_seconds=round(self._measured_ns / 1e9, 3),
            interrupted=self.interrupted,
            groups=[self._result_of(group) for group in self.groups],
            lateness=self._lateness.percentiles(),
            cpu_us_per_order=self._cpu_us_per_order(),
            slow_consumer=slow,
        )

    # Before

    async def _connect(self) -> None:
        # Brokers verify passwords in their only thread: not all at the same moment.
        gate = asyncio.Semaphore(CONNECTING_AT_ONCE)

        async def connect(session: Session) -> None:
            async with gate:
                self._tasks.append(asyncio.create_task(session.run(), name=session.user))
                await session.ready.wait()

        sessions = self._all_sessions()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await asyncio.gather(*(connect(session) for session in sessions))
        except TimeoutError as error:
            missing = sum(not session.ready.is_set() for session in sessions)
            raise OperatorError(
                f"{missing} of {len(sessions)} users could not log on within "
                f"{CONNECT_SECONDS:.0f} s; is a venue running on this broker?"
            ) from error
        for session in sessions:
            if session.failed is not None:
                raise OperatorError(str(session.failed)) from session.failed

    async def _prepare_traders(self) -> None:
        profile = self.profile
        first = self.groups[0].sessions[0]
        instruments = await find_instruments(first, profile.symbols)
        self._symbols = [item.symbol for item in instruments]
        for group in self.groups:
            for session in group.sessions:
                session.trader = Trader(
                    instruments,
                    profile.mix,
                    profile.live_orders,
                    session.accounting.prefix,
                    random.Random(f"{profile.seed}/{session.user}/orders"),
                )
                session.batch = profile.batch
        self._start(walk(instruments, random.Random(f"{profile.seed}/mid")))

    # The load

    async def _measure(self) -> None:
        profile = self.profile
        progress = self._new_progress(profile.warm_up_seconds + profile.seconds)
        try:
            self._begin_load()
            await self._spend(profile.warm_up_seconds, progress, "Warming up")
            self._forget()
            begin, cpu = time.perf_counter_ns(), time.process_time_ns()
            for group in self.groups:
                group.answered_before = group.answered()
            await self._measured_part(progress)
            for group in self.groups:
                group.answered_after = group.answered()
            self._measured_ns = time.perf_counter_ns() - begin
            self._cpu_ns = time.process_time_ns() - cpu
            self._sending.goes_on = False
            await self._drain(progress)
        finally:
            self._sending.goes_on = False
            progress.close()

    def _begin_load(self) -> None:
        profile, sending = self.profile, self._sending
        sessions = self.groups[0].sessions
        if profile.mode == "open":
            chance = random.Random(f"{profile.seed}/users")
            pick = picker(sessions, chance if profile.arrivals == "poisson" else None)
            self._start(open_loop(self._times(), pick, sending, self._lateness_ns))
        else:
            close_loop(sessions, profile.window, sending)
        if profile.mass_cancel_storm is not None:
            every = profile.mass_cancel_storm.every_seconds
            self._start(mass_cancel_storm(sessions, every, sending))
        if profile.churn is not None:
            chance = random.Random(f"{profile.seed}/churn")
            self._start(churn(sessions, profile.churn.mean_seconds, chance, sending))

    def _times(self) -> Iterator[int]:
        profile = self.profile
        per_second = profile.rate / profile.batch
        times = arrivals(profile.arrivals, per_second, random.Random(f"{profile.seed}/arrivals"))
        if profile.burst is None:
            return times
        chance = random.Random(f"{profile.seed}/bursts")
        return heapq.merge(times, bursts(profile.burst, profile.batch, chance))

    async def _measured_part(self, progress: ProgressLine) -> None:
        profile, reader = self.profile, self._reader
        if profile.slow_consumer is None or reader is None:
            await self._spend(profile.seconds, progress, "Measuring")
            return
        stopped = profile.slow_consumer.stopped_seconds
        around = (profile.seconds - stopped) / 2
        self._phase = self._before
        await self._spend(around, progress, "Before the consumer stops")
        reader.stand_still()
        self._phase = self._stopped
        await self._spend(stopped, progress, "The consumer stands still")
        reader.go_on()
        self._phase = None
        await self._spend(around, progress, "The consumer reads again")

    async def _spend(self, seconds: float, progress: ProgressLine, what: str) -> None:
        """Let the load go on for so long, with upkeep."""
        end = time.monotonic() + seconds
        turn = 0
        while not self._stop.is_set():
            left = end - time.monotonic()
            if left <= 0:
                return
            await asyncio.sleep(min(UPKEEP_SECONDS, left))
            turn += 1
            self._upkeep(progress if turn % DRAW_EVERY == 0 else None, what)

    async def _drain(self, progress: ProgressLine) -> None:
        """Wait for the last answers, as long as the profile says."""
        end = time.monotonic() + self.profile.drain_seconds
        turn = 0
        while time.monotonic() < end:
            turn += 1
            self._upkeep(progress if turn % DRAW_EVERY == 0 else None, "Awaiting the last answers")
            if not any(
                session.accounting.pending or session.backlog or session.has_gap
                for group in self.groups
                for session in group.sessions
            ):
                return
            await asyncio.sleep(UPKEEP_SECONDS)

    def _upkeep(self, progress: ProgressLine | None, what: str) -> None:
        self._check()
        for session in self._all_sessions():
            session.check_gap()
            if session.backlog:
                session.send_backlog()
        self._collect()
        for task in self._tasks:
            if task.done() and task.exception() is not None:
                task.result()
        if progress is not None:
            group = self.groups[0]
            progress.draw(what, group.answered(), group.unanswered(), self._fresh)
            self._fresh = array("q")

    def _collect(self) -> None:
        """Move what the sessions timed into the distributions."""
        for group in self.groups:
            for session in group.sessions:
                item = session.accounting
                group.latency.add(item.latencies_ns)
                group.mass_cancels.add(item.mass_cancels_ns)
                if group is self.groups[0]:
                    self._fresh.extend(item.latencies_ns)
                    if self._phase is not None:
                        self._phase.add(item.latencies_ns)
                del item.latencies_ns[:], item.mass_cancels_ns[:]
        self._lateness.add(self._lateness_ns)
        del self._lateness_ns[:]

    def _forget(self) -> None:
        """The warm-up is over: its times do not count."""
        self._collect()
        for group in self.groups:
            group.latency, group.mass_cancels = Latency(), Latency()
        self._lateness = Latency()

    # After

    async def _compare_reader(self, reader: Reader) -> SlowConsumerResult:
        differing = await reader.differing(self._symbols)
        before, stopped = self._before.percentiles(), self._stopped.percentiles()
        ratio = stopped.p99_ms / before.p99_ms if before.p99_ms else 0.0
        return SlowConsumerResult(before, stopped, ratio, len(self._symbols), differing)

    async def _close(self) -> None:
        self._sending.goes_on = False
        await asyncio.gather(*(session.close() for session in self._all_sessions()))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _cpu_us_per_order(self) -> float:
        answered = sum(group.answered_after - group.answered_before for group in self.groups)
        return round(self._cpu_ns / 1_000 / max(answered, 1), 2)

    def _result_of(self, group: Group) -> GroupResult:
        items = [session.accounting for session in group.sessions]
        rejected: Counter[str] = Counter()
        refused: Counter[str] = Counter()
        for item in items:
            rejected += item.rejected
            refused += item.refused
        seconds = max(self._measured_ns / 1e9, 0.001)
        return GroupResult(
            name=group.name,
            users=len(items),
            sent=sum(item.sent for item in items),
            answered=sum(item.answered for item in items),
            accepted=sum(item.accepted for item in items),
            rejected=dict(rejected),
            refused=dict(refused),
            unanswered=sum(len(s.accounting.pending) + len(s.backlog) for s in group.sessions),
            unexpected_rejects=sum(item.unexpected_rejects for item in items),
            trades=sum(item.trades for item in items),
            gaps=sum(session.gaps for session in group.sessions),
            unclosed_gaps=sum(session.has_gap for session in group.sessions),
            reconnects=sum(session.reconnects for session in group.sessions),
            resent=sum(item.resent for item in items),
            rate=round((group.answered_after - group.answered_before) / seconds),
            latency=group.latency.percentiles(),
            mass_cancels=group.mass_cancels.percentiles(),
            bars=group.latency.bars(),
        )

    def _all_sessions(self) -> list[Session]:
        found = [session for group in self.groups for session in group.sessions]
        if self._reader is not None:
            found.append(self._reader.session)
        return found

    def _start(self, work: Any) -> None:
        self._tasks.append(asyncio.create_task(work))
