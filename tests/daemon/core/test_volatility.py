"""The dynamic collar and the volatility interruption (issue 4, item 7; venue's own numbers).

The collar is 2 % here: 68.60 to 71.40 round the reference of 70.00.
"""

from typing import Any

import pytest

from bashu_daemon.core import Venue
from bashu_daemon.core.events import NoticePublished, PhaseChanged, TradeEvent
from bashu_protocol.messages import (
    Deposit,
    HaltInstrument,
    NewOrder,
    ResumeInstrument,
    SetPhase,
    VolatilityRules,
)
from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.topics import VENUE_USER

SYMBOL = "CEA24"
SECONDS = 120
NS = 1_000_000_000


@pytest.fixture
def market(new_exchange: Any) -> Any:
    """B offers 10 t each at 71.00, 71.40 (the collar's end) and 71.41."""
    rules = VolatilityRules(dynamic_bps=200, auction_seconds=SECONDS)
    exchange = new_exchange(volatility=rules)
    for price in (7_100, 7_140, 7_141):
        exchange.order("bo", "sell", 10, price, cl_ord_id=f"s{price}")
    return exchange


def phase(market: Any) -> str:
    return str(market.venue.stat(SYMBOL).phase)


def test_an_order_trades_up_to_the_collar_and_then_interrupts(market: Any) -> None:
    reports = market.order("anna", "buy", 25, 7_200, cl_ord_id="b")
    fills = [(r.last_px, r.last_qty) for r in reports if r.exec_type == "trade" and r.side == "buy"]
    assert fills == [(7_100, 10), (7_140, 10)]
    assert phase(market) == "volatility_auction"
    assert market.queue("A") == [("b", 7_200, 5)]
    assert market.indicative() == (7_141, 5, -5)
    market.run(SetPhase("end", "continuous", SYMBOL))
    assert phase(market) == "continuous"
    assert market.venue.stat(SYMBOL).last == 7_141
    assert market.queue("A") == []


def test_within_the_collar_nothing_happens(market: Any) -> None:
    market.order("anna", "buy", 25, 7_140)
    assert phase(market) == "continuous"
    assert market.order("bo", "sell", 5, 7_140)[-1].ord_status == "filled"


def test_the_last_price_moves_the_collar(market: Any) -> None:
    market.order("anna", "buy", 1, 7_100)
    market.order("anna", "buy", 29, 7_200)  # up to 72.42 now
    assert phase(market) == "continuous"
    assert market.queue("B") == []


def test_the_reference_stands_still_while_one_order_trades(market: Any) -> None:
    """Else one order could walk the price any way, each trade moving the collar on."""
    market.order("anna", "buy", 30, 7_200)
    assert market.venue.stat(SYMBOL).last == 7_140


def test_sellers_meet_the_lower_end(market: Any) -> None:
    market.order("anna", "buy", 5, 6_860)
    market.order("anna", "buy", 5, 6_859)
    market.order("bo", "sell", 10, 6_800)
    assert market.venue.stat(SYMBOL).last == 6_860
    assert phase(market) == "volatility_auction"
    assert market.indicative() == (6_859, 5, 0)


@pytest.mark.parametrize("order", [{"time_in_force": "ioc"}, {"ord_type": "market"}])
def test_what_cannot_rest_is_withdrawn(market: Any, order: dict[str, str]) -> None:
    price = 0 if "ord_type" in order else 7_200
    reports = market.order("anna", "buy", 25, price, **order)
    assert (reports[-1].exec_type, reports[-1].cum_qty) == ("canceled", 20)
    assert phase(market) == "volatility_auction"
    assert market.account("A", "CNY").frozen == 0


def test_fill_or_kill_is_refused_and_interrupts_nothing(market: Any) -> None:
    (report,) = market.order("anna", "buy", 25, 7_200, time_in_force="fok")
    assert report.reject_code == RejectCode.BEYOND_COLLAR
    (report,) = market.order("anna", "buy", 35, 7_200, time_in_force="fok")
    assert report.reject_code == RejectCode.FOK_NOT_FILLED
    assert phase(market) == "continuous"
    assert market.order("anna", "buy", 20, 7_200, time_in_force="fok")[-2].cum_qty == 20


