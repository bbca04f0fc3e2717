"""What broke in other matching engines (reference/matching_engines.md §4.2), each a test.

Defects of stops, icebergs and GTD orders are in the tests of those.
"""

import random
from typing import Any

import pytest

from bashu_daemon.core import Venue
from bashu_daemon.core.events import OrderEvent
from bashu_protocol.messages import (
    AddMember,
    AddUser,
    CancelOrder,
    CloseDay,
    Deposit,
    InstrumentRules,
    ListInstrument,
    MassCancel,
    NewOrder,
    OpenDay,
    ReplaceOrder,
    SetPhase,
    StateCommand,
)
from bashu_protocol.reject_codes import RejectCode

SYMBOL = "CEA25"


class Desk:
    """Three users of three owners, in continuous trading around 70.00."""

    def __init__(self) -> None:
        self.venue = Venue()
        self.count = 0
        self.log: list[tuple[str, StateCommand, int]] = []
        rules = InstrumentRules(
            symbol=SYMBOL, name_zh="x", name_en="x", product="CEA", reference_price=7_000
        )
        self.send("venue", ListInstrument("list", rules))
        for user in ("a", "b", "c"):
            self.send("venue", AddMember(f"m{user}", user, user, user))
            self.send("venue", AddUser(f"u{user}", user, user))
            self.send("venue", Deposit(f"c{user}", user, "CNY", 10**13))
            self.send("venue", Deposit(f"t{user}", user, SYMBOL, 10**8))
        self.send("venue", OpenDay("open", 20_260_105))
        self.send("venue", SetPhase("go", "continuous"))

    def send(self, user: str, command: StateCommand) -> list[Any]:
        """Return the reports, each with its user."""
        now_ns = len(self.log) + 1
        self.log.append((user, command, now_ns))
        events = self.venue.apply(user, command, now_ns)
        return [(e.user, e.report) for e in events if isinstance(e, OrderEvent)]

    def order(
        self, user: str, side: Any, qty: int, price: int, **more: Any
    ) -> tuple[str, list[Any]]:
        self.count += 1
        name = f"o{self.count}"
        return name, self.send(user, NewOrder(name, SYMBOL, side, qty, price, **more))

    def bids(self) -> list[tuple[int, int, int]]:
        return self.venue.depth(SYMBOL)[0]

    def asks(self) -> list[tuple[int, int, int]]:
        return self.venue.depth(SYMBOL)[1]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def fills(reports: list[Any], user: str) -> list[tuple[int, int]]:
    return [(r.last_px, r.last_qty) for who, r in reports if who == user and r.exec_type == "trade"]


def makers(reports: list[Any], taker: str) -> list[str]:
    return [r.cl_ord_id for who, r in reports if who != taker and r.exec_type == "trade"]


def test_a_trade_prints_at_the_resting_price_whichever_side_rests(desk: Desk) -> None:
    """robaho#2, fmstephe#11: printed at the taker's or always at the seller's price."""
    desk.order("a", "sell", 5, 7_000)
    assert fills(desk.order("b", "buy", 5, 7_100)[1], "b") == [(7_000, 5)]
    desk.order("a", "buy", 5, 7_000)
    assert fills(desk.order("b", "sell", 5, 6_900)[1], "b") == [(7_000, 5)]


def test_a_partly_filled_maker_keeps_its_place(desk: Desk) -> None:
    """OrderBook-rs#88: sent to the back of the queue."""
    first, _ = desk.order("a", "sell", 10, 7_000)
    second, _ = desk.order("b", "sell", 10, 7_000)
    desk.order("c", "buy", 4, 7_000)
    assert makers(desk.order("c", "buy", 8, 7_000)[1], "c") == [first, second]


