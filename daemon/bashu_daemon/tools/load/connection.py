"""The harness's way to the broker: a small interface, so that the MQTT library can be changed.

Here is the one that speaks MQTT 3.1.1, over gmqtt: 21 us for a message out, its acknowledgement,
and a message in with its own; paho beneath aiomqtt costs 60 to 100.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import gmqtt
from gmqtt.mqtt.constants import MQTTv311
from gmqtt.mqtt.handler import MQTTConnectError

from bashu_protocol.transport import ConnectionLost, LogonRefused, Will

CONNECT_SECONDS: Final = 20.0
KEEPALIVE_SECONDS: Final = 300
"""Long enough for a consumer that stands still on purpose."""
MAX_IN_FLIGHT: Final = 20_000
"""Publishes without the broker's acknowledgement; MQTT itself ends at 65,535."""
_NO_RECONNECT: Final = -2
"""gmqtt takes 0 for one attempt and -1 for no end of them."""
_REFUSED: Final = (4, 5)
"""CONNACK codes for bad credentials and missing rights."""

OnMessage = Callable[[str, bytes], None]

# It logs each lost connection; here the harness tells of them.
logging.getLogger("gmqtt").setLevel(logging.CRITICAL)


class OneWriteATurn:
    """Stands before a transport and writes what one turn of the loop brings in one call.

    uvloop writes at once when the socket takes it: 33 us a message, in the kernel.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._waiting: list[bytes] = []
        self._call_soon = asyncio.get_running_loop().call_soon

    def write(self, data: bytes) -> None:
        if not self._waiting:
            self._call_soon(self._flush)
        self._waiting.append(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting and not self._transport.is_closing():
            self._transport.write(b"".join(waiting))


class Connection(Protocol):
    """A connection that can be opened once. Its maker's `on_message` gets topic and payload."""

    lost: asyncio.Event
    failed: Exception | None
    """What `on_message` raised: a fault of the harness, which must end the run."""

    async def open(self, will: Will) -> None:
        """Connect.

        Raises:
            LogonRefused: the broker knows the credentials to be wrong.
            ConnectionLost: it cannot be reached.
        """

    async def subscribe(self, filters: Sequence[str]) -> None:
        """Subscribe with QoS 1, and wait for the broker's answer. Raises ConnectionLost."""

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Hand a message over, QoS 1. On a broken connection it does nothing."""

    @property
    def may_publish(self) -> bool:
        """Whether there is room for more without the broker's acknowledgements."""

    def drop(self) -> None:
        """Break the connection without a word; the broker publishes the will."""

    async def close(self) -> None:
        """Disconnect in order, so that no will is published."""


class GmqttConnection:
    """See `Connection`. It can also stop reading."""

    def __init__(
        self, host: str, port: int, user: str, password: str, client_id: str, on_message: OnMessage
    ) -> None:
        self._client_id = client_id
        self._host, self._port = host, port
        self._user, self._password = user, password
        self._on_message = on_message
        self.lost = asyncio.Event()
        self.failed: Exception | None = None
        self._subscribed = asyncio.Event()
        self._client: Any = None  # gmqtt carries no types

    async def open(self, will: Will) -> None:
        # gmqtt's own reconnection would resend what the venue's protocol resends.
        client = self._client = gmqtt.Client(
            self._client_id,
            will_message=gmqtt.Message(will.topic, will.payload, qos=1, retain=will.retain),
        )
        client.set_config({"reconnect_retries": _NO_RECONNECT})
        client.set_auth_credentials(self._user, self._password)
        client.on_message = self._take
        client.on_subscribe = lambda *_: self._subscribed.set()
        client.on_disconnect = lambda *_: self.lost.set()
        place = f"{self._host}:{self._port}"
        connecting = client.connect(
            self._host, self._port, version=MQTTv311, keepalive=KEEPALIVE_SECONDS
        )
        try:
            await asyncio.wait_for(connecting, CONNECT_SECONDS)
        except MQTTConnectError as error:
            if error._code in _REFUSED:  # noqa: SLF001  the code stands nowhere else
                raise LogonRefused(
                    f"The broker at {place} refused the user name or password of {self._user}."
                ) from error
            raise ConnectionLost(f"The broker at {place} refused: {error}.") from error
        except (OSError, TimeoutError) as error:
            raise ConnectionLost(f"Cannot reach a broker at {place}: {error}.") from error
        inner = client._connection  # noqa: SLF001  gmqtt shows neither socket nor transport
        sock = inner._transport.get_extra_info("socket")  # noqa: SLF001  the same
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        inner._transport = inner._protocol._transport = OneWriteATurn(inner._transport)  # noqa: SLF001  the same

    async def subscribe(self, filters: Sequence[str]) -> None:
        for pattern in filters:
            self._subscribed.clear()
            self._client.subscribe(pattern, qos=1)
            waiting = {
                asyncio.ensure_future(self._subscribed.wait()),
                asyncio.ensure_future(self.lost.wait()),
            }
            try:
                await asyncio.wait(
                    waiting, timeout=CONNECT_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
            finally:
                for task in waiting:
                    task.cancel()
            if not self._subscribed.is_set():
                raise ConnectionLost(f"The broker did not take the subscription to {pattern}.")

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        if not self.lost.is_set():
            self._client.publish(topic, payload, qos=1, retain=retain)

    @property
    def may_publish(self) -> bool:
        return len(self._client._persistent_storage._messages) < MAX_IN_FLIGHT  # noqa: SLF001  no public count

    def pause_reading(self) -> None:
        """Leave what comes in the socket, as a stopped program does."""
        self._transport().pause_reading()

    def resume_reading(self) -> None:
        self._transport().resume_reading()

    def drop(self) -> None:
        self._transport().abort()

    async def close(self) -> None:
        if self._client is None:
            return
        with contextlib.suppress(OSError, AttributeError):  # it may be gone, or never have been
            await self._client.disconnect()
        self.lost.set()

    def _transport(self) -> Any:
        return self._client._connection._transport  # noqa: SLF001  gmqtt shows no socket

    def _take(self, _client: object, topic: str, payload: bytes, _qos: int, _more: object) -> int:
        try:
            self._on_message(topic, payload)
        except Exception as error:  # noqa: BLE001  gmqtt would log it and go on
            self.failed = self.failed or error
            self.lost.set()
        return 0
