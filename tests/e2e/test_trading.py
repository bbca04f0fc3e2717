"""The whole way of an order, on every bus."""

import asyncio
import random
from typing import TypeGuard

import pytest
from bashu_testing import COARSE_SYMBOL, PATIENCE_SECONDS, SYMBOL, Harness, eventually

from bashu_protocol import topics
from bashu_protocol.codec import decode, encode
from bashu_protocol.messages import (
    AccountRow,
    Alert,
    AuditBatch,
    ExecutionReport,
    HaltInstrument,
    NewOrder,
    Notice,
    OrderRow,
    PublicTrade,
    PublishNotice,
    Reject,
    ResumeInstrument,
    SuspendMember,
)
from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.transport import ConnectionLost, LogonRefused


async def test_two_orders_trade_and_everybody_sees_its_part(harness: Harness) -> None:
    trades: list[PublicTrade] = []
    async with harness.client("anna") as anna, harness.client("bo") as bo:
        anna.listen(lambda m: trades.append(m) if isinstance(m, PublicTrade) else None)
        bought = await anna.place(SYMBOL, "buy", 100, 7_010)
        assert bought.ord_status == "new"
        sold = await bo.place(SYMBOL, "sell", 40, 6_990)
        assert sold.ord_status == "new"
        await eventually(lambda: anna.last_rpt_seq == 2 and bo.last_rpt_seq == 2)
        await eventually(lambda: anna.feed.book(SYMBOL).bids == [(7_010, 60, 1)])
        await eventually(lambda: anna.feed.stats[SYMBOL].last == 7_010)
        await eventually(lambda: len(trades) == 1)
        assert (trades[0].price, trades[0].qty, trades[0].aggressor_side) == (7_010, 40, "sell")
        rows = (await anna.query("orders")).rows
        assert [(r.leaves_qty, r.cum_qty) for r in rows if isinstance(r, OrderRow)] == [(60, 40)]
        account = {
            r.asset: r for r in (await anna.query("account")).rows if isinstance(r, AccountRow)
        }
        assert account[SYMBOL].bought_today == 40
        assert account["CNY"].frozen == 60 * 7_010
        replaced = await anna.replace(bought.cl_ord_id, 90, 7_010)
        assert (replaced.exec_type, replaced.leaves_qty) == ("replaced", 50)
        cancelled = await anna.cancel(replaced.cl_ord_id)
        assert cancelled.exec_type == "canceled"
        assert (await bo.mass_cancel()).affected == 0


async def test_each_user_gets_only_its_own_reports(harness: Harness) -> None:
    spy = harness.transport("bo")
    await spy.connect(None)
    await spy.subscribe([topics.report("anna"), topics.report("bo"), f"{topics.ROOT}/#"])
    await spy.subscribe([topics.AUDIT, topics.ALERT, f"{topics.ROOT}/rpt/+"])
    seen: list[str] = []

    async def listen() -> None:
        async for incoming in spy.messages():
            seen.append(incoming.topic)  # noqa: PERF401  it is read while it grows

    listening = asyncio.create_task(listen())
    async with harness.client("anna") as anna, harness.client("bo") as bo:
        await anna.place(SYMBOL, "buy", 1, 7_000)
        await bo.place(SYMBOL, "buy", 1, 6_900)
        await eventually(lambda: topics.report("bo") in seen)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await spy.close()
    assert topics.report("anna") not in seen
    assert not [topic for topic in seen if "/sup/" in topic or "/cmd/" in topic]


async def test_a_forged_command_has_no_effect(harness: Harness) -> None:
    forger = harness.transport("bo")
    await forger.connect(None)
    async with harness.client("anna") as anna, harness.client("bo") as bo:
        order = NewOrder("forged", SYMBOL, "buy", 1, 7_000)
        await forger.publish(topics.command("anna"), encode(order, "json"))
        await forger.publish(topics.VENUE_STATUS, b"{}")
        await bo.place(SYMBOL, "buy", 1, 6_900)
        await anna.place(SYMBOL, "buy", 1, 6_900)
        assert anna.last_rpt_seq == 1
    await forger.close()
    assert [row.price for row in harness.venue.order_rows("m-anna")] == [6_900]


async def test_wrong_credentials_are_refused(harness: Harness) -> None:
    with pytest.raises(LogonRefused):
        await harness.transport("anna", "wrong").connect(None)


async def test_an_admitted_stranger_is_told_so(harness: Harness) -> None:
    if harness.kind == "mosquitto":
        pytest.skip("over MQTT 5 the venue listens to its own users only, in a session each")
    stranger = harness.transport("stranger")
    await stranger.connect(None)
    await stranger.subscribe([topics.report("stranger")])
    before = harness.venue.seq
    await stranger.publish(
        topics.command("stranger"), encode(NewOrder("1", SYMBOL, "buy", 1, 7_000), "json")
    )
    async for incoming in stranger.messages():
        (answer,) = decode(incoming.payload)
        assert isinstance(answer, Reject)
        assert answer.reject_code == RejectCode.UNKNOWN_USER
        break
    await stranger.close()
    assert harness.venue.seq == before


