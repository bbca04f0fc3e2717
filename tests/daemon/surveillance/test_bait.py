"""Spoofing and layering: at the thresholds, and honest orders beside them."""

from random import Random

import pytest
from watched_market import SECOND, Watched

from bashu_daemon.surveillance.bait import Habit
from bashu_protocol.messages import MassCancel

MS = SECOND // 1_000


def book() -> Watched:
    """Ten tonnes of hundreds on each side, with room between the best prices."""
    market = Watched()
    for step in range(5):
        market.order("maker", "buy", 400, 6_990 - step)
        market.order("maker", "sell", 400, 7_000 + step)
    return market


def spoof(
    market: Watched,
    *,
    bait: int = 2_000,
    price: int = 6_989,
    stands_ms: int = 2_000,
    after_fill_ms: int = 500,
    is_filled: bool = True,
    bait_user: str = "b",
    real_user: str = "b",
    others: int = 31,
) -> None:
    """Rest a small offer, show a large bid, have the offer taken, withdraw the bid.

    In between others enter some orders: the market is no slow one.
    """
    real = market.order(real_user, "sell", 60, 6_996)
    shown = market.order(bait_user, "buy", bait, price)
    if is_filled:
        market.order("c", "buy", 60, 6_996, (stands_ms - after_fill_ms) * MS)
    busy(market, others)
    market.cancel(bait_user, shown, after_fill_ms * MS)
    market.cancel(real_user, real)


def busy(market: Watched, orders: int) -> None:
    for number in range(orders):
        market.order("a", "buy", 100, 6_850 - number, 0)


def test_a_large_bid_for_the_sake_of_a_small_offer() -> None:
    market = book()
    spoof(market)
    (alert,) = market.alerts("spoofing")
    assert (alert.severity, alert.owner, alert.gain) == ("warning", "ob", 60 * 6)
    assert (alert.facts["bait_qty"], alert.facts["before_price"]) == (2_000, 6_990)
    assert "withdrew the order after 2,000 ms" in alert.stories["en"]
    spoof(market)
    (alert,) = market.alerts("spoofing")
    assert (alert.severity, alert.count) == ("violation", 2)


def test_bait_and_offer_in_two_accounts_of_one_group_are_the_collusive_form() -> None:
    market = book()
    spoof(market, bait_user="b2")
    (alert,) = market.alerts("spoofing")
    assert (alert.members, alert.facts["collusive"]) == (["b", "b2"], 1)


def test_two_owners_are_no_group() -> None:
    market = book()
    spoof(market, bait_user="a")
    assert market.alerts("spoofing") == []


@pytest.mark.parametrize(
    "change",
    [
        {"is_filled": False},
        {"bait": 200},
        {"price": 6_970},
        {"stands_ms": 15_001, "after_fill_ms": 500},
    ],
)
def test_what_is_no_spoofing(change: dict[str, int]) -> None:
    market = book()
    for step in range(4):
        market.order("maker", "buy", 100, 6_980 - step)
    spoof(market, **change)  # type: ignore[arg-type]  a bool among the numbers
    assert market.alerts("spoofing") == []


def test_the_limits_of_time_themselves_are_within() -> None:
    market = book()
    spoof(market, stands_ms=15_000, after_fill_ms=10_000)
    assert len(market.alerts("spoofing")) == 1


def usual_orders(market: Watched, size: int) -> None:
    """Let orders of a size be what is usual."""
    for step in range(60):
        market.order("maker", "buy", size, 6_900 - step)


@pytest.mark.parametrize(
    ("usual", "bait", "found"), [(8, 40, 1), (8, 39, 0), (104, 520, 1), (104, 519, 0)]
)
def test_large_is_what_is_large_for_the_market(usual: int, bait: int, found: int) -> None:
    market = Watched()
    for step in range(5):
        market.order("maker", "buy", usual, 6_990 - step)
        market.order("maker", "sell", usual, 7_000 + step)
    usual_orders(market, usual)
    real = market.order("b", "sell", usual, 6_996)
    shown = market.order("b", "buy", bait, 6_989)
    market.order("c", "buy", usual, 6_996, SECOND)
    market.cancel("b", shown)
    market.cancel("b", real)
    assert len(market.alerts("spoofing")) == found