def test_a_cancel_in_the_middle_keeps_the_order_of_the_others(desk: Desk) -> None:
    """slmolenaar#3, StockSharp#681: swap-remove breaks first-in-first-out."""
    names = [desk.order("a", "sell", 1, 7_000)[0] for _ in range(5)]
    desk.send("a", CancelOrder("x", names[1]))
    reports = desk.order("b", "buy", 4, 7_000)[1]
    assert makers(reports, "b") == [names[0], names[2], names[3], names[4]]


def test_a_late_cancel_of_a_filled_order_is_refused_cleanly(desk: Desk) -> None:
    """lightmatchingengine#18, parity#122, order-matching#25: leak, crash or false success."""
    name, _ = desk.order("a", "sell", 5, 7_000)
    desk.order("b", "buy", 5, 7_000)
    ((_, report),) = desk.send("a", CancelOrder("late", name))
    assert (report.exec_type, report.reject_code) == ("rejected", RejectCode.ORDER_NOT_OPEN)
    assert desk.venue.order_rows("a") == []


def test_the_best_price_is_right_after_the_best_is_cancelled(desk: Desk) -> None:
    """pyob#1, lobrs#1: a stale best price empties the top."""
    best, _ = desk.order("a", "buy", 5, 7_010)
    desk.order("a", "buy", 5, 7_000)
    desk.send("a", CancelOrder("x", best))
    assert desk.bids() == [(7_000, 5, 1)]
    assert fills(desk.order("b", "sell", 5, 6_950)[1], "b") == [(7_000, 5)]


def test_the_rest_of_an_immediate_order_never_rests(desk: Desk) -> None:
    """liquibook#43."""
    desk.order("a", "sell", 5, 7_000)
    _, reports = desk.order("b", "buy", 9, 7_000, time_in_force="ioc")
    assert reports[-1][1].exec_type == "canceled"
    assert (desk.bids(), desk.asks()) == ([], [])


def test_a_marketable_order_never_walks_past_its_limit(desk: Desk) -> None:
    """geseq#25, matchcore#167."""
    for price in (7_000, 7_010, 7_020):
        desk.order("a", "sell", 5, price)
    assert fills(desk.order("b", "buy", 50, 7_010)[1], "b") == [(7_000, 5), (7_010, 5)]
    assert desk.asks() == [(7_020, 5, 1)]
    assert desk.bids() == [(7_010, 40, 1)]


def test_an_amendment_that_crosses_trades(desk: Desk) -> None:
    """dyn4mik3, hft-clob-core#59: not matched; matchcore#167: past its limit."""
    desk.order("a", "sell", 5, 7_000)
    desk.order("a", "sell", 5, 7_030)
    name, _ = desk.order("b", "buy", 8, 6_950)
    reports = desk.send("b", ReplaceOrder("r", name, 8, 7_010))
    assert fills(reports, "b") == [(7_000, 5)]
    assert (desk.bids(), desk.asks()) == ([(7_010, 3, 1)], [(7_030, 5, 1)])


def test_an_amendment_after_a_partial_fill_uses_the_real_fill(desk: Desk) -> None:
    """opexdev#688."""
    name, _ = desk.order("a", "sell", 10, 7_000)
    desk.order("b", "buy", 4, 7_000)
    ((_, report),) = desk.send("a", ReplaceOrder("r", name, 9, 7_000))
    assert (report.order_qty, report.cum_qty, report.leaves_qty) == (9, 4, 5)
    ((_, refused),) = desk.send("a", ReplaceOrder("r2", "r", 4, 7_000))
    assert refused.reject_code == RejectCode.INVALID_QTY


def test_an_amendment_keeps_its_siblings(desk: Desk) -> None:
    """Orders at the amended order's level vanish with it."""
    names = [desk.order("a", "sell", 5, 7_000)[0] for _ in range(3)]
    desk.send("a", ReplaceOrder("r", names[1], 5, 7_020))
    assert desk.asks() == [(7_000, 10, 2), (7_020, 5, 1)]


