"""Strict reading of prices and quantities against the bounds of blocks and auctions."""

import pytest

from bashu_protocol.messages import (
    AuctionRow,
    AuctionRules,
    BlockRules,
    InstrumentRow,
    InstrumentRules,
)
from bashu_tui.state.bounds import (
    auction_limit_price,
    bid_price,
    bid_quantity,
    block_price,
    block_quantity,
    offer_quantity,
)
from bashu_tui.state.entry import Bounds, Entry, price_within, quantity_within


def row(*, block: BlockRules | None = None, auction: AuctionRules | None = None) -> InstrumentRow:
    rules = InstrumentRules(
        symbol="CEA25", name_zh="x", name_en="x", product="CEA", reference_price=7_000, tick=5,
        lot=10, block=block, auction=auction,
    )  # fmt: skip
    return InstrumentRow(rules, "continuous", 20260101, 7_000, 7_700, 6_300, True, 9_100, 4_900)


def auction(limit: int = 0) -> AuctionRow:
    return AuctionRow(
        1, "CEA25", "sell", "uniform", "open", 5_000, 7_000, 7_700, 20260101, 0, 0, False, limit,
        "", 0, 0, 0, 0, 0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("70.00", Entry(7_000)),
        ("７０。０５", Entry(7_005)),
        ("", Entry(None, "entry.empty")),
        ("7o", Entry(None, "entry.not_price")),
        ("70.001", Entry(None, "entry.not_price")),
        ("0", Entry(None, "entry.not_positive")),
        ("70.01", Entry(None, "entry.off_tick", "0.05")),
        ("48.95", Entry(None, "entry.price_at_least", "49.00")),
        ("91.05", Entry(None, "entry.price_at_most", "91.00")),
    ],
)
def test_prices(text: str, entry: Entry) -> None:
    assert price_within(text, block_price(row())) == entry


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("1000", Entry(1_000)),
        ("１０００", Entry(1_000)),
        ("　1000 ", Entry(1_000)),
        ("", Entry(None, "entry.empty")),
        ("1,000", Entry(None, "entry.not_quantity")),
        ("0", Entry(None, "entry.not_positive")),
        ("1005", Entry(None, "entry.off_lot", "10")),
        ("990", Entry(None, "entry.too_small", "1,000")),
        ("40010", Entry(None, "entry.too_large", "40,000")),
    ],
)
def test_quantities(text: str, entry: Entry) -> None:
    bounds = block_quantity(row(block=BlockRules(min_qty=1_000, max_qty=40_000)))
    assert quantity_within(text, bounds) == entry


def test_no_bound_is_no_bound() -> None:
    assert price_within("99999.99", Bounds()) == Entry(9_999_999)
    assert quantity_within("1", Bounds()) == Entry(1)


def test_bids_are_bounded_by_the_auction() -> None:
    rules = row(auction=AuctionRules(min_bid_qty=20, lot=20, min_offer_qty=400))
    assert bid_price(auction(), rules) == Bounds(5, 7_000, 7_700)
    assert bid_quantity(auction(), rules) == Bounds(20, 20, 5_000)
    assert bid_quantity(auction(limit=1_000), rules) == Bounds(20, 20, 1_000)
    assert offer_quantity(rules) == Bounds(20, 400)
    assert auction_limit_price(rules) == Bounds(5, 6_300, 7_700)
    assert auction_limit_price(row(auction=AuctionRules(floor_bps=0, cap_bps=0))) == Bounds(5)
    assert offer_quantity(None) == Bounds(1, 1)
    assert block_quantity(row()) == Bounds(10)
