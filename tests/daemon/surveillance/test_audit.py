"""What supervisors read: every identity, in the bytes that any other way would have given."""

import pytest
from watched_market import SYMBOL, Watched, storm

from bashu_daemon.surveillance.audit import audit_events, encode_audit
from bashu_protocol.codec import decode, encode
from bashu_protocol.messages import (
    AddMember,
    AddUser,
    AuditBatch,
    Encoding,
    HaltInstrument,
    NewOrder,
    ReinstateMember,
    SuspendMember,
)


def test_the_audit_stream_names_who_was_behind_each_event() -> None:
    market = Watched()
    market.order("b", "sell", 10, 7_000)
    events = market.send("b2", NewOrder("y", SYMBOL, "buy", 10, 7_000))
    audits = audit_events(events)
    assert {audit.event for audit in audits} == {"new", "self_trade_prevented", "canceled"}
    assert all(audit.member and audit.owner == "ob" for audit in audits)
    events = market.send("a", NewOrder("z", SYMBOL, "buy", 10, 7_000))
    trades = [audit for audit in audit_events(events) if audit.event == "trade"]
    assert [(t.member, t.contra_owner, t.aggressor) for t in trades] == [
        ("a", "ob", True), ("b", "oa", False),
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
def test_an_audit_is_written_as_the_codec_writes_its_message(encoding: Encoding) -> None:
    market = storm(3, 150)
    market.send("venue", AddMember("m-sup", "bureau", "bureau", "bureau"))
    market.send("venue", AddUser("u-sup", "sup", "bureau", "supervisor"))
    market.send("sup", HaltInstrument("halt", SYMBOL, "why"))
    market.send("sup", SuspendMember("suspend", "a", 'why \U0001f33f "quoted"'))
    market.send("sup", ReinstateMember("reinstate", "a", "again"))
    events = [event for some in market.events for event in some]
    batch = AuditBatch(7, 9, audit_events(events))
    kinds = {audit.event for audit in batch.events}
    assert {"self_trade_prevented", "phase_halted", "member_suspended", "trade"} <= kinds
    assert "member_reinstated" in kinds
    payload = encode_audit(events, encoding, 7, 9)
    assert payload == encode(batch, encoding)
    assert decode(payload) == [batch]


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
def test_no_audit_is_written_of_nothing(encoding: Encoding) -> None:
    assert encode_audit([], encoding, 1, 1) == b""
