"""Listing 挂牌: how far a taker reaches, and taking a listing of one's choice 摘牌.

Sources: market_rules.md 0, facts 2 and 3 (SEEE 沪环境交〔2021〕34号), and 1.2.
"""

from typing import Any

import pytest

from bashu_daemon.core import Venue
from bashu_protocol.messages import HaltInstrument, NewOrder, PickOrder, SuspendMember
from bashu_protocol.reject_codes import RejectCode

CHOICE = {"reach_levels": 5, "within_price": "taker_choice"}


def asks(exchange: Any, prices: range, qty: int = 10) -> None:
    for price in prices:
        exchange.order("bo", "sell", qty, price, cl_ord_id=f"s{price}")


def pick(exchange: Any, user: str, listing_id: int, qty: int) -> list[Any]:
    events = exchange.apply(user, PickOrder(exchange.next_id(), listing_id, qty))
    return [event.report for event in events if hasattr(event, "report")]


def listing_id(exchange: Any, price: int, place: int = 0) -> int:
    rows = [r for r in exchange.venue.listing_rows("CEA24") if r.price == price]
    return int(rows[place].listing_id)


@pytest.mark.parametrize(
    ("levels", "qty", "traded", "last"),
    [
        (5, 50, 50, "trade"),
        (5, 55, 50, "canceled"),  # the sixth level would still cross
        (1, 20, 10, "canceled"),  # Guangzhou: the best price only (market_rules.md 7)
        (0, 60, 60, "trade"),
        (7, 70, 70, "trade"),
    ],
)
def test_a_taker_reaches_the_best_levels_only(
    new_exchange: Any, levels: int, qty: int, traded: int, last: str
) -> None:
    """Fact 3; key reach_levels. What still crosses then is withdrawn: the book never crosses."""
    exchange = new_exchange(reach_levels=levels)
    asks(exchange, range(7_001, 7_008))
    own = [r for r in exchange.order("anna", "buy", qty, 7_010) if r.side == "buy"]
    assert own[-1].cum_qty == traded
    assert own[-1].exec_type == last
    if last == "canceled":
        assert own[-1].reject_code == RejectCode.BEYOND_REACH
        assert exchange.venue.depth("CEA24")[0] == []
        assert exchange.account("A", "CNY").frozen == 0


def test_the_remainder_rests_where_the_next_level_does_not_cross(new_exchange: Any) -> None:
    """Fact 3: the five levels are a bound on what trades, not on what rests."""
    exchange = new_exchange(reach_levels=5)
    asks(exchange, range(7_001, 7_006))
    asks(exchange, range(7_020, 7_021))
    exchange.order("anna", "buy", 55, 7_010)
    assert exchange.venue.depth("CEA24") == ([(7_010, 5, 1)], [(7_020, 10, 1)])


def test_sales_reach_the_best_bids(new_exchange: Any) -> None:
    """Fact 3, the other side."""
    exchange = new_exchange(reach_levels=2)
    for price in (7_003, 7_002, 7_001):
        exchange.order("bo", "buy", 10, price)
    own = [r for r in exchange.order("anna", "sell", 30, 7_000) if r.side == "sell"]
    assert [(r.exec_type, r.last_px) for r in own] == [
        ("new", 0), ("trade", 7_003), ("trade", 7_002), ("canceled", 0),
    ]  # fmt: skip
    assert exchange.venue.depth("CEA24")[0] == [(7_001, 10, 1)]


@pytest.mark.parametrize(("qty", "fills"), [(50, True), (51, False)])
def test_fill_or_kill_and_market_orders_count_the_levels_within_reach(
    new_exchange: Any, qty: int, fills: bool
) -> None:
    """Fact 3 with the issue's item 6: a fill-or-kill counts only what it can really reach."""
    exchange = new_exchange(reach_levels=5)
    asks(exchange, range(7_001, 7_008))
    own = [
        r for r in exchange.order("anna", "buy", qty, 7_010, time_in_force="fok") if r.side == "buy"
    ]
    assert own[-1].ord_status == ("filled" if fills else "rejected")
    if not fills:
        own = [r for r in exchange.order("anna", "buy", qty, ord_type="market") if r.side == "buy"]
        assert (own[-1].cum_qty, own[-1].ord_status) == (50, "canceled")
        assert exchange.account("A", "CNY").available == 10**10 - 10 * sum(range(7_001, 7_006))


