"""The connection against a broker of a few lines, which does what the test says."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import mqtt5
import pytest
from bashu_testing import eventually

from bashu_protocol import mqtt5_connection
from bashu_protocol.mqtt5_connection import Mqtt5Connection, Received
from bashu_protocol.transport import ConnectionLost, LogonRefused, Will


class Broker:
    """Accepts one client after the other and keeps every packet that comes."""

    def __init__(self, **connack: Any) -> None:
        self._connack = connack
        self._server: asyncio.Server
        self._writer: asyncio.StreamWriter | None = None
        self.packets: list[Any] = []
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()
        if self._writer is not None:
            self._writer.close()

    def send(self, data: bytes) -> None:
        assert self._writer is not None
        self._writer.write(data)

    def drop(self) -> None:
        assert self._writer is not None
        self._writer.transport.abort()

    def of(self, kind: type) -> list[Any]:
        return [packet for packet in self.packets if type(packet) is kind]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        rest = b""
        try:
            while data := await reader.read(65_536):
                rest += data
                while rest:
                    try:
                        packet, size = mqtt5.read(memoryview(rest))
                    except IndexError:
                        break
                    rest = rest[size:]
                    self.packets.append(packet)
                    self._answer(packet)
        except ConnectionError:
            pass  # a client that vanishes is part of the tests
        finally:
            writer.close()

    def _answer(self, packet: Any) -> None:
        if isinstance(packet, mqtt5.ConnectPacket):
            self.send(mqtt5.ConnAckPacket(**self._connack).write())
        elif isinstance(packet, mqtt5.SubscribePacket):
            codes = [mqtt5.SubAckReasonCode.GRANTED_QOS_AT_LEAST_ONCE]
            self.send(mqtt5.SubAckPacket(packet.packet_id, codes).write())


class Open:
    """A connection with everything that it handed over."""

    def __init__(self, port: int, **options: Any) -> None:
        self.received: list[Received] = []
        self.lost = 0
        self.connection = Mqtt5Connection(
            "127.0.0.1",
            port,
            "anna",
            "secret",
            "id-1",
            on_messages=lambda _connection, messages: self.received.extend(messages),
            on_lost=lambda _connection: setattr(self, "lost", self.lost + 1),
            **options,
        )


@pytest.fixture
async def broker() -> AsyncIterator[Broker]:
    found = Broker()
    await found.start()
    yield found
    await found.stop()


def message(number: int, payload: bytes = b"x") -> bytes:
    return mqtt5.PublishPacket("t", payload, qos=mqtt5.QoS.AT_LEAST_ONCE, packet_id=number).write()


async def test_it_logs_on_with_its_credentials_window_and_will(broker: Broker) -> None:
    one = Open(broker.port, persistent=True, receive_max=7, will=Will("w", b"gone"))
    await one.connection.open()
    (connect,) = broker.of(mqtt5.ConnectPacket)
    assert (connect.username, connect.password) == ("anna", b"secret")
    assert (connect.clean_start, connect.receive_max) == (False, 7)
    assert connect.session_expiry_interval > 0
    assert (connect.will.topic, connect.will.payload, connect.will.retain) == ("w", b"gone", True)
    await one.connection.close()
    await eventually(lambda: broker.of(mqtt5.DisconnectPacket))


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (mqtt5.ConnAckReasonCode.NOT_AUTHORIZED, LogonRefused),
        (mqtt5.ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD, LogonRefused),
        (mqtt5.ConnAckReasonCode.UNSUPPORTED_PROTOCOL_VERSION, ConnectionLost),
    ],
)
async def test_a_refusal_is_told(code: Any, error: type[Exception]) -> None:
    broker = Broker(reason_code=code)
    await broker.start()
    with pytest.raises(error, match="refused"):
        await Open(broker.port).connection.open()
    await broker.stop()


async def test_nobody_there_is_told(broker: Broker) -> None:
    await broker.stop()
    with pytest.raises(ConnectionLost, match="Cannot reach a broker"):
        await Open(broker.port).connection.open()


async def test_messages_arrive_whole_however_they_are_cut(broker: Broker) -> None:
    one = Open(broker.port)
    await one.connection.open()
    stream = b"".join(message(number, b"p" * (number * 37)) for number in range(1, 40))
    for start in range(0, len(stream), 501):
        broker.send(stream[start : start + 501])
        await asyncio.sleep(0)
    await eventually(lambda: len(one.received) == 39)
    assert [packet.packet_id for packet in one.received] == list(range(1, 40))
    assert [len(packet.payload) for packet in one.received] == [n * 37 for n in range(1, 40)]
    assert broker.of(mqtt5.PubAckPacket) == []
    one.connection.acknowledge([3, 5])
    await eventually(lambda: len(broker.of(mqtt5.PubAckPacket)) == 2)
    assert [packet.packet_id for packet in broker.of(mqtt5.PubAckPacket)] == [3, 5]
    await one.connection.close()


async def test_no_more_is_sent_than_the_broker_takes_and_order_is_kept() -> None:
    broker = Broker(receive_max=3)
    await broker.start()
    one = Open(broker.port)
    await one.connection.open()
    for number in range(10):
        one.connection.publish("t", b"%d" % number)
    assert one.connection.waiting == 10
    sent = lambda: broker.of(mqtt5.PublishPacket)  # noqa: E731  short for what follows
    for done in range(10):
        await eventually(lambda done=done: len(sent()) == min(10, done + 3))
        broker.send(mqtt5.PubAckPacket(sent()[done].packet_id).write())
    await eventually(lambda: one.connection.waiting == 0)
    assert [packet.payload for packet in sent()] == [b"%d" % number for number in range(10)]
    await one.connection.close()
    await broker.stop()


async def test_a_broker_that_takes_nothing_more_counts_as_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mqtt5_connection, "MAX_QUEUED", 5)
    broker = Broker(receive_max=1)
    await broker.start()
    one = Open(broker.port)
    await one.connection.open()
    for _ in range(6):
        one.connection.publish("t", b"x")
    with pytest.raises(ConnectionLost):
        one.connection.publish("t", b"x")
    assert not one.connection.is_open
    await broker.stop()


async def test_what_the_broker_says_of_a_publish_is_heard(broker: Broker) -> None:
    one = Open(broker.port)
    await one.connection.open()
    for topic in ("read", "unread", "denied"):
        one.connection.publish(topic, b"x")
    await eventually(lambda: len(broker.of(mqtt5.PublishPacket)) == 3)
    codes = mqtt5.PubAckReasonCode
    for packet, code in zip(
        broker.of(mqtt5.PublishPacket),
        (codes.SUCCESS, codes.NO_MATCHING_SUBSCRIBERS, codes.NOT_AUTHORIZED),
        strict=True,
    ):
        broker.send(mqtt5.PubAckPacket(packet.packet_id, reason_code=code).write())
    await eventually(lambda: one.connection.waiting == 0)
    assert [one.connection.is_unread(topic) for topic in ("read", "unread", "denied")] == [
        False,
        True,
        False,
    ]
    assert one.connection.denied == 1
    one.connection.publish("unread", b"x")
    await eventually(lambda: len(broker.of(mqtt5.PublishPacket)) == 4)
    broker.send(mqtt5.PubAckPacket(broker.of(mqtt5.PublishPacket)[-1].packet_id).write())
    await eventually(lambda: not one.connection.is_unread("unread"))
    await one.connection.close()


@pytest.mark.parametrize(
    "garbage", [b"\x00\x00garbage", b"\xf0" * 100, b"\x30\xff\xff\xff\xff\x01"]
)
async def test_what_is_no_mqtt_ends_the_connection(broker: Broker, garbage: bytes) -> None:
    one = Open(broker.port)
    await one.connection.open()
    broker.send(garbage)
    await eventually(lambda: one.lost == 1)
    assert not one.connection.is_open
    with pytest.raises(ConnectionLost):
        one.connection.publish("t", b"x")


async def test_a_packet_without_an_end_is_not_waited_for(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt5_connection, "MAX_PACKET_BYTES", 10_000)
    one = Open(broker.port)
    await one.connection.open()
    broker.send(b"\x30\xff\xff\xff\x7f" + b"x" * 20_000)
    await eventually(lambda: one.lost == 1)


async def test_silence_ends_the_connection_and_pings_keep_it(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Open(broker.port)
    monkeypatch.setattr(mqtt5_connection, "KEEPALIVE_SECONDS", 0.1)
    await one.connection.open()
    await eventually(lambda: len(broker.of(mqtt5.PingReqPacket)) >= 2)
    await eventually(lambda: one.lost == 1)


async def test_a_lost_connection_fails_whoever_waits(broker: Broker) -> None:
    one = Open(broker.port)
    await one.connection.open()
    monkey = Broker._answer
    Broker._answer = lambda _self, _packet: None  # type: ignore[method-assign]  # no SUBACK
    try:
        subscribing = asyncio.create_task(one.connection.subscribe(["t"]))
        await eventually(lambda: broker.of(mqtt5.SubscribePacket))
        broker.drop()
        with pytest.raises(ConnectionLost):
            await subscribing
    finally:
        Broker._answer = monkey  # type: ignore[method-assign]  # as it was
    assert one.lost == 1
    one.connection.acknowledge([1])
