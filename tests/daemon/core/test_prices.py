"""Price arithmetic of market_rules.md 1.3, measured on the national market."""

import pytest

from bashu_daemon.core.prices import (
    MAX_PRICE,
    DayStatistics,
    close_price,
    limit_prices,
    market_limit,
)


@pytest.mark.parametrize(
    ("reference", "band_bps", "upper", "lower"),
    [
        (6_715, 1_000, 7_387, 6_044),  # 2025-12-24: 67.15 x 1.1 = 73.865, printed 73.87
        (4_800, 1_000, 5_280, 4_320),  # first market day, reference 48.00, high 52.80
        (7_306, 1_000, 8_037, 6_575),
        (10_425, 1_000, 11_468, 9_383),
        (7_005, 1_000, 7_706, 6_305),  # a tie on both sides
        (7_000, 3_000, 9_100, 4_900),  # the block band
        (1, 1_000, 1, 1),
        (7_000, 10_000, 14_000, 0),
        (7_000, 0, 0, 0),  # the band is switched off
    ],
)
def test_limit_prices_round_half_up(reference: int, band_bps: int, upper: int, lower: int) -> None:
    """Half-up(previous close x 1.1 or 0.9): 沪环境交〔2021〕34号, market_rules.md 0 fact 5."""
    assert limit_prices(reference, band_bps) == (upper, lower)


@pytest.mark.parametrize(
    ("turnover", "volume", "close"),
    [
        (21_023_005_325, 4_103_953, 5_123),  # 2021-07-16 CEA, from the exchange's feed
        (684_128_900, 130_800, 5_230),  # 2021-07-19 CEA
        (3, 2, 2),  # a tie goes up
        (299, 200, 1),
        (301, 200, 2),
    ],
)
def test_close_is_the_volume_weighted_average_half_up(
    turnover: int, volume: int, close: int
) -> None:
    """沪环境交〔2021〕34号, market_rules.md 0 fact 4: 2,023 of 2,023 vintage-days."""
    assert close_price(turnover, volume, 1) == close


def test_without_a_trade_open_and_close_are_the_reference_and_high_and_low_stay_empty() -> None:
    """market_rules.md 0 fact 6; the feed of 2023-08-28 for CEA21 shows high and low 0."""
    day = DayStatistics()
    assert day.end_day(7_306) == 7_306
    assert (day.open, day.close, day.high, day.low, day.last) == (7_306, 7_306, 0, 0, 0)


def test_statistics_follow_the_trades() -> None:
    """Open is the price of the day's first trade, market_rules.md 1.3."""
    day = DayStatistics()
    for price, qty in ((7_000, 10), (7_050, 30), (6_990, 20), (7_010, 1)):
        day.record(price, qty)
    assert (day.open, day.high, day.low, day.last) == (7_000, 7_050, 6_990, 7_010)
    assert (day.volume, day.turnover, day.trade_count) == (61, 428_310, 4)
    assert day.vwap() == 7_021
    assert day.close == 0
    assert day.end_day(1) == 7_021


def test_a_market_order_trades_no_worse_than_the_day_limits() -> None:
    assert market_limit(True, 7_700, 6_300) == 7_700
    assert market_limit(False, 7_700, 6_300) == 6_300
    assert market_limit(True, 0, 0) == MAX_PRICE
    assert market_limit(False, 0, 0) == 1
