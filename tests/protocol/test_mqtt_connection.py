"""The connection by MQTT 3.1.1 against brokers that are too slow."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from bashu_protocol import mqtt_connection
from bashu_protocol.mqtt_connection import MqttConnection
from bashu_protocol.transport import ConnectionLost, Will

CONNECT, DISCONNECT = 0x10, 0xE0
PATIENCE_SECONDS = 30.0


class SilentBroker:
    """Takes connections and bytes, and never answers."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.heard = b""
        self.begun = asyncio.Event()
        self.ended = asyncio.Event()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(1_000):
                self.heard += data
                self.begun.set()
        self.ended.set()
        writer.close()


@pytest.fixture
async def broker() -> AsyncIterator[SilentBroker]:
    found = SilentBroker(0)
    async with await asyncio.start_server(found.take, "127.0.0.1", 0) as server:
        found.port = server.sockets[0].getsockname()[1]
        yield found


def connection(broker: SilentBroker) -> MqttConnection:
    return MqttConnection("127.0.0.1", broker.port, "anna", "x", "c1", will=Will("t", b"gone"))


async def _has_left_in_order(broker: SilentBroker) -> None:
    """Nothing stays open, and the broker may not publish the will when it reads at last."""
    await asyncio.wait_for(broker.ended.wait(), PATIENCE_SECONDS)
    assert broker.heard[0] == CONNECT
    assert broker.heard[-2:] == bytes([DISCONNECT, 0])


async def test_who_gives_up_waiting_leaves_no_connection_open(broker: SilentBroker) -> None:
    opening = asyncio.create_task(connection(broker).open())
    await asyncio.wait_for(broker.begun.wait(), PATIENCE_SECONDS)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    await _has_left_in_order(broker)


async def test_a_broker_that_is_too_slow_is_left(
    broker: SilentBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt_connection, "CONNECT_SECONDS", 0.2)
    with pytest.raises(ConnectionLost):
        await connection(broker).open()
    await _has_left_in_order(broker)
