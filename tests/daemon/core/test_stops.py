"""Stop and stop-limit orders (ICE order types, market_rules.md 7) and their known defects."""

from typing import Any

import pytest

from bashu_daemon.core import Venue
from bashu_protocol.messages import MassCancel, NewOrder, OrderFeatures, ReplaceOrder
from bashu_protocol.reject_codes import RejectCode

FEATURES = OrderFeatures(stop=True)


@pytest.fixture
def market(new_exchange: Any) -> Any:
    return new_exchange(features=FEATURES, self_trade_scope="account")


def stop(market: Any, user: str, side: str, qty: int, stop_px: int, price: int = 0) -> str:
    name = str(market.next_id())
    kind = "stop_limit" if price else "stop"
    (report,) = market.order(user, side, qty, price, ord_type=kind, stop_px=stop_px, cl_ord_id=name)
    assert (report.exec_type, report.stop_px, report.text) == ("new", stop_px, "")
    return name


def trade(market: Any, price: int, qty: int = 1) -> list[Any]:
    """Let `bo` sell to `cy` at a price, and return all reports."""
    market.order("cy", "buy", qty, price)
    reports: list[Any] = market.order("bo", "sell", qty, price)
    return reports


def triggered(reports: list[Any]) -> list[str]:
    return [r.cl_ord_id for r in reports if r.exec_type == "triggered"]


@pytest.mark.parametrize(
    ("side", "not_yet", "reached"),
    [("buy", 7_019, 7_020), ("buy", 7_019, 7_030), ("sell", 7_021, 7_020), ("sell", 7_021, 7_010)],
)
def test_a_stop_is_triggered_in_its_own_direction(
    market: Any, side: str, not_yet: int, reached: int
) -> None:
    """liquibook#23: the comparison was inverted."""
    name = stop(market, "anna", side, 5, 7_020)
    assert triggered(trade(market, not_yet)) == []
    assert triggered(trade(market, reached)) == [name]


def test_it_is_triggered_by_the_same_command(market: Any) -> None:
    """melin#2, nautilus#3741: stops triggered one message late."""
    market.order("bo", "sell", 10, 7_030)
    name = stop(market, "anna", "buy", 4, 7_020)
    reports = trade(market, 7_020)
    assert triggered(reports) == [name]
    assert [(r.last_px, r.last_qty) for r in reports if r.cl_ord_id == name and r.last_qty] == [
        (7_030, 4)
    ]


def test_a_cascade_is_settled_in_price_then_time(market: Any) -> None:
    """Issue 4, item 6: what triggered orders trade triggers more, all in one command."""
    for price in range(7_020, 7_060, 10):
        market.order("bo", "sell", 1, price)
    third = stop(market, "anna", "buy", 1, 7_040)
    second = stop(market, "anna", "buy", 1, 7_030)
    first = stop(market, "anna", "buy", 1, 7_020)
    also = stop(market, "ada", "buy", 1, 7_020)
    reports = market.order("cy", "buy", 1, 7_020)
    assert triggered(reports) == [first, also, second, third]
    assert market.venue.depth("CEA24")[1] == []
    assert market.account("A", "CNY").frozen == 0
    assert market.venue.stat("CEA24").last == 7_050


def test_a_long_cascade_does_not_recurse(market: Any) -> None:
    """matching_engines.md 4.2: recursion overflow."""
    for number in range(500):
        market.order("bo", "sell", 1, 7_001 + number)
        stop(market, "anna", "buy", 1, 7_001 + number)
    reports = market.order("cy", "buy", 1, 7_001)
    assert len(triggered(reports)) == 500


def test_a_price_that_was_traded_on_the_way_triggers(market: Any) -> None:
    """A sweep from 70.00 up also traded at 70.00, though the last price is higher."""
    trade(market, 7_020)
    name = stop(market, "anna", "sell", 1, 7_005, 6_900)
    for price in (7_000, 7_040):
        market.order("bo", "sell", 1, price)
    assert triggered(market.order("cy", "buy", 2, 7_040)) == [name]


def test_a_stop_limit_rests_at_its_limit(market: Any) -> None:
    name = stop(market, "anna", "buy", 5, 7_020, 7_025)
    assert market.account("A", "CNY").frozen == 5 * 7_025
    assert market.venue.depth("CEA24") == ([], [])
    trade(market, 7_020)
    assert market.venue.depth("CEA24")[0] == [(7_025, 5, 1)]
    assert market.account("A", "CNY").frozen == 5 * 7_025
    assert market.queue("A") == [(name, 7_025, 5)]


