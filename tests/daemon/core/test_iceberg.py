"""Iceberg orders: what is shown has its place in time, what is hidden comes behind it.

ICE order types, market_rules.md 7; matching_engines.md 1, row "iceberg / hidden".
"""

import random
from typing import Any

import pytest

from bashu_daemon.core import Venue
from bashu_daemon.core.book import Order, OrderBook, Reserve
from bashu_daemon.core.matching import match, reach
from bashu_protocol.messages import NewOrder, OrderFeatures
from bashu_protocol.reject_codes import RejectCode

FEATURES = OrderFeatures(iceberg_min_display=1)


@pytest.fixture
def market(new_exchange: Any) -> Any:
    return new_exchange(features=FEATURES)


def makers(reports: list[Any]) -> list[tuple[str, int]]:
    return [(r.cl_ord_id, r.last_qty) for r in reports if r.side == "sell" and r.last_qty]


def test_only_the_shown_part_is_public(market: Any) -> None:
    market.order("bo", "sell", 50, 7_000, display_qty=10, cl_ord_id="ice")
    assert market.venue.depth("CEA24")[1] == [(7_000, 10, 1)]
    assert market.account("B", "CEA24").frozen == 50
    (row,) = market.venue.order_rows("B")
    assert (row.leaves_qty, row.display_qty) == (50, 10)


def test_the_next_part_goes_to_the_end_of_the_queue(market: Any) -> None:
    """Field defect: an iceberg that kept its first place with every part."""
    market.order("bo", "sell", 30, 7_000, display_qty=10, cl_ord_id="ice")
    market.order("bo", "sell", 10, 7_000, cl_ord_id="plain")
    assert makers(market.order("anna", "buy", 10, 7_000)) == [("ice", 10)]
    assert makers(market.order("anna", "buy", 15, 7_000)) == [("plain", 10), ("ice", 5)]
    assert market.venue.depth("CEA24")[1] == [(7_000, 5, 1)]


def test_all_that_is_shown_trades_before_what_is_hidden(market: Any) -> None:
    market.order("bo", "sell", 25, 7_000, display_qty=10, cl_ord_id="ice1")
    market.order("bo", "sell", 12, 7_000, display_qty=5, cl_ord_id="ice2")
    market.order("bo", "sell", 10, 7_001, cl_ord_id="worse")
    assert makers(market.order("anna", "buy", 40, 7_001)) == [
        ("ice1", 10), ("ice2", 5), ("ice1", 10), ("ice2", 5), ("ice1", 5), ("ice2", 2),
        ("worse", 3),
    ]  # fmt: skip
    assert market.account("B", "CEA24").frozen == 7


def test_an_incoming_iceberg_trades_with_all_of_it(market: Any) -> None:
    market.order("bo", "sell", 20, 7_000)
    market.order("anna", "buy", 50, 7_000, display_qty=10)
    assert market.venue.depth("CEA24") == ([(7_000, 10, 1)], [])
    assert market.account("A", "CNY").frozen == 30 * 7_000


@pytest.mark.parametrize(("total", "shown"), [(40, 10), (12, 10), (10, 10), (4, 4), (60, 10)])
def test_a_replacement_lowers_the_hidden_part_first(market: Any, total: int, shown: int) -> None:
    market.order("bo", "sell", 50, 7_000, display_qty=10, cl_ord_id="ice")
    market.order("bo", "sell", 10, 7_000, cl_ord_id="plain")
    market.replace("bo", "ice", total, 7_000)
    assert market.venue.depth("CEA24")[1] == [(7_000, 10 + shown, 2)]
    first, _ = makers(market.order("anna", "buy", 1, 7_000))[0]
    assert (first == "plain") == (total == 60)  # more quantity loses the place, less keeps it
    market.mass_cancel("bo")
    assert market.account("B", "CEA24").frozen == 0


@pytest.mark.parametrize(("qty", "fills"), [(60, True), (61, False)])
def test_fill_or_kill_counts_what_is_hidden(market: Any, qty: int, fills: bool) -> None:
    market.order("bo", "sell", 50, 7_000, display_qty=10)
    market.order("bo", "sell", 10, 7_000)
    reports = market.order("anna", "buy", qty, 7_000, time_in_force="fok")
    if fills:
        assert sum(qty for _, qty in makers(reports)) == 60
        assert market.account("B", "CEA24").frozen == 0
    else:
        assert reports[0].reject_code == RejectCode.FOK_NOT_FILLED


def test_a_snapshot_keeps_what_is_shown_and_the_queue(market: Any) -> None:
    market.order("bo", "sell", 30, 7_000, display_qty=10, cl_ord_id="ice")
    market.order("bo", "sell", 10, 7_000, cl_ord_id="plain")
    market.order("anna", "buy", 13, 7_000)
    loaded = Venue.load(market.venue.dump())
    assert loaded.dump() == market.venue.dump()
    assert loaded.depth("CEA24") == market.venue.depth("CEA24")
    command = NewOrder("n", "CEA24", "buy", 12, 7_000)
    assert loaded.apply("anna", command, 99) == market.venue.apply("anna", command, 99)
    assert loaded.dump() == market.venue.dump()


@pytest.mark.parametrize(
    "prevention", ["cancel_incoming", "cancel_resting", "cancel_both", "decrement"]
)
def test_reach_tells_what_match_trades_on_random_books(prevention: Any) -> None:
    """Fill-or-kill and minimum quantities are judged by it (issue 4, item 6)."""
    rng = random.Random(4)
    for _ in range(2_000):
        book: OrderBook[Order] = OrderBook()
        for number in range(rng.randint(1, 8)):
            order = Order(
                number, "sell", rng.randint(100, 102), rng.randint(1, 9), rng.choice("abc")
            )
            if rng.random() < 0.5:
                order.reserve = Reserve(rng.randint(1, 9), rng.randint(1, 20))
                book.add_iceberg(order)
            else:
                book.add(order)
        total = sum(order.total_qty() for order in book.asks.queue())
        qty, limit = rng.randint(1, 60), rng.randint(100, 102)
        reached = reach(book.asks, limit, qty, "a", prevention)
        fills = match(book, "buy", limit, qty, owner="a", prevention=prevention)
        assert reached == (
            sum(traded for _, traded in fills),
            sum(traded * maker.price for maker, traded in fills),
        )
        left = sum(order.total_qty() for order in book.asks.queue())
        if all(traded for _, traded in fills):
            assert left == total - reached[0]
        for _, shown, count in book.asks.depth():
            assert shown >= count > 0