async def test_a_client_that_was_away_misses_nothing(harness: Harness) -> None:
    async with harness.client("anna") as anna:
        await anna.place(SYMBOL, "buy", 100, 7_000)
        last = anna.last_rpt_seq
    async with harness.client("bo") as bo:
        for _ in range(5):
            await bo.place(SYMBOL, "sell", 10, 7_000)
    heard: list[ExecutionReport] = []
    again = harness.client("anna", last_rpt_seq=last)
    async with again as anna:
        anna.listen(lambda m: heard.append(m) if isinstance(m, ExecutionReport) else None)
        await eventually(lambda: anna.last_rpt_seq == last + 5)
        await anna.place(SYMBOL, "buy", 1, 6_900)
    numbers = [report.rpt_seq for report in heard]
    assert numbers[-1] == last + 6
    assert numbers == list(range(numbers[0], last + 7))


async def test_a_restarted_venue_goes_on_where_it_stopped(harness: Harness) -> None:
    async with harness.client("anna") as anna:
        placed = await anna.place(SYMBOL, "buy", 100, 7_000)
        before = harness.venue.state_hash()
        await harness.stop_venue()
        await eventually(lambda: anna.link.state in ("venue_down", "reconnecting", "stale"))
        waiting = asyncio.create_task(anna.place(SYMBOL, "buy", 5, 6_950, timeout=PATIENCE_SECONDS))
        await asyncio.sleep(0.1)
        await harness.start_venue()
        assert (await waiting).ord_status == "new"
        await eventually(lambda: anna.link.state == "live")
        rows = harness.venue.order_rows("m-anna")
        assert [(row.price, row.leaves_qty) for row in rows] == [(7_000, 100), (6_950, 5)]
        assert before != harness.venue.state_hash()
        assert (await anna.cancel(placed.cl_ord_id)).exec_type == "canceled"


async def test_a_vanished_client_has_its_orders_withdrawn(harness: Harness) -> None:
    transport = harness.transport("anna")
    from bashu_protocol.client import Client

    client = Client(transport, "anna", cancel_on_disconnect=True)
    await client.start()
    await client.place(SYMBOL, "buy", 100, 7_000)
    assert harness.venue.has_live_orders("anna")
    assert client._task is not None
    client._task.cancel()
    if harness.kind == "memory":
        transport.drop()
    else:
        import socket

        transport._connection._paho._sock.shutdown(socket.SHUT_RDWR)
    await eventually(lambda: not harness.venue.has_live_orders("anna"))
    await client.close()


def is_of_a_rule(message: object) -> TypeGuard[Alert]:
    return isinstance(message, Alert) and message.rule != "blind_spot"


async def test_supervisors_see_and_act(harness: Harness) -> None:
    alerts: list[Alert] = []
    audits: list[AuditBatch] = []
    notices: list[Notice] = []
    async with (
        harness.client("sup", supervise=True) as sup,
        harness.client("bo") as bo,
        harness.client("carl") as carl,
    ):
        # Not those about surveillance itself, which a slow machine may give.
        sup.listen(lambda m: alerts.append(m) if is_of_a_rule(m) else None)
        sup.listen(lambda m: audits.append(m) if isinstance(m, AuditBatch) else None)
        bo.listen(lambda m: notices.append(m) if isinstance(m, Notice) else None)
        await bo.place(SYMBOL, "buy", 10, 7_000)
        await carl.place(SYMBOL, "sell", 10, 7_000)
        await eventually(lambda: bool(alerts))
        assert (alerts[0].rule, alerts[0].owner, alerts[0].order_ids) == (
            "self_trade",
            "bo",
            [1, 2],
        )
        await eventually(
            lambda: {event.member for b in audits for event in b.events} >= {"m-bo", "m-carl"}
        )
        halted = await sup.command(HaltInstrument("h", SYMBOL, "a look at it"))
        assert halted.accepted
        refused = await bo.place(SYMBOL, "buy", 1, 7_000)
        assert refused.reject_code == RejectCode.INSTRUMENT_HALTED
        assert (await sup.command(ResumeInstrument("r", SYMBOL, "over"))).accepted
        assert (await sup.command(SuspendMember("s", "m-bo", "wash trading"))).affected == 1
        assert (await bo.place(SYMBOL, "buy", 1, 7_000)).reject_code == RejectCode.MEMBER_SUSPENDED
        assert (await sup.command(PublishNotice("n", "Reminder", "text"))).accepted
        await eventually(lambda: [n.kind for n in notices][-1:] == ["notice"])
        known = [one for one in (await sup.query("alerts")).alerts if is_of_a_rule(one)]
        await eventually(lambda: known == [alerts[-1]])
        own = await bo.command(HaltInstrument("x", SYMBOL, "no"))
        assert own.reject_code == RejectCode.NOT_PERMITTED