@pytest.mark.parametrize(
    ("bait", "after_ms", "found"), [(520, 5_000, 1), (520, 5_001, 0), (780, 5_001, 1)]
)
def test_what_is_just_large_goes_soon_after_the_trade(bait: int, after_ms: int, found: int) -> None:
    market = Watched()
    usual_orders(market, 104)
    for step in range(5):
        market.order("maker", "buy", 104, 6_990 - step)
        market.order("maker", "sell", 104, 7_000 + step)
    spoof(market, bait=bait, stands_ms=9_000, after_fill_ms=after_ms)
    assert len(market.alerts("spoofing")) == found


def test_a_bid_that_another_takes_the_place_of_is_a_quote() -> None:
    market = book()
    market.order("b", "sell", 60, 6_996)
    shown = market.order("b", "buy", 2_000, 6_989)
    market.order("c", "buy", 60, 6_996)
    market.order("b", "buy", 2_000, 6_990)
    market.cancel("b", shown)
    assert market.alerts("spoofing") == []


@pytest.mark.parametrize(("next_bid", "found"), [(6_984, 1), (6_982, 0)])
def test_a_trade_much_below_the_price_before_is_no_gain(next_bid: int, found: int) -> None:
    market = Watched()
    best = market.order("maker", "buy", 400, 6_990)
    market.order("maker", "buy", 400, next_bid)
    shown = market.order("b", "buy", 2_000, 6_981)
    market.cancel("maker", best)
    market.order("b", "sell", 60, next_bid)
    market.cancel("b", shown)
    assert len(market.alerts("spoofing")) == found


def test_a_bid_that_was_filled_was_meant() -> None:
    market = book()
    market.order("b", "sell", 60, 6_996)
    shown = market.order("b", "buy", 2_000, 6_991)
    market.order("c", "buy", 60, 6_996)
    market.order("a", "sell", 201, 6_991)
    market.cancel("b", shown)
    assert market.alerts("spoofing") == []


def layer(
    market: Watched,
    *,
    orders: int = 3,
    size: int = 300,
    within_ms: int = 500,
    is_filled: bool = True,
) -> list[str]:
    """Rest a small offer and enter bids at several prices; have the offer taken."""
    market.order("b", "sell", 60, 6_996)
    names = [market.order("b", "buy", size, 6_988 - step, within_ms * MS) for step in range(orders)]
    if is_filled:
        market.order("c", "buy", 60, 6_996)
    return names


def test_layers_that_are_gone_when_the_offer_was_taken() -> None:
    market = book()
    for name in layer(market):
        market.cancel("b", name, 100 * MS)
    (alert,) = market.alerts("layering")
    assert (alert.severity, alert.facts["prices"], alert.facts["entered_qty"]) == (
        "warning",
        3,
        900,
    )


def test_layers_may_be_withdrawn_at_once() -> None:
    market = book()
    layer(market)
    market.send("b", MassCancel("all"))
    assert len(market.alerts("layering")) == 1


@pytest.mark.parametrize("change", [{"orders": 2}, {"size": 133}, {"within_ms": 3_001}])
def test_what_is_no_layering(change: dict[str, int]) -> None:
    market = book()
    usual_orders(market, 104)
    for name in layer(market, **change):
        market.cancel("b", name, 100 * MS)
    assert market.alerts("layering") == []


def test_layers_that_stay_were_meant() -> None:
    market = book()
    names = layer(market)
    busy(market, 31)
    market.now_ns += 15 * SECOND
    for name in names:
        market.cancel("b", name, 100 * MS)
    assert market.alerts("layering") == []


def test_without_a_trade_on_the_other_side_it_is_no_layering() -> None:
    market = book()
    names = [market.order("b", "buy", 300, 6_988 - step, 500 * MS) for step in range(5)]
    for name in names:
        market.cancel("b", name, 100 * MS)
    assert market.alerts("layering") == []


def test_quotes_on_both_sides_are_a_makers() -> None:
    market = book()
    for step in range(4):
        market.order("b", "sell", 300, 6_999 + step, 100 * MS)
    names = [market.order("b", "buy", 300, 6_988 - step, 100 * MS) for step in range(4)]
    market.order("c", "buy", 60, 6_999)
    for name in names:
        market.cancel("b", name, 100 * MS)
    assert market.alerts("layering") == []
    assert market.alerts("spoofing") == []


