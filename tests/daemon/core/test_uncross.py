"""The uncross of a call auction against worked tables and against a brute-force reference.

Source of the criteria: reference/matching_engines.md 2, "call auction"; the rest is the venue's
own and written down in docs/decisions.md.
"""

import random
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_uncross import Bid, Outcome, naive_uncross

from bashu_daemon.core.book import Order, OrderBook
from bashu_daemon.core.uncross import uncross
from bashu_protocol.messages import SelfTradePrevention

PREVENTIONS: tuple[Any, ...] = (None, *get_args(SelfTradePrevention))
BOOKS = 100_000


def book_of(orders: list[Bid]) -> OrderBook[Order]:
    book: OrderBook[Order] = OrderBook()
    for order in orders:
        book.add(Order(order.number, order.side, order.price, order.tonnes, order.owner))  # type: ignore[arg-type]  # literals of the tests
    return book


def outcome(orders: list[Bid], reference: int, tick: int, prevention: Any) -> Outcome:
    """Find the same as the brute force does, from the core's uncross."""
    book = book_of(orders)
    before = (book.bids.depth(), book.asks.depth())
    found = uncross(book, reference, tick, prevention)
    assert (book.bids.depth(), book.asks.depth()) == before, "it is a pure function"
    withdrawn: set[int] = set()
    left = {order.number: order.tonnes for order in orders}
    for later, earlier, qty in found.prevented:
        assert later.owner == earlier.owner
        assert later.order_id > earlier.order_id
        for order, leaves in ((later, "cancel_resting"), (earlier, "cancel_incoming")):
            if prevention == "decrement":
                left[order.order_id] -= qty
            if prevention != leaves and (prevention != "decrement" or not left[order.order_id]):
                withdrawn.add(order.order_id)
    traded: dict[int, int] = {}
    for buy, sell, qty in found.fills():
        assert qty > 0
        assert buy.price >= found.price >= sell.price
        assert prevention is None or buy.owner != sell.owner
        for order in (buy, sell):
            traded[order.order_id] = traded.get(order.order_id, 0) + qty
    return Outcome(found.price, found.qty, found.surplus, sorted(withdrawn), traded)


@st.composite
def books(draw: st.DrawFn) -> tuple[list[Bid], int, int]:
    """Draw orders at few prices, so that ties abound; numbers need not follow the arrival."""
    tick = draw(st.sampled_from([1, 1, 5]))
    prices = st.integers(1, draw(st.integers(2, 12)))
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["buy", "sell"]), prices, st.integers(1, 5), st.sampled_from("abc")
            ),
            max_size=12,
        )
    )
    numbers = draw(st.permutations(range(1, len(rows) + 1)))
    orders = [
        Bid(number, side, price * tick, tonnes, owner)
        for number, (side, price, tonnes, owner) in zip(numbers, rows, strict=True)
    ]
    return orders, draw(st.integers(0, 14 * tick)), tick


@pytest.mark.parametrize("prevention", PREVENTIONS)
def test_price_volume_and_allocation_equal_brute_force(prevention: Any) -> None:
    @settings(max_examples=300, deadline=None)
    @given(books())
    def check(drawn: tuple[list[Bid], int, int]) -> None:
        orders, reference, tick = drawn
        expected = naive_uncross(orders, reference, tick, prevention)
        assert outcome(orders, reference, tick, prevention) == expected

    check()


def random_orders(chance: random.Random) -> tuple[list[Bid], int, int]:
    tick = chance.choice((1, 1, 5))
    span = chance.randint(2, 25)
    owners = "abcdef"[: chance.randint(1, 6)]
    count = chance.randint(0, 20)
    numbers = list(range(1, count + 1))
    if chance.random() < 0.2:
        chance.shuffle(numbers)
    orders = [
        Bid(
            number,
            chance.choice(("buy", "sell")),
            chance.randint(1, span) * tick,
            chance.randint(1, chance.choice((2, 9))),
            chance.choice(owners),
        )
        for number in numbers
    ]
    return orders, chance.randint(0, (span + 2) * tick), tick


def compare(count: int, seed: int) -> None:
    chance = random.Random(seed)
    traded = 0
    for number in range(count):
        orders, reference, tick = random_orders(chance)
        prevention = PREVENTIONS[number % len(PREVENTIONS)]
        expected = naive_uncross(orders, reference, tick, prevention)
        assert outcome(orders, reference, tick, prevention) == expected, orders
        traded += bool(expected.volume)
    assert traded > count // 4, "hardly any of the books trades"


def test_random_books_equal_brute_force() -> None:
    compare(2_000, seed=1)


