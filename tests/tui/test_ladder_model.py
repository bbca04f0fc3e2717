"""The rows of the ladder: nothing is lost, nothing looks better than it is."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bashu_protocol.feed import BookView
from bashu_protocol.messages import BookSnapshot, OrdType, Side
from bashu_tui.state.ladder import (
    STEPS,
    Marks,
    build,
    covered,
    cumulative,
    in_sight,
    middle,
    own_at,
)
from bashu_tui.state.orders import OrderLine

Levels = list[tuple[int, int, int]]


def book(bids: Levels, asks: Levels) -> BookView:
    view = BookView("CEA25")
    view.reset(BookSnapshot("CEA25", 1, 1, 1, bids, asks))
    return view


def order(side: Side, price: int, leaves: int, order_id: int = 1) -> OrderLine:
    return OrderLine(order_id, f"o{order_id}", "CEA25", side, price, leaves, leaves, 0, "new", 0)


def test_rows_that_hide_a_best_price_which_would_fit_have_lost_the_market() -> None:
    wide = book([(7_455, 90, 1)], [(7_470, 300, 1)])
    assert not in_sight(wide, 7_462, 7_483, 1, 26)  # rows down to 7,458
    assert in_sight(wide, 7_462, 7_475, 1, 26)
    assert in_sight(wide, 7_462, 7_466, 1, 15)  # they fit into no 15 rows
    assert in_sight(book([], [(7_470, 300, 1)]), 7_470, 7_483, 1, 26)


@given(
    bid=st.integers(1_000, 9_000), spread=st.integers(1, 400), step=st.sampled_from(STEPS),
    count=st.integers(12, 60),
)  # fmt: skip
def test_rows_about_the_middle_show_the_market(
    bid: int, spread: int, step: int, count: int
) -> None:
    view = book([(bid, 1, 1)], [(bid + spread, 1, 1)])
    centre = middle(view, 0, 0)
    top = centre + count // 2 * step
    assert in_sight(view, centre, top - top % step, step, count)


def test_each_price_has_its_row() -> None:
    rows = build(book([(100, 5, 1), (98, 7, 2)], [(101, 3, 1)]), [], 103, 1, 8)
    assert [row.price for row in rows] == [103, 102, 101, 100, 99, 98, 97, 96]
    assert {row.price: row.bid_qty for row in rows if row.bid_qty} == {100: 5, 98: 7}
    assert {row.price: row.ask_qty for row in rows if row.ask_qty} == {101: 3}


def test_a_coarse_row_gathers_away_from_the_market() -> None:
    rows = build(book([(104, 1, 1), (101, 2, 1)], [(106, 4, 1), (110, 8, 1)]), [], 120, 5, 6)
    assert {row.price: row.bid_qty for row in rows if row.bid_qty} == {100: 3}
    assert {row.price: row.ask_qty for row in rows if row.ask_qty} == {110: 12}


def test_own_orders_stand_where_their_side_of_the_market_does() -> None:
    own = [order("buy", 104, 10), order("buy", 104, 5, 2), order("sell", 106, 7, 3)]
    rows = build(book([], []), own, 120, 5, 6)
    assert {row.price: row.own_buy for row in rows if row.own_buy} == {100: 15}
    assert {row.price: row.own_sell for row in rows if row.own_sell} == {110: 7}


def stop(side: Side, stop_px: int, leaves: int, order_id: int, price: int = 0) -> OrderLine:
    kind: OrdType = "stop_limit" if price else "stop"
    return replace(
        order(side, price, leaves, order_id), ord_type=kind, stop_px=stop_px, is_waiting=True
    )


def test_what_waits_for_its_stop_price_stands_there_and_not_at_its_limit() -> None:
    own = [stop("buy", 104, 10, 1, price=106), stop("sell", 97, 7, 2), order("buy", 100, 5, 3)]
    rows = build(book([(100, 5, 1)], []), own, 108, 1, 13)
    assert {row.price: row.own_buy for row in rows if row.own_buy} == {100: 5}
    assert not any(row.own_sell for row in rows)
    assert {row.price: row.stop_buy for row in rows if row.stop_buy} == {104: 10}
    assert {row.price: row.stop_sell for row in rows if row.stop_sell} == {97: 7}


def test_a_triggered_stop_limit_stands_at_its_limit() -> None:
    own = [replace(stop("sell", 97, 7, 1, price=96), is_waiting=False)]
    rows = build(book([], []), own, 100, 1, 10)
    assert {row.price: row.own_sell for row in rows if row.own_sell} == {96: 7}
    assert not any(row.stop_sell for row in rows)


def test_what_waits_for_approval_is_in_no_row() -> None:
    held = replace(order("buy", 100, 5), status="pending_new")
    assert not any(row.own_buy for row in build(book([], []), [held], 103, 1, 8))


def test_on_a_coarse_row_a_stop_price_looks_no_nearer_than_it_is() -> None:
    own = [stop("buy", 104, 10, 1), stop("sell", 96, 7, 2)]
    rows = build(book([], []), own, 120, 5, 8)
    assert {row.price: row.stop_buy for row in rows if row.stop_buy} == {105: 10}
    assert {row.price: row.stop_sell for row in rows if row.stop_sell} == {95: 7}


@given(
    step=st.sampled_from(STEPS),
    orders=st.lists(
        st.tuples(st.sampled_from(["buy", "sell"]), st.integers(1_000, 1_050), st.booleans()),
        max_size=12,
    ),
)
def test_a_row_withdraws_what_it_shows(step: int, orders: list[tuple[Side, int, bool]]) -> None:
    own = [
        stop(side, price, number, number) if waits else order(side, price, number, number)
        for number, (side, price, waits) in enumerate(orders, 1)
    ]
    top = 1_200 - 1_200 % step
    found: list[int] = []
    for row in build(book([], []), own, top, step, 400):
        buys, sells = (own_at(own, side, row.price, step) for side in ("buy", "sell"))
        assert row.own_buy + row.stop_buy == sum(o.leaves_qty for o in buys)
        assert row.own_sell + row.stop_sell == sum(o.leaves_qty for o in sells)
        found += [o.order_id for o in (*buys, *sells)]
    assert sorted(found) == [o.order_id for o in own]


def test_what_is_out_of_sight_is_left_out() -> None:
    rows = build(book([(10, 5, 1)], [(500, 5, 1)]), [order("buy", 9, 1)], 103, 1, 5)
    assert all(row.bid_qty == row.ask_qty == row.own_buy == 0 for row in rows)


@given(
    prices=st.lists(st.integers(1_000, 1_050), unique=True, min_size=2, max_size=30),
    step=st.sampled_from(STEPS),
    split=st.integers(1_000, 1_050),
)
def test_no_tonne_is_lost_and_none_looks_better(prices: list[int], step: int, split: int) -> None:
    bids = [(price, price, 1) for price in sorted(prices, reverse=True) if price < split]
    asks = [(price, price, 1) for price in sorted(prices) if price >= split]
    top = 1_200 - 1_200 % step
    rows = build(book(bids, asks), [], top, step, 400)
    assert sum(row.bid_qty for row in rows) == sum(price for price, _, _ in bids)
    assert sum(row.ask_qty for row in rows) == sum(price for price, _, _ in asks)
    if bids:
        assert max(row.price for row in rows if row.bid_qty) <= bids[0][0]
    if asks:
        assert min(row.price for row in rows if row.ask_qty) >= asks[0][0]


def test_middle_is_the_best_knowledge_of_the_market() -> None:
    assert middle(book([(98, 1, 1)], [(102, 1, 1)]), 90, 80) == 100
    assert middle(book([(98, 1, 1)], []), 90, 80) == 98
    assert middle(book([], [(102, 1, 1)]), 90, 80) == 102
    assert middle(book([], []), 90, 80) == 90
    assert middle(book([], []), 0, 80) == 80


def test_marks_stand_on_the_row_that_holds_their_price() -> None:
    marks = Marks(last=7_463, limit_up=8_209, limit_down=6_717)
    assert [row for row in (7_460, 7_465) if marks.has(marks.last, row, 5)] == [7_460]
    assert not marks.has(0, 0, 5)
    assert [row for row in range(6_700, 8_300, 5) if marks.is_limit(row, 5)] == [6_720, 8_205]
    assert [row for row in range(6_700, 8_300) if marks.is_limit(row, 1)] == [6_717, 8_209]


def test_beyond_the_limits_nothing_trades() -> None:
    marks = Marks(limit_up=8_209, limit_down=6_717)
    assert [marks.is_beyond(price) for price in (6_716, 6_717, 8_209, 8_210)] == [
        True, False, False, True,
    ]  # fmt: skip
    assert not Marks().is_beyond(1)
    assert Marks().is_beyond(0)


def test_cumulative_quantity_is_what_could_trade_down_or_up_to_a_price() -> None:
    view = book([(100, 5, 1), (98, 7, 2)], [(101, 3, 1), (104, 4, 1)])
    assert cumulative(view, 98) == (12, 0)
    assert cumulative(view, 99) == (5, 0)
    assert cumulative(view, 103) == (0, 3)
    assert cumulative(view, 104) == (0, 7)


@given(price=st.integers(1_000, 9_000), step=st.sampled_from(STEPS))
def test_a_row_covers_what_it_gathers(price: int, step: int) -> None:
    for bids, asks, side in (([(price, 1, 1)], [], "buy"), ([], [(price, 1, 1)], "sell")):
        top = (price // step + 3) * step
        (row,) = [r for r in build(book(bids, asks), [], top, step, 7) if r.bid_qty or r.ask_qty]
        low, high = covered(row.price, step, "buy" if side == "buy" else "sell")
        assert low <= price <= high