def quote_ladders(market: Watched, chance: Random, times: int) -> None:
    """Have `b` show bids at three prices and one small offer, again and again, all of chance."""
    for _ in range(times):
        offer = market.order("b", "sell", chance.randint(20, 60), 6_999)
        size = int(300 * chance.uniform(0.7, 1.5))
        names = [market.order("b", "buy", size, 6_988 - step, 20 * MS) for step in range(3)]
        for name in (*names, offer):
            market.cancel("b", name, 100 * MS)
        market.now_ns += 5 * SECOND


@pytest.mark.parametrize(("idle", "found"), [(0, 1), (1, 1), (2, 0), (40, 0)])
def test_one_trade_beside_many_idle_ladders_is_chance(idle: int, found: int) -> None:
    market = book()
    quote_ladders(market, Random(5), idle)
    for name in layer(market):
        market.cancel("b", name, 100 * MS)
    assert len(market.alerts("layering")) == found


def test_who_trades_against_most_of_its_ladders_is_found_each_time() -> None:
    market = book()
    for _ in range(4):
        for name in layer(market, orders=5):
            market.cancel("b", name, 100 * MS)
        market.now_ns += 20 * SECOND
    (alert,) = market.alerts("layering")
    assert (alert.severity, alert.count) == ("violation", 4)


def test_ladders_that_are_small_beside_it_tell_nothing() -> None:
    market = book()
    for _ in range(20):
        names = [market.order("b", "buy", 100, 6_988 - step, 20 * MS) for step in range(3)]
        for name in names:
            market.cancel("b", name, 100 * MS)
        market.now_ns += 5 * SECOND
    for name in layer(market):
        market.cancel("b", name, 100 * MS)
    assert len(market.alerts("layering")) == 1