@pytest.mark.soak
def test_100_000_random_books_equal_brute_force() -> None:
    compare(BOOKS, seed=2)


B, S = "buy", "sell"
WORKED: dict[str, tuple[list[tuple[str, int, int]], int, tuple[int, int, int]]] = {
    # orders as (side, price, tonnes); reference; (price, volume, surplus)
    "maximum volume": ([(B, 102, 50), (B, 101, 50), (S, 99, 60), (S, 101, 40)], 100, (101, 100, 0)),
    # at 100 and 101 60 t trade; 101 leaves nobody over, 100 leaves 40 t of buyers
    "least surplus": ([(B, 101, 60), (B, 100, 40), (S, 99, 60)], 90, (101, 60, 0)),
    "surplus of buyers: the highest": ([(B, 105, 30), (S, 100, 10)], 101, (105, 10, 20)),
    "surplus of sellers: the lowest": ([(B, 105, 10), (S, 100, 30)], 104, (100, 10, -20)),
    "no surplus: the reference": ([(B, 105, 10), (S, 100, 10)], 102, (102, 10, 0)),
    "no surplus: not below the sellers": ([(B, 105, 10), (S, 100, 10)], 98, (100, 10, 0)),
    "no surplus: not above the buyers": ([(B, 105, 10), (S, 100, 10)], 109, (105, 10, 0)),
    # 100 is no order's price: at 99 5 t of buyers are left over, at 100 none
    "between two orders": ([(B, 105, 10), (B, 99, 5), (S, 95, 10)], 97, (100, 10, 0)),
    # at 101 5 t of buyers are left over, at 103 5 t of sellers; 102 is like 101
    "surplus on either side: the reference": (
        [(B, 103, 10), (B, 102, 5), (S, 101, 10), (S, 103, 5)], 103, (103, 10, -5)
    ),
    "nothing meets": ([(B, 99, 10), (S, 100, 10)], 99, (0, 0, 0)),
    "one side only": ([(B, 99, 10)], 99, (0, 0, 0)),
}  # fmt: skip


@pytest.mark.parametrize("name", WORKED)
def test_worked_tables(name: str) -> None:
    rows, reference, expected = WORKED[name]
    orders = [Bid(n, side, price, qty, f"o{n}") for n, (side, price, qty) in enumerate(rows, 1)]
    found = outcome(orders, reference, 1, "cancel_incoming")
    assert found[:3] == expected
    assert found == naive_uncross(orders, reference, 1, "cancel_incoming")


@pytest.mark.parametrize(("reference", "price"), [(102, 100), (103, 105), (107, 105), (108, 110)])
def test_a_reference_off_the_tick_takes_the_closest(reference: int, price: int) -> None:
    orders = [Bid(1, "buy", 110, 10, "a"), Bid(2, "sell", 100, 10, "b")]
    assert outcome(orders, reference, 5, None).price == price


def test_of_two_prices_as_close_the_higher() -> None:
    """Venue's own, as every rounding of market_rules.md 1.3 is half-up."""
    orders = [Bid(1, "buy", 110, 10, "a"), Bid(2, "sell", 100, 10, "b")]
    assert outcome(orders, 105, 10, None).price == 110


def test_time_decides_within_a_price() -> None:
    orders = [
        Bid(1, "sell", 100, 6, "x"),
        Bid(2, "sell", 100, 6, "y"),
        Bid(3, "buy", 100, 5, "a"),
        Bid(4, "buy", 101, 4, "b"),
    ]
    found = outcome(orders, 100, 1, None)
    assert found.allocation == {4: 4, 3: 5, 1: 6, 2: 3}


@pytest.mark.parametrize(
    ("prevention", "withdrawn", "volume"),
    [
        (None, [], 20),
        ("cancel_incoming", [3], 10),
        ("cancel_resting", [1], 10),
        ("cancel_both", [1, 3], 10),
    ],
)
def test_an_owner_does_not_meet_itself(prevention: Any, withdrawn: list[int], volume: int) -> None:
    """Own orders that cross are treated like an incoming and a resting one (ICE, market_rules 7).

    Orders 1 and 3 are of one owner.
    """
    orders = [
        Bid(1, "buy", 105, 10, "own"),
        Bid(2, "buy", 100, 10, "b"),
        Bid(3, "sell", 99, 10, "own"),
        Bid(4, "sell", 100, 10, "c"),
    ]
    found = outcome(orders, 100, 1, prevention)
    assert (found.withdrawn, found.volume) == (withdrawn, volume)
    assert found == naive_uncross(orders, 100, 1, prevention)
