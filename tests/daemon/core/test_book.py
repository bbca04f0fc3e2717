"""The order book alone: queues, levels and what is left in memory."""

from bashu_daemon.core.book import Order, OrderBook
from bashu_daemon.core.matching import match, reach


def filled_book(*orders: tuple[str, int, int]) -> tuple[OrderBook[Order], list[Order]]:
    """Return a book of (side, price, quantity), each of an owner named by its place."""
    book: OrderBook[Order] = OrderBook()
    resting = [
        Order(number, side, price, qty, f"owner-{number}")  # type: ignore[arg-type]  # sides by hand
        for number, (side, price, qty) in enumerate(orders)
    ]
    for order in resting:
        book.add(order)
    return book, resting


def test_depth_is_best_first_on_both_sides() -> None:
    book, _ = filled_book(
        ("buy", 98, 5), ("buy", 99, 7), ("buy", 97, 1), ("sell", 102, 3), ("sell", 101, 4)
    )
    assert book.bids.depth() == [(99, 7, 1), (98, 5, 1), (97, 1, 1)]
    assert book.asks.depth() == [(101, 4, 1), (102, 3, 1)]


def test_level_sums_quantity_and_orders() -> None:
    book, orders = filled_book(("buy", 99, 7), ("buy", 99, 5), ("buy", 99, 1))
    assert book.bids.depth() == [(99, 13, 3)]
    book.remove(orders[1])
    assert book.bids.depth() == [(99, 8, 2)]
    book.reduce(orders[0], 2)
    assert book.bids.depth() == [(99, 3, 2)]


def test_removing_head_middle_or_tail_keeps_the_order_of_the_others() -> None:
    for gone in range(4):
        book, orders = filled_book(*[("sell", 100, 1)] * 4)
        book.remove(orders[gone])
        expected = [number for number in range(4) if number != gone]
        assert [order.order_id for order in book.asks.queue()] == expected
        late = Order(9, "sell", 100, 1, "late")
        book.add(late)
        assert [order.order_id for order in book.asks.queue()] == [*expected, 9]


def test_the_last_order_of_a_level_takes_the_level_away_wherever_it_stands() -> None:
    for gone in range(3):
        book, orders = filled_book(("buy", 97, 1), ("buy", 98, 1), ("buy", 99, 1))
        book.remove(orders[gone])
        prices = [price for price, _, _ in book.bids.depth()]
        assert prices == [price for price in (99, 98, 97) if price != 97 + gone]
        assert set(book.bids.levels) == set(book.bids.live) == set(prices)


def test_memory_follows_what_is_live() -> None:
    book: OrderBook[Order] = OrderBook()
    for price in range(1, 1_000):
        order = Order(price, "sell", price, 1, "maker")
        book.add(order)
        book.remove(order)
    assert not book.asks.live
    assert not book.asks.levels


def test_an_order_that_left_holds_no_reference_to_the_queue() -> None:
    book, orders = filled_book(*[("sell", 100, 1)] * 3)
    match(book, "buy", 100, 2, owner="taker", prevention="cancel_incoming")
    book.remove(orders[2])
    for order in orders:
        assert order.level is order.before is order.after is None


def test_reduce_keeps_the_place() -> None:
    book, orders = filled_book(("sell", 100, 5), ("sell", 100, 5))
    book.reduce(orders[0], 1)
    fills = match(book, "buy", 100, 2, owner="taker", prevention="cancel_incoming")
    assert [(maker.order_id, qty) for maker, qty in fills] == [(0, 1), (1, 1)]


def test_match_takes_best_price_then_first_come_and_never_past_its_limit() -> None:
    book, _ = filled_book(
        ("sell", 102, 5), ("sell", 101, 5), ("sell", 101, 5), ("sell", 100, 5), ("sell", 103, 5)
    )
    fills = match(book, "buy", 102, 100, owner="taker", prevention="cancel_incoming")
    assert [(maker.order_id, qty) for maker, qty in fills] == [(3, 5), (1, 5), (2, 5), (0, 5)]
    assert book.asks.depth() == [(103, 5, 1)]


def test_a_partly_filled_maker_keeps_its_place() -> None:
    book, orders = filled_book(("buy", 100, 5), ("buy", 100, 5))
    match(book, "sell", 100, 3, owner="taker", prevention="cancel_incoming")
    assert book.bids.depth() == [(100, 7, 2)]
    assert book.bids.queue() == orders
    fills = match(book, "sell", 100, 3, owner="taker", prevention="cancel_incoming")
    assert [(maker.order_id, qty) for maker, qty in fills] == [(0, 2), (1, 1)]


def test_reach_counts_what_match_trades_and_changes_nothing() -> None:
    for prevention, expected in (
        ("cancel_incoming", [(0, 5)]),
        ("cancel_both", [(0, 5)]),
        ("cancel_resting", [(0, 5), (2, 4)]),
        ("decrement", [(0, 5)]),
    ):
        book, _ = filled_book(
            ("sell", 100, 5), ("sell", 100, 5), ("sell", 101, 5), ("sell", 102, 9)
        )
        depth = book.asks.depth()
        reached = reach(book.asks, 101, 9, "owner-1", prevention)  # type: ignore[arg-type]  # by table
        assert book.asks.depth() == depth
        fills = match(book, "buy", 101, 9, owner="owner-1", prevention=prevention)  # type: ignore[arg-type]  # by table
        traded = [(maker.order_id, maker.price, qty) for maker, qty in fills if qty]
        assert [(number, qty) for number, _, qty in traded] == expected
        assert reached == (
            sum(qty for *_, qty in traded),
            sum(price * qty for _, price, qty in traded),
        )
