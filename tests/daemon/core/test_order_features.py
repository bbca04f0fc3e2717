"""Order features that a rulebook may offer: post-only, minimum quantity, collar, good till date.

The national market has none of them; what ICE has stands in market_rules.md 7.
"""

from typing import Any

import msgspec
import pytest

from bashu_daemon.core import Venue
from bashu_protocol.messages import CancelOrder, OrderFeatures, OrderRow
from bashu_protocol.reject_codes import RejectCode

ALL = OrderFeatures(
    max_gtd_days=10,
    post_only=True,
    min_qty=True,
    iceberg_min_display=5,
    stop=True,
    market_collar_bps=100,
)
STOP = {"ord_type": "stop_limit", "stop_px": 7_050}


@pytest.fixture
def market(new_exchange: Any) -> Any:
    return new_exchange(features=ALL)


def own(reports: list[Any], side: str) -> list[Any]:
    return [r for r in reports if r.side == side]


@pytest.mark.parametrize(
    "more",
    [
        {"time_in_force": "gtd", "expire_date": 20240105},
        {"exec_inst": "post_only"},
        {"min_qty": 5},
        {"display_qty": 5},
        STOP,
    ],
)
def test_nothing_is_offered_unless_the_rulebook_says_so(exchange: Any, more: Any) -> None:
    """market_rules.md 1.4: national orders are good for the day and no more [G]."""
    (report,) = exchange.order("anna", "buy", 10, 7_000, **more)
    assert report.reject_code == RejectCode.NOT_OFFERED


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"time_in_force": "gtd"}, RejectCode.INVALID_TIME_IN_FORCE),
        ({"expire_date": 20240105}, RejectCode.INVALID_TIME_IN_FORCE),
        ({"time_in_force": "gtd", "expire_date": 20240101}, RejectCode.INVALID_TIME_IN_FORCE),
        ({"time_in_force": "gtd", "expire_date": 20240113}, RejectCode.INVALID_TIME_IN_FORCE),
        ({"time_in_force": "gtd", "expire_date": 20240132}, RejectCode.INVALID_TIME_IN_FORCE),
        ({"time_in_force": "gtd", "expire_date": -1}, RejectCode.INVALID_TIME_IN_FORCE),
        ({"exec_inst": "post_only", "time_in_force": "ioc"}, RejectCode.INVALID_VALUE),
        ({"exec_inst": "post_only", "min_qty": 5}, RejectCode.INVALID_VALUE),
        ({"exec_inst": "post_only", "ord_type": "market"}, RejectCode.INVALID_VALUE),
        ({"min_qty": 11}, RejectCode.INVALID_VALUE),
        ({"min_qty": -1}, RejectCode.INVALID_VALUE),
        ({"min_qty": 5, "time_in_force": "fok"}, RejectCode.INVALID_VALUE),
        ({"display_qty": 4}, RejectCode.INVALID_VALUE),
        ({"display_qty": 10}, RejectCode.INVALID_VALUE),
        ({"display_qty": 5, "time_in_force": "ioc"}, RejectCode.INVALID_VALUE),
        ({"ord_type": "stop_limit"}, RejectCode.INVALID_VALUE),
        ({"ord_type": "stop"}, RejectCode.INVALID_VALUE),
        ({"stop_px": 7_050}, RejectCode.INVALID_VALUE),
        ({**STOP, "min_qty": 5}, RejectCode.INVALID_VALUE),
        ({**STOP, "exec_inst": "post_only"}, RejectCode.INVALID_VALUE),
        ({**STOP, "time_in_force": "ioc"}, RejectCode.INVALID_TIME_IN_FORCE),
        ({"ord_type": "stop", "stop_px": 7_050}, RejectCode.INVALID_PRICE),
        ({**STOP, "stop_px": 7_701}, RejectCode.PRICE_ABOVE_LIMIT),
        ({**STOP, "stop_px": -5}, RejectCode.INVALID_VALUE),
    ],
)
def test_what_does_not_go_together(market: Any, more: Any, code: RejectCode) -> None:
    """Venue's own (docs/decisions.md): an incomplete or contradictory order is refused whole."""
    (report,) = market.order("anna", "buy", 10, 7_000, **more)
    assert (report.exec_type, report.reject_code) == ("rejected", code)
    assert {name: getattr(report, name) for name in more} == more
    assert market.account("A", "CNY").frozen == 0


