"""Dynamic layering: the published pattern is found, each time; honest ladders are not."""

import pytest
from watched_market import SECOND, SYMBOL, Watched

from bashu_protocol.messages import ReplaceOrder

MOVES = 12


def book() -> Watched:
    """A market with four offers before the layers, and bids."""
    market = Watched()
    for step in range(4):
        market.order("maker", "sell", 150, 7_001 + step)
        market.order("maker", "buy", 150, 7_000 - step)
    return market


def layers(market: Watched, count: int = 5, first: int = 7_005, size: int = 200) -> list[str]:
    return [market.order("a", "sell", size, first + step) for step in range(count)]


def amend(market: Watched, name: str, price: int, size: int = 200) -> str:
    market.count += 1
    new = f"r{market.count}"
    market.send("a", ReplaceOrder(new, name, size, price), SECOND // 10)
    return new


def anew(market: Watched, name: str, price: int, size: int = 200) -> str:
    market.cancel("a", name, SECOND // 10)
    return market.order("a", "sell", size, price, SECOND // 10)


def move(market: Watched, names: list[str], moves: int, how: object = amend) -> None:
    """Move one order after the other, all up by ten fen and all down again."""
    for number in range(moves):
        at, turn = number % len(names), number // len(names)
        price = 7_005 + at + (10 if turn % 2 == 0 else 0)
        names[at] = how(market, names[at], price)  # type: ignore[operator]  amend or anew


@pytest.mark.parametrize("how", [amend, anew])
def test_layers_that_move_with_the_market_are_found_at_the_twelfth_move(how: object) -> None:
    market = book()
    names = layers(market)
    move(market, names, MOVES - 1, how)
    assert market.alerts("dynamic_layering") == []
    names[1] = how(market, names[1], 7_020)  # type: ignore[operator]  amend or anew
    (alert,) = market.alerts("dynamic_layering")
    assert (alert.severity, alert.owner, alert.members) == ("warning", "oa", ["a"])
    assert (alert.facts["side"], alert.facts["orders"], alert.facts["filled_percent"]) == (
        "sell", 5, 0,
    )  # fmt: skip
    assert "moved them 12 times" in alert.stories["en"]


def test_three_layers_are_too_few() -> None:
    market = book()
    names = layers(market, count=3, size=400)
    move(market, names, 60, lambda m, name, price: amend(m, name, price, 400))
    assert market.alerts("dynamic_layering") == []


def test_layers_near_the_best_price_may_trade() -> None:
    market = Watched()
    market.order("maker", "sell", 150, 7_001)
    market.order("maker", "buy", 150, 7_000)
    move(market, layers(market), 60)
    assert market.alerts("dynamic_layering") == []


def test_a_small_part_of_the_depth_weighs_nothing() -> None:
    market = book()
    for step in range(4):
        market.order("maker", "sell", 5_000, 7_001 + step)
    move(market, layers(market), 60)
    assert market.alerts("dynamic_layering") == []


def test_quotes_on_both_sides_are_a_makers() -> None:
    market = book()
    for step in range(5):
        market.order("a", "buy", 200, 6_990 - step)
    move(market, layers(market), 60)
    assert market.alerts("dynamic_layering") == []


def test_a_grid_of_one_side_that_is_filled_is_honest() -> None:
    market = book()
    names = layers(market)
    market.order("b", "buy", 600 + 60, 7_005)
    for step in range(4):
        market.order("maker", "sell", 150, 7_001 + step)
    move(market, names[1:], 60)
    assert market.alerts("dynamic_layering") == []


def test_a_grid_that_stands_still_is_honest() -> None:
    market = book()
    layers(market, count=6)
    for number in range(60):
        market.cancel("b", market.order("b", "buy", 10, 6_900 + number))
    assert market.alerts("dynamic_layering") == []


def test_the_published_pattern_is_found_each_time() -> None:
    """The pattern of 2010 to 2015, rebuilt from the published facts.

    4 to 6 offers of one size, 3 to 4 levels off, moved to stay there as the price falls and rises,
    20 to 30 % of the offers, gone without a fill.
    """
    market = Watched()
    for step in range(12):
        market.order("maker", "sell", 400, 7_001 + step)
        market.order("maker", "buy", 400, 7_000 - step)
    for episode, count in enumerate((4, 5, 6), start=1):
        names = [market.order("a", "sell", 300, 7_004 + step) for step in range(count)]
        for turn in range(8):
            offset = 1 if turn % 2 == 0 else 0
            for at in range(count):
                names[at] = amend(market, names[at], 7_004 + at + offset, 300)
        (alert,) = market.alerts("dynamic_layering")
        assert alert.facts["times"] == episode
        for name in names:
            market.cancel("a", name)
        market.now_ns += 60 * SECOND
    assert alert.severity == "violation"
    assert alert.symbol == SYMBOL


def test_a_restart_forgets_nothing() -> None:
    market = book()
    names = layers(market)
    move(market, names, MOVES - 1)
    data = market.engine.dump()
    market.engine.load(data)
    assert market.engine.dump() == data
    amend(market, names[1], 7_020)
    assert len(market.alerts("dynamic_layering")) == 1
