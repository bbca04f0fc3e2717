"""Fat-finger limits of a member and the duplicate check.

Source: the venue's own (issue 4, item 7); ICE has the like (market_rules.md 7).
"""

from typing import Any

import pytest

from bashu_daemon.core import Venue
from bashu_protocol.messages import AddClient, MemberLimits, OrderFeatures, SetMemberLimits
from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.topics import VENUE_USER

SECOND = 1_000_000_000


def limit(exchange: Any, member: str = "A", user: str = VENUE_USER, **limits: int) -> None:
    command = SetMemberLimits(exchange.next_id(), member, MemberLimits(**limits))
    assert exchange.command(user, command).accepted


def financial_state(venue: Venue) -> Any:
    """Everything but the command's own numbers."""
    rows = [(venue.account_rows(m), venue.order_rows(m), venue.fill_rows(m)) for m in "ABC"]
    return rows, venue.depth("CEA24"), venue.stat("CEA24")


TABLE = [
    # limits, an order at the bound, one beyond it
    ({"max_price_deviation_bps": 100}, (10, 7_070), (10, 7_071), RejectCode.MEMBER_PRICE_LIMIT),
    ({"max_price_deviation_bps": 100}, (10, 6_930), (10, 6_929), RejectCode.MEMBER_PRICE_LIMIT),
    ({"max_order_qty": 50}, (50, 7_000), (51, 7_000), RejectCode.MEMBER_QTY_LIMIT),
    ({"max_order_value": 70_000}, (10, 7_000), (10, 7_001), RejectCode.MEMBER_VALUE_LIMIT),
    ({"max_open_value": 70_000}, (10, 7_000), (11, 7_000), RejectCode.MEMBER_OPEN_VALUE_LIMIT),
]


@pytest.mark.parametrize(("limits", "within", "beyond", "code"), TABLE)
@pytest.mark.parametrize("side", ["buy", "sell"])
def test_each_limit_at_its_bound_and_beyond(
    exchange: Any, limits: Any, within: Any, beyond: Any, code: RejectCode, side: str
) -> None:
    limit(exchange, **limits)
    before = financial_state(exchange.venue)
    (refused,) = exchange.order("anna", side, *beyond)
    assert (refused.exec_type, refused.reject_code) == ("rejected", code)
    assert refused.text
    assert financial_state(exchange.venue) == before
    assert exchange.order("bo", side, *beyond)[0].exec_type == "new"
    assert exchange.order("anna", side, *within)[0].exec_type == "new"


@pytest.mark.parametrize(("limits", "within", "beyond", "code"), TABLE)
def test_a_replacement_is_judged_like_a_new_order(
    exchange: Any, limits: Any, within: Any, beyond: Any, code: RejectCode
) -> None:
    limit(exchange, **limits)
    exchange.order("anna", "buy", 1, 7_000, cl_ord_id="o1")
    before = financial_state(exchange.venue)
    (refused,) = exchange.replace("anna", "o1", *beyond)
    assert (refused.exec_type, refused.reject_code) == ("rejected", code)
    assert financial_state(exchange.venue) == before
    assert exchange.replace("anna", "o1", *within)[0].exec_type == "replaced"


def test_the_price_distance_is_from_the_last_trade_of_the_day(exchange: Any) -> None:
    limit(exchange, max_price_deviation_bps=100)
    exchange.order("bo", "sell", 1, 7_500)
    exchange.order("cy", "buy", 1, 7_500)
    assert exchange.order("anna", "buy", 1, 7_575)[0].exec_type == "new"
    assert exchange.order("anna", "buy", 1, 7_000)[0].reject_code == RejectCode.MEMBER_PRICE_LIMIT


def test_the_open_value_counts_what_is_left_of_both_sides(exchange: Any) -> None:
    limit(exchange, max_open_value=200_000)
    exchange.order("anna", "buy", 10, 7_000)
    exchange.order("ada", "sell", 10, 7_100)
    assert exchange.order("anna", "buy", 10, 7_000)[0].reject_code == (
        RejectCode.MEMBER_OPEN_VALUE_LIMIT
    )
    exchange.order("bo", "sell", 10, 7_000)
    assert exchange.order("anna", "buy", 10, 7_000)[0].exec_type == "new"


def test_a_market_order_is_worth_what_it_would_trade(exchange: Any) -> None:
    exchange.order("bo", "sell", 10, 7_000)
    limit(exchange, max_order_value=69_999)
    (refused,) = exchange.order("anna", "buy", 10, ord_type="market")
    assert refused.reject_code == RejectCode.MEMBER_VALUE_LIMIT
    assert exchange.order("anna", "buy", 9, ord_type="market")[1].ord_status == "filled"