def test_a_post_only_order_rests_or_is_refused(market: Any) -> None:
    """Venue's own, after matching_engines.md 1, row "post-only"."""
    market.order("bo", "sell", 10, 7_010)
    refused = market.order("anna", "buy", 10, 7_010, exec_inst="post_only")
    assert [r.reject_code for r in refused] == [RejectCode.POST_ONLY_WOULD_TRADE]
    market.order("anna", "buy", 10, 7_009, exec_inst="post_only", cl_ord_id="p")
    assert market.queue("A") == [("p", 7_009, 10)]
    (report,) = market.replace("anna", "p", 10, 7_010)
    assert report.reject_code == RejectCode.POST_ONLY_WOULD_TRADE
    assert report.exec_inst == "post_only"
    (report,) = market.replace("anna", "p", 12, 7_008)
    assert report.exec_type == "replaced"


@pytest.mark.parametrize("in_force", ["day", "ioc"])
@pytest.mark.parametrize(("least", "trades"), [(15, True), (16, False)])
def test_a_minimum_quantity_trades_at_once_or_nothing_does(
    market: Any, in_force: str, least: int, trades: bool
) -> None:
    """Venue's own, after FIX MinQty. The rest of a day order rests."""
    market.order("bo", "sell", 10, 7_000)
    market.order("bo", "sell", 5, 7_001)
    market.order("bo", "sell", 5, 7_002)
    bought = own(
        market.order("anna", "buy", 18, 7_001, min_qty=least, time_in_force=in_force), "buy"
    )
    if trades:
        assert sum(r.last_qty for r in bought) == 15
        assert market.venue.depth("CEA24")[0] == ([(7_001, 3, 1)] if in_force == "day" else [])
    else:
        assert [r.reject_code for r in bought] == [RejectCode.MIN_QTY_NOT_MET]


def test_a_market_order_stops_at_its_collar(market: Any) -> None:
    """Issue 4 item 6; key features.market_collar_bps, here 1 % of the best price."""
    for price in (7_000, 7_070, 7_071):
        market.order("bo", "sell", 10, price)
    bought = own(market.order("anna", "buy", 30, ord_type="market"), "buy")
    assert [r.last_px for r in bought if r.last_qty] == [7_000, 7_070]
    assert bought[-1].exec_type == "canceled"
    refused = market.order("anna", "buy", 30, ord_type="market", time_in_force="fok")
    assert refused[0].reject_code == RejectCode.FOK_NOT_FILLED


def gtd(market: Any, user: str, side: str, qty: int, price: int, **more: Any) -> list[Any]:
    more = {"expire_date": 20240104} | more
    reports: list[Any] = market.order(user, side, qty, price, time_in_force="gtd", **more)
    return reports


def test_good_till_date_keeps_its_place_and_what_it_froze(market: Any) -> None:
    """ICE order types, market_rules.md 7; nautilus#3272: the expiry of a GTD order failed."""
    gtd(market, "anna", "buy", 10, 6_900, cl_ord_id="g1")
    market.order("bo", "buy", 10, 6_900, cl_ord_id="day")
    gtd(market, "bo", "sell", 10, 7_100, cl_ord_id="g2")
    market.close_day()
    assert market.account("A", "CNY").frozen == 69_000
    market.open_day(20240103)
    assert market.venue.depth("CEA24") == ([(6_900, 10, 1)], [(7_100, 10, 1)])
    sold = market.order("cy", "sell", 3, 6_900, cl_ord_id="x")
    assert [r.reject_code for r in own(sold, "sell")][-1] == RejectCode.SELF_TRADE
    bought = market.order("anna", "buy", 4, 7_100)
    assert [r.cl_ord_id for r in own(bought, "sell")] == ["g2"]
    market.close_day()
    market.open_day(20240104)
    assert market.queue("B") == [("g2", 7_100, 6)]
    market.close_day()
    assert market.account("A", "CNY").frozen == 0
    assert market.account("B", "CEA24").frozen == 0


