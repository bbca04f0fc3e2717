"""Price arithmetic of the listing mode: limits, close, the day's statistics. Integer fen."""

from typing import Final

from bashu_protocol.units import divide_half_up

MAX_PRICE: Final = 10_000_000
"""Fen; 100,000 yuan a tonne. Keeps price times quantity within 63 bits."""

_BASIS: Final = 10_000


def limit_prices(reference: int, band_bps: int) -> tuple[int, int]:
    """Return (upper, lower) limit of a day; (0, 0) where the band is switched off.

    Half-up(previous close x 1.1 or 0.9) to 0.01 CNY at the national 10 %: SEEE
    沪环境交〔2021〕34号, market_rules.md 1.3 (92 limit days without exception).
    """
    if band_bps == 0:
        return 0, 0
    upper = divide_half_up(reference * (_BASIS + band_bps), _BASIS)
    lower = divide_half_up(reference * (_BASIS - band_bps), _BASIS)
    return upper, lower


def market_limit(is_buy: bool, limit_up: int, limit_down: int) -> int:
    """Return the worst price that a market order may trade at: the day's own limit."""
    if is_buy:
        return limit_up or MAX_PRICE
    return limit_down or 1


def close_price(turnover: int, volume: int, reference: int) -> int:
    """Return the close: the day's volume-weighted average, half-up; the reference without trades.

    SEEE 沪环境交〔2021〕34号, market_rules.md 1.3 (2,023 of 2,023 vintage-days).
    """
    return divide_half_up(turnover, volume) if volume else reference


class DayStatistics:
    """An instrument's trading day so far; prices are 0 until there is one."""

    __slots__ = (
        "auction_turnover",
        "auction_volume",
        "block_count",
        "block_turnover",
        "block_volume",
        "close",
        "high",
        "last",
        "low",
        "open",
        "trade_count",
        "turnover",
        "volume",
    )

    def __init__(self) -> None:
        self.open = self.high = self.low = self.last = self.close = 0
        self.volume = self.turnover = self.trade_count = 0
        self.auction_volume = self.auction_turnover = 0
        self.block_volume = self.block_turnover = self.block_count = 0

    def record(self, price: int, qty: int) -> None:
        """Count one trade. The open is the price of the first (market_rules.md 1.3)."""
        if self.trade_count == 0:
            self.open = self.high = self.low = price
        elif price > self.high:
            self.high = price
        elif price < self.low:
            self.low = price
        self.last = price
        self.volume += qty
        self.turnover += price * qty
        self.trade_count += 1

    def record_auction(self, cost: int, qty: int) -> None:
        """Count a fill of a one-way auction; it moves no price (market_rules.md 1.2 [E])."""
        self.auction_volume += qty
        self.auction_turnover += cost

    def record_block(self, price: int, qty: int) -> None:
        """Count one block trade, which moves no price of the day (market_rules.md 1.2, row 5)."""
        self.block_volume += qty
        self.block_turnover += price * qty
        self.block_count += 1

    def vwap(self) -> int:
        return close_price(self.turnover, self.volume, 0)

    def end_day(self, reference: int) -> int:
        """Fix the close and return it; without a trade open and close are the reference.

        The feed leaves high and low at 0 on such a day (market_rules.md 0, fact 6).
        """
        self.close = close_price(self.turnover, self.volume, reference)
        if self.trade_count == 0:
            self.open = reference
        return self.close
