"""Self-trade prevention at beneficial-owner level (market_rules.md 6.1; ICE's three outcomes)."""

from typing import Any

import pytest

from bashu_daemon.core.events import SelfTradePrevented, TradeEvent
from bashu_protocol.messages import NewOrder, SelfTradePrevention
from bashu_protocol.reject_codes import RejectCode


@pytest.mark.parametrize(
    ("prevention", "traded", "bids", "asks", "ended"),
    [
        # C buys 30 against B's 10, then A's own 10, then B's 10
        ("cancel_incoming", [10], [], [(7_001, 10, 1), (7_002, 10, 1)], ["cy"]),
        ("cancel_resting", [10, 10], [(7_002, 10, 1)], [], ["anna"]),
        ("cancel_both", [10], [], [(7_002, 10, 1)], ["anna", "cy"]),
    ],
)
def test_outcomes(
    new_exchange: Any,
    prevention: SelfTradePrevention,
    traded: list[int],
    bids: list[tuple[int, int, int]],
    asks: list[tuple[int, int, int]],
    ended: list[str],
) -> None:
    """Key self_trade_prevention; A and C have one owner."""
    exchange = new_exchange(self_trade_prevention=prevention)
    exchange.order("bo", "sell", 10, 7_000)
    exchange.order("anna", "sell", 10, 7_001)
    exchange.order("bo", "sell", 10, 7_002)
    events = exchange.apply("cy", NewOrder("c1", "CEA24", "buy", 30, 7_002))
    assert [e.qty for e in events if isinstance(e, TradeEvent)] == traded
    assert exchange.venue.depth("CEA24") == (bids, asks)
    (prevented,) = (e for e in events if isinstance(e, SelfTradePrevented))
    assert (prevented.owner, prevented.incoming_member, prevented.resting_member) == (
        "one",
        "C",
        "A",
    )
    assert (prevented.price, prevented.qty) == (7_001, 10)
    canceled = [
        e for e in events if getattr(e, "report", None) and e.report.exec_type == "canceled"
    ]
    assert [e.user for e in canceled] == ended
    assert all(e.report.reject_code == RejectCode.SELF_TRADE and e.report.text for e in canceled)
    frozen = exchange.account("A", "CEA24").frozen
    assert frozen == (10 if prevention == "cancel_incoming" else 0)


@pytest.mark.parametrize(
    ("own_qty", "traded", "bids", "asks"),
    [
        (5, [10, 10], [(7_002, 5, 1)], []),  # 30 - 10 - 5 (lost) - 10
        (20, [10], [], [(7_002, 10, 1)]),  # both are gone at once
        (25, [10], [], [(7_001, 5, 1), (7_002, 10, 1)]),
    ],
)
def test_decrement_takes_the_overlap_from_both(
    new_exchange: Any,
    own_qty: int,
    traded: list[int],
    bids: list[tuple[int, int, int]],
    asks: list[tuple[int, int, int]],
) -> None:
    """Key self_trade_prevention = decrement (matching_engines.md 1: FLOX, order-matcher)."""
    exchange = new_exchange(self_trade_prevention="decrement")
    exchange.order("bo", "sell", 10, 7_000)
    exchange.order("anna", "sell", own_qty, 7_001)
    exchange.order("bo", "sell", 10, 7_002)
    events = exchange.apply("cy", NewOrder("c1", "CEA24", "buy", 30, 7_002))
    assert [e.qty for e in events if isinstance(e, TradeEvent)] == traded
    assert exchange.venue.depth("CEA24") == (bids, asks)
    (prevented,) = (e for e in events if isinstance(e, SelfTradePrevented))
    assert prevented.qty == min(own_qty, 20)
    told = [
        (e.user, e.report.exec_type, e.report.leaves_qty)
        for e in events
        if getattr(e, "report", None) and e.report.reject_code == RejectCode.SELF_TRADE
    ]
    assert (
        told
        == {
            5: [("anna", "canceled", 0), ("cy", "restated", 15)],
            20: [("anna", "canceled", 0), ("cy", "canceled", 0)],
            25: [("anna", "restated", 5), ("cy", "canceled", 0)],
        }[own_qty]
    )
    left = sum(qty for _, _, qty in exchange.queue("A"))
    assert exchange.account("A", "CEA24").frozen == left
    for row in (*exchange.venue.order_rows("A"), *exchange.venue.order_rows("C")):
        assert row.order_qty == row.cum_qty + row.leaves_qty


