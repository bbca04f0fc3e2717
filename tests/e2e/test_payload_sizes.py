"""A packet larger than the broker takes costs the venue its connection, again and again."""

import asyncio
from pathlib import Path

from bashu_testing import SYMBOL, Harness, eventually

from bashu_daemon.bus.broker_config import mosquitto_text
from bashu_protocol import topics
from bashu_protocol.codec import MAX_PAYLOAD_BYTES
from bashu_protocol.messages import NewOrder

ORDERS = 3_000
ORDERS_A_BATCH = 300


def test_the_broker_takes_more_than_any_payload_may_have() -> None:
    (line,) = [line for line in _settings() if line.startswith("max_packet_size")]
    assert int(line.split()[1]) > MAX_PAYLOAD_BYTES


async def test_a_burst_of_trades_leaves_in_packets_that_the_broker_takes(harness: Harness) -> None:
    """Reports, the catch-up of a client that was away, public trades, and the audit stream."""
    largest: dict[str, int] = {}
    spy = harness.transport("sup")
    await spy.connect(None)
    await spy.subscribe([topics.AUDIT, topics.ALERT, f"{topics.ROOT}/md/#"])

    async def listen() -> None:
        async for incoming in spy.messages():
            size = len(incoming.payload)
            largest[incoming.topic] = max(size, largest.get(incoming.topic, 0))

    listening = asyncio.create_task(listen())
    async with harness.client("bo") as bo:
        await bo.place(SYMBOL, "sell", ORDERS, 7_000)
        async with harness.client("anna") as anna:
            await asyncio.gather(*(anna.send(batch) for batch in _batches()))
            await eventually(lambda: anna.last_rpt_seq >= 2 * ORDERS)
        async with harness.client("anna", last_rpt_seq=0) as anna:
            await eventually(lambda: anna.last_rpt_seq >= 2 * ORDERS)
        await eventually(lambda: bo.last_rpt_seq >= ORDERS)
        await eventually(lambda: topics.AUDIT in largest)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await spy.close()
    assert harness.service.counters["bus_lost"] == 0
    assert max(largest.values()) <= MAX_PAYLOAD_BYTES, largest


def _settings() -> list[str]:
    return mosquitto_text(port=1, password_file=Path("p"), acl_file=Path("a")).splitlines()


def _batches() -> list[list[NewOrder]]:
    orders = [NewOrder(f"b{number}", SYMBOL, "buy", 1, 7_000) for number in range(ORDERS)]
    return [orders[at : at + ORDERS_A_BATCH] for at in range(0, ORDERS, ORDERS_A_BATCH)]
