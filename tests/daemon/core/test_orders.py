"""Placing and cancelling orders: what is taken, what trades, what rests, what is told."""

from collections.abc import Callable
from typing import Any

import pytest

from bashu_daemon.core.checks import MAX_OPEN_ORDERS
from bashu_daemon.core.events import CommandEvent, OrderEvent, TradeEvent
from bashu_protocol.messages import CancelOrder, MassCancel, NewOrder, OpenDay, Phase, SetPhase
from bashu_protocol.reject_codes import RejectCode


def told(reports: list[Any]) -> list[tuple[str, str, int, int]]:
    """Return (exec_type, ord_status, leaves, cum) of each report."""
    return [(r.exec_type, r.ord_status, r.leaves_qty, r.cum_qty) for r in reports]


def test_a_limit_order_for_the_day_rests(exchange: Any) -> None:
    (report,) = exchange.order("anna", "buy", 100, 6_900, cl_ord_id="o1")
    assert (report.exec_type, report.ord_status, report.leaves_qty) == ("new", "new", 100)
    assert (report.order_id, report.cl_ord_id, report.price) == (1, "o1", 6_900)
    assert exchange.venue.depth("CEA24") == ([(6_900, 100, 1)], [])


def test_a_trade_is_at_the_resting_price_and_told_to_both(exchange: Any) -> None:
    """A taker trades at the listed price: market_rules.md 0 fact 3."""
    exchange.order("anna", "sell", 100, 6_900)
    events = exchange.apply("bo", NewOrder("b1", "CEA24", "buy", 150, 7_100))
    trade = events[1]
    assert isinstance(trade, TradeEvent)
    assert (trade.price, trade.qty, trade.aggressor_side) == (6_900, 100, "buy")
    assert (trade.buy_order_id, trade.sell_order_id) == (2, 1)
    assert (trade.buy_owner, trade.sell_owner) == ("two", "one")
    new, taker, maker = (event for event in events if isinstance(event, OrderEvent))
    assert (new.user, taker.user, maker.user) == ("bo", "bo", "anna")
    assert taker.aggressor
    assert not maker.aggressor
    assert (taker.contra_order_id, taker.contra_owner) == (1, "one")
    assert (maker.contra_order_id, maker.contra_owner) == (2, "two")
    assert told([taker.report, maker.report]) == [
        ("trade", "partially_filled", 50, 100),
        ("trade", "filled", 0, 100),
    ]
    assert taker.report.last_px == maker.report.last_px == 6_900
    assert taker.report.exec_id == maker.report.exec_id == trade.exec_id == 1
    assert exchange.venue.depth("CEA24") == ([(7_100, 50, 1)], [])


def test_price_then_time(exchange: Any) -> None:
    """Price priority, then time (rulebook default TIME, market_rules.md 0 fact 2)."""
    for cl_ord_id, price in (("late", 7_001), ("first", 7_000), ("second", 7_000)):
        exchange.order("anna", "sell", 10, price, cl_ord_id=cl_ord_id)
    reports = exchange.order("bo", "buy", 25, 7_001)
    filled = [(r.cl_ord_id, r.last_px, r.last_qty) for r in reports if r.side == "sell"]
    assert filled == [("first", 7_000, 10), ("second", 7_000, 10), ("late", 7_001, 5)]


def test_the_remainder_of_an_immediate_or_cancel_order_never_rests(exchange: Any) -> None:
    exchange.order("anna", "sell", 10, 7_000)
    reports = exchange.order("bo", "buy", 30, 7_000, time_in_force="ioc")
    assert told([r for r in reports if r.side == "buy"]) == [
        ("new", "new", 30, 0),
        ("trade", "partially_filled", 20, 10),
        ("canceled", "canceled", 0, 10),
    ]
    assert exchange.venue.depth("CEA24") == ([], [])
    assert exchange.account("B", "CNY").frozen == 0


@pytest.mark.parametrize(
    ("asks", "qty", "fills"),
    [
        ([(7_000, 10), (7_010, 20)], 30, True),  # several makers count together
        ([(7_000, 10), (7_010, 20)], 31, False),
        ([(7_000, 10), (7_011, 20)], 30, False),  # not what lies beyond its limit
        ([], 1, False),
    ],
)
def test_fill_or_kill(exchange: Any, asks: list[tuple[int, int]], qty: int, fills: bool) -> None:
    for price, size in asks:
        exchange.order("anna", "sell", size, price)
    depth = exchange.venue.depth("CEA24")
    reports = exchange.order("bo", "buy", qty, 7_010, time_in_force="fok")
    if fills:
        assert reports[-2].ord_status == "filled"
        assert exchange.venue.depth("CEA24") == ([], [])
    else:
        assert told(reports) == [("rejected", "rejected", 0, 0)]
        assert reports[0].reject_code == RejectCode.FOK_NOT_FILLED
        assert exchange.venue.depth("CEA24") == depth


