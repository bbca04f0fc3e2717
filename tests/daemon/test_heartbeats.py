"""Cancel on disconnect by missed heartbeat (issue 4, item 7; the venue's own), with a set clock."""

from typing import Any

import pytest
from bashu_testing import SYMBOL, Harness, eventually

from bashu_daemon.heartbeats import Heartbeats
from bashu_protocol import topics
from bashu_protocol.client import Client
from bashu_protocol.codec import encode, encode_batch
from bashu_protocol.messages import (
    AnyMessage,
    Logon,
    NewOrder,
    OpenDay,
    Presence,
    Query,
    SetPhase,
    VenueStatus,
)

SECOND = 1_000_000_000


def logon(seconds: int, asked: bool = True) -> Logon:
    return Logon("s", cancel_on_disconnect=asked, heartbeat_seconds=seconds)


def test_only_who_asked_is_watched() -> None:
    heartbeats = Heartbeats()
    heartbeats.log_on("anna", logon(10), 0)
    heartbeats.log_on("bo", logon(0), 0)
    heartbeats.log_on("cy", logon(10, asked=False), 0)
    assert [heartbeats.watches(user) for user in ("anna", "bo", "cy")] == [True, False, False]
    assert heartbeats.silent(10 * SECOND - 1) == []
    assert heartbeats.silent(10 * SECOND) == ["anna"]
    heartbeats.hear("anna", 10 * SECOND)
    assert heartbeats.silent(20 * SECOND - 1) == []
    heartbeats.log_on("anna", logon(0), 11 * SECOND)
    assert heartbeats.silent(100 * SECOND) == []


class SetClock:
    """Takes the place of the venue's clock: it stands still until it is set forward."""

    def __init__(self, harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
        clock: Any = harness.service._clock
        self.now = clock.now_ns()
        monkeypatch.setattr(clock, "now_ns", self.now_ns)

    def now_ns(self) -> int:
        self.now += 1
        return self.now


async def test_a_silent_session_is_cancelled_once_and_a_heard_one_is_not(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anna says nothing for 10 s; bo sends a query and carl his presence meanwhile."""
    clock = SetClock(harness, monkeypatch)
    await harness.service.execute(
        topics.VENUE_USER, [OpenDay("day", 20240102), SetPhase("go", "continuous")]
    )
    venue = harness.venue
    transports = {user: harness.transport(user) for user in ("anna", "bo", "carl")}

    async def send(user: str, *messages: AnyMessage) -> None:
        await transports[user].publish(topics.command(user), encode_batch(messages, "json"))

    for user, transport in transports.items():
        await transport.connect(None)
        order = NewOrder(f"o-{user}", SYMBOL, "buy", 10, venue.stat(SYMBOL).limit_down)
        await send(user, logon(10), order)
    await eventually(lambda: all(venue.has_live_orders(user) for user in transports))
    clock.now += 9 * SECOND
    before = harness.service.counters["queries"]
    presence = encode(Presence("carl", "s", online=True), "json")
    await transports["carl"].publish(topics.presence("carl"), presence)
    await send("bo", Query("q", "orders"))
    await eventually(lambda: harness.service.counters["queries"] > before)
    clock.now += SECOND
    await eventually(lambda: not venue.has_live_orders("anna"))
    assert venue.has_live_orders("bo")
    assert venue.has_live_orders("carl")
    assert harness.service.counters["missed_heartbeats"] == 1
    info = venue.user_info("anna")
    assert info is not None
    assert info.last_rpt_seq == 3  # new, canceled, and the mass cancel's own
    clock.now += SECOND
    await send("anna", logon(10), NewOrder("o2", SYMBOL, "buy", 10, venue.stat(SYMBOL).limit_down))
    await eventually(lambda: venue.has_live_orders("anna"))
    clock.now += 20 * SECOND
    await eventually(lambda: harness.service.counters["missed_heartbeats"] == 4)
    assert not any(venue.has_live_orders(user) for user in transports)
    seq = venue.seq
    await harness.stop_venue()
    await harness.start_venue()
    assert harness.venue.seq >= seq
    assert not any(harness.venue.has_live_orders(user) for user in transports)


async def test_who_logs_off_in_order_is_not_watched(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SetClock(harness, monkeypatch)
    transport = harness.transport("anna")
    await transport.connect(None)
    await transport.publish(topics.command("anna"), encode(logon(10), "json"))
    await eventually(lambda: harness.service._sequencer._heartbeats.watches("anna"))
    presence = encode(Presence("anna", "s", online=False), "json")
    await transport.publish(topics.presence("anna"), presence)
    await eventually(lambda: not harness.service._sequencer._heartbeats.watches("anna"))
    clock.now += 20 * SECOND
    assert harness.service._sequencer.silent_users() == []


async def test_the_will_of_an_earlier_session_does_not_end_the_watch(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker may find out that the first connection is dead after the second logged on."""
    clock = SetClock(harness, monkeypatch)
    transport = harness.transport("anna")
    await transport.connect(None)
    await transport.publish(topics.command("anna"), encode(logon(10), "json"))
    heartbeats = harness.service._sequencer._heartbeats
    await eventually(lambda: heartbeats.watches("anna"))
    before = harness.service.counters["queries"]
    will = encode(Presence("anna", "earlier", online=False), "json")
    await transport.publish(topics.presence("anna"), will)
    await transport.publish(topics.command("anna"), encode(Query("q", "orders"), "json"))
    await eventually(lambda: harness.service.counters["queries"] > before)
    assert heartbeats.watches("anna")
    clock.now += 20 * SECOND
    await eventually(lambda: harness.service.counters["missed_heartbeats"] == 1)


async def test_the_python_client_is_heard_often_enough(harness: Harness) -> None:
    """With a heartbeat of 1 s it gives signs of life more often than the venue does."""
    options: Any = {"cancel_on_disconnect": True, "heartbeat_seconds": 1}
    async with harness.client("anna", **options) as anna:
        heartbeats = harness.service._sequencer._heartbeats
        assert heartbeats.watches("anna")
        statuses: list[AnyMessage] = []
        anna.listen(lambda m: statuses.append(m) if isinstance(m, VenueStatus) else None)
        before = harness.service.counters["queries"]
        await eventually(lambda: len(statuses) >= 3)
        assert harness.service.counters["queries"] - before > len(statuses)
    await eventually(lambda: not heartbeats.watches("anna"))


def test_a_heartbeat_needs_cancel_on_disconnect(harness: Harness) -> None:
    with pytest.raises(ValueError, match="cancel_on_disconnect"):
        Client(harness.transport("anna"), "anna", heartbeat_seconds=5)