def test_decrement_of_a_resting_buy_releases_its_cash(new_exchange: Any) -> None:
    exchange = new_exchange(self_trade_prevention="decrement")
    exchange.order("anna", "buy", 10, 7_000)
    exchange.order("cy", "sell", 4, 7_000)
    assert exchange.queue("A") == [(exchange.queue("A")[0][0], 7_000, 6)]
    assert exchange.account("A", "CNY").frozen == 6 * 7_000
    assert exchange.account("C", "CEA24").frozen == 0


@pytest.mark.parametrize(("scope", "trades"), [("control_group", 0), ("account", 1)])
def test_scope(new_exchange: Any, scope: str, trades: int) -> None:
    """Key self_trade_scope; ICE: by trader, company or group id (market_rules.md 7)."""
    exchange = new_exchange(self_trade_scope=scope)
    exchange.order("anna", "sell", 10, 7_000)
    exchange.order("cy", "buy", 10, 7_000, time_in_force="fok")
    assert exchange.venue.stat("CEA24").trade_count == trades
    exchange.order("anna", "sell", 10, 7_001)
    exchange.order("ada", "buy", 10, 7_001)  # the same account never trades with itself
    assert exchange.venue.stat("CEA24").trade_count == trades


def test_one_owners_orders_never_trade_also_within_one_member(exchange: Any) -> None:
    exchange.order("anna", "sell", 10, 7_000)
    exchange.order("bo", "buy", 3, 7_000)
    for cl_ord_id, qty, prevented_qty in (("small", 4, 4), ("large", 9, 7)):
        events = exchange.apply("ada", NewOrder(cl_ord_id, "CEA24", "buy", qty, 7_000))
        (prevented,) = (e for e in events if isinstance(e, SelfTradePrevented))
        assert prevented.qty == prevented_qty
        assert [e.report.exec_type for e in events if hasattr(e, "report")] == ["new", "canceled"]
    assert exchange.venue.stat("CEA24").trade_count == 1


@pytest.mark.parametrize(
    ("prevention", "qty", "fills"),
    [
        ("cancel_incoming", 10, True),  # what stands before the own order
        ("cancel_incoming", 11, False),
        ("cancel_both", 11, False),
        ("cancel_resting", 20, True),  # what stands behind it counts too
        ("cancel_resting", 21, False),
        ("decrement", 10, True),
        ("decrement", 11, False),  # the overlap is lost, not traded
    ],
)
def test_fill_or_kill_counts_only_what_it_can_reach(
    new_exchange: Any, prevention: SelfTradePrevention, qty: int, fills: bool
) -> None:
    exchange = new_exchange(self_trade_prevention=prevention)
    exchange.order("bo", "sell", 10, 7_000)
    exchange.order("anna", "sell", 10, 7_000)
    exchange.order("bo", "sell", 10, 7_000)
    depth = exchange.venue.depth("CEA24")
    reports = exchange.order("cy", "buy", qty, 7_000, time_in_force="fok")
    own = [r for r in reports if r.side == "buy"]
    if fills:
        assert own[-1].ord_status == "filled"
    else:
        assert own[-1].reject_code == RejectCode.FOK_NOT_FILLED
        assert exchange.venue.depth("CEA24") == depth
        assert exchange.queue("A") != []


def test_a_market_buy_is_not_charged_for_its_owners_orders(new_exchange: Any) -> None:
    exchange = new_exchange(self_trade_prevention="cancel_resting", max_order_qty=2_000_000)
    exchange.order("anna", "sell", 1_000_000, 7_000)
    exchange.order("bo", "sell", 1_000_000, 7_001)
    exchange.order("cy", "buy", 1_000_000, ord_type="market")
    assert exchange.account("C", "CNY").available == 10**10 - 1_000_000 * 7_001
    assert exchange.account("A", "CEA24").available == 1_000_000


def test_a_replace_that_meets_its_owners_order_is_withdrawn(exchange: Any) -> None:
    exchange.order("anna", "sell", 10, 7_000)
    exchange.order("cy", "buy", 10, 6_900, cl_ord_id="c1")
    reports = exchange.replace("cy", "c1", 10, 7_000)
    assert [r.exec_type for r in reports] == ["replaced", "canceled"]
    assert exchange.account("C", "CNY").frozen == 0
    assert exchange.venue.depth("CEA24") == ([], [(7_000, 10, 1)])
