"""A push in one instrument for a position in another: between products, and between the cities."""

from typing import Any

import pytest
from watched_stream import MINUTE, SECOND, Stream

from bashu_daemon.surveillance.kinship import region_of, relation

BAR = 5 * MINUTE
X, Y = "CEA25", "CCER"


def calm(stream: Stream, bars: int = 24, symbols: tuple[str, str] = (X, Y)) -> None:
    """Two markets that go nowhere."""
    for number in range(bars):
        for symbol in symbols:
            sides = ("m1", "m2") if number % 2 else ("m2", "m1")
            stream.trade(*sides, 50, 7_000 + 4 * (number % 2), symbol, after=BAR // 2)


def push(
    stream: Stream, sign: int = 1, qty: int = 300, others: int = 200, far: int = 60,
    symbols: tuple[str, str] = (X, Y), follows: int = 40,
) -> None:  # fmt: skip
    """`a` moves X within a quarter of an hour, others trade to and fro, and Y follows."""
    x, y = symbols
    for step in (1, 2, 3):
        price = 7_000 + sign * far * step // 3
        stream.trade(*_sides("a", "m1", sign), qty // 3, price, x, sign, after=MINUTE)
        if others:
            stream.trade("m1", "m2", others // 6, price, x, after=MINUTE)
            stream.trade("m1", "m2", others // 6, price, x, -1, after=MINUTE)
    for step in (1, 2, 3):
        price = 7_000 + sign * follows * step // 3
        stream.trade(*_sides("m1", "m2", sign), 50, price, y, sign, after=MINUTE)


def unwind(stream: Stream, qty: int, sign: int = 1, symbol: str = Y, price: int = 40) -> None:
    """`a` sells Y after it rose, or buys it after it fell."""
    sides = _sides("m2", "a", sign)
    stream.trade(*sides, qty, 7_000 + sign * price, symbol, -sign, after=MINUTE)


def _sides(buyer: str, seller: str, sign: int) -> tuple[str, str]:
    return (buyer, seller) if sign > 0 else (seller, buyer)


def market() -> Stream:
    stream = Stream()
    stream.open()
    calm(stream)
    return stream


@pytest.mark.parametrize("sign", [1, -1])
def test_who_pushes_one_and_sells_the_other(sign: int) -> None:
    stream = market()
    push(stream, sign)
    assert stream.alerts("cross_product") == []
    unwind(stream, 1_500, sign)
    (alert,) = stream.alerts("cross_product")
    assert (alert.owner, alert.symbol, alert.severity) == ("a", X, "warning")
    assert alert.facts["side"] == ("buy" if sign > 0 else "sell")
    assert (alert.facts["other_symbol"], alert.facts["other_realised"]) == (Y, 1_500)
    assert alert.gain == 1_500 * abs(
        alert.facts["other_to_price"] - alert.facts["other_from_price"]
    )


@pytest.mark.parametrize(("qty", "is_found"), [(1_499, False), (1_500, True)])
def test_the_other_position_is_five_times_as_large(qty: int, is_found: bool) -> None:
    stream = market()
    push(stream)
    unwind(stream, qty)
    assert bool(stream.alerts("cross_product")) == is_found


@pytest.mark.parametrize(
    ("change", "is_found"),
    [
        ({}, True),
        ({"far": 9}, False),
        ({"others": 2_400}, False),
        ({"qty": 30}, False),
        ({"follows": 0}, False),
    ],
)
def test_what_makes_a_push(change: dict[str, Any], is_found: bool) -> None:
    stream = market()
    push(stream, **change)
    unwind(stream, 6_000, price=change.get("follows", 40))
    assert bool(stream.alerts("cross_product")) == is_found


def test_a_position_built_before_is_a_warning_and_a_mere_holding_information() -> None:
    stream = market()
    stream.trade("a", "m2", 1_500, 7_000, Y, after=BAR)
    calm(stream, 12)
    push(stream)
    assert stream.severities("cross_product") == ["warning"]

    stream = Stream()
    stream.book("a", Y, 1_500)
    stream.open()
    calm(stream)
    push(stream)
    assert stream.severities("cross_product") == ["info"]


def test_arbitrage_that_brings_prices_together_is_none() -> None:
    stream = market()
    for step in range(1, 7):  # X is sold off by others, and `a` buys it back up to its usual price
        stream.trade("m2", "m1", 60, 7_000 - 10 * step, X, -1, after=BAR)
    for _ in range(6):
        stream.trade("m2", "m1", 60, 6_940, X, -1, after=BAR)
    for step in (1, 2, 3):
        stream.trade("a", "m1", 100, 6_940 + 20 * step, X, after=MINUTE)
    stream.trade("m1", "m2", 50, 7_020, Y, after=MINUTE)
    unwind(stream, 1_500, price=20)
    assert stream.alerts("cross_product") == []


def test_an_hour_later_it_is_another_matter() -> None:
    stream = market()
    push(stream)
    stream.now += 31 * MINUTE
    unwind(stream, 1_500)
    assert stream.alerts("cross_product") == []


def test_the_second_time_on_a_day_is_a_violation() -> None:
    stream = market()
    for _ in range(2):
        push(stream)
        unwind(stream, 1_500)
        calm(stream, 30)
    (alert,) = stream.alerts("cross_product")
    assert (alert.count, alert.severity) == (2, "violation")


def test_a_single_instrument_has_no_other() -> None:
    stream = Stream()
    stream.open()
    calm(stream, symbols=(X, X))
    push(stream, symbols=(X, X))
    assert stream.alerts("cross_product") == stream.alerts("regional") == []


CITIES = ("CDCER", "CQCER")


def test_between_the_cities_it_is_the_other_rule() -> None:
    stream = Stream()
    stream.open()
    calm(stream, symbols=CITIES)
    push(stream, symbols=CITIES)
    unwind(stream, 1_500, symbol=CITIES[1])
    assert stream.alerts("cross_product") == []
    (alert,) = stream.alerts("regional")
    assert (alert.owner, alert.symbol, alert.facts["other_symbol"]) == ("a", *CITIES)


def offset(
    stream: Stream, gap: int = 5 * SECOND, qty: int = 100, back: int = 100, more: int = 0
) -> None:
    """`a` sells to `b` in one city and buys from it in the other."""
    stream.meet("b", "a", qty, 7_000, CITIES[0], more, after=MINUTE)
    stream.meet("a", "b", back, 7_000, CITIES[1], more, after=gap)


@pytest.mark.parametrize(
    ("times", "severities"), [(2, []), (3, ["warning"]), (4, ["warning"]), (5, ["violation"])]
)
def test_trades_that_cancel_each_other_out(times: int, severities: list[str]) -> None:
    stream = Stream()
    stream.open()
    for _ in range(times):
        offset(stream)
    assert stream.severities("regional") == severities
    if severities:
        assert stream.facts("regional")["offset_qty"] == 100 * times


@pytest.mark.parametrize(
    ("change", "is_found"),
    [
        ({"gap": 5 * SECOND}, True),
        ({"gap": 5 * SECOND + 1}, False),
        ({"qty": 90}, True),
        ({"qty": 89}, False),
        ({"more": 11}, True),
        ({"more": 12}, False),  # 100 t of an order of 112 t
    ],
)
def test_what_cancels_out(change: dict[str, int], is_found: bool) -> None:
    stream = Stream()
    stream.open()
    for _ in range(3):
        offset(stream, **change)
    assert bool(stream.alerts("regional")) == is_found


def test_the_same_way_in_both_is_no_wash() -> None:
    stream = Stream()
    stream.open()
    for _ in range(5):
        stream.meet("a", "b", 100, 7_000, CITIES[0])
        stream.meet("a", "b", 100, 7_000, CITIES[1])
    assert stream.alerts("regional") == []


def test_restarts_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def played() -> Stream:
        stream = Stream()
        stream.open()
        calm(stream, symbols=CITIES)
        push(stream, symbols=CITIES)
        unwind(stream, 1_500, symbol=CITIES[1])
        for _ in range(4):
            offset(stream)
        return stream

    straight = played()
    monkeypatch.setattr(Stream, "restarts", True)
    restarted = played()
    assert len(restarted.alerts("regional")) == 2
    assert restarted.watch.alerts() == straight.watch.alerts()
    assert restarted.watch.dump() == straight.watch.dump()


@pytest.mark.parametrize(
    ("symbol", "product", "region"),
    [
        ("CEA25", "", "national"),
        ("CQEA", "", "chongqing"),
        ("CQCER", "", "chongqing"),
        ("CDCER-2", "", "chengdu"),
        ("CEA-CQ", "", "chongqing"),
        ("cea_chengdu", "", "chengdu"),
        ("成都配额", "", "chengdu"),
        ("X1", "CQEA", "chongqing"),
        ("X1", "", ""),
        ("CDX", "", ""),
    ],
)
def test_where_an_instrument_belongs(symbol: str, product: str, region: str) -> None:
    assert region_of(symbol, product) == region


def test_only_the_two_cities_are_regional() -> None:
    assert relation("chengdu", "chongqing") == relation("chongqing", "chengdu") == "regional"
    assert relation("chengdu", "chengdu") == relation("national", "chongqing") == "cross_product"
