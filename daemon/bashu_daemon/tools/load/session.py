"""One load user: its connection, its accounting, its stream of orders.

Nothing is created per order but the command itself. When the connection breaks the session does
what the protocol asks of every client: connect, log on with the last report number, and send
what is unanswered again under the same `cl_ord_id`.
"""

import asyncio
import contextlib
import logging
import random
import secrets
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from bashu_daemon.tools.load.accounting import (
    EXEC_TYPE,
    LEAVES_QTY,
    ORDER_QTY,
    RPT_SEQ,
    SIDE,
    SYMBOL,
    TIME_IN_FORCE,
    Accounting,
    Report,
    decode_reports,
)
from bashu_daemon.tools.load.connection import Connection, GmqttConnection
from bashu_daemon.tools.load.fast_connection import FastConnection
from bashu_daemon.tools.load.workload import Trader
from bashu_protocol import topics
from bashu_protocol.codec import encode
from bashu_protocol.messages import Logon, LogonAck, Presence, QueryResult
from bashu_protocol.transport import ConnectionLost, LogonRefused, Will

logger = logging.getLogger(__name__)

FIRST_RETRY_SECONDS: Final = 0.1
LONGEST_RETRY_SECONDS: Final = 2.0
LOGON_SECONDS: Final = 5.0
RESEND_BATCH: Final = 200
CATCH_UP_NS: Final = 2_000_000_000
"""How long a gap may stand before the venue is asked again."""

_ENCODE: Final = msgspec.msgpack.Encoder().encode
_QUERY_RESULT: Final = msgspec.msgpack.Decoder(QueryResult)
_ACK_SESSION: Final = LogonAck.__struct_fields__.index("session") + 1
_ACK_ROLE: Final = LogonAck.__struct_fields__.index("role") + 1


class Place(msgspec.Struct, frozen=True):
    """Where the broker is."""

    host: str
    port: int
    mqtt5: bool = False
    """Whether it is known to speak MQTT 5."""