def test_fill_or_kill_counts_all_makers_within_its_limit(desk: Desk) -> None:
    """loom#1, lirezap#1: checked against one maker only."""
    for price in (7_000, 7_000, 7_010, 7_020):
        desk.order("a", "sell", 5, price)
    _, refused = desk.order("b", "buy", 16, 7_010, time_in_force="fok")
    assert refused[0][1].reject_code == RejectCode.FOK_NOT_FILLED
    assert sum(qty for _, qty, _ in desk.asks()) == 20
    _, reports = desk.order("b", "buy", 15, 7_010, time_in_force="fok")
    assert sum(qty for _, qty in fills(reports, "b")) == 15


def test_a_deep_sweep_does_not_recurse(desk: Desk) -> None:
    """Recursion overflow on a sweep of thousands of orders."""
    for number in range(19_000):
        desk.order("a", "sell", 1, 7_000 + number % 600)
    _, reports = desk.order("b", "buy", 19_000, 7_700)
    assert len(fills(reports, "b")) == 19_000
    assert desk.asks() == []


def test_a_cancel_never_clears_the_queue_ahead(desk: Desk) -> None:
    """nautilus#4370."""
    first, _ = desk.order("a", "sell", 5, 7_000)
    mine, _ = desk.order("b", "sell", 5, 7_000)
    other, _ = desk.order("c", "sell", 5, 7_000)
    desk.send("c", CancelOrder("x", other))
    assert makers(desk.order("c", "buy", 5, 7_000)[1], "c") == [first]
    assert [row.cl_ord_id for row in desk.venue.order_rows("b")] == [mine]


def test_liquidity_is_used_once(desk: Desk) -> None:
    """nautilus#5017."""
    desk.order("a", "sell", 5, 7_000)
    desk.order("b", "buy", 5, 7_000)
    assert fills(desk.order("c", "buy", 5, 7_000)[1], "c") == []


def test_mass_cancel_withdraws_in_order_of_arrival(desk: Desk) -> None:
    """OrderBook-rs#193: the order of a hash table makes replays differ."""
    chance = random.Random(3)
    names = [desk.order("a", "buy", 1, 6_900 + chance.randrange(90))[0] for _ in range(50)]
    reports = desk.send("a", MassCancel("all"))
    assert [report.cl_ord_id for _, report in reports] == names


def test_rules_and_ids_come_from_the_journal_alone(desk: Desk) -> None:
    """OrderBook-rs#101, #199, #200, Option-Chain#52, #94: settings or random ids outside it."""
    chance = random.Random(9)
    for _ in range(300):
        side = chance.choice(["buy", "sell"])
        desk.order(chance.choice("abc"), side, chance.randint(1, 9), chance.randint(6_990, 7_010))
    again = Venue()
    for user, command, now_ns in desk.log:
        again.apply(user, command, now_ns)
    assert again.dump() == desk.venue.dump()


def test_cancel_on_disconnect_of_anybody_is_harmless(desk: Desk) -> None:
    """parity#50: it crashed the venue."""
    before = desk.venue.depth(SYMBOL)
    desk.send("a", MassCancel("cod-1-1"))
    desk.send("nobody", MassCancel("cod-1-2"))
    desk.send("venue", CloseDay("close"))
    desk.send("a", MassCancel("cod-1-3"))
    assert desk.venue.depth(SYMBOL) == before


def test_memory_follows_what_is_live(desk: Desk) -> None:
    """Filled and cancelled orders stay in a map forever."""
    for _ in range(200):
        desk.order("a", "sell", 1, 7_000)
        desk.order("b", "buy", 1, 7_000)
    desk.send("venue", CloseDay("close"))
    desk.send("venue", OpenDay("open2", 20_260_106))
    small = len(desk.venue.dump())
    desk.send("venue", SetPhase("go2", "continuous"))
    for _ in range(2_000):
        desk.order("a", "sell", 1, 7_000)
        desk.order("b", "buy", 1, 7_000)
    desk.send("venue", CloseDay("close2"))
    desk.send("venue", OpenDay("open3", 20_260_107))
    assert len(desk.venue.dump()) <= small + 200