def test_it_is_known_by_its_id_on_later_days(market: Any) -> None:
    """Venue's own: a live order can always be named."""
    gtd(market, "anna", "buy", 10, 6_900, cl_ord_id="g1")
    market.close_day()
    market.open_day(20240103)
    (again,) = gtd(market, "anna", "buy", 10, 6_900, cl_ord_id="g1")
    assert again.reject_code == RejectCode.ALREADY_RECEIVED
    (report,) = market.replace("anna", "g1", 8, 6_900)
    assert (report.exec_type, report.expire_date) == ("replaced", 20240104)
    (report,) = market.cancel("anna", "g1")
    assert report.exec_type == "canceled"


def test_a_price_outside_the_new_limits_expires_at_the_opening(market: Any) -> None:
    """market_rules.md 1.3: no order may stand outside the day's limits."""
    gtd(market, "anna", "buy", 10, 6_300, cl_ord_id="low")
    gtd(market, "anna", "buy", 10, 6_500, cl_ord_id="in")
    market.order("bo", "sell", 10, 7_600)
    market.order("cy", "buy", 10, 7_600)
    market.close_day()
    market.open_day(20240103)
    assert [name for name, _, _ in market.queue("A")] == []  # 7,600 x 0.9 = 6,840
    assert market.account("A", "CNY").frozen == 0


def test_an_order_whose_last_day_was_no_trading_day_expires(market: Any) -> None:
    gtd(market, "anna", "buy", 10, 6_900)
    market.close_day()
    market.open_day(20240108)
    assert market.queue("A") == []


def test_orders_of_many_days_survive_snapshots(market: Any) -> None:
    gtd(market, "anna", "buy", 30, 6_900, display_qty=10, cl_ord_id="ice")
    gtd(market, "bo", "sell", 10, 7_100, exec_inst="post_only", cl_ord_id="post")
    gtd(market, "cy", "sell", 10, 6_880, ord_type="stop_limit", stop_px=6_890, cl_ord_id="stop")
    market.order("bo", "sell", 3, 6_900)
    for day in (20240103, 20240104):
        loaded = Venue.load(market.venue.dump())
        assert loaded.dump() == market.venue.dump()
        assert loaded.order_rows("A") == market.venue.order_rows("A")
        market.close_day()
        loaded = Venue.load(market.venue.dump())
        assert loaded.dump() == market.venue.dump()
        market.venue = loaded
        market.open_day(day)
    assert market.venue.depth("CEA24")[0] == [(6_900, 7, 1)]
    (row,) = market.venue.order_rows("C")
    assert (row.stop_px, row.waiting, row.ord_type) == (6_890, True, "stop_limit")
    assert msgspec.convert(msgspec.to_builtins(row), OrderRow) == row
    market.apply("cy", CancelOrder("c", "stop"))
    assert market.account("C", "CEA24").frozen == 0


@pytest.mark.parametrize("more", [{}, {"expire_date": 20240105}])
def test_a_market_order_never_waits_till_a_date(market: Any, exchange: Any, more: Any) -> None:
    """It would rest without a price."""
    for venue in (market, exchange):
        venue.order("bo", "sell", 10, 7_000)
        more = {**more, "ord_type": "market", "time_in_force": "gtd"}
        (report,) = venue.order("anna", "buy", 30, **more)
        assert report.exec_type == "rejected"
        assert venue.queue("A") == []


@pytest.mark.parametrize(
    ("more", "dropped"), [(STOP, {"stop": False}), ({"display_qty": 5}, {"iceberg_min_display": 0})]
)
def test_what_a_changed_rulebook_has_no_more_expires_at_the_opening(
    market: Any, more: Any, dropped: Any
) -> None:
    gtd(market, "anna", "buy", 10, 6_900, cl_ord_id="plain")
    gtd(market, "anna", "buy", 10, 6_900, cl_ord_id="special", **more)
    market.close_day()
    market.list_instrument(features=msgspec.structs.replace(ALL, **dropped))
    market.open_day(20240103)
    assert [name for name, _, _ in market.queue("A")] == ["plain"]
    assert market.account("A", "CNY").frozen == 69_000
