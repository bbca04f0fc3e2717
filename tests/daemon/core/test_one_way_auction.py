"""The computation of one-way auctions: worked tables, and equality with a brute force."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from naive_auction import NaiveBid, auctioned

from bashu_daemon.core.one_way_auction import SealedBid, allocate

# market_rules.md 1.6 step 5, SEEE 沪环境交〔2025〕23号: 100,000 t, previous close and floor
# 70.00, cap 77.00. Bids in the order of their time, prices in fen. Ranked: C, A, D, B (later than
# D), E. C, A and D are served in full, B gets the 10,000 t that are left, E nothing.
NATIONAL_BIDS = [
    SealedBid("D", 7_100, 30_000, 1),
    SealedBid("A", 7_250, 40_000, 2),
    SealedBid("B", 7_100, 25_000, 3),
    SealedBid("E", 7_050, 50_000, 4),
    SealedBid("C", 7_300, 20_000, 5),
]
NATIONAL_UNIFORM = [("C", 20_000, 7_100), ("A", 40_000, 7_100), ("D", 30_000, 7_100),
                    ("B", 10_000, 7_100)]  # fmt: skip
NATIONAL_PAY_AS_BID = [("C", 20_000, 7_300), ("A", 40_000, 7_250), ("D", 30_000, 7_100),
                       ("B", 10_000, 7_100)]  # fmt: skip


def rows(outcome: Any) -> list[tuple[str, int, int]]:
    return [(fill.bid.bidder, fill.qty, fill.price) for fill in outcome.fills]


@pytest.mark.parametrize(
    ("pricing", "fills", "turnover"),
    [
        ("uniform", NATIONAL_UNIFORM, 100_000 * 7_100),
        ("pay_as_bid", NATIONAL_PAY_AS_BID, 20_000 * 7_300 + 40_000 * 7_250 + 40_000 * 7_100),
    ],
)
def test_the_two_pricing_modes_of_the_2025_national_rules(
    pricing: Any, fills: list[tuple[str, int, int]], turnover: int
) -> None:
    """market_rules.md 1.6 step 5: ranked by price then time; lowest accepted bid, or own bid."""
    outcome = allocate(NATIONAL_BIDS, 100_000, "sell", pricing)
    assert rows(outcome) == fills
    assert (outcome.marginal_price, outcome.void) == (7_100, "")
    assert (outcome.volume(), outcome.turnover()) == (100_000, turnover)


def test_an_eu_type_auction_clears_where_cumulated_volume_meets_or_passes_the_offer() -> None:
    """market_rules.md 7, EU auction: lots of 500, price to 0.01, sorted down, one price for all.

    3,000 t offered. Cumulated from the top: 1,000 at 65.30; 2,000 at 65.25; 3,500 at 65.21, which
    passes the offer: the price is 65.21 and the last bidder gets 1,000 of 1,500 t. Ties are drawn
    at random there and go by time here (the national rule).
    """
    bids = [
        SealedBid("C", 6_521, 1_500, 1),
        SealedBid("A", 6_530, 1_000, 2),
        SealedBid("D", 6_520, 2_000, 3),
        SealedBid("B", 6_525, 1_000, 4),
    ]
    outcome = allocate(bids, 3_000, "sell", "uniform")
    assert rows(outcome) == [("A", 1_000, 6_521), ("B", 1_000, 6_521), ("C", 1_000, 6_521)]
    # It meets the offer exactly: no need of the next price.
    assert allocate(bids, 3_500, "sell", "uniform").marginal_price == 6_521
    assert allocate(bids, 3_501, "sell", "uniform").marginal_price == 6_520


def test_partial_subscription_is_accepted() -> None:
    """market_rules.md 1.6 step 6, and 9 row 9: 30,000, 5,000, 2,000 and 1,000 t were sold so."""
    outcome = allocate([SealedBid("A", 7_000, 1_000, 1)], 100_000, "sell", "uniform")
    assert rows(outcome) == [("A", 1_000, 7_000)]


@pytest.mark.parametrize(
    ("bids", "limits", "void"),
    [
        ([], {}, "no_bids"),
        (NATIONAL_BIDS, {"reserve_price": 7_101}, "reserve_not_met"),
        (NATIONAL_BIDS, {"reserve_price": 7_100}, ""),
        (NATIONAL_BIDS[:3], {"min_total_qty": 95_001}, "below_min_total_qty"),
        (NATIONAL_BIDS[:3], {"min_total_qty": 95_000}, ""),
    ],
)
def test_an_auction_is_void_below_the_reserve(bids: Any, limits: Any, void: str) -> None:
    """Issue 4 item 3; an EU auction is void far below the market (market_rules.md 7 [G])."""
    for pricing in ("uniform", "pay_as_bid"):
        outcome = allocate(bids, 100_000, "sell", pricing, **limits)  # type: ignore[arg-type]  # by table
        assert outcome.void == void
        assert bool(outcome.fills) == (not void)


def test_the_buying_form_is_mirrored() -> None:
    """The buying form (market_rules.md 1.2): lowest offer first, the reserve is a ceiling."""
    bids = [SealedBid("A", 7_000, 60, 1), SealedBid("B", 6_900, 50, 2)]
    assert rows(allocate(bids, 80, "buy", "uniform")) == [("B", 50, 7_000), ("A", 30, 7_000)]
    assert rows(allocate(bids, 80, "buy", "pay_as_bid")) == [("B", 50, 6_900), ("A", 30, 7_000)]
    assert allocate(bids, 80, "buy", "uniform", reserve_price=6_999).void == "reserve_not_met"
    assert allocate(bids, 80, "buy", "uniform", reserve_price=7_000).void == ""


def test_no_bidder_gets_more_than_the_limit() -> None:
    """Paid allocation; one bidder at most 25 % of the offer (RGGI, market_rules.md 7)."""
    bids = [
        SealedBid("A", 7_300, 20, 1),
        SealedBid("A", 7_200, 20, 2),
        SealedBid("A", 7_150, 20, 3),
        SealedBid("B", 7_100, 20, 4),
    ]
    outcome = allocate(bids, 100, "sell", "pay_as_bid", bidder_limit_qty=25)
    assert rows(outcome) == [("A", 20, 7_300), ("A", 5, 7_200), ("B", 20, 7_100)]


# Few prices, few tonnes and few bidders, so that ties, exact fits and limits are common.
BIDS = st.lists(
    st.tuples(st.sampled_from("ABC"), st.integers(1, 6), st.integers(1, 9)), min_size=1, max_size=9
)
BOOKS = st.tuples(BIDS, st.integers(1, 40), st.integers(1, 25))


def check_book(book: tuple[list[tuple[str, int, int]], int, int]) -> None:
    """Compare all forms and modes of one random book, with and without a limit per bidder."""
    drawn, offered, limit = book
    bids = [SealedBid(*values, time) for time, values in enumerate(drawn)]
    naive = [NaiveBid(*bid) for bid in bids]
    for form, selling in (("sell", True), ("buy", False)):
        for pricing, uniform in (("uniform", True), ("pay_as_bid", False)):
            for limited in (0, limit):
                outcome = allocate(
                    bids,
                    offered,
                    form,  # type: ignore[arg-type]  # by table
                    pricing,  # type: ignore[arg-type]  # by table
                    bidder_limit_qty=limited,
                )
                expected = auctioned(
                    naive, offered, limited or offered, selling=selling, uniform=uniform
                )
                fills = {fill.bid.time: (fill.qty, fill.price) for fill in outcome.fills}
                assert fills == expected.fills
                assert len(fills) == len(outcome.fills)
                assert outcome.marginal_price == expected.marginal_price
                assert outcome.volume() == expected.volume


SUPPRESSED = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@settings(max_examples=3_000, deadline=None, suppress_health_check=SUPPRESSED)
@given(BOOKS)
def test_any_auction_equals_the_brute_force(book: Any) -> None:
    check_book(book)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
@settings(max_examples=100_000, deadline=None, suppress_health_check=SUPPRESSED, database=None)
@given(BOOKS)
def test_a_hundred_thousand_auctions_equal_the_brute_force(book: Any) -> None:
    """Issue 4: identical price, volume and allocation, both pricing modes, ties included."""
    check_book(book)
