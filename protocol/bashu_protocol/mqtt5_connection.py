"""One MQTT 5 connection for heavy traffic: the codec of `mqtt5` and an asyncio protocol around it.

QoS 1 in both directions. Messages arrive in bulk, publishing never waits for the broker, and
acknowledgements are given by hand. `mqtt_connection` is the one over aiomqtt, for MQTT 3.1.1.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, cast

import mqtt5

from bashu_protocol.transport import ConnectionLost, LogonRefused, Will

MAX_QUEUED: Final = 20_000
"""Publishes that wait behind those the broker has not acknowledged; beyond that the connection
counts as broken."""
MAX_PACKET_BYTES: Final = 1 << 20
KEEPALIVE_SECONDS: Final = 5
ANSWER_SECONDS: Final = 10.0
SESSION_EXPIRY_SECONDS: Final = 86_400
"""How long the broker keeps a persistent session of a venue that is down."""

_AT_LEAST_ONCE: Final = mqtt5.QoS.AT_LEAST_ONCE
_QOS: Final = (mqtt5.QoS.AT_MOST_ONCE, mqtt5.QoS.AT_LEAST_ONCE)
_DENIED: Final = 0x80
_NOBODY_READS: Final = mqtt5.PubAckReasonCode.NO_MATCHING_SUBSCRIBERS
_BAD_CREDENTIALS: Final = (
    mqtt5.ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD,
    mqtt5.ConnAckReasonCode.NOT_AUTHORIZED,
)
_MAX_PACKET_ID: Final = 65_535

Received = mqtt5.PublishPacket


class Mqtt5Connection(asyncio.Protocol):
    """A connection that can be opened once.

    Args:
        receive_max: messages that the broker may have delivered and not seen acknowledged.
        on_messages: called with whatever arrived at once, in order.
        on_lost: called once, when an open connection is gone for whatever reason.
        persistent: keep the session, so that unacknowledged messages come again.
    """

    def __init__(
        self,
        host: str,
        port: int,
        user: str,
        password: str,
        client_id: str,
        *,
        on_messages: Callable[["Mqtt5Connection", list[Received]], object],
        on_lost: Callable[["Mqtt5Connection"], object] = lambda _connection: None,
        persistent: bool = False,
        receive_max: int = _MAX_PACKET_ID,
        will: Will | None = None,
    ) -> None:
        self._host, self._port = host, port
        self._place = f"{host}:{port}"
        self._on_messages = on_messages
        self._on_lost = on_lost
        self._greeting = mqtt5.ConnectPacket(
            client_id,
            username=user,
            password=password.encode(),
            clean_start=not persistent,
            session_expiry_interval=SESSION_EXPIRY_SECONDS if persistent else 0,
            keep_alive=KEEPALIVE_SECONDS,
            receive_max=receive_max,
            will=_will(will),
        )
        self._transport: asyncio.Transport | None = None
        self._ready: asyncio.Future[mqtt5.ConnAckPacket] | None = None
        self._subscribing: dict[int, asyncio.Future[mqtt5.SubAckPacket]] = {}
        self._rest = b""
        self._corked: list[bytes] = []
        self._is_corked = False
        self._next_id = 0
        self._window = _MAX_PACKET_ID
        self._in_flight: dict[int, str] = {}
        self._queued: deque[tuple[str, bytes, bool]] = deque()
        self._unread: set[str] = set()
        self._heard = 0.0
        self._beat: asyncio.TimerHandle | None = None
        self.denied = 0
        """Publishes that the broker refused, by its ACL or for their size."""

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    @property
    def waiting(self) -> int:
        """Publishes that the broker has not acknowledged yet."""
        return len(self._in_flight) + len(self._queued)

    async def open(self) -> None:
        """Connect.

        Raises:
            LogonRefused: the broker knows the credentials to be wrong.
            ConnectionLost: it cannot be reached, or speaks no MQTT 5.
        """
        loop = asyncio.get_running_loop()
        self._ready = loop.create_future()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await loop.create_connection(lambda: self, self._host, self._port)
                self._write(self._greeting.write())
                answer = await self._ready
        except (OSError, TimeoutError) as error:
            self.abort()
            reason = str(error) or "it does not answer"
            raise ConnectionLost(f"Cannot reach a broker at {self._place}: {reason}.") from error
        if answer.reason_code in _BAD_CREDENTIALS:
            self.abort()
            raise LogonRefused(f"The broker at {self._place} refused the user name or password.")
        if int(answer.reason_code) >= _DENIED:
            self.abort()
            raise ConnectionLost(f"The broker at {self._place} refused: {answer.reason_code.name}.")
        self._window = answer.receive_max
        self._keep_alive(answer.server_keep_alive or KEEPALIVE_SECONDS)

    async def close(self) -> None:
        """Disconnect in order, so that no will is published; what is still queued is not sent."""
        if self.is_open:
            self._write(mqtt5.DisconnectPacket().write())
            self._uncork()
            assert self._transport is not None  # noqa: S101  it is open
            self._transport.close()
        self._end()

    def abort(self) -> None:
        """Drop the connection at once."""
        if self._transport is not None:
            self._transport.abort()
        self._end()

    async def subscribe(self, filters: Sequence[str]) -> None:
        """Subscribe with QoS 1. A filter that the broker denies delivers nothing.

        Raises:
            ConnectionLost: the connection is gone, or the broker does not answer.
        """
        packet_id = self._free_id()
        wanted = [mqtt5.TopicFilter(pattern, max_qos=_AT_LEAST_ONCE) for pattern in filters]
        future = asyncio.get_running_loop().create_future()
        self._subscribing[packet_id] = future
        self._write(mqtt5.SubscribePacket(packet_id, wanted).write())
        try:
            await asyncio.wait_for(future, ANSWER_SECONDS)
        except TimeoutError as error:
            raise self._broken() from error
        finally:
            self._subscribing.pop(packet_id, None)

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Hand a message over without waiting for its acknowledgement.

        Raises:
            ConnectionLost: the connection is gone, or the broker takes no more.
        """
        if not self.is_open:
            raise self._broken()
        if qos == 0:
            self._write(mqtt5.PublishPacket(topic, payload, retain=retain).write())
        elif len(self._in_flight) < self._window and not self._queued:
            self._send(topic, payload, retain)
        elif len(self._queued) < MAX_QUEUED:
            self._queued.append((topic, payload, retain))
        else:
            self.abort()
            raise self._broken()

    def acknowledge(self, packet_ids: Sequence[int]) -> None:
        """Acknowledge received messages; on a broken connection it does nothing."""
        if packet_ids and self.is_open:
            self._write(b"".join([mqtt5.PubAckPacket(number).write() for number in packet_ids]))

    def is_unread(self, topic: str) -> bool:
        """Whether the broker said of the last message to a topic that nobody subscribes to it."""
        return topic in self._unread

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass
        self._heard = asyncio.get_running_loop().time()
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        self._on_lost(self)

    def data_received(self, data: bytes) -> None:
        self._heard = asyncio.get_running_loop().time()
        view = memoryview(self._rest + data if self._rest else data)
        at, end = 0, len(view)
        arrived: list[Received] = []
        try:
            while at < end:
                packet, size = mqtt5.read(view[at:])
                at += size
                if type(packet) is Received:
                    arrived.append(packet)
                else:
                    self._take(packet)
        except IndexError:
            if end - at > MAX_PACKET_BYTES:
                self.abort()
        except ValueError:  # what came is no MQTT
            self.abort()
        self._rest = bytes(view[at:])
        if arrived:
            self._on_messages(self, arrived)

    def _take(self, packet: mqtt5.Packet) -> None:
        if isinstance(packet, mqtt5.PubAckPacket):
            self._acknowledged(packet)
        elif isinstance(packet, mqtt5.ConnAckPacket):
            if self._ready is not None and not self._ready.done():
                self._ready.set_result(packet)
        elif isinstance(packet, mqtt5.SubAckPacket):
            future = self._subscribing.get(packet.packet_id)
            if future is not None and not future.done():
                future.set_result(packet)
        elif isinstance(packet, mqtt5.DisconnectPacket):
            self.abort()

    def _acknowledged(self, packet: mqtt5.PubAckPacket) -> None:
        topic = self._in_flight.pop(packet.packet_id, "")
        if packet.reason_code == _NOBODY_READS:
            self._unread.add(topic)
        else:
            self._unread.discard(topic)
            self.denied += int(packet.reason_code) >= _DENIED
        while self._queued and len(self._in_flight) < self._window:
            self._send(*self._queued.popleft())

    def _send(self, topic: str, payload: bytes, retain: bool) -> None:
        packet_id = self._free_id()
        self._in_flight[packet_id] = topic
        self._write(
            mqtt5.PublishPacket(
                topic, payload, qos=_AT_LEAST_ONCE, retain=retain, packet_id=packet_id
            ).write()
        )

    def _free_id(self) -> int:
        while True:
            self._next_id = self._next_id % _MAX_PACKET_ID + 1
            if self._next_id not in self._in_flight and self._next_id not in self._subscribing:
                return self._next_id

    def _write(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            raise self._broken()
        if self._is_corked:
            self._corked.append(data)
            return
        self._transport.write(data)
        self._is_corked = True
        asyncio.get_running_loop().call_soon(self._uncork)

    def _uncork(self) -> None:
        """Send what was written since the first write of this turn of the loop, at once."""
        self._is_corked = False
        if self._corked and self.is_open:
            assert self._transport is not None  # noqa: S101  it is open
            self._transport.write(b"".join(self._corked))
        self._corked.clear()

    def _keep_alive(self, seconds: float) -> None:
        if not self.is_open:
            return
        loop = asyncio.get_running_loop()
        if loop.time() - self._heard > 1.5 * seconds:
            self.abort()
            return
        self._write(mqtt5.PingReqPacket().write())
        self._beat = loop.call_later(seconds / 2, self._keep_alive, seconds)

    def _end(self) -> None:
        if self._beat is not None:
            self._beat.cancel()
        for future in (self._ready, *self._subscribing.values()):
            if future is not None and not future.done():
                future.set_exception(self._broken())
                future.exception()  # nobody may be waiting any more

    def _broken(self) -> ConnectionLost:
        return ConnectionLost(f"The connection to the broker at {self._place} broke.")


def _will(will: Will | None) -> mqtt5.Will | None:
    if will is None:
        return None
    return mqtt5.Will(will.topic, payload=will.payload, qos=_QOS[will.qos], retain=will.retain)
