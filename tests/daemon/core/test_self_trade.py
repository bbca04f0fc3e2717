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
