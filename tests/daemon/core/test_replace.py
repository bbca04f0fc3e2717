"""Replacing an order: priority, totals, funds, and the chain of its ids."""

from typing import Any

import pytest

from bashu_protocol.reject_codes import RejectCode


def maker_order(exchange: Any) -> list[str]:
    """Return the ids of the sell orders in the order in which a big buy fills them."""
    reports = exchange.order("bo", "buy", 1_000, 7_700, time_in_force="ioc")
    return [r.cl_ord_id for r in reports if r.side == "sell" and r.exec_type == "trade"]


@pytest.mark.parametrize(
    ("qty", "price", "expected"),
    [
        (5, 7_000, ["new", "o2", "o3"]),  # a smaller quantity keeps the place
        (10, 7_000, ["o2", "o3", "new"]),  # the same quantity does not
        (15, 7_000, ["o2", "o3", "new"]),  # nor does a larger one
        (5, 7_001, ["o2", "o3", "new"]),  # nor another price
        (5, 6_999, ["new", "o2", "o3"]),  # a better price goes first
    ],
)
def test_priority(exchange: Any, qty: int, price: int, expected: list[str]) -> None:
    """Kept only where the price stays and the quantity falls (DESIGN issue 2; FIX practice)."""
    for cl_ord_id in ("o1", "o2", "o3"):
        exchange.order("anna", "sell", 10, 7_000, cl_ord_id=cl_ord_id)
    (report,) = exchange.replace("anna", "o1", qty, price)
    assert (report.exec_type, report.orig_cl_ord_id) == ("replaced", "o1")
    assert (report.order_qty, report.leaves_qty, report.price) == (qty, qty, price)
    renamed = report.cl_ord_id
    assert maker_order(exchange) == [renamed if name == "new" else name for name in expected]


def test_the_quantity_is_the_new_total(exchange: Any) -> None:
    exchange.order("anna", "sell", 100, 7_000, cl_ord_id="o1")
    exchange.order("bo", "buy", 30, 7_000)
    for qty in (30, 29):
        (refused,) = exchange.replace("anna", "o1", qty, 7_000)
        assert refused.reject_code == RejectCode.INVALID_QTY
        assert (refused.ord_status, refused.leaves_qty, refused.cum_qty) == (
            "partially_filled",
            70,
            30,
        )
    (report,) = exchange.replace("anna", "o1", 31, 7_000)
    assert (report.order_qty, report.leaves_qty, report.cum_qty) == (31, 1, 30)
    assert report.ord_status == "partially_filled"
    assert exchange.account("A", "CEA24").frozen == 1


def test_a_crossing_replace_trades_at_the_resting_prices_and_rests_the_remainder(
    exchange: Any,
) -> None:
    exchange.order("anna", "sell", 10, 7_000)
    exchange.order("anna", "sell", 10, 7_010)
    exchange.order("bo", "buy", 5, 6_900, cl_ord_id="b1")
    replaced, *trades = exchange.replace("bo", "b1", 15, 7_005)
    assert replaced.exec_type == "replaced"
    assert [(r.side, r.last_px, r.last_qty) for r in trades] == [
        ("buy", 7_000, 10),
        ("sell", 7_000, 10),
    ]
    assert exchange.venue.depth("CEA24") == ([(7_005, 5, 1)], [(7_010, 10, 1)])
    assert exchange.account("B", "CNY").frozen == 5 * 7_005


def test_funds_are_checked_for_the_difference(new_exchange: Any) -> None:
    """Cash and tonnes cover every order: market_rules.md 1.4, row 1."""
    exchange = new_exchange(max_order_qty=2_000_000)
    exchange.order("anna", "buy", 1_428_571, 7_000, cl_ord_id="b1")  # all but 3,000 fen
    (refused,) = exchange.replace("anna", "b1", 1_428_572, 7_000)
    assert refused.reject_code == RejectCode.INSUFFICIENT_CASH
    (accepted,) = exchange.replace("anna", "b1", 1_428_500, 7_000)
    assert accepted.exec_type == "replaced"
    assert exchange.account("A", "CNY").frozen == 1_428_500 * 7_000
    exchange.order("bo", "sell", 1_000_000, 7_100, cl_ord_id="s1")
    (refused,) = exchange.replace("bo", "s1", 1_000_001, 7_100)
    assert refused.reject_code == RejectCode.INSUFFICIENT_HOLDING


@pytest.mark.parametrize(
    ("qty", "price", "code"),
    [
        (0, 7_000, RejectCode.INVALID_QTY),
        (-5, 7_000, RejectCode.INVALID_QTY),
        (100_000, 7_000, RejectCode.QTY_TOO_LARGE),
        (5, 0, RejectCode.INVALID_PRICE),
        (5, 7_701, RejectCode.PRICE_ABOVE_LIMIT),
        (5, 6_299, RejectCode.PRICE_BELOW_LIMIT),
    ],
)
def test_a_refused_replace_leaves_the_order_as_it_was(
    exchange: Any, qty: int, price: int, code: RejectCode
) -> None:
    exchange.order("anna", "sell", 10, 7_000, cl_ord_id="o1")
    before = exchange.queue("A"), exchange.account("A", "CEA24"), exchange.venue.depth("CEA24")
    (report,) = exchange.replace("anna", "o1", qty, price)
    assert (report.exec_type, report.reject_code, report.order_id) == ("rejected", code, 1)
    assert (report.ord_status, report.order_qty, report.price) == ("new", 10, 7_000)
    after = exchange.queue("A"), exchange.account("A", "CEA24"), exchange.venue.depth("CEA24")
    assert after == before


def test_every_id_of_the_chain_leads_to_the_order(exchange: Any) -> None:
    exchange.order("anna", "sell", 10, 7_000, cl_ord_id="o1")
    (second,) = exchange.replace("anna", "o1", 12, 7_000)
    (third,) = exchange.replace("anna", "o1", 14, 7_000)
    assert third.orig_cl_ord_id == second.cl_ord_id
    assert exchange.queue("A") == [(third.cl_ord_id, 7_000, 14)]
    (canceled,) = exchange.cancel("anna", "o1")
    assert (canceled.exec_type, canceled.orig_cl_ord_id) == ("canceled", third.cl_ord_id)


def test_the_id_of_a_refused_replace_leads_nowhere(exchange: Any) -> None:
    exchange.order("anna", "sell", 10, 7_000, cl_ord_id="o1")
    (refused,) = exchange.replace("anna", "o1", 0, 7_000)
    (lost,) = exchange.cancel("anna", refused.cl_ord_id)
    assert lost.reject_code == RejectCode.UNKNOWN_ORDER


def test_only_who_placed_an_order_may_replace_it(exchange: Any) -> None:
    exchange.order("anna", "sell", 10, 7_000, cl_ord_id="o1")
    (colleague,) = exchange.replace("ada", "o1", 5, 7_000)
    (stranger,) = exchange.replace("bo", "o1", 5, 7_000)
    assert colleague.reject_code == RejectCode.NOT_PERMITTED
    assert stranger.reject_code == RejectCode.UNKNOWN_ORDER
    assert exchange.queue("A") == [("o1", 7_000, 10)]


def test_a_filled_order_cannot_be_replaced(exchange: Any) -> None:
    exchange.order("anna", "sell", 10, 7_000, cl_ord_id="o1")
    exchange.order("bo", "buy", 10, 7_000)
    (report,) = exchange.replace("anna", "o1", 20, 7_000)
    assert report.reject_code == RejectCode.ORDER_NOT_OPEN
    assert report.ord_status == "filled"
