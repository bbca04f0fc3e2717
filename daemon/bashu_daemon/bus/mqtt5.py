"""The venue on an MQTT 5 broker: a session of its own for each member's user, and one to publish.

A user's commands wait at the broker in the user's own session, of which only a small window is
delivered at a time. So a flood fills the flooder's session and nobody else's.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Final

from bashu_daemon.bus.port import BusDown, Inbound
from bashu_protocol import topics
from bashu_protocol.codec import encode
from bashu_protocol.messages import Encoding, VenueStatus
from bashu_protocol.mqtt5_connection import Mqtt5Connection, Received
from bashu_protocol.transport import ConnectionLost, Will

MAX_INGRESS: Final = 256
"""Ingress sessions; users beyond that share them."""
WINDOW: Final = 64
"""Messages of one ingress session that are delivered and not yet acknowledged."""
ACKNOWLEDGED_AT_ONCE: Final = WINDOW // 4
ACKNOWLEDGE_SECONDS: Final = 0.01
"""Acknowledgements gather up to that many, or that long: the window is wide enough to wait, and
each write to a socket costs as much as matching several orders."""
OPENED_AT_ONCE: Final = 16
BACKLOG: Final = 10_000
"""Unacknowledged publishes at which `publish` begins to wait."""
BACKLOG_SECONDS: Final = 10.0


class Mqtt5Bus:
    """See `bus.port.Bus`.

    The sessions at the broker are persistent: what was delivered but not acknowledged when the
    daemon died is delivered again, and recognised by its `cl_ord_id`. Client ids are made from
    the venue's password, so that no member can evict the venue by guessing one.
    """

    def __init__(
        self, host: str, port: int, password: str, *, public_encoding: Encoding = "json"
    ) -> None:
        self._host = host
        self._port = port
        self._password = password
        self._name = hashlib.sha256(password.encode()).hexdigest()[:16]
        down = encode(VenueStatus("down", 0), public_encoding)
        self._will = Will(topics.VENUE_STATUS, down)
        self._main: Mqtt5Connection | None = None
        self._ingress: dict[int, Mqtt5Connection] = {}
        self._arrived: list[Inbound] = []
        self._acknowledged: dict[Mqtt5Connection, list[int]] = {}
        self._flushing: asyncio.TimerHandle | None = None
        self._changed = asyncio.Event()
        self._is_lost = False

    async def start(self, users: Sequence[str]) -> None:
        await self.close()
        self._is_lost = False
        self._arrived.clear()  # it comes again, and would be answered twice
        try:
            self._main = await self._open("main", will=self._will)
            await self._main.subscribe([topics.ALL_PRESENCE])
        except ConnectionLost as error:
            raise BusDown(str(error)) from error
        await self.admit(users, 0)

    async def admit(self, users: Sequence[str], known: int) -> None:
        slots: dict[int, list[str]] = {}
        for number, user in enumerate(users, known):
            slots.setdefault(number % MAX_INGRESS, []).append(topics.command(user))
        pending = sorted(slots.items())
        try:
            for start in range(0, len(pending), OPENED_AT_ONCE):
                part = pending[start : start + OPENED_AT_ONCE]
                await asyncio.gather(*(self._listen(slot, filters) for slot, filters in part))
        except ConnectionLost as error:
            raise BusDown(str(error)) from error

    async def receive(self) -> list[Inbound]:
        while not self._arrived:
            if self._is_lost or self._main is None:
                raise BusDown(f"A connection to the broker at {self._host}:{self._port} broke.")
            self._changed.clear()
            await self._changed.wait()
        arrived, self._arrived = self._arrived, []
        return arrived

    def acknowledge(self, handled: Sequence[Inbound]) -> None:
        """Acknowledge what came over the present connections; the rest comes again."""
        for inbound in handled:
            connection, packet_id = inbound.token
            if packet_id is not None:
                gathered = self._acknowledged.setdefault(connection, [])
                gathered.append(packet_id)
                if len(gathered) >= ACKNOWLEDGED_AT_ONCE:
                    connection.acknowledge(self._acknowledged.pop(connection))
        if self._acknowledged and self._flushing is None:
            loop = asyncio.get_running_loop()
            self._flushing = loop.call_later(ACKNOWLEDGE_SECONDS, self._flush)

    async def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False
    ) -> None:
        main = self._open_main()
        try:
            if main.waiting >= BACKLOG:
                await self._drain(main)
            main.publish(topic, payload, qos=qos, retain=retain)
        except ConnectionLost as error:
            raise BusDown(str(error)) from error

    @property
    def waiting(self) -> int:
        return self._main.waiting if self._main is not None else 0

    def is_unread(self, topic: str) -> bool:
        return self._main is not None and self._main.is_unread(topic)

    def _flush(self) -> None:
        self._flushing = None
        gathered, self._acknowledged = self._acknowledged, {}
        for connection, packet_ids in gathered.items():
            connection.acknowledge(packet_ids)

    async def close(self) -> None:
        if self._flushing is not None:
            self._flushing.cancel()
        self._flush()
        connections = [*self._ingress.values(), *([self._main] if self._main else [])]
        self._ingress.clear()
        self._main = None
        for connection in connections:
            await connection.close()

    async def _listen(self, slot: int, filters: list[str]) -> None:
        connection = self._ingress.get(slot)
        if connection is None:
            connection = await self._open(f"in-{slot}")
            self._ingress[slot] = connection
        await connection.subscribe(filters)

    async def _open(self, name: str, will: Will | None = None) -> Mqtt5Connection:
        connection = Mqtt5Connection(
            self._host,
            self._port,
            topics.VENUE_USER,
            self._password,
            f"{topics.VENUE_USER}-{self._name}-{name}",
            on_messages=self._on_messages,
            on_lost=self._on_lost,
            persistent=True,
            receive_max=WINDOW,
            will=will,
        )
        await connection.open()
        return connection

    async def _drain(self, main: Mqtt5Connection) -> None:
        """Wait until the broker has taken some of what was published."""
        deadline = asyncio.get_running_loop().time() + BACKLOG_SECONDS
        while main.waiting >= BACKLOG:
            if asyncio.get_running_loop().time() > deadline:
                main.abort()
            if not main.is_open:
                raise BusDown(f"The broker at {self._host}:{self._port} takes no more messages.")
            await asyncio.sleep(0.001)

    def _on_messages(self, connection: Mqtt5Connection, messages: list[Received]) -> None:
        self._arrived += [
            Inbound(message.topic, message.payload, message.retain, (connection, message.packet_id))
            for message in messages
        ]
        self._changed.set()

    def _on_lost(self, connection: Mqtt5Connection) -> None:
        if connection is self._main or connection in self._ingress.values():
            self._is_lost = True
            self._changed.set()

    def _open_main(self) -> Mqtt5Connection:
        if self._main is None or self._is_lost:
            raise BusDown("The bus is not started.")
        return self._main