class Session:
    """See the module. `on_answers` is called after each payload with answers in it."""

    def __init__(
        self,
        place: Place,
        user: str,
        password: str,
        accounting: Accounting,
        *,
        filters: Sequence[str] = (),
        chance: random.Random,
    ) -> None:
        self.user = user
        self.accounting = accounting
        self.trader: Trader | None = None
        self.on_answers: Callable[[], None] | None = None
        self.on_public: Callable[[str, bytes], None] | None = None
        self.on_result: Callable[[QueryResult], None] | None = None
        self.connection: Connection | None = None
        self.backlog: deque[int] = deque()
        """Intended times of messages that could not leave yet."""
        self.batch = 1
        self.gaps = 0
        self.reconnects = 0
        self.failed: BaseException | None = None
        self.ready = asyncio.Event()
        self._place, self._password = place, password
        self._filters = filters
        self._name = f"{chance.getrandbits(40):010x}"
        self._topic = topics.command(user)
        self._report_topic = topics.report(user)
        self._chance = chance
        self._asked_at_ns = 0
        self._wants_number = -1
        self.role = ""
        self._closing = False

    # Life

    async def run(self) -> None:
        """Stay connected until closed.

        Raises:
            LogonRefused: the credentials are wrong.
        """
        retry = FIRST_RETRY_SECONDS
        while not self._closing:
            try:
                await self._connect()
                retry = FIRST_RETRY_SECONDS
                assert self.connection is not None  # noqa: S101  just made
                await self.connection.lost.wait()
                if self.connection.failed is not None:
                    raise self.connection.failed
            except LogonRefused as error:
                self.failed = error
                self.ready.set()
                raise
            except ConnectionLost as error:
                logger.debug("Connection of %s: %s", self.user, error)
            self.ready.clear()
            if self._closing:
                return
            self.reconnects += 1
            await asyncio.sleep(retry * (0.5 + self._chance.random()))
            retry = min(retry * 2, LONGEST_RETRY_SECONDS)

    def drop(self) -> None:
        """Break the connection as a crash would."""
        if self.connection is not None and self.ready.is_set():
            self.ready.clear()
            self.connection.drop()

    async def close(self) -> None:
        self._closing = True
        self.ready.clear()
        if self.connection is not None:
            if not self.connection.lost.is_set():
                self._say_presence(online=False)
            await self.connection.close()

    async def _connect(self) -> None:
        place = self._place
        fast = place.mqtt5 and not self._filters
        make = FastConnection if fast else GmqttConnection
        client_id = f"{self.user}-{secrets.token_hex(6)}"
        connection: Connection = make(
            place.host, place.port, self.user, self._password, client_id, self._take
        )
        offline = Presence(self.user, self._name, online=False)
        await connection.open(Will(topics.presence(self.user), encode(offline, "json")))
        self.connection = connection
        await connection.subscribe([self._report_topic, *self._filters])
        self._say_presence(online=True)
        for _attempt in range(4):
            self.log_on()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.ready.wait(), LOGON_SECONDS)
                return
            if connection.lost.is_set():
                break
        await connection.close()
        raise ConnectionLost(f"The venue did not answer the logon of {self.user}.")

    def _say_presence(self, *, online: bool) -> None:
        assert self.connection is not None  # noqa: S101  both callers have one
        presence = Presence(self.user, self._name, online=online)
        payload = encode(presence, "json")
        self.connection.publish(topics.presence(self.user), payload, retain=True)

    def log_on(self) -> None:
        """Ask for the session, and for what was missed."""
        self._asked_at_ns = time.perf_counter_ns()
        self.publish(encode(Logon(self._name, self.accounting.last_rpt_seq), "msgpack"))

    # What goes out

    def publish(self, payload: bytes) -> None:
        if self.connection is not None:
            self.connection.publish(self._topic, payload)

    @property
    def may_send(self) -> bool:
        """Whether a message can leave now."""
        connection = self.connection
        return self.ready.is_set() and connection is not None and connection.may_publish

    def send(self, intended_ns: int) -> None:
        """Send one message of `batch` orders, or note that it is due."""
        accounting, trader, connection = self.accounting, self.trader, self.connection
        if connection is None or trader is None or not self.may_send:
            self.backlog.append(intended_ns)
            return
        commands: list[Report] = []
        for _ in range(self.batch):
            command = trader.command(accounting.next_number(), accounting.closed)
            accounting.add(command, intended_ns)
            commands.append(command)
        connection.publish(self._topic, _ENCODE(commands if len(commands) > 1 else commands[0]))

    def send_backlog(self) -> None:
        """Send what is due and could not leave before."""
        backlog = self.backlog
        while backlog and self.may_send:
            self.send(backlog.popleft())

    def mass_cancel(self) -> None:
        """Withdraw all own orders."""
        if not self.ready.is_set():
            return
        assert self.trader is not None  # noqa: S101  set before the load begins
        self.trader.all_withdrawn()
        accounting = self.accounting
        name = f"{accounting.prefix}{accounting.next_number()}"
        command = ("mass_cancel", name)
        accounting.add(command, time.perf_counter_ns())
        self.publish(_ENCODE(command))

    def _send_again(self) -> None:
        """After a reconnection: what is unanswered may never have arrived."""
        unanswered = list(self.accounting.pending.values())
        self.accounting.resent += len(unanswered)
        for start in range(0, len(unanswered), RESEND_BATCH):
            part = unanswered[start : start + RESEND_BATCH]
            self.publish(_ENCODE(part if len(part) > 1 else part[0]))

    # What comes in

    def _take(self, topic: str, payload: bytes) -> None:
        if topic != self._report_topic:
            if self.on_public is not None:
                self.on_public(topic, payload)
            return
        now_ns = time.perf_counter_ns()
        accounting, trader = self.accounting, self.trader
        for report in decode_reports(payload):
            kind = report[0]
            if kind == "execution_report":
                if not accounting.is_next(report):
                    self._miss(report)
                    continue
                number = accounting.take_execution(report, now_ns)
                if number >= 0 and trader is not None:
                    trader.answered(number)
                    if report[LEAVES_QTY]:
                        self._note_resting(trader, number, report)
            elif kind == "command_report":
                if not accounting.is_next(report):
                    self._miss(report)
                    continue
                accounting.take_command_report(report, now_ns)
            elif kind == "reject":
                number = accounting.take_reject(report)
                if trader is not None:
                    trader.refused(number)
            elif kind == "logon_ack":
                self._take_logon_ack(report)
            elif kind == "query_result" and self.on_result is not None:
                self.on_result(_QUERY_RESULT.decode(_ENCODE(report)))
        if self.on_answers is not None:
            self.on_answers()

    def _note_resting(self, trader: Trader, number: int, report: Report) -> None:
        exec_type = report[EXEC_TYPE]
        if exec_type in ("new", "replaced") and report[TIME_IN_FORCE] == "day":
            trader.rests(number, report[SYMBOL], report[SIDE] == "buy", report[ORDER_QTY])

    def _miss(self, report: Report) -> None:
        """A number that is not the next: seen before, or a gap to be asked for."""
        accounting = self.accounting
        if report[RPT_SEQ] <= accounting.last_rpt_seq or not self.ready.is_set():
            return
        if self._wants_number <= accounting.last_rpt_seq:
            self.gaps += 1
            self.log_on()
        self._wants_number = max(self._wants_number, report[RPT_SEQ])

    def check_gap(self) -> None:
        """Ask again for what is missing, if it has been missing for long."""
        if (
            self.ready.is_set()
            and self.has_gap
            and time.perf_counter_ns() - self._asked_at_ns > CATCH_UP_NS
        ):
            self.log_on()

    @property
    def has_gap(self) -> bool:
        return self._wants_number > self.accounting.last_rpt_seq

    def _take_logon_ack(self, report: Report) -> None:
        if report[_ACK_SESSION] != self._name:
            return
        self.role = report[_ACK_ROLE]
        accounting = self.accounting
        if accounting.last_rpt_seq < 0:
            accounting.last_rpt_seq = report[RPT_SEQ]
            accounting.first_rpt_seq = report[RPT_SEQ] + 1
        self._wants_number = max(self._wants_number, report[RPT_SEQ])
        if not self.ready.is_set():
            self.ready.set()
            if accounting.pending:
                self._send_again()
            self.send_backlog()