def test_orders_per_second_of_the_whole_member(exchange: Any) -> None:
    """Accepted orders and replacements of a whole second count, of all its users."""
    limit(exchange, max_orders_per_second=2)
    exchange.now_ns = 5 * SECOND
    exchange.order("anna", "buy", 1, 7_000, cl_ord_id="o1")
    exchange.order("anna", "buy", 0, 7_000)  # refused, so not counted
    exchange.replace("anna", "o1", 2, 7_000)
    assert exchange.order("ada", "buy", 1, 7_000)[0].reject_code == RejectCode.MEMBER_RATE_LIMIT
    assert exchange.replace("anna", "o1", 1, 7_000)[0].reject_code == RejectCode.MEMBER_RATE_LIMIT
    assert exchange.cancel("anna", "o1")[0].exec_type == "canceled"
    exchange.now_ns = 6 * SECOND - 1
    assert exchange.order("ada", "buy", 1, 7_000)[0].exec_type == "new"


def test_a_duplicate_is_the_same_order_of_the_same_user_within_the_window(exchange: Any) -> None:
    limit(exchange, duplicate_window_ms=500)
    exchange.order("anna", "buy", 1, 7_000)
    first_ns = exchange.now_ns
    (refused,) = exchange.order("anna", "buy", 1, 7_000)
    assert (refused.ord_status, refused.reject_code) == ("rejected", RejectCode.DUPLICATE_ORDER)
    for user, side, qty, price in (
        ("ada", "buy", 1, 7_000),
        ("anna", "sell", 1, 7_100),
        ("anna", "buy", 2, 7_000),
        ("anna", "buy", 1, 7_001),
    ):
        assert exchange.order(user, side, qty, price)[0].exec_type == "new"
    exchange.now_ns = first_ns + SECOND // 2 - 2
    assert exchange.order("anna", "buy", 1, 7_000)[0].reject_code == RejectCode.DUPLICATE_ORDER
    assert exchange.order("anna", "buy", 1, 7_000)[0].exec_type == "new"


def test_the_duplicate_check_remembers_so_many_orders(exchange: Any) -> None:
    limit(exchange, duplicate_window_ms=60_000)
    for qty in range(1, 258):
        exchange.order("anna", "buy", qty, 6_400)
    assert exchange.order("anna", "buy", 2, 6_400)[0].reject_code == RejectCode.DUPLICATE_ORDER
    assert exchange.order("anna", "buy", 1, 6_400)[0].exec_type == "new"


def test_the_registrar_and_supervisors_set_and_lift_limits(exchange: Any) -> None:
    limit(exchange, user="sue", max_order_qty=5)
    assert exchange.order("anna", "buy", 6, 7_000)[0].reject_code == RejectCode.MEMBER_QTY_LIMIT
    limit(exchange)
    assert exchange.order("anna", "buy", 6, 7_000)[0].exec_type == "new"
    refused = exchange.command("anna", SetMemberLimits("l1", "A", MemberLimits(max_order_qty=5)))
    assert refused.reject_code == RejectCode.NOT_PERMITTED
    refused = exchange.command("sue", SetMemberLimits("l2", "Z", MemberLimits(max_order_qty=5)))
    assert refused.reject_code == RejectCode.UNKNOWN_MEMBER


def test_a_snapshot_keeps_limits_and_what_was_counted(exchange: Any) -> None:
    limit(exchange, max_orders_per_second=3, duplicate_window_ms=60_000)
    exchange.order("anna", "buy", 1, 7_000)
    exchange.order("ada", "buy", 1, 7_000)
    data = exchange.venue.dump()
    exchange.venue = Venue.load(data)
    assert exchange.venue.dump() == data
    assert exchange.order("anna", "buy", 1, 7_000)[0].reject_code == RejectCode.DUPLICATE_ORDER
    exchange.order("ada", "buy", 2, 7_000)
    assert exchange.order("ada", "buy", 3, 7_000)[0].reject_code == RejectCode.MEMBER_RATE_LIMIT


def test_a_stop_order_that_waits_counts_at_its_stop_price(new_exchange: Any) -> None:
    exchange = new_exchange(features=OrderFeatures(stop=True))
    limit(exchange, max_open_value=150_000)
    stop = {"ord_type": "stop", "stop_px": 7_100}
    exchange.order("anna", "buy", 10, cl_ord_id="s1", **stop)
    assert exchange.order("anna", "buy", 11, **stop)[0].exec_type == "new"  # 149,100 fen
    (refused,) = exchange.order("anna", "buy", 1, 7_000)
    assert refused.reject_code == RejectCode.MEMBER_OPEN_VALUE_LIMIT
    (refused,) = exchange.replace("anna", "s1", 11, 0)
    assert refused.reject_code == RejectCode.MEMBER_OPEN_VALUE_LIMIT
    assert exchange.replace("anna", "s1", 9, 0)[0].exec_type == "replaced"


def test_an_order_for_another_client_is_no_duplicate(exchange: Any) -> None:
    for account in ("c1", "c2"):
        exchange.run(AddClient(exchange.next_id(), "A", account, account, account))
    limit(exchange, duplicate_window_ms=1_000)
    for account in ("", "c1", "c2"):
        (report,) = exchange.order("anna", "buy", 1, 7_000, client_account=account)
        assert report.exec_type == "new"
    exchange.venue = Venue.load(exchange.venue.dump())
    for account in ("", "c1", "c2"):
        (report,) = exchange.order("anna", "buy", 1, 7_000, client_account=account)
        assert report.reject_code == RejectCode.DUPLICATE_ORDER