def test_a_market_order_for_the_day_is_immediate_or_cancel_and_pays_each_price(
    exchange: Any,
) -> None:
    exchange.order("anna", "sell", 10, 7_000)
    exchange.order("anna", "sell", 10, 7_100)
    before = exchange.account("B", "CNY").available
    reports = exchange.order("bo", "buy", 25, ord_type="market")
    own = [r for r in reports if r.side == "buy"]
    assert [r.time_in_force for r in own] == ["ioc"] * 4
    assert [r.price for r in own] == [0] * 4
    assert told(own)[-1] == ("canceled", "canceled", 0, 20)
    assert before - exchange.account("B", "CNY").available == 10 * 7_000 + 10 * 7_100


def test_a_market_order_without_anything_to_trade_with(exchange: Any) -> None:
    (report,) = exchange.order("bo", "sell", 10, ord_type="market")
    assert (report.exec_type, report.reject_code) == ("rejected", RejectCode.NO_LIQUIDITY)


def test_a_market_buy_needs_the_exact_cost_of_what_it_reaches(new_exchange: Any) -> None:
    exchange = new_exchange(max_order_qty=1_000_000)
    exchange.order("anna", "sell", 1_000_000, 7_000)
    exchange.order("bo", "buy", 571_430, 7_000)  # spends 4,000,010,000 of 10,000,000,000 fen
    exchange.order("cy", "sell", 1_000_000, 7_001)
    # 428,570 t at 70.00 and the rest at 70.01 against 5,999,990,000 fen
    affordable = 428_570 + (5_999_990_000 - 428_570 * 7_000) // 7_001
    for qty, code in ((affordable + 1, RejectCode.INSUFFICIENT_CASH), (affordable, "")):
        first = exchange.order("bo", "buy", qty, ord_type="market")[0]
        assert first.reject_code == code
    assert 0 <= exchange.account("B", "CNY").available < 7_001


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"symbol": "CEA99"}, RejectCode.UNKNOWN_SYMBOL),
        ({"qty": 0}, RejectCode.INVALID_QTY),
        ({"qty": -1}, RejectCode.INVALID_QTY),
        ({"qty": 100_000}, RejectCode.QTY_TOO_LARGE),
        ({"qty": 2**62}, RejectCode.QTY_TOO_LARGE),
        ({"price": 0}, RejectCode.INVALID_PRICE),
        ({"price": 2**62}, RejectCode.INVALID_PRICE),
        ({"price": 7_701}, RejectCode.PRICE_ABOVE_LIMIT),
        ({"price": 6_299}, RejectCode.PRICE_BELOW_LIMIT),
        ({"user": "sue"}, RejectCode.NOT_PERMITTED),
        ({"cl_ord_id": "a\nb"}, RejectCode.INVALID_CL_ORD_ID),
    ],
)
def test_a_refused_order_changes_nothing_but_numbers(
    exchange: Any, change: dict[str, Any], code: RejectCode
) -> None:
    """The checks of market_rules.md 1.1 to 1.4 stand before every change."""
    exchange.order("cy", "sell", 5, 7_000)
    order = {"user": "bo", "side": "buy", "qty": 10, "price": 7_000} | change
    before = exchange.venue.ledger_totals(), exchange.venue.depth("CEA24")
    numbers = exchange.venue.seq, exchange.venue.user_info(order["user"]).last_rpt_seq
    (report,) = exchange.order(**order)
    assert (report.exec_type, report.reject_code) == ("rejected", code)
    assert report.text
    assert (exchange.venue.ledger_totals(), exchange.venue.depth("CEA24")) == before
    after = exchange.venue.seq, exchange.venue.user_info(order["user"]).last_rpt_seq
    assert after == (numbers[0] + 1, numbers[1] + 1)


@pytest.mark.parametrize("phase", ["pre_open", "pause"])
def test_entry_and_amendment_wait_for_continuous_trading_but_cancels_do_not(
    exchange: Any, phase: Phase
) -> None:
    exchange.order("anna", "buy", 10, 6_900, cl_ord_id="o1")
    if phase == "pause":
        exchange.run(SetPhase("p", "pause"))
    else:
        exchange.close_day()
        exchange.run(OpenDay("next-day", 20240103))
    (entry,) = exchange.order("bo", "sell", 10, 6_900)
    assert entry.reject_code == RejectCode.MARKET_CLOSED
    if phase == "pause":
        (amendment,) = exchange.replace("anna", "o1", 5, 6_900)
        assert amendment.reject_code == RejectCode.MARKET_CLOSED
        assert (amendment.ord_status, amendment.leaves_qty) == ("new", 10)
        assert told(exchange.cancel("anna", "o1")) == [("canceled", "canceled", 0, 0)]


