"""Opening, moving and closing a trading day (market_rules.md 1.2 to 1.4)."""

from typing import Any

import pytest

from bashu_daemon.core.events import DayClosed, DayOpened, LimitsSet, OrderEvent, PhaseChanged
from bashu_daemon.core.sessions import may_halt, may_resume_into, may_set
from bashu_protocol.messages import CloseDay, HaltInstrument, OpenDay, Phase, SetPhase
from bashu_protocol.reject_codes import RejectCode

PHASES: tuple[Phase, ...] = ("closed", "pre_open", "continuous", "pause", "halted")


@pytest.mark.parametrize("current", PHASES)
@pytest.mark.parametrize("phase", PHASES)
def test_steps_of_set_phase(current: Phase, phase: Phase) -> None:
    """A pause stands for the midday break of market_rules.md 1.2."""
    allowed = {
        ("pre_open", "continuous"),
        ("pre_open", "pause"),
        ("continuous", "pause"),
        ("pause", "continuous"),
    }
    assert may_set(current, phase) is ((current, phase) in allowed)


def test_halts_begin_and_end() -> None:
    assert [p for p in PHASES if may_halt(p, True)] == ["pre_open", "continuous", "pause"]
    assert [p for p in PHASES if may_halt(p, False)] == [
        "closed",
        "pre_open",
        "continuous",
        "pause",
    ]
    assert [p for p in PHASES if may_resume_into(p, True)] == ["pre_open", "continuous", "pause"]
    assert [p for p in PHASES if may_resume_into(p, False)] == ["closed"]


def test_a_day_opens_with_limits_from_the_last_close(exchange: Any) -> None:
    """Half-up(close x 1.1 / 0.9): market_rules.md 0, facts 4 and 5."""
    exchange.order("anna", "sell", 1, 7_000)
    exchange.order("bo", "buy", 1, 7_000)
    exchange.order("anna", "sell", 2, 7_001)
    exchange.order("bo", "buy", 2, 7_001)
    exchange.close_day()
    stat = exchange.venue.stat("CEA24")
    assert (stat.close, stat.vwap) == (7_001, 7_001)  # 21,002 / 3 = 7,000.67
    assert (stat.reference_price, stat.limit_up, stat.limit_down) == (7_000, 7_700, 6_300)
    events = exchange.run(OpenDay("o", 20240103))
    assert [type(e) for e in events[:3]] == [DayOpened, LimitsSet, PhaseChanged]
    stat = exchange.venue.stat("CEA24")
    assert (stat.reference_price, stat.limit_up, stat.limit_down) == (7_001, 7_701, 6_301)
    assert (stat.open, stat.high, stat.low, stat.last, stat.close) == (0, 0, 0, 0, 0)
    assert (stat.volume, stat.turnover, stat.trade_count, stat.vwap) == (0, 0, 0, 0)


def test_a_day_without_trades_carries_the_close_over(exchange: Any) -> None:
    """market_rules.md 0, fact 6."""
    exchange.close_day()
    stat = exchange.venue.stat("CEA24")
    assert (stat.open, stat.close, stat.high, stat.volume) == (7_000, 7_000, 0, 0)
    exchange.open_day(20240103)
    assert exchange.venue.stat("CEA24").reference_price == 7_000


def test_day_orders_expire_at_the_close_in_id_order(exchange: Any) -> None:
    """What is left lapses at the end of the day: market_rules.md 1.4, row 3."""
    exchange.order("bo", "buy", 10, 6_900)
    exchange.order("anna", "sell", 10, 7_000, cl_ord_id="part")
    exchange.order("ada", "buy", 10, 6_900)
    exchange.order("bo", "buy", 4, 7_000)
    events = exchange.close_day()
    expired = [e for e in events if isinstance(e, OrderEvent)]
    assert [(e.user, e.report.order_id) for e in expired] == [("bo", 1), ("anna", 2), ("ada", 3)]
    assert {(e.report.exec_type, e.report.ord_status) for e in expired} == {("expired", "expired")}
    assert [(e.report.leaves_qty, e.report.cum_qty) for e in expired] == [(0, 0), (0, 4), (0, 0)]
    assert isinstance(events[-2], DayClosed)
    assert exchange.venue.depth("CEA24") == ([], [])
    assert all(total["frozen"] == 0 for total in exchange.venue.ledger_totals().values())
    assert exchange.venue.stat("CEA24").phase == "closed"
    assert not exchange.venue.day_is_open


def test_fills_are_kept_for_the_day(exchange: Any) -> None:
    exchange.order("anna", "sell", 10, 7_000)
    exchange.order("bo", "buy", 4, 7_000, cl_ord_id="b1")
    (row,) = exchange.venue.fill_rows("B")
    assert (row.exec_id, row.cl_ord_id, row.user, row.side) == (1, "b1", "bo", "buy")
    assert (row.last_px, row.last_qty, row.symbol) == (7_000, 4, "CEA24")
    exchange.close_day()
    assert exchange.venue.fill_rows("B") == [row]
    exchange.open_day(20240103)
    assert exchange.venue.fill_rows("B") == []


@pytest.mark.parametrize("trade_date", [20240102, 20240101, 20240230, 20241301, 20240100])
def test_a_day_must_be_a_later_date(exchange: Any, trade_date: int) -> None:
    exchange.close_day()
    refused = exchange.command("venue", OpenDay("o", trade_date))
    assert refused.reject_code == RejectCode.INVALID_VALUE
    assert not exchange.venue.day_is_open


def test_days_do_not_overlap(exchange: Any) -> None:
    again = exchange.command("venue", OpenDay("o", 20240103))
    assert again.reject_code == RejectCode.INVALID_PHASE
    exchange.close_day()
    twice = exchange.command("venue", CloseDay("c"))
    assert twice.reject_code == RejectCode.INVALID_PHASE


def test_set_phase_moves_one_or_all_that_can_go(exchange: Any) -> None:
    exchange.close_day()
    exchange.list_instrument("CEA23")
    exchange.list_instrument("CCER1", product="CCER")
    exchange.run(OpenDay("o", 20240103))
    exchange.command("sue", HaltInstrument("h", "CCER1", "why"))
    exchange.run(SetPhase("p1", "continuous", "CEA23"))
    phases = {symbol: exchange.venue.stat(symbol).phase for symbol in exchange.venue.symbols()}
    assert phases == {"CCER1": "halted", "CEA23": "continuous", "CEA24": "pre_open"}
    exchange.run(SetPhase("p2", "continuous"))
    assert exchange.venue.stat("CEA24").phase == "continuous"
    assert exchange.venue.stat("CCER1").phase == "halted"
    for number, command in enumerate(
        (
            SetPhase("q1", "continuous"),
            SetPhase("q2", "continuous", "CEA23"),
            SetPhase("q3", "closed"),
            SetPhase("q4", "halted", "CEA24"),
            SetPhase("q5", "continuous", "CCER1"),
        )
    ):
        refused = exchange.command("venue", command)
        assert refused.reject_code == RejectCode.INVALID_PHASE, number
    unknown = exchange.command("venue", SetPhase("q6", "pause", "NONE"))
    assert unknown.reject_code == RejectCode.UNKNOWN_SYMBOL