def test_a_crossing_replace_reaches_no_further(new_exchange: Any) -> None:
    """Fact 3: an amendment that crosses is a taker like any other."""
    exchange = new_exchange(reach_levels=1)
    exchange.order("anna", "buy", 30, 6_990, cl_ord_id="a1")
    asks(exchange, range(7_001, 7_004))
    own = [r for r in exchange.replace("anna", "a1", 30, 7_003) if r.side == "buy"]
    assert [r.exec_type for r in own] == ["replaced", "trade", "canceled"]
    assert own[-1].reject_code == RejectCode.BEYOND_REACH


def test_the_taker_chooses_among_the_listings_of_a_price(new_exchange: Any) -> None:
    """Fact 2: not the first in time trades, but the one that is named."""
    exchange = new_exchange(**CHOICE)
    exchange.order("bo", "sell", 10, 7_000, cl_ord_id="first")
    exchange.order("bo", "sell", 10, 7_000, cl_ord_id="second")
    reports = pick(exchange, "anna", listing_id(exchange, 7_000, 1), 4)
    assert [(r.exec_type, r.cl_ord_id) for r in reports if r.side == "sell"] == [
        ("trade", "second")
    ]
    own = [r for r in reports if r.side == "buy"]
    assert [(r.exec_type, r.last_px, r.last_qty) for r in own] == [
        ("new", 0, 0),
        ("trade", 7_000, 4),
    ]
    assert own[-1].ord_status == "filled"
    assert exchange.queue("B") == [("first", 7_000, 10), ("second", 7_000, 6)]
    pick(exchange, "anna", listing_id(exchange, 7_000, 1), 6)
    assert exchange.queue("B") == [("first", 7_000, 10)]
    assert exchange.venue.depth("CEA24")[1] == [(7_000, 10, 1)]
    assert exchange.account("A", "CEA24").bought_today == 10


def test_a_worse_level_within_reach_may_be_picked_and_a_bid_too(new_exchange: Any) -> None:
    """Fact 2 and 3: any listing of the best five opposite levels."""
    exchange = new_exchange(**CHOICE)
    asks(exchange, range(7_001, 7_007))
    pick(exchange, "anna", listing_id(exchange, 7_005), 10)
    assert [price for price, _, _ in exchange.venue.depth("CEA24")[1]] == [
        7_001, 7_002, 7_003, 7_004, 7_006,
    ]  # fmt: skip
    exchange.order("bo", "buy", 7, 6_990)
    own = [r for r in pick(exchange, "anna", listing_id(exchange, 6_990), 7) if r.side == "sell"]
    assert own[-1].ord_status == "filled"
    assert exchange.account("B", "CNY").frozen == 0


def test_an_incoming_order_that_crosses_still_trades_by_time(new_exchange: Any) -> None:
    """Venue's own (docs/decisions.md): only `pick_order` names a listing."""
    exchange = new_exchange(**CHOICE)
    exchange.order("bo", "sell", 10, 7_000, cl_ord_id="first")
    exchange.order("bo", "sell", 10, 7_000, cl_ord_id="second")
    exchange.order("anna", "buy", 10, 7_000)
    assert exchange.queue("B") == [("second", 7_000, 10)]


def _six_levels(exchange: Any) -> int:
    asks(exchange, range(7_001, 7_007))
    (far,) = (r for r in exchange.venue.order_rows("B") if r.price == 7_006)
    return int(far.order_id)


@pytest.mark.parametrize(
    ("user", "qty", "price", "code"),
    [
        ("anna", 11, 7_001, RejectCode.QTY_TOO_LARGE),
        ("anna", 0, 7_001, RejectCode.INVALID_QTY),
        ("anna", -1, 7_001, RejectCode.INVALID_QTY),
        ("anna", 10, 7_006, RejectCode.BEYOND_REACH),
        ("bo", 10, 7_001, RejectCode.SELF_TRADE),
        ("anna", 10, 0, RejectCode.UNKNOWN_LISTING),
    ],
)
def test_what_cannot_be_picked(
    new_exchange: Any, user: str, qty: int, price: int, code: RejectCode
) -> None:
    """Facts 2 and 3; quantity at most what is left; own listings never (market_rules.md 6.1)."""
    exchange = new_exchange(**CHOICE)
    _six_levels(exchange)
    ids = {r.price: r.order_id for r in exchange.venue.order_rows("B")}
    depth = exchange.venue.depth("CEA24")
    (report,) = pick(exchange, user, ids.get(price, 10**6), qty)
    assert (report.exec_type, report.ord_status, report.reject_code) == (
        "rejected", "rejected", code,
    )  # fmt: skip
    assert exchange.venue.depth("CEA24") == depth


