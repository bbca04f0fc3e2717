"""Halts, suspensions and notices (measures of market_rules.md 1.7 and 6.3)."""

from typing import Any

from bashu_daemon.core.events import (
    MemberStatusChanged,
    NoticePublished,
    OrderEvent,
    PhaseChanged,
)
from bashu_protocol.messages import (
    HaltInstrument,
    Notice,
    OpenDay,
    PublishNotice,
    ReinstateMember,
    ResumeInstrument,
    SetPhase,
    SuspendMember,
)
from bashu_protocol.reject_codes import RejectCode


def notices(events: list[Any]) -> list[Notice]:
    return [event.notice for event in events if isinstance(event, NoticePublished)]


def test_a_halt_stops_entry_and_amendment_and_leaves_orders_and_cancels(exchange: Any) -> None:
    exchange.order("anna", "sell", 10, 7_000, cl_ord_id="o1")
    exchange.order("anna", "sell", 10, 7_010, cl_ord_id="o2")
    changed, published, outcome = exchange.apply("sue", HaltInstrument("h", "CEA24", "news"))
    assert isinstance(changed, PhaseChanged)
    assert (changed.phase, changed.previous, changed.author, changed.reason) == (
        "halted",
        "continuous",
        "sue",
        "news",
    )
    (notice,) = notices([published])
    assert (notice.kind, notice.symbol, notice.author, notice.body) == (
        "halt",
        "CEA24",
        "sue",
        "news",
    )
    assert outcome.report.accepted
    (entry,) = exchange.order("bo", "buy", 10, 7_000)
    (amendment,) = exchange.replace("anna", "o1", 5, 7_000)
    assert entry.reject_code == amendment.reject_code == RejectCode.INSTRUMENT_HALTED
    assert exchange.cancel("anna", "o1")[0].exec_type == "canceled"
    assert exchange.queue("A") == [("o2", 7_010, 10)]
    again = exchange.command("sue", HaltInstrument("h2", "CEA24", "news"))
    assert again.reject_code == RejectCode.INVALID_PHASE


def test_a_halt_ends_into_the_named_phase_and_trading_goes_on(exchange: Any) -> None:
    exchange.order("anna", "sell", 10, 7_000)
    exchange.command("sue", HaltInstrument("h", "CEA24", "news"))
    for number, phase in enumerate(("closed", "halted")):
        refused = exchange.command("sue", ResumeInstrument(f"r{number}", "CEA24", "ok", phase))  # type: ignore[arg-type]  # by table
        assert refused.reject_code == RejectCode.INVALID_PHASE
    events = exchange.apply("sue", ResumeInstrument("r", "CEA24", "ok", "pause"))
    assert notices(events)[0].kind == "resume"
    assert exchange.venue.stat("CEA24").phase == "pause"
    exchange.run(SetPhase("go", "continuous"))
    assert exchange.order("bo", "buy", 10, 7_000)[-1].ord_status == "filled"
    refused = exchange.command("sue", ResumeInstrument("r9", "CEA24", "ok"))
    assert refused.reject_code == RejectCode.INVALID_PHASE


def test_a_halt_outlasts_the_close_and_the_next_opening(exchange: Any) -> None:
    exchange.order("anna", "sell", 10, 7_000)
    exchange.order("bo", "buy", 4, 7_000)
    exchange.command("sue", HaltInstrument("h", "CEA24", "news"))
    exchange.close_day()
    assert exchange.venue.stat("CEA24").phase == "halted"
    assert exchange.venue.stat("CEA24").close == 7_000
    assert exchange.queue("A") == []
    exchange.run(OpenDay("o", 20240103))
    assert exchange.venue.stat("CEA24").phase == "halted"
    assert exchange.venue.stat("CEA24").limit_up == 7_700
    exchange.command("sue", ResumeInstrument("r", "CEA24", "ok"))
    assert exchange.order("bo", "buy", 1, 7_000)[0].exec_type == "new"


