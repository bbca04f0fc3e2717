"""The public user: it reads what is everybody's, and nothing else; denial is non-delivery."""

import asyncio
import contextlib
import socket
from typing import Any

import pytest
from bashu_testing import SYMBOL, Harness, eventually

from bashu_protocol import topics
from bashu_protocol.client import Client
from bashu_protocol.codec import decode, encode
from bashu_protocol.messages import (
    InstrumentStat,
    NewOrder,
    Presence,
    PublishNotice,
    RecentNotices,
)
from bashu_protocol.transport import ConnectionLost, Incoming, LogonRefused, Will

PRIVATE = ("/cmd/", "/rpt/", "/alive/", "/sup/")


async def test_the_public_reads_what_is_everybodys_and_nothing_else(harness: Harness) -> None:
    seen: list[Incoming] = []
    public = harness.transport("public")
    await public.connect(None)
    await public.subscribe([f"{topics.ROOT}/md/+/book", f"{topics.ROOT}/md/+/stat"])
    await public.subscribe([topics.NOTICE, topics.RECENT_NOTICES, topics.VENUE_STATUS])
    await public.subscribe([topics.ALL_COMMANDS, topics.ALL_PRESENCE, f"{topics.ROOT}/rpt/+"])
    await public.subscribe([topics.ALERT, topics.AUDIT, f"{topics.ROOT}/#"])
    await public.subscribe([topics.report("public"), topics.report("anna")])

    async def listen() -> None:
        async for incoming in public.messages():
            seen.append(incoming)  # noqa: PERF401  it is read while it grows

    listening = asyncio.create_task(listen())
    async with harness.client("anna") as anna, harness.client("sup") as sup:
        await anna.place(SYMBOL, "buy", 10, 7_000)
        await sup.command(PublishNotice("n1", "Surrender ends on 31 December"))
        wanted = {
            topics.book(SYMBOL), topics.stat(SYMBOL), topics.NOTICE, topics.RECENT_NOTICES,
            topics.VENUE_STATUS,
        }  # fmt: skip
        await eventually(lambda: wanted <= {incoming.topic for incoming in seen})
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await public.close()
    assert not [i.topic for i in seen if any(part in i.topic for part in PRIVATE)]


async def test_a_new_connection_is_sent_nothing_that_it_did_not_ask_for(harness: Harness) -> None:
    async with harness.client("anna"):
        public = harness.transport("public")
        await public.connect(None)
        await public.subscribe([topics.VENUE_STATUS])
        topics_seen: list[str] = []
        async for incoming in public.messages():
            topics_seen.append(incoming.topic)
            if incoming.topic == topics.VENUE_STATUS:
                break
        await public.close()
    assert topics_seen == [topics.VENUE_STATUS]


async def test_what_the_public_sends_reaches_nobody(harness: Harness) -> None:
    async with harness.client("anna") as anna:
        before = harness.venue.seq
        public = harness.transport("public")
        await public.connect(None)
        order = encode(NewOrder("1", SYMBOL, "buy", 1, 7_000), "json")
        # A broker may end the connection of one who publishes what it may not.
        for user in ("public", "anna"):
            await public.publish(topics.command(user), order)
        offline = Presence("anna", anna.session, online=False, cancel_on_disconnect=True)
        await public.publish(topics.presence("anna"), encode(offline, "json"))
        await public.publish(topics.stat(SYMBOL), b"{}", retain=True)
        await public.publish(topics.NOTICE, b"{}")
        await public.close()
        placed = await anna.place(SYMBOL, "buy", 10, 6_990)
        assert placed.ord_status == "new"
        assert harness.venue.seq == before + 1
        reader = harness.transport("bo")
        await reader.connect(None)
        await reader.subscribe([topics.stat(SYMBOL)])
        async for incoming in reader.messages():
            assert isinstance(decode(incoming.payload)[0], InstrumentStat)
            break
        await reader.close()


@pytest.mark.parametrize("user", ["public", "bo"])
async def test_a_will_is_no_way_around_the_rights(harness: Harness, user: str) -> None:
    """A broker publishes it for a client that vanishes; some refuse the connection for it."""
    order = encode(NewOrder("1", SYMBOL, "buy", 1, 7_000), "json")
    wills = (
        Will(topics.command("anna"), order, retain=False),
        Will(topics.stat(SYMBOL), b"{}"),
        Will(topics.NOTICE, b"{}"),
    )
    heard: list[bytes] = []
    reader = harness.transport("carl")
    await reader.connect(None)
    await reader.subscribe([topics.stat(SYMBOL), topics.NOTICE])

    async def listen() -> None:
        async for incoming in reader.messages():
            heard.append(incoming.payload)  # noqa: PERF401  it is read while it grows

    listening = asyncio.create_task(listen())
    async with harness.client("anna"):
        for will in wills:
            transport = harness.transport(user)
            with contextlib.suppress(LogonRefused, ConnectionLost):
                await transport.connect(will)
                _vanish(harness, transport)
        await _until_a_lawful_will_is_carried_out(harness)
        assert not harness.venue.has_live_orders("anna")
        await eventually(lambda: bool(heard))
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await reader.close()
    assert b"{}" not in heard


async def _until_a_lawful_will_is_carried_out(harness: Harness) -> None:
    """Whatever came of the wills before this one has come by then."""
    transport = harness.transport("bo")
    client = Client(transport, "bo", cancel_on_disconnect=True)
    await client.start()
    await client.place(SYMBOL, "buy", 100, 7_000)
    assert client._task is not None
    client._task.cancel()
    _vanish(harness, transport)
    await eventually(lambda: not harness.venue.has_live_orders("bo"))
    await client.close()


def _vanish(harness: Harness, transport: Any) -> None:
    if harness.kind == "memory":
        transport.drop()
    else:
        transport._connection._paho.socket().shutdown(socket.SHUT_RDWR)


async def test_who_comes_late_finds_the_last_notices(harness: Harness) -> None:
    async with harness.client("sup") as sup:
        for number in range(40):
            await sup.command(PublishNotice(f"n{number}", f"Disclosure {number}"))
        reader = harness.transport("public")
        await reader.connect(None)
        await reader.subscribe([topics.RECENT_NOTICES])
        async for incoming in reader.messages():
            (recent,) = decode(incoming.payload)
            assert isinstance(recent, RecentNotices)
            titles = [notice.title for notice in recent.notices]
            if titles and titles[-1] == "Disclosure 39":
                break
        await reader.close()
    assert titles == [f"Disclosure {number}" for number in range(10, 40)]