def test_a_cancel_names_both_ids_and_releases_what_was_frozen(exchange: Any) -> None:
    exchange.order("anna", "sell", 100, 7_000, cl_ord_id="o1")
    assert exchange.account("A", "CEA24").frozen == 100
    (report,) = exchange.cancel("anna", "o1")
    assert (report.exec_type, report.ord_status) == ("canceled", "canceled")
    assert report.orig_cl_ord_id == "o1"
    assert report.cl_ord_id != "o1"
    assert exchange.account("A", "CEA24").frozen == 0
    (again,) = exchange.cancel("anna", "o1")
    assert again.reject_code == RejectCode.ORDER_NOT_OPEN
    assert (again.order_id, again.ord_status) == (1, "canceled")


def test_a_late_cancel_of_a_filled_order_tells_its_state(exchange: Any) -> None:
    exchange.order("anna", "sell", 10, 7_000, cl_ord_id="o1")
    exchange.order("bo", "buy", 10, 7_000)
    (report,) = exchange.cancel("anna", "o1")
    assert report.reject_code == RejectCode.ORDER_NOT_OPEN
    assert (report.ord_status, report.cum_qty, report.leaves_qty) == ("filled", 10, 0)


def test_another_members_order_is_not_revealed(exchange: Any) -> None:
    exchange.order("anna", "sell", 10, 7_000, cl_ord_id="secret")
    (foreign,) = exchange.cancel("bo", "secret")
    (absent,) = exchange.cancel("bo", "nothing")
    assert foreign.reject_code == absent.reject_code == RejectCode.UNKNOWN_ORDER
    blank = {"rpt_seq": 0, "seq": 0, "transact_time": 0, "cl_ord_id": "", "orig_cl_ord_id": ""}
    for name in foreign.__struct_fields__:
        if name not in blank:
            assert getattr(foreign, name) == getattr(absent, name), name
    assert exchange.queue("A") == [("secret", 7_000, 10)]


def test_a_colleague_may_cancel_and_the_report_goes_to_who_placed_the_order(
    exchange: Any,
) -> None:
    exchange.order("anna", "sell", 10, 7_000, cl_ord_id="o1")
    withdrawn, outcome = exchange.apply("ada", CancelOrder("c1", "o1"))
    assert isinstance(withdrawn, OrderEvent)
    assert (withdrawn.user, withdrawn.report.exec_type) == ("anna", "canceled")
    assert withdrawn.report.cl_ord_id == "o1"
    assert isinstance(outcome, CommandEvent)
    assert (outcome.user, outcome.report.cl_ord_id) == ("ada", "c1")
    assert (outcome.report.accepted, outcome.report.affected) == (True, 1)


def test_mass_cancel_withdraws_the_users_own_orders_in_id_order(exchange: Any) -> None:
    exchange.list_instrument("CEA23")
    for cl_ord_id in ("o1", "o2", "o3"):
        exchange.order("anna", "buy", 10, 6_900, cl_ord_id=cl_ord_id)
    exchange.order("ada", "buy", 10, 6_900, cl_ord_id="hers")
    exchange.replace("anna", "o1", 10, 6_901)
    *withdrawn, outcome = exchange.mass_cancel("anna")
    assert [event.report.order_id for event in withdrawn] == [1, 2, 3]
    assert outcome.report.affected == 3
    assert [row[0] for row in exchange.queue("A")] == ["hers"]
    assert exchange.command("ada", MassCancel("mc", "CEA23")).affected == 0
    assert exchange.command("ada", MassCancel("md", "CEA24")).affected == 1
    unknown = exchange.command("ada", MassCancel("me", "CEA99"))
    assert unknown.reject_code == RejectCode.UNKNOWN_SYMBOL


def test_open_orders_of_a_member_are_bounded(exchange: Any) -> None:
    assert MAX_OPEN_ORDERS == 20_000
    for number in range(MAX_OPEN_ORDERS):
        order = NewOrder(f"o{number}", "CEA24", "buy", 1, 6_900)
        (event,) = exchange.venue.apply(("anna", "ada")[number % 2], order, number)
        assert event.report.exec_type == "new"
    (refused,) = exchange.order("anna", "buy", 1, 6_900)
    assert refused.reject_code == RejectCode.TOO_MANY_ORDERS
    assert exchange.order("bo", "buy", 1, 6_900)[0].exec_type == "new"
    exchange.mass_cancel("ada")
    assert exchange.order("anna", "buy", 1, 6_900)[0].exec_type == "new"


def test_report_numbers_of_every_user_have_no_gap(new_exchange: Callable[..., Any]) -> None:
    exchange = new_exchange()
    expected: dict[str, int] = {
        user: exchange.venue.user_info(user).last_rpt_seq for user in exchange.venue.users()
    }
    for number in range(40):
        user = ("anna", "bo", "cy", "ada")[number % 4]
        side = "buy" if number % 3 else "sell"
        command = NewOrder(f"n{number}", "CEA24", side, 10 + number, 7_000 + number % 5)
        for event in exchange.apply(user, command):
            if isinstance(event, OrderEvent):
                expected[event.user] += 1
                assert event.report.rpt_seq == expected[event.user]
                assert event.report.seq == exchange.venue.seq
    assert {u: exchange.venue.user_info(u).last_rpt_seq for u in expected} == expected
