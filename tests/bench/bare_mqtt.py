"""The least MQTT 3.1.1 client that can carry QoS 1: the yardstick for everything built on top."""

import asyncio
import socket
from collections.abc import Callable

CONNACK, PUBLISH, PUBACK, SUBACK = 2, 3, 4, 9


def _text(value: str) -> bytes:
    data = value.encode()
    return len(data).to_bytes(2) + data


def _packet(first: int, body: bytes) -> bytes:
    length, encoded = len(body), bytearray([first])
    while True:
        length, digit = divmod(length, 128)
        encoded.append(digit | (0x80 if length else 0))
        if not length:
            return bytes(encoded) + body


class BareClient(asyncio.Protocol):
    """Publishes with QoS 1 and hands each arriving payload to a function."""

    def __init__(self, on_message: Callable[[bytes], None]) -> None:
        self.on_message = on_message
        self._buffer = b""
        self._next_id = 0
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def open(self, user: str, password: str, client_id: str) -> None:
        body = _text("MQTT") + bytes([4, 0xC2, 0, 60]) + _text(client_id)
        self._transport.write(_packet(0x10, body + _text(user) + _text(password)))
        await self._answer()

    async def subscribe(self, topic: str) -> None:
        self._transport.write(_packet(0x82, self._id() + _text(topic) + b"\x01"))
        await self._answer()

    def publish(self, topic: str, payload: bytes) -> None:
        self._transport.write(_packet(0x32, _text(topic) + self._id() + payload))

    def close(self) -> None:
        self._transport.write(b"\xe0\x00")
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        buffer, at = self._buffer, 0
        acknowledgements = bytearray()
        while len(buffer) - at >= 2:
            length = shift = 0
            start = at + 1
            while start < len(buffer) and buffer[start] & 0x80:
                length |= (buffer[start] & 0x7F) << shift
                shift += 7
                start += 1
            if start >= len(buffer):
                break
            length |= buffer[start] << shift
            start += 1
            if len(buffer) - start < length:
                break
            body = buffer[start : start + length]
            self._take(buffer[at], body, acknowledgements)
            at = start + length
        self._buffer = buffer[at:]
        if acknowledgements:
            self._transport.write(bytes(acknowledgements))

    def _take(self, first: int, body: bytes, acknowledgements: bytearray) -> None:
        kind = first >> 4
        if kind == PUBLISH:
            at = 2 + int.from_bytes(body[:2])
            if first & 0x06:
                acknowledgements += b"\x40\x02" + body[at : at + 2]
                at += 2
            self.on_message(body[at:])
        elif kind in (CONNACK, SUBACK) and not self._ready.done():
            if kind == CONNACK and body[1]:
                self._ready.set_exception(ConnectionError(f"CONNACK {body[1]}"))
            else:
                self._ready.set_result(None)

    async def _answer(self) -> None:
        await asyncio.wait_for(self._ready, 10)
        self._ready = asyncio.get_running_loop().create_future()

    def _id(self) -> bytes:
        self._next_id = self._next_id % 65_535 + 1
        return self._next_id.to_bytes(2)


async def connect(
    port: int, user: str, password: str, on_message: Callable[[bytes], None], client_id: str
) -> BareClient:
    """Open a client on this machine."""
    loop = asyncio.get_running_loop()
    _transport, client = await loop.create_connection(
        lambda: BareClient(on_message), "127.0.0.1", port
    )
    await client.open(user, password, client_id)
    return client