def test_a_halt_may_be_lifted_between_days(exchange: Any) -> None:
    exchange.command("sue", HaltInstrument("h", "CEA24", "news"))
    exchange.close_day()
    into_trading = exchange.command("sue", ResumeInstrument("r1", "CEA24", "ok"))
    assert into_trading.reject_code == RejectCode.INVALID_PHASE
    assert exchange.command("sue", ResumeInstrument("r2", "CEA24", "ok", "closed")).accepted
    exchange.open_day(20240103)
    assert exchange.venue.stat("CEA24").phase == "continuous"


def test_what_was_listed_after_the_opening_cannot_be_brought_in_by_a_halt(exchange: Any) -> None:
    exchange.list_instrument("CEA23")
    refused = exchange.command("sue", HaltInstrument("h", "CEA23", "why"))
    assert refused.reject_code == RejectCode.INVALID_PHASE
    assert exchange.venue.stat("CEA23").phase == "closed"


def test_a_suspension_withdraws_all_orders_of_the_member_and_blocks_entry(exchange: Any) -> None:
    for number, user in enumerate(("anna", "ada", "anna")):
        exchange.order(user, "buy", 10, 6_900, cl_ord_id=f"o{number}")
    exchange.order("bo", "buy", 10, 6_900)
    events = exchange.apply("sue", SuspendMember("s", "A", "spoofing"))
    assert isinstance(events[0], MemberStatusChanged)
    withdrawn = [e for e in events if isinstance(e, OrderEvent)]
    assert [(e.user, e.report.order_id) for e in withdrawn] == [
        ("anna", 1),
        ("ada", 2),
        ("anna", 3),
    ]
    assert {e.report.exec_type for e in withdrawn} == {"canceled"}
    assert (notices(events)[0].kind, notices(events)[0].member) == ("suspend", "A")
    assert events[-1].report.affected == 3
    assert exchange.account("A", "CNY").frozen == 0
    assert exchange.venue.depth("CEA24")[0] == [(6_900, 10, 1)]
    for user in ("anna", "ada"):
        (refused,) = exchange.order(user, "sell", 1, 7_000)
        assert refused.reject_code == RejectCode.MEMBER_SUSPENDED
    (row,) = (row for row in exchange.venue.member_rows() if row.member == "A")
    assert row.suspended
    assert not exchange.command("sue", SuspendMember("s2", "A", "again")).accepted
    events = exchange.apply("sue", ReinstateMember("r", "A", "served"))
    assert notices(events)[0].kind == "reinstate"
    assert exchange.order("anna", "sell", 1, 7_000)[0].exec_type == "new"
    assert not exchange.command("sue", ReinstateMember("r2", "A", "again")).accepted


def test_notices_are_numbered_and_the_last_two_hundred_kept(exchange: Any) -> None:
    for number in range(205):
        exchange.command("sue", PublishNotice(f"n{number}", f"Notice {number}", symbol="CEA24"))
    kept = exchange.venue.notices()
    assert [notice.notice_id for notice in kept] == list(range(6, 206))
    assert (kept[-1].title, kept[-1].kind, kept[-1].symbol) == ("Notice 204", "notice", "CEA24")


def test_unknown_names(exchange: Any) -> None:
    for number, (command, code) in enumerate(
        (
            (HaltInstrument("", "NONE", "x"), RejectCode.UNKNOWN_SYMBOL),
            (ResumeInstrument("", "NONE", "x"), RejectCode.UNKNOWN_SYMBOL),
            (PublishNotice("", "x", symbol="NONE"), RejectCode.UNKNOWN_SYMBOL),
            (SuspendMember("", "NONE", "x"), RejectCode.UNKNOWN_MEMBER),
            (ReinstateMember("", "NONE", "x"), RejectCode.UNKNOWN_MEMBER),
        )
    ):
        named = type(command)(f"c{number}", *command_values(command))
        assert exchange.command("sue", named).reject_code == code
    assert exchange.venue.notices() == []


def command_values(command: Any) -> list[Any]:
    return [getattr(command, name) for name in command.__struct_fields__[1:]]


def test_only_supervisors_supervise(exchange: Any) -> None:
    for number, user in enumerate(("anna", "venue")):
        refused = exchange.command(user, HaltInstrument(f"h{number}", "CEA24", "x"))
        assert refused.reject_code == RejectCode.NOT_PERMITTED
    assert exchange.venue.stat("CEA24").phase == "continuous"