def test_a_market_order_is_covered_only_up_to_the_collar(market: Any) -> None:
    """What it cannot trade need not be paid."""
    needed = 10 * 7_100 + 10 * 7_140
    market.run(Deposit("d", "A", "CNY", needed - market.account("A", "CNY").available))
    reports = market.order("anna", "buy", 30, 0, ord_type="market")
    assert (reports[-1].exec_type, reports[-1].cum_qty) == ("canceled", 20)
    assert market.account("A", "CNY").available == 0


def test_own_orders_beyond_the_collar_do_not_interrupt(market: Any) -> None:
    market.cancel("bo", "s7141")
    market.order("cy", "sell", 10, 7_150, cl_ord_id="own")
    reports = market.order("anna", "buy", 25, 7_200)
    assert (reports[-1].exec_type, reports[-1].cum_qty) == ("canceled", 20)
    assert reports[-1].reject_code == RejectCode.SELF_TRADE
    assert phase(market) == "continuous"


def test_an_amended_order_meets_the_collar_too(market: Any) -> None:
    market.order("anna", "buy", 25, 7_000, cl_ord_id="b")
    market.replace("anna", "b", 25, 7_200)
    assert phase(market) == "volatility_auction"
    assert [row[1:] for row in market.queue("A")] == [(7_200, 5)]


def test_public_notices_and_the_end_that_is_due(market: Any) -> None:
    events = market.apply("anna", NewOrder("b", SYMBOL, "buy", 25, 7_200))
    began = market.now_ns
    kinds = [type(e) for e in events]
    assert kinds.index(PhaseChanged) > kinds.index(TradeEvent)
    (notice,) = (e.notice for e in events if isinstance(e, NoticePublished))
    assert (notice.kind, notice.symbol) == ("volatility", SYMBOL)
    assert "120 s" in notice.body
    assert market.venue.volatility_auctions_due(began + SECONDS * NS - 1) == []
    assert market.venue.volatility_auctions_due(began + SECONDS * NS) == [SYMBOL]
    events = market.run(SetPhase("end", "continuous", SYMBOL))
    (notice,) = (e.notice for e in events if isinstance(e, NoticePublished))
    assert notice.body == "The call auction traded 5 t at 71.41 CNY."
    assert market.venue.volatility_auctions_due(began + 2 * SECONDS * NS) == []


def test_continuous_trading_for_all_cuts_no_interruption_short(market: Any) -> None:
    market.order("anna", "buy", 25, 7_200)
    report = market.command(VENUE_USER, SetPhase("all", "continuous"))
    assert report.reject_code is RejectCode.INVALID_PHASE
    market.run(SetPhase("pause", "pause"))
    assert market.venue.stat(SYMBOL).last == 7_141


def test_nobody_but_the_collar_begins_one(market: Any) -> None:
    report = market.command(VENUE_USER, SetPhase("v", "volatility_auction", SYMBOL))
    assert report.reject_code is RejectCode.INVALID_PHASE


def test_a_halt_stops_the_clock_and_a_resume_starts_it_anew(market: Any) -> None:
    market.order("anna", "buy", 25, 7_200)
    market.apply("sue", HaltInstrument("h", SYMBOL, "rumour"))
    assert market.venue.volatility_auctions_due(10**18) == []
    report = market.command("sue", ResumeInstrument("r", SYMBOL, "", "volatility_auction"))
    assert report.accepted
    assert market.venue.volatility_auctions_due(market.now_ns + SECONDS * NS) == [SYMBOL]


def test_without_rules_there_is_no_collar(exchange: Any) -> None:
    exchange.order("bo", "sell", 10, 7_600)
    assert exchange.order("anna", "buy", 10, 7_600)[-1].ord_status == "filled"


def test_a_snapshot_within_an_interruption(market: Any) -> None:
    market.order("anna", "buy", 25, 7_200)
    loaded = Venue.load(market.venue.dump())
    assert loaded.state_hash() == market.venue.state_hash()
    assert loaded.volatility_auctions_due(10**18) == [SYMBOL]
    assert loaded.stat(SYMBOL) == market.venue.stat(SYMBOL)
