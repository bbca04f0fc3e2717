"""A session at the venue that survives broken connections.

Every command is awaited by its `cl_ord_id`. When the connection breaks, the client connects
anew, tells the venue the last report number that it holds, is sent what it missed, and sends
whatever is still unanswered again, under the same `cl_ord_id`: the venue recognises it.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Final, Self, TypeVar

from bashu_protocol import topics
from bashu_protocol.codec import MALFORMED, decode, encode, encode_batch
from bashu_protocol.feed import FeedMessage, MarketFeed
from bashu_protocol.link import Link
from bashu_protocol.messages import (
    AnyMessage,
    Command,
    Encoding,
    Logon,
    LogonAck,
    NumberedReport,
    Presence,
    Query,
    QueryResult,
    Reject,
    VenueStatus,
)
from bashu_protocol.requests import CommandTimeout, Requests
from bashu_protocol.transport import ConnectionLost, Incoming, LogonRefused, Transport, Will

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")
Listener = Callable[[AnyMessage], None]

DEFAULT_TIMEOUT_SECONDS: Final = 10.0
FIRST_RETRY_SECONDS: Final = 0.2
LONGEST_RETRY_SECONDS: Final = 5.0
CATCH_UP_SECONDS: Final = 2.0
"""How long a gap in the reports may stand before the client asks again."""
PING_SECONDS: Final = 2.0


class CommandRefused(Exception):  # noqa: N818  the venue's answer, not a fault of the program
    """The venue did not take a message as a command at all."""

    def __init__(self, reject: Reject) -> None:
        super().__init__(f"{reject.reject_code}: {reject.text}")
        self.reject = reject


class Session:
    """One user's session.

    Args:
        transport: the way to the bus; it is opened and closed by the client.
        user: the name that the transport logs in with.
        symbols: whose market data to follow; `None` for all.
        supervise: whether to follow alerts and the audit stream.
        session: names this run; one is drawn if it is not given.
        cancel_on_disconnect: have the venue withdraw the orders when the connection ends.
        heartbeat_seconds: have it withdraw them also after so long a silence, of a program that
            hangs; 0 for never. It goes with `cancel_on_disconnect`.
        last_rpt_seq: the last report number held; -1 to begin with what comes.

    Raises:
        ValueError: `heartbeat_seconds` without `cancel_on_disconnect`.
    """

    def __init__(
        self,
        transport: Transport,
        user: str,
        *,
        symbols: Sequence[str] | None = None,
        supervise: bool = False,
        session: str | None = None,
        cancel_on_disconnect: bool = False,
        heartbeat_seconds: int = 0,
        encoding: Encoding = "msgpack",
        last_rpt_seq: int = -1,
        chance: random.Random | None = None,
    ) -> None:
        if heartbeat_seconds and not cancel_on_disconnect:
            raise ValueError("heartbeat_seconds needs cancel_on_disconnect")
        self.user = user
        self.last_rpt_seq = last_rpt_seq
        self.logon: LogonAck | None = None
        self.link = Link()
        self.feed = MarketFeed()
        self._transport = transport
        self._symbols = symbols
        self._supervise = supervise
        self._chance = chance or random.Random()
        self.session = session or f"{self._chance.getrandbits(40):010x}"
        self._cancel_on_disconnect = cancel_on_disconnect
        self._heartbeat_seconds = heartbeat_seconds
        # Pings are signs of life, and one of them may come late.
        self._ping_seconds = min(PING_SECONDS, heartbeat_seconds / 3 or PING_SECONDS)
        self._encoding: Encoding = encoding
        self._requests = Requests()
        self._listeners: list[Listener] = []
        self._sent_listeners: list[Callable[[Command], None]] = []
        self._count = 0
        self._logged_on = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._timers: asyncio.Task[None] | None = None
        self._catch_up_asked_at = 0.0
        self._resend: list[Command] = []

    # Life of the session

    async def start(self, timeout: float = DEFAULT_TIMEOUT_SECONDS) -> LogonAck:
        """Connect and log on.

        Raises:
            LogonRefused: the credentials are wrong.
            CommandTimeout: the venue did not answer; the client goes on trying until closed.
        """
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name=f"client {self.user}")
            self._timers = asyncio.create_task(self._watch(), name=f"timers {self.user}")
        logged_on = asyncio.create_task(self._logged_on.wait())
        try:
            await asyncio.wait(
                (logged_on, self._task), timeout=timeout, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            logged_on.cancel()
        if self._task.done():
            self._task.result()
        if self.logon is None or not self._logged_on.is_set():
            raise CommandTimeout("The venue did not answer the logon.")
        return self.logon

    async def close(self) -> None:
        """Log off: presence goes offline without the will, orders stay."""
        for task in (self._timers, self._task):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        self._task = self._timers = None
        with contextlib.suppress(ConnectionLost):
            offline = Presence(self.user, self.session, online=False)
            await self._transport.publish(
                topics.presence(self.user), encode(offline, "json"), retain=True
            )
        await self._transport.close()
        self._logged_on.clear()
        self._requests.give_up("The session was closed.")
        self.link.move("closed")

    async def wait_closed(self) -> None:
        """Wait for the session's end and raise what ended it."""
        if self._task is not None:
            await self._task

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def listen(self, listener: Listener) -> None:
        """Have every message, once each and in order, handed to a function."""
        self._listeners.append(listener)

    def listen_sent(self, listener: Callable[[Command], None]) -> None:
        """Have every command but queries handed to a function when it is first sent."""
        self._sent_listeners.append(listener)

    # Requests

    def new_cl_ord_id(self) -> str:
        """Return an id that this session has not used: the session's name and a count."""
        self._count += 1
        return f"{self.session[:24]}-{self._count}"

    async def send(self, commands: Sequence[Command]) -> None:
        """Send a batch without awaiting reports; they come to the listeners.

        What is sent this way is not sent again after a broken connection.
        """
        for command in commands:
            self._tell_sent(command)
        await self._send(commands)

    async def _send(self, commands: Sequence[Command]) -> None:
        payload = encode_batch(commands, self._encoding)
        await self._transport.publish(topics.command(self.user), payload)

    def _tell_sent(self, command: Command) -> None:
        if not isinstance(command, Query):
            for listener in self._sent_listeners:
                listener(command)

    async def request(
        self,
        command: Command,
        kind: type[Answer],
        timeout: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Answer:
        """Send a command and await its answer, which is of the class `kind`.

        Raises:
            CommandTimeout: no answer yet; the outcome is unknown until the report comes.
            CommandRefused: the venue could not read it.
        """
        future = self._requests.add(command)
        self._tell_sent(command)
        if self._logged_on.is_set():
            with contextlib.suppress(ConnectionLost):  # sent again after the next logon
                await self._transport.publish(
                    topics.command(self.user), encode(command, self._encoding)
                )
        try:
            answer = await asyncio.wait_for(asyncio.shield(future), timeout)
        except TimeoutError:
            raise CommandTimeout(
                "The venue has not answered yet; the command may still be executed."
            ) from None
        if isinstance(answer, Reject):
            raise CommandRefused(answer)
        if not isinstance(answer, kind):
            raise TypeError(f"{type(answer).__name__} answers {type(command).__name__}")
        return answer

    # The connection

    async def _run(self) -> None:
        """Connect, read until the connection breaks, and again."""
        retry = FIRST_RETRY_SECONDS
        while True:
            try:
                await self._connect()
                retry = FIRST_RETRY_SECONDS
                async for incoming in self._transport.messages():
                    self._take(incoming)
                    await self._follow_up()
            except LogonRefused:
                self.link.move("refused")
                raise
            except ConnectionLost as error:
                logger.debug("Connection of %s: %s", self.user, error)
            self._logged_on.clear()
            self.link.move("reconnecting")
            self.feed.lose()
            with contextlib.suppress(ConnectionLost):
                await self._transport.close()
            await asyncio.sleep(retry * (0.5 + self._chance.random()))
            retry = min(retry * 2, LONGEST_RETRY_SECONDS)

    async def _connect(self) -> None:
        offline = Presence(
            self.user, self.session, online=False, cancel_on_disconnect=self._cancel_on_disconnect
        )
        place = topics.presence(self.user)
        await self._transport.connect(Will(place, encode(offline, "json")))
        await self._transport.subscribe(self._topics())
        online = Presence(self.user, self.session, online=True)
        await self._transport.publish(place, encode(online, "json"), retain=True)
        await self._log_on()

    def _topics(self) -> list[str]:
        wanted = [topics.report(self.user), topics.VENUE_STATUS, topics.NOTICE]
        if self._symbols is None:
            wanted.append(f"{topics.ROOT}/md/#")
        else:
            wanted += [f"{topics.ROOT}/md/{symbol}/#" for symbol in self._symbols]
        if self._supervise:
            wanted += [topics.ALERT, topics.AUDIT]
        return wanted

    async def _log_on(self) -> None:
        self._catch_up_asked_at = asyncio.get_running_loop().time()
        logon = Logon(
            self.session,
            self.last_rpt_seq,
            self._encoding,
            self._cancel_on_disconnect,
            self._heartbeat_seconds,
        )
        payload = encode(logon, self._encoding)
        await self._transport.publish(topics.command(self.user), payload)

    async def _follow_up(self) -> None:
        """Send what the last message, or silence, calls for."""
        if self._resend:
            commands, self._resend = self._resend, []
            await self._send(commands)
        now = asyncio.get_running_loop().time()
        if now - self._catch_up_asked_at > CATCH_UP_SECONDS and (
            self.link.has_gap or not self._logged_on.is_set()
        ):
            await self._log_on()

    async def _watch(self) -> None:
        """Notice silence, measure the round trip, ask for books that have a gap."""
        loop = asyncio.get_running_loop()
        last_ping = 0.0
        while True:
            await asyncio.sleep(0.2)
            self.link.tick(loop.time())
            if self.link.state in ("connecting", "reconnecting", "refused"):
                continue
            try:
                await self._follow_up()
                if not self._logged_on.is_set():
                    continue
                for symbol in self.feed.broken_books(loop.time()):
                    await self.send([Query(self.new_cl_ord_id(), "book", symbol)])
                if loop.time() - last_ping > self._ping_seconds:
                    last_ping = loop.time()
                    self.link.ping_sent(self.new_cl_ord_id(), last_ping)
                    ping = Query(self.link.ping_id, "notices", since=2**62)
                    await self.send([ping])
            except ConnectionLost:
                continue  # `_run` connects anew

    # What comes in

    def _take(self, incoming: Incoming) -> None:
        try:
            messages = decode(incoming.payload)
        except MALFORMED as error:
            logger.warning("Unreadable message on %s: %s", incoming.topic, error)
            return
        for message in messages:
            if self._accept(message):
                for listener in self._listeners:
                    listener(message)

    def _accept(self, message: AnyMessage) -> bool:
        """Update the session; False for what was seen before or cannot be used yet."""
        now = asyncio.get_running_loop().time()
        if isinstance(message, NumberedReport):
            return self._accept_report(message)
        if isinstance(message, FeedMessage):
            return self.feed.accept(message)
        if isinstance(message, VenueStatus):
            self._accept_status(message, now)
        elif isinstance(message, LogonAck):
            return self._accept_logon(message, now)
        elif isinstance(message, QueryResult):
            if message.cl_ord_id == self.link.ping_id:
                self.link.ping_answered(now)
                return False
            self.feed.accept_rows(message.rows)
            self._requests.answer_part(message)
        elif isinstance(message, Reject):
            self._requests.answer(message.cl_ord_id, message)
        return True

    def _accept_report(self, report: NumberedReport) -> bool:
        if self.last_rpt_seq >= 0 and report.rpt_seq <= self.last_rpt_seq:
            return False
        if self.last_rpt_seq >= 0 and report.rpt_seq > self.last_rpt_seq + 1:
            # Reports after a gap are dropped: the catch-up sends them again, in order.
            if not self.link.has_gap:
                self._catch_up_asked_at = float("-inf")
            self.link.has_gap = True
            return False
        self.last_rpt_seq = report.rpt_seq
        if self.logon is not None and report.rpt_seq >= self.link.caught_up_at:
            self.link.has_gap = False
        self._requests.answer(report.cl_ord_id, report)
        return True

    def _accept_logon(self, acknowledgement: LogonAck, now: float) -> bool:
        if acknowledgement.session != self.session:
            return False
        self.logon = acknowledgement
        if self.last_rpt_seq < 0:
            self.last_rpt_seq = acknowledgement.rpt_seq
        self.link.caught_up_at = acknowledgement.rpt_seq
        self.link.has_gap = self.last_rpt_seq < acknowledgement.rpt_seq
        self.link.epoch = acknowledgement.epoch
        self.link.heard(now)
        if not self._logged_on.is_set():
            self._logged_on.set()
            self._resend = self._requests.unanswered()
        return True

    def _accept_status(self, status: VenueStatus, now: float) -> None:
        if status.state == "down":
            self.link.move("venue_down")
            self.feed.lose()
            return
        restarted = self.link.epoch not in (0, status.epoch)
        self.link.heard(now)
        if restarted and self._logged_on.is_set():
            # The venue came back while the broker stayed: log on again.
            self._logged_on.clear()
            self._catch_up_asked_at = float("-inf")