BAD = [
    b"",
    b"\xff\xfe\x00random",
    b"\x91" * 200_000,
    b"[" * 200_000,
    b'{"type":"new_order"}',
    b'{"type":"new_order","cl_ord_id":"b1","symbol":"CEA25","side":"buy","order_qty":"x","price":1}',
    b'{"type":"new_order","cl_ord_id":"b2","symbol":"CEA25","side":"up","order_qty":1,"price":1}',
    b'{"type":"new_order","cl_ord_id":"b3","symbol":"CEA25","side":"buy","order_qty":%d,"price":1}'
    % 2**70,
    b'{"type":"open_the_vault"}',
    bytes(random.Random(4).randrange(256) for _ in range(5_000)),
]
REFUSED = {
    "NOPE": (NewOrder("r1", "NOPE", "buy", 1, 7_000), RejectCode.UNKNOWN_SYMBOL),
    "zero": (NewOrder("r2", SYMBOL, "buy", 0, 7_000), RejectCode.INVALID_QTY),
    "negative": (NewOrder("r3", SYMBOL, "buy", -5, 7_000), RejectCode.INVALID_QTY),
    "off tick": (NewOrder("r6", COARSE_SYMBOL, "buy", 1, 7_001), RejectCode.PRICE_OFF_TICK),
    "far": (NewOrder("r4", SYMBOL, "buy", 1, 9_000), RejectCode.PRICE_ABOVE_LIMIT),
    "large": (NewOrder("r5", SYMBOL, "buy", 2**62, 7_000), RejectCode.QTY_TOO_LARGE),
}


async def test_bad_input_is_refused_and_changes_nothing(harness: Harness) -> None:
    rejects: list[Reject] = []
    async with harness.client("anna") as anna:
        anna.listen(lambda m: rejects.append(m) if isinstance(m, Reject) else None)
        first = await anna.place(SYMBOL, "buy", 1, 7_000, cl_ord_id="first")
        depth, totals = harness.venue.depth(SYMBOL), harness.venue.ledger_totals()
        state = harness.venue.state_hash()
        sender = harness.transport("anna")
        await sender.connect(None)
        for payload in BAD:
            await sender.publish(topics.command("anna"), payload)
        # amqtt does not deliver an empty payload; the venue never sees it.
        await eventually(lambda: len(rejects) >= len(BAD) - (harness.kind == "amqtt"))
        assert {r.cl_ord_id for r in rejects} >= {"b1", "b2", "b3"}
        assert harness.venue.state_hash() == state
        await sender.close()
        for order, code in REFUSED.values():
            report = await anna.request(order, ExecutionReport, PATIENCE_SECONDS)
            assert (report.reject_code, report.exec_type) == (code, "rejected")
        again = await anna.place(SYMBOL, "buy", 1, 7_000, cl_ord_id="first")
        assert (again.reject_code, again.order_id) == (RejectCode.ALREADY_RECEIVED, first.order_id)
        other = await anna.place(SYMBOL, "buy", 2, 7_000, cl_ord_id="first")
        assert other.reject_code == RejectCode.DUPLICATE_CL_ORD_ID
        async with harness.client("bo") as bo:
            stolen = await bo.cancel("first")
            assert stolen.reject_code == RejectCode.UNKNOWN_ORDER
            stolen = await bo.replace("first", 1, 6_990)
            assert stolen.reject_code == RejectCode.UNKNOWN_ORDER
        assert (harness.venue.depth(SYMBOL), harness.venue.ledger_totals()) == (depth, totals)
        assert (await anna.place(SYMBOL, "buy", 1, 7_000)).ord_status == "new"


async def test_a_megabyte_of_nested_arrays_changes_nothing(harness: Harness) -> None:
    """Mosquitto closes the connection of its sender; elsewhere the venue refuses it."""
    rejects: list[Reject] = []
    async with harness.client("anna") as anna:
        anna.listen(lambda m: rejects.append(m) if isinstance(m, Reject) else None)
        state = harness.venue.state_hash()
        sender = harness.transport("anna")
        await sender.connect(None)
        await sender.publish(topics.command("anna"), b"\x91" * 1_000_000)
        if harness.kind.startswith("mosquitto"):
            with pytest.raises(ConnectionLost):
                await anext(aiter(sender.messages()))
        else:
            await eventually(lambda: [r.reject_code for r in rejects] == [RejectCode.TOO_LARGE])
        await sender.close()
        assert harness.venue.state_hash() == state
        assert harness.service.counters["bus_lost"] == 0
        assert (await anna.place(SYMBOL, "buy", 1, 7_000)).ord_status == "new"
