"""One MQTT connection over aiomqtt: no delay, pipelined publishing, messages in bulk.

aiomqtt makes a task for each message and waits for each acknowledgement of a publish. Both cost
more than the venue's whole work on an order, so this class reads from and writes to the paho
client beneath it; aiomqtt keeps the connection itself. MQTT 3.1.1 is enough.
"""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from typing import Any, Final

import aiomqtt
from paho.mqtt.client import MQTT_ERR_QUEUE_SIZE, MQTT_ERR_SUCCESS, MQTTMessage

from bashu_protocol.transport import ConnectionLost, LogonRefused, Will

MAX_IN_FLIGHT: Final = 2_000
"""Publishes that wait for the broker's acknowledgement."""
MAX_QUEUED: Final = 20_000
"""Publishes that wait behind those; beyond that `publish` waits."""
KEEPALIVE_SECONDS: Final = 5
CONNECT_SECONDS: Final = 10.0
BACKLOG_SECONDS: Final = 10.0
_REFUSED: Final = (4, 5, 134, 135)
"""CONNACK codes for bad credentials and missing rights, MQTT 3.1.1 and 5."""


class MqttConnection:
    """A connection that can be opened once."""

    def __init__(
        self,
        host: str,
        port: int,
        user: str,
        password: str,
        client_id: str,
        *,
        clean_session: bool = True,
        manual_acknowledgement: bool = False,
        will: Will | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._place = f"{host}:{port}"
        self._client = aiomqtt.Client(
            host,
            port,
            username=user,
            password=password,
            identifier=client_id,
            clean_session=clean_session,
            will=_aiomqtt_will(will),
            keepalive=KEEPALIVE_SECONDS,
            timeout=CONNECT_SECONDS,
            tls_context=tls,
            max_inflight_messages=MAX_IN_FLIGHT,
            max_queued_outgoing_messages=MAX_QUEUED,
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        )
        # The paho client beneath: see the module's first lines.
        self._paho: Any = self._client._client  # noqa: SLF001
        self._paho.on_message = self._on_message
        if manual_acknowledgement:
            self._paho.manual_ack_set(True)
        self._incoming: list[MQTTMessage] = []
        self._has_incoming = asyncio.Event()

    async def open(self) -> None:
        """Connect.

        Raises:
            LogonRefused: the broker knows the credentials to be wrong.
            ConnectionLost: it cannot be reached.
        """
        try:
            await self._connect()
        except aiomqtt.MqttCodeError as error:
            code = getattr(error.rc, "value", error.rc)
            if code in _REFUSED:
                raise LogonRefused(
                    f"The broker at {self._place} refused the user name or password."
                ) from error
            raise ConnectionLost(f"The broker at {self._place} refused: {error}.") from error
        except aiomqtt.MqttError as error:
            raise ConnectionLost(f"Cannot reach a broker at {self._place}: {error}.") from error
        self._disconnected: asyncio.Future[None] = self._client._disconnected  # noqa: SLF001  as above
        # `receive` tells of a broken connection; nobody awaits aiomqtt's own future.
        self._disconnected.add_done_callback(_retrieve)

    async def _connect(self) -> None:
        try:
            await self._client.__aenter__()
        except BaseException:
            # A broker that was too slow may read this later: no will may come of it. aiomqtt
            # itself would leave the connection open.
            self._paho.on_disconnect = None
            self._paho.disconnect()
            raise

    async def close(self) -> None:
        """Disconnect in order, so that no will is published."""
        try:
            await self._client.__aexit__(None, None, None)
        except aiomqtt.MqttError as error:
            raise ConnectionLost(str(error)) from error

    async def subscribe(self, filters: Sequence[str]) -> None:
        """Subscribe with QoS 1. A filter that the broker denies delivers nothing."""
        try:
            await self._client.subscribe([(pattern, 1) for pattern in filters])
        except aiomqtt.MqttError as error:
            raise ConnectionLost(str(error)) from error

    async def receive(self) -> list[MQTTMessage]:
        """Wait for at least one message and return all.

        Raises:
            ConnectionLost: the connection is gone and everything has been read.
        """
        if not self._incoming:
            self._has_incoming.clear()
            waiting = asyncio.ensure_future(self._has_incoming.wait())
            try:
                await asyncio.wait(
                    (waiting, self._disconnected), return_when=asyncio.FIRST_COMPLETED
                )
            finally:
                waiting.cancel()
        if not self._incoming:
            raise ConnectionLost(f"The connection to the broker at {self._place} broke.")
        taken, self._incoming = self._incoming, []
        return taken

    def acknowledge(self, messages: Sequence[MQTTMessage]) -> None:
        """Acknowledge by hand; to a broken connection it does nothing."""
        for message in messages:
            if message.qos:
                self._paho.ack(message.mid, message.qos)

    async def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> None:
        """Hand a message over without waiting for its acknowledgement.

        Raises:
            ConnectionLost: the connection is gone, or its backlog does not move.
        """
        deadline = asyncio.get_running_loop().time() + BACKLOG_SECONDS
        while True:
            code = self._paho.publish(topic, payload, qos, retain).rc
            if code == MQTT_ERR_SUCCESS:
                return
            late = asyncio.get_running_loop().time() > deadline
            if code != MQTT_ERR_QUEUE_SIZE or late or self._disconnected.done():
                raise ConnectionLost(f"The connection to the broker at {self._place} broke.")
            await asyncio.sleep(0.001)

    def _on_message(self, _client: object, _userdata: object, message: MQTTMessage) -> None:
        self._incoming.append(message)
        self._has_incoming.set()


def _retrieve(future: "asyncio.Future[None]") -> None:
    if not future.cancelled():
        future.exception()


def _aiomqtt_will(will: Will | None) -> aiomqtt.Will | None:
    if will is None:
        return None
    return aiomqtt.Will(will.topic, will.payload, will.qos, will.retain)
