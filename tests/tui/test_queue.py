"""A place in the queue: never better than it is, and certain only at the front."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bashu_protocol.feed import MarketFeed
from bashu_protocol.messages import (
    BookDelta,
    BookSnapshot,
    ExecutionReport,
    OrderRow,
    PublicTrade,
    QueryResult,
    Side,
)
from bashu_tui.state.queue import Queue

SYMBOL = "CEA25"
PRICE = 7_460


class Market:
    """A feed and the queue model behind it, told of one level."""

    def __init__(self) -> None:
        self.feed = MarketFeed()
        self.queue = Queue(self.feed)
        self.now = 0
        self.md_seq = 0
        self.trade_seq = 0

    def tick(self) -> int:
        self.now += 1
        return self.now

    def say(self, message: Any) -> None:
        self.feed.accept(message)
        self.queue.hear(message)

    def snapshot(self, quantity: int, orders: int = 1) -> None:
        bids = [(PRICE, quantity, orders)] if quantity else []
        self.md_seq += 1
        self.say(BookSnapshot(SYMBOL, self.md_seq, 1, self.tick(), bids, []))

    def level(self, quantity: int, orders: int = 1) -> None:
        self.md_seq += 1
        change: tuple[Side, int, int, int] = ("buy", PRICE, quantity, orders)
        self.say(BookDelta(SYMBOL, self.md_seq, 1, self.tick(), [change]))

    def trade(self, quantity: int, price: int = PRICE, mode: Any = "listing") -> None:
        self.trade_seq += 1
        now = self.tick()
        self.say(
            PublicTrade(SYMBOL, self.trade_seq, 1, now, now, now, price, quantity, "sell", mode)
        )

    def report(self, exec_type: Any, leaves: int, order_id: int = 1, **more: Any) -> None:
        now = self.tick()
        values = {
            "rpt_seq": now, "seq": now, "transact_time": now, "cl_ord_id": f"o{order_id}",
            "order_id": order_id, "exec_type": exec_type, "ord_status": "new", "symbol": SYMBOL,
            "side": "buy", "price": PRICE, "order_qty": leaves, "leaves_qty": leaves, "cum_qty": 0,
        }  # fmt: skip
        self.queue.hear(ExecutionReport(**{**values, **more}))

    @property
    def ahead(self) -> int | None:
        return self.queue.ahead(SYMBOL, "buy", PRICE, PRICE)


def entered(before: int = 100, own: int = 10) -> Market:
    """Return a market in which an order has come in behind others."""
    market = Market()
    market.snapshot(before)
    market.report("new", own)
    market.level(before + own, 2)
    return market


def test_nothing_is_said_before_the_book_shows_the_order() -> None:
    market = Market()
    market.snapshot(100)
    market.report("new", 10)
    assert market.ahead is None
    market.level(110, 2)
    assert market.ahead == 100


def test_a_book_older_than_the_order_says_nothing() -> None:
    market = Market()
    market.snapshot(100)
    late = market.tick()
    market.report("new", 10)
    market.md_seq += 1
    market.say(BookDelta(SYMBOL, market.md_seq, 1, late, [("buy", PRICE, 95, 1)]))
    assert market.ahead is None


def test_alone_at_a_price_is_first_for_certain() -> None:
    assert entered(before=0).ahead == 0


def test_trades_take_from_the_front_and_are_not_counted_twice() -> None:
    market = entered()
    market.trade(30)
    assert market.ahead == 70
    market.level(80, 2)
    assert market.ahead == 70


def test_trades_elsewhere_and_blocks_move_nothing() -> None:
    market = entered()
    market.trade(30, PRICE + 1)
    market.trade(30, mode="block")
    assert market.ahead == 100


def test_who_comes_behind_changes_nothing() -> None:
    market = entered()
    market.level(500, 9)
    assert market.ahead == 100


def test_a_level_that_shrinks_below_the_bound_lowers_it() -> None:
    market = entered()
    market.level(500, 9)
    market.level(60, 3)
    assert market.ahead == 50


def test_ones_own_fill_says_that_one_is_first() -> None:
    market = entered()
    market.report("trade", 4, ord_status="partially_filled")
    assert market.ahead == 0


def test_a_smaller_quantity_keeps_the_place_a_larger_one_loses_it() -> None:
    market = entered()
    market.trade(30)
    market.report("replaced", 5)
    market.level(75, 2)
    assert market.ahead == 70
    market.report("replaced", 20)
    assert market.ahead is None
    market.level(190, 4)
    assert market.ahead == 170


def test_of_two_own_orders_the_first_counts() -> None:
    market = entered()
    market.report("new", 20, order_id=2)
    market.level(150, 4)
    assert market.ahead == 100
    market.report("canceled", 0, order_id=1)
    market.level(140, 3)
    assert market.ahead == 120


def test_in_a_row_of_several_prices_the_best_counts() -> None:
    market = entered()
    market.report("new", 7, order_id=2, price=PRICE - 1)
    assert market.queue.ahead(SYMBOL, "buy", PRICE - 4, PRICE) == 100


def test_an_iceberg_has_no_bound() -> None:
    market = Market()
    market.snapshot(100)
    market.report("new", 50, display_qty=10)
    market.level(110, 2)
    assert market.ahead is None


def test_a_level_below_the_published_depth_says_nothing() -> None:
    market = Market()
    market.snapshot(0)
    market.report("new", 10)
    market.md_seq += 1
    market.say(BookDelta(SYMBOL, market.md_seq, 1, market.tick(), [("buy", PRICE + 9, 5, 1)]))
    assert market.ahead is None


def test_a_stop_stands_in_a_queue_once_it_is_triggered() -> None:
    market = Market()
    market.snapshot(100)
    market.report("new", 10, stop_px=7_400)
    market.level(100)
    assert market.ahead is None
    market.report("triggered", 10, stop_px=7_400)
    market.level(110, 2)
    assert market.ahead == 100


def test_an_order_that_ended_has_no_place() -> None:
    market = entered()
    market.report("canceled", 0)
    assert market.ahead is None


def test_a_gap_in_the_book_hides_the_place_until_it_is_whole_again() -> None:
    market = entered()
    market.md_seq += 1
    market.level(90)
    assert market.ahead is None
    market.snapshot(60, 3)
    assert market.ahead == 50


def row(order_id: int, leaves: int, user: str = "alice", **more: Any) -> OrderRow:
    return OrderRow(
        order_id, f"o{order_id}", user, SYMBOL, "buy", PRICE, leaves, leaves, 0, "limit", "day", 1,
        **more,
    )  # fmt: skip


def test_after_a_break_the_bound_is_made_anew() -> None:
    market = entered()
    market.trade(90)
    assert market.ahead == 10
    market.level(200, 7)
    rows = [row(1, 10), row(2, 5, "carol"), row(3, 5, waiting=True)]
    market.queue.begin(QueryResult("q", "orders", market.now, list(rows)), "alice")
    assert market.ahead == 190


def test_reports_newer_than_the_answer_are_not_lost() -> None:
    market = entered()
    answered = market.now
    market.report("canceled", 0)
    market.queue.begin(QueryResult("q", "orders", answered, [row(1, 10)]), "alice")
    assert market.ahead is None


@given(
    before=st.lists(st.integers(1, 50), max_size=5),
    moves=st.lists(
        st.tuples(st.sampled_from(["trade", "join", "leave", "image"]), st.integers(0, 60)),
        max_size=40,
    ),
)
def test_the_bound_is_never_below_the_truth(
    before: list[int], moves: list[tuple[str, int]]
) -> None:
    market = Market()
    market.snapshot(sum(before))
    market.report("new", 10)
    ahead, behind = list(before), [0]
    for kind, number in moves:
        if kind == "trade":
            quantity = min(number, sum(ahead))
            if quantity:
                left = quantity
                while left:
                    taken = min(left, ahead[0])
                    ahead[0] -= taken
                    left -= taken
                    if not ahead[0]:
                        ahead.pop(0)
                market.trade(quantity)
        elif kind == "join":
            behind.append(number)
        elif kind == "leave":
            queue = ahead if ahead and number % 2 else behind
            if queue:
                queue.pop(number % len(queue))
        else:
            market.level(sum(ahead) + 10 + sum(behind), 2)
        if market.ahead is not None:
            assert market.ahead >= sum(ahead)