def test_a_stop_without_opposite_orders_is_withdrawn(market: Any) -> None:
    name = stop(market, "anna", "sell", 5, 6_990)
    assert market.account("A", "CEA24").frozen == 5
    reports = [r for r in trade(market, 6_990) if r.cl_ord_id == name]
    assert [r.exec_type for r in reports] == ["triggered", "canceled"]
    assert market.account("A", "CEA24").frozen == 0


def test_a_stop_to_buy_freezes_at_the_upper_limit(market: Any) -> None:
    """Venue's own: a triggered order is always covered (market_rules.md 1.4, row 1)."""
    stop(market, "anna", "buy", 5, 7_020)
    assert market.account("A", "CNY").frozen == 5 * 7_700
    (report,) = market.order("anna", "buy", 1_000, 0, ord_type="stop", stop_px=7_600)
    assert report.exec_type == "new"
    market.close_day()
    assert market.account("A", "CNY").frozen == 0


def test_without_limits_only_a_stop_limit_can_buy(new_exchange: Any) -> None:
    market = new_exchange(features=FEATURES, band_bps=0)
    (report,) = market.order("anna", "buy", 5, ord_type="stop", stop_px=7_020)
    assert report.reject_code == RejectCode.NOT_OFFERED
    stop(market, "anna", "sell", 5, 6_980)


@pytest.mark.parametrize(("side", "stop_px"), [("buy", 7_000), ("buy", 6_990), ("sell", 7_010)])
def test_a_stop_price_that_is_reached_already_is_refused(
    market: Any, side: str, stop_px: int
) -> None:
    """Venue's own (docs/decisions.md)."""
    trade(market, 7_000)
    (report,) = market.order("anna", side, 5, ord_type="stop", stop_px=stop_px)
    assert report.reject_code == RejectCode.STOP_PX_REACHED


def test_a_waiting_stop_can_be_cancelled(market: Any) -> None:
    """liquibook#25, #29: a pending stop could not be cancelled."""
    name = stop(market, "anna", "buy", 5, 7_020)
    (report,) = market.cancel("anna", name)
    assert report.exec_type == "canceled"
    stop(market, "anna", "sell", 5, 6_980, 6_970)
    market.apply("anna", MassCancel("all"))
    assert market.queue("A") == []
    assert triggered(trade(market, 7_020)) == []
    for asset in ("CNY", "CEA24"):
        assert market.account("A", asset).frozen == 0


def test_a_waiting_stop_can_be_replaced(market: Any) -> None:
    name = stop(market, "anna", "buy", 5, 7_020, 7_030)
    new = market.apply("anna", ReplaceOrder("r", name, 8, 7_050, 7_040))[0].report
    assert (new.exec_type, new.stop_px, new.order_qty, new.price) == ("replaced", 7_040, 8, 7_050)
    assert market.account("A", "CNY").frozen == 8 * 7_050
    assert triggered(trade(market, 7_020)) == []
    (report,) = market.replace("anna", "r", 8, 9_000)
    assert report.reject_code == RejectCode.PRICE_ABOVE_LIMIT
    assert triggered(trade(market, 7_040)) == ["r"]
    (late,) = [e.report for e in market.apply("anna", ReplaceOrder("late", "r", 9, 7_045, 7_060))]
    assert late.reject_code == RejectCode.INVALID_VALUE


def test_waiting_stops_survive_a_snapshot(market: Any) -> None:
    for stop_px in (7_030, 7_020, 7_020, 7_040):
        stop(market, "anna", "buy", 2, stop_px)
    for stop_px in (6_990, 6_995):
        stop(market, "bo", "sell", 2, stop_px, 6_900)
    loaded = Venue.load(market.venue.dump())
    assert loaded.dump() == market.venue.dump()
    assert loaded.order_rows("A") == market.venue.order_rows("A")
    for number, (user, side, price) in enumerate(
        (("bo", "sell", 7_031), ("cy", "buy", 7_031), ("cy", "buy", 6_990), ("bo", "sell", 6_990))
    ):
        command = NewOrder(f"n{number}", "CEA24", side, 3, price)  # type: ignore[arg-type]  # literals of this table
        events = loaded.apply(user, command, 99)
        assert events == market.venue.apply(user, command, 99)
    assert triggered([e.report for e in events if hasattr(e, "report")])
    assert loaded.dump() == market.venue.dump()
