"""The venue on an MQTT 3.1.1 broker over aiomqtt, with acknowledgements by hand."""

import hashlib
from collections.abc import Sequence

from bashu_daemon.bus.port import BusDown, Inbound
from bashu_protocol import topics
from bashu_protocol.codec import encode
from bashu_protocol.messages import Encoding, VenueStatus
from bashu_protocol.mqtt_connection import MqttConnection
from bashu_protocol.transport import ConnectionLost, Will


class MqttBus:
    """See `bus.port.Bus`.

    The session at the broker is persistent: what was delivered but not acknowledged when the
    daemon died is delivered again, and recognised by its `cl_ord_id`. The client id is made from
    the venue's password, so that no member can evict the venue by guessing it.
    """

    def __init__(
        self,
        host: str,
        port: int,
        password: str,
        *,
        public_encoding: Encoding = "json",
        persistent: bool = True,
    ) -> None:
        self._host = host
        self._port = port
        self._password = password
        self._persistent = persistent
        digest = hashlib.sha256(password.encode()).hexdigest()
        self._client_id = f"{topics.VENUE_USER}-{digest[:16]}"
        down = encode(VenueStatus("down", 0), public_encoding)
        self._will = Will(topics.VENUE_STATUS, down)
        self._connection: MqttConnection | None = None

    async def start(self, users: Sequence[str]) -> None:
        await self.close()
        connection = MqttConnection(
            self._host,
            self._port,
            topics.VENUE_USER,
            self._password,
            self._client_id,
            clean_session=not self._persistent,
            manual_acknowledgement=True,
            will=self._will,
        )
        try:
            await connection.open()
            await connection.subscribe([topics.ALL_COMMANDS, topics.ALL_PRESENCE])
        except ConnectionLost as error:
            raise BusDown(str(error)) from error
        self._connection = connection

    async def admit(self, users: Sequence[str], known: int) -> None:
        """One subscription covers all users already."""

    @property
    def waiting(self) -> int:
        """What aiomqtt holds back is its own."""
        return 0

    def is_unread(self, topic: str) -> bool:
        """MQTT 3.1.1 does not tell."""
        return False

    async def receive(self) -> list[Inbound]:
        connection = self._open()
        try:
            messages = await connection.receive()
        except ConnectionLost as error:
            raise BusDown(str(error)) from error
        return [
            Inbound(message.topic, bytes(message.payload), message.retain, (connection, message))
            for message in messages
        ]

    def acknowledge(self, handled: Sequence[Inbound]) -> None:
        """Acknowledge what came over the present connection; the rest comes again."""
        present = self._connection
        if present is not None:
            present.acknowledge([i.token[1] for i in handled if i.token[0] is present])

    async def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False
    ) -> None:
        try:
            await self._open().publish(topic, payload, qos=qos, retain=retain)
        except ConnectionLost as error:
            raise BusDown(str(error)) from error

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                await connection.close()
            except ConnectionLost:
                return  # it is closed already

    def _open(self) -> MqttConnection:
        if self._connection is None:
            raise BusDown("The bus is not started.")
        return self._connection
