"""Blocks off the market, and tonnes that come back at another price."""

import pytest
from watched_stream import Stream

LOT = 100_000


def market(average: int = 7_000) -> Stream:
    """A day on which the listed average is so much."""
    stream = Stream()
    stream.open()
    stream.trade("m1", "m2", 300, average - 10)
    stream.trade("m1", "m2", 100, average + 30)
    return stream


@pytest.mark.parametrize(
    ("price", "severities"),
    [
        (7_000, []),
        (7_700, []),
        (7_701, ["warning"]),
        (6_300, []),
        (6_299, ["warning"]),
        (9_100, ["warning"]),
    ],
)
def test_more_than_a_tenth_from_the_listed_average_is_a_warning(
    price: int, severities: list[str]
) -> None:
    stream = market()
    stream.block("a", "b", LOT, price)
    assert stream.severities("block_pricing") == severities


@pytest.mark.parametrize(
    ("buyer", "seller", "price", "gainer"),
    [
        ("a", "b", 8_000, "b"),
        ("b", "a", 8_000, "a"),
        ("a", "b", 6_000, "a"),
        ("b", "a", 6_000, "b"),
    ],
)
def test_who_gained_what_the_other_gave(buyer: str, seller: str, price: int, gainer: str) -> None:
    stream = market()
    stream.block(buyer, seller, LOT, price)
    (alert,) = stream.alerts("block_pricing")
    assert (alert.owner, alert.members) == (gainer, ["a", "b"])
    # 1,000 fen a tonne, reckoned by the distance in 1/10,000.
    assert alert.gain == pytest.approx(1_000 * LOT, rel=0.001)
    assert alert.facts["usual_price"] == 7_000


def test_without_a_listed_trade_the_reference_is_the_market() -> None:
    stream = Stream()
    stream.open()
    stream.watch.limits_set("CEA25", 7_000, 7_700, 6_300)
    stream.block("a", "b", LOT, 7_701)
    assert stream.facts("block_pricing")["usual_price"] == 7_000


@pytest.mark.parametrize(("days", "severities"), [(20, {"violation"}), (21, {"warning"})])
def test_the_same_two_again_within_twenty_days_is_a_violation(
    days: int, severities: set[str]
) -> None:
    stream = market()
    stream.block("a", "b", LOT, 8_000)
    for _ in range(days):
        stream.next_day()
        stream.trade("m1", "m2", 300, 7_000)
    stream.now -= 4 * 1_000_000_000  # not a second more than so many days
    stream.block("b", "a", 3 * LOT, 8_000)
    assert stream.severities("block_pricing")[-1] in severities


@pytest.mark.parametrize(
    ("qty", "days", "severities"),
    [
        (LOT, 0, ["warning"]),
        (101_000, 4, ["warning"]),
        (101_001, 4, []),
        (99_000, 4, ["warning"]),
        (98_999, 4, []),
        (LOT, 6, []),
    ],
)
def test_tonnes_that_come_back_within_five_days_carry_value(
    qty: int, days: int, severities: list[str]
) -> None:
    stream = market()
    stream.block("a", "b", LOT, 7_200)
    for _ in range(days):
        stream.next_day()
        stream.trade("m1", "m2", 300, 7_000)
    stream.block("b", "a", qty, 6_900)
    assert stream.severities("block_pricing") == severities
    for alert in stream.alerts("block_pricing"):
        # a bought 2 yuan too dear and sold 1 yuan too cheap.
        assert alert.owner == "b"
        assert alert.facts["came_back"] == 1
        assert alert.gain == pytest.approx(200 * LOT + 100 * qty, rel=0.01)


def test_a_repurchase_near_the_market_is_information() -> None:
    stream = market()
    stream.block("a", "b", LOT, 7_000)
    stream.block("b", "a", LOT, 7_035)
    assert stream.severities("block_pricing") == ["info"]


def test_what_the_market_did_meanwhile_is_no_transfer() -> None:
    stream = market()
    stream.block("a", "b", LOT, 7_000)
    stream.next_day()
    stream.trade("m1", "m2", 300, 6_500)
    stream.block("b", "a", LOT, 6_500)
    assert stream.severities("block_pricing") == ["info"]


def test_a_transfer_by_as_much_as_a_block_off_the_market_is_a_violation() -> None:
    stream = market()
    stream.block("a", "b", LOT, 7_350)
    stream.block("b", "a", LOT, 6_650)
    assert stream.severities("block_pricing") == ["violation"]


def test_listed_trades_and_auctions_are_no_blocks() -> None:
    stream = market()
    stream.trade("a", "b", 90_000, 8_500)
    stream.trade("a", "b", LOT, 8_500, mode="auction")
    assert stream.alerts("block_pricing") == []
