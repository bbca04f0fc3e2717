"""The client library's way to the venue over MQTT."""

import secrets
import ssl
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

from bashu_protocol.transport import ConnectionLost, Incoming, Will

if TYPE_CHECKING:
    from bashu_protocol.mqtt_connection import MqttConnection


class MqttTransport:
    """See `transport.Transport`.

    The MQTT client id is drawn at random for each connection: two terminals of one user do not
    evict each other, and nobody can evict a user by guessing its id.
    """

    def __init__(
        self, host: str, port: int, user: str, password: str, *, tls: ssl.SSLContext | None = None
    ) -> None:
        self._host = host
        self._port = port
        self._user = user
        self._password = password
        self._tls = tls
        self._connection: MqttConnection | None = None

    async def connect(self, will: Will | None) -> None:
        # 66 ms that a terminal should not spend before its first screen.
        from bashu_protocol.mqtt_connection import MqttConnection  # noqa: PLC0415

        await self._leave()
        connection = MqttConnection(
            self._host,
            self._port,
            self._user,
            self._password,
            f"{self._user}-{secrets.token_hex(8)}",
            will=will,
            tls=self._tls,
        )
        await connection.open()
        self._connection = connection

    async def subscribe(self, topics: Sequence[str]) -> None:
        await self._open().subscribe(topics)

    async def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False
    ) -> None:
        await self._open().publish(topic, payload, qos=qos, retain=retain)

    async def messages(self) -> AsyncIterator[Incoming]:
        connection = self._open()
        while True:
            for message in await connection.receive():
                yield Incoming(message.topic, bytes(message.payload), message.retain)

    async def close(self) -> None:
        await self._leave()

    async def _leave(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                await connection.close()
            except ConnectionLost:
                return  # it is closed already

    def _open(self) -> "MqttConnection":
        if self._connection is None:
            raise ConnectionLost("The connection is not open.")
        return self._connection