@pytest.mark.parametrize(("others", "found"), [(2, 1), (8, 0)])
def test_orders_of_a_busy_market_are_no_ladder(others: int, found: int) -> None:
    """Three orders within seconds are no hand's work where each group enters some meanwhile."""
    market = book()
    for number in range(60):
        market.order("ac"[number % 2], "buy", 200, 6_950 - number % 9, MS)
    market.order("b", "sell", 60, 6_996)
    names = []
    for step in range(3):
        names.append(market.order("b", "buy", 300, 6_988 - step))
        for number in range(others // 2):
            market.order("ac"[number % 2], "buy", 200, 6_950 - number % 9, MS)
    market.order("c", "buy", 60, 6_996)
    for name in names:
        market.cancel("b", name, 100 * MS)
    assert len(market.alerts("layering")) == found


@pytest.mark.parametrize(("offers", "found"), [(300, 1), (301, 0)])
def test_a_ladder_is_entered_on_one_side(offers: int, found: int) -> None:
    market = book()
    real = market.order("b", "sell", 60, 6_996)
    first = market.order("b", "buy", 300, 6_988)
    offer = market.order("b", "sell", offers, 7_004)
    names = [first, *(market.order("b", "buy", 300, 6_987 - step, 20 * MS) for step in range(2))]
    market.order("c", "buy", 60, 6_996)
    for name in (*names, real, offer):
        market.cancel("b", name, 100 * MS)
    assert len(market.alerts("layering")) == found


@pytest.mark.parametrize(
    ("shown", "traded", "qty", "expected"),
    [
        ([], [], 100, True),
        ([100], [], 100, True),
        ([100, 100], [], 100, False),
        ([100] * 6, [100] * 5, 100, True),
        ([100] * 500, [100] * 6, 100, False),
        ([100] * 500, [], 300, True),
        ([100] * 500, [], 200, False),
    ],
)
def test_bait_is_what_a_group_mostly_trades_against(
    shown: list[int], traded: list[int], qty: int, expected: bool
) -> None:
    habit = Habit()
    for _ in shown[len(traded) :]:
        habit.add(shown[0], is_traded_against=False)
    for size in traded:
        habit.add(size, is_traded_against=True)
    assert habit.is_bait(qty) == expected


def test_what_was_shown_on_days_before_counts_half() -> None:
    habit = Habit()
    for _ in range(4):
        habit.add(100, is_traded_against=False)
    habit.begin_day()
    assert not habit.is_bait(100)
    habit.begin_day()
    assert habit.is_bait(100)
    habit.begin_day()
    assert habit == Habit()


def show_idly(market: Watched, times: int, size: int) -> None:
    """Have `b` show a large bid and withdraw it, without any trade."""
    for _ in range(times):
        shown = market.order("b", "buy", size, 6_989)
        market.cancel("b", shown, 2 * SECOND)


@pytest.mark.parametrize(
    ("idle", "size", "found"), [(1, 2_000, 1), (2, 2_000, 0), (30, 2_000, 0), (8, 700, 1)]
)
def test_one_trade_beside_many_idle_orders_of_that_size_is_chance(
    idle: int, size: int, found: int
) -> None:
    market = book()
    show_idly(market, idle, size)
    spoof(market)
    assert len(market.alerts("spoofing")) == found


def test_large_orders_that_were_filled_were_meant() -> None:
    market = book()
    for _ in range(3):
        market.order("b", "buy", 2_000, 6_991)
        market.order("a", "sell", 2_000, 6_991)
    spoof(market)
    assert market.alerts("spoofing") == []


@pytest.mark.parametrize(("fills", "found"), [(2, 1), (40, 0)])
def test_a_group_that_trades_all_the_time_trades_beside_its_bait_by_chance(
    fills: int, found: int
) -> None:
    market = book()
    for _ in range(fills):
        market.order("b", "sell", 10, 6_996, 300 * MS)
        market.order("c", "buy", 10, 6_996, 300 * MS)
    spoof(market)
    assert len(market.alerts("spoofing")) == found


@pytest.mark.parametrize(
    ("stands", "others", "found"), [(300, 10, 1), (300, 31, 0), (601, 10, 0), (12, 31, 1)]
)
def test_soon_is_what_is_soon_in_the_market(stands: int, others: int, found: int) -> None:
    """A minute is nothing where an order comes every minute."""
    for orders in (1, 4):
        market = book()
        market.order("b", "sell", 60, 6_996)
        names = [
            market.order("b", "buy", 2_000 // orders, 6_989 - step, 20 * MS)
            for step in range(orders)
        ]
        market.order("c", "buy", 60, 6_996)
        for number in range(others):
            market.order("a", "buy", 100, 6_900 - number, stands * SECOND // others)
        for name in names:
            market.cancel("b", name, 10 * MS)
        assert len(market.alerts("layering" if orders > 1 else "spoofing")) == found


def test_attempts_are_told_with_what_was_bait() -> None:
    market = book()
    for is_filled in (False, False, False):
        spoof(market, is_filled=is_filled)
    assert market.alerts("spoofing") == []
    spoof(market)
    (alert,) = market.alerts("spoofing")
    assert (alert.count, alert.facts["attempts"], len(alert.order_ids)) == (1, 3, 8)
    spoof(market, is_filled=False)
    (alert,) = market.alerts("spoofing")
    assert (alert.count, alert.facts["attempts"], len(alert.order_ids)) == (1, 4, 10)
    assert alert.facts["traded_qty"] == 60


def test_a_large_order_beside_a_large_one_of_the_other_side_is_no_attempt() -> None:
    market = book()
    spoof(market)
    offer = market.order("b", "sell", 1_000, 7_003)
    shown = market.order("b", "buy", 2_000, 6_989)
    market.cancel("b", shown)
    market.cancel("b", offer)
    (alert,) = market.alerts("spoofing")
    assert (alert.facts["attempts"], len(alert.order_ids)) == (0, 2)


def test_ladders_that_nobody_fell_for_are_told_with_the_day_s_layering() -> None:
    market = book()
    for is_filled, names, attempts in ((False, 0, 0), (True, 4, 0), (False, 8, 1), (False, 12, 2)):
        for name in layer(market, is_filled=is_filled):
            market.cancel("b", name, 100 * MS)
        alerts = market.alerts("layering")
        assert [len(alert.order_ids) for alert in alerts] == [names] * bool(names)
        assert [alert.facts["attempts"] for alert in alerts] == [attempts] * bool(names)
        market.send("b", MassCancel("all"))
