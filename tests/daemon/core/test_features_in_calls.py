"""Orders with features in call phases and in the uncross (venue's own)."""

from typing import Any

import pytest

from bashu_daemon.core import Venue
from bashu_daemon.core.events import TradeEvent
from bashu_protocol.messages import (
    CallAuctionRules,
    HaltInstrument,
    OpenDay,
    OrderFeatures,
    ResumeInstrument,
    SetPhase,
    VolatilityRules,
)
from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.topics import VENUE_USER

SYMBOL = "CEA24"
FEATURES = OrderFeatures(
    max_gtd_days=30, post_only=True, min_qty=True, iceberg_min_display=1, stop=True
)


@pytest.fixture
def call(new_exchange: Any) -> Any:
    return new_exchange(
        first_phase="call_auction", call_auction=CallAuctionRules(), features=FEATURES
    )


def trades(events: list[Any]) -> list[tuple[int, int]]:
    return [(event.price, event.qty) for event in events if isinstance(event, TradeEvent)]


def test_an_iceberg_takes_part_with_all_it_has(call: Any) -> None:
    """What is hidden has the order's own priority in the uncross, as on Xetra."""
    call.phase("continuous")
    call.order("bo", "sell", 30, 7_000, display_qty=10, cl_ord_id="ice")
    call.phase("pause")
    call.phase("call_auction")
    call.order("bo", "sell", 10, 7_000)
    call.order("anna", "buy", 25, 7_000)
    assert call.indicative() == (7_000, 25, -15)
    loaded = Venue.load(call.venue.dump())
    assert trades(call.phase("continuous")) == [(7_000, 25)]
    assert call.queue("B")[0] == ("ice", 7_000, 5)
    assert call.account("B", SYMBOL).frozen == 15
    call.venue._state.ledger.verify()
    loaded.apply(VENUE_USER, SetPhase(f"x{call.ids}", "continuous"), call.now_ns)
    assert loaded.state_hash() == call.venue.state_hash()
    assert call.order("anna", "buy", 15, 7_000)[-1].ord_status == "filled"


def test_a_good_till_date_order_waits_for_the_uncross(call: Any) -> None:
    call.order("anna", "buy", 5, 7_000, time_in_force="gtd", expire_date=20240110)
    call.order("bo", "sell", 2, 7_000)
    assert trades(call.phase("continuous")) == [(7_000, 2)]
    call.close_day()
    assert [row[1:] for row in call.queue("A")] == [(7_000, 3)]


def test_a_crossed_book_outlasts_a_halted_night(call: Any) -> None:
    """Good-till-date orders of a call that was halted trade when the next day's trading begins."""
    call.order("anna", "buy", 5, 7_000, time_in_force="gtd", expire_date=20240110)
    call.order("bo", "sell", 2, 7_000, time_in_force="gtd", expire_date=20240110)
    call.apply("sue", HaltInstrument("h", SYMBOL, "rumour"))
    assert trades(call.close_day()) == []
    report = call.command("sue", ResumeInstrument("r", SYMBOL, "denied", "closed"))
    assert report.reject_code is RejectCode.INVALID_PHASE
    call.run(OpenDay("next", 20240103))
    events = call.apply("sue", ResumeInstrument("r2", SYMBOL, "denied", "continuous"))
    assert trades(events) == [(7_000, 2)]


def test_a_stop_that_an_uncross_into_a_pause_reached_comes_in_afterwards(call: Any) -> None:
    call.phase("continuous")
    call.order("anna", "buy", 5, 7_050, ord_type="stop_limit", stop_px=7_010, cl_ord_id="stop")
    call.phase("pause")
    call.phase("call_auction")
    call.order("anna", "buy", 2, 7_020)
    call.order("bo", "sell", 5, 7_020)
    assert trades(call.phase("pause")) == [(7_020, 2)]
    assert trades(call.phase("continuous")) == [(7_020, 3)]


def test_a_stop_reached_when_trading_was_interrupted_comes_in_afterwards(new_exchange: Any) -> None:
    rules = VolatilityRules(dynamic_bps=100, auction_seconds=60)
    market = new_exchange(volatility=rules, features=FEATURES)
    market.order("bo", "sell", 5, 7_060)
    market.order("bo", "sell", 5, 7_100)
    market.order("cy", "buy", 3, 7_120, ord_type="stop_limit", stop_px=7_060, cl_ord_id="stop")
    market.order("anna", "buy", 7, 7_120)
    assert market.venue.stat(SYMBOL).phase == "volatility_auction"
    market.run(SetPhase("end", "continuous", SYMBOL))
    assert market.venue.stat(SYMBOL).volume == 10
    assert market.queue("C") == []


@pytest.mark.parametrize("ending", ["continuous", "pause"])
def test_a_touched_stop_comes_in_though_the_uncross_brings_the_price_back(
    new_exchange: Any, ending: Any
) -> None:
    """A trade at its stop price has triggered it (ICE, market_rules.md 7), whatever follows."""
    rules = VolatilityRules(dynamic_bps=100, auction_seconds=60)
    market = new_exchange(volatility=rules, features=FEATURES)
    market.order("bo", "sell", 5, 7_060)
    market.order("bo", "sell", 5, 7_100)
    market.order("cy", "buy", 3, 7_120, ord_type="stop_limit", stop_px=7_060, cl_ord_id="stop")
    market.order("anna", "buy", 7, 7_120)
    assert market.venue.stat(SYMBOL).phase == "volatility_auction"
    market.order("bo", "sell", 10, 7_010)
    loaded = Venue.load(market.venue.dump())
    assert loaded.dump() == market.venue.dump()
    market.venue = loaded
    assert trades(market.run(SetPhase("end", ending, SYMBOL)))[0][0] < 7_060
    if ending == "pause":
        assert market.queue("C") == [("stop", 7_120, 3)]
        market.phase("continuous")
    assert market.queue("C") == []
    assert market.account("C", SYMBOL).bought_today == 3