def test_a_pick_is_covered_like_an_order(new_exchange: Any) -> None:
    """market_rules.md 1.4, rows 1 and 5."""
    exchange = new_exchange(**CHOICE, max_order_qty=90_000_000)
    exchange.order("bo", "sell", 1_000_000, 7_000)
    first = listing_id(exchange, 7_000)
    exchange.order("cy", "buy", 100, 6_900)
    assert pick(exchange, "anna", first, 1_000_000)[-1].exec_type == "trade"
    exchange.order("bo", "buy", 1_000_001, 6_950)
    bid = listing_id(exchange, 6_950)
    assert pick(exchange, "anna", bid, 1_000_001)[-1].reject_code == RejectCode.BOUGHT_TODAY


def test_no_picking_under_time_priority(exchange: Any) -> None:
    """Venue's own: with within_price = "time" the single orders are not shown, nor picked."""
    exchange.order("bo", "sell", 10, 7_000)
    (row,) = exchange.venue.order_rows("B")
    assert exchange.venue.listing_rows("CEA24") is None
    (report,) = pick(exchange, "anna", row.order_id, 10)
    assert report.reject_code == RejectCode.NOT_OFFERED


def test_no_picking_outside_trading_or_by_the_suspended(new_exchange: Any) -> None:
    """market_rules.md 1.2, session."""
    exchange = new_exchange(**CHOICE)
    exchange.order("bo", "sell", 10, 7_000)
    first = listing_id(exchange, 7_000)
    exchange.command("sue", SuspendMember("s1", "A", "why"))
    (report,) = pick(exchange, "anna", first, 10)
    assert report.reject_code == RejectCode.MEMBER_SUSPENDED
    exchange.command("sue", HaltInstrument("h1", "CEA24", "why"))
    (report,) = pick(exchange, "cy", first, 10)
    assert report.reject_code == RejectCode.INSTRUMENT_HALTED


def test_a_last_part_below_the_smallest_order_may_be_picked_whole(new_exchange: Any) -> None:
    """Venue's own: otherwise it could be traded by nobody."""
    exchange = new_exchange(**CHOICE, min_order_qty=10)
    exchange.order("bo", "sell", 25, 7_000)
    first = listing_id(exchange, 7_000)
    assert pick(exchange, "anna", first, 9)[-1].reject_code == RejectCode.QTY_TOO_SMALL
    pick(exchange, "anna", first, 20)
    assert pick(exchange, "anna", first, 5)[-1].exec_type == "trade"


def test_listings_name_no_member_and_end_with_the_reach(new_exchange: Any) -> None:
    """Issue item 1: a public listing id that reveals no member."""
    exchange = new_exchange(**CHOICE)
    asks(exchange, range(7_001, 7_008))
    exchange.order("anna", "buy", 3, 6_990)
    rows = exchange.venue.listing_rows("CEA24")
    assert [(r.side, r.price, r.leaves_qty) for r in rows] == [
        ("buy", 6_990, 3),
        *(("sell", price, 10) for price in range(7_001, 7_006)),
    ]
    assert {"listing_id", "side", "price", "leaves_qty", "symbol"} == set(
        type(rows[0]).__struct_fields__
    )


def test_a_picked_trade_survives_a_snapshot(new_exchange: Any) -> None:
    exchange = new_exchange(**CHOICE)
    exchange.order("bo", "sell", 10, 7_000)
    pick(exchange, "anna", listing_id(exchange, 7_000), 4)
    loaded = Venue.load(exchange.venue.dump())
    assert loaded.dump() == exchange.venue.dump()
    command = NewOrder("n", "CEA24", "buy", 6, 7_000)
    assert loaded.apply("anna", command, 99) == exchange.venue.apply("anna", command, 99)
