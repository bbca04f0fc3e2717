"""How one-way auctions end: settled at once at one price or each at its own, or void.

Rules are of market_rules.md 1.2 and 1.6 (SEEE 沪环境交〔2025〕23号) unless a test says otherwise.
"""

from typing import Any

import pytest
from auction_house import (
    CASH,
    SYMBOL,
    TONNES,
    AuctionHouse,
    bid_reports,
    command_report,
    notices,
    owner_reports,
    trades,
)

from bashu_protocol.reject_codes import RejectCode


def test_uniform_price_settles_at_once_and_moves_no_price(house: AuctionHouse) -> None:
    """1.6 step 5; an auction sets neither open nor close (1.2 [E])."""
    house.start(min_total_qty=100_000)
    house.bid("anna", 60_000, 7_300)
    house.bid("dee", 30_000, 7_100)
    house.bid("eve", 30_000, 7_100)
    events = house.close()
    assert [(t.price, t.qty, t.mode, t.aggressor_side) for t in trades(events)] == [
        (7_100, 60_000, "auction", "buy"),
        (7_100, 30_000, "auction", "buy"),
        (7_100, 10_000, "auction", "buy"),
    ]
    assert len({t.exec_id for t in trades(events)}) == 3
    assert {(t.buy_owner, t.sell_owner) for t in trades(events)} == {
        ("one", "two"), ("four", "two"), ("five", "two"),
    }  # fmt: skip
    assert bid_reports(events) == [
        ("anna", "filled", 60_000, 7_100),
        ("dee", "filled", 30_000, 7_100),
        ("eve", "partially_filled", 10_000, 7_100),
    ]
    assert owner_reports(events) == [("bo", "completed", 100_000, 710_000_000)]
    assert notices(events) == ["Auction 1, CEA24: completed"]
    assert command_report(events).affected == 3
    # What was bid above the price, and what got nothing, is free again; no resale today (1.4).
    assert house.holds("A") == (CASH - 426_000_000, 0, 0)
    assert house.holds("A", SYMBOL) == (TONNES, 0, 60_000)
    assert house.holds("E") == (CASH - 71_000_000, 0, 0)
    assert house.holds("B") == (CASH + 710_000_000, 0, 0)
    assert house.holds("B", SYMBOL) == (TONNES - 100_000, 0, 0)
    day = house.venue.stat(SYMBOL)
    assert (day.open, day.high, day.low, day.last, day.volume, day.trade_count) == (0,) * 6
    assert (day.auction_volume, day.auction_turnover) == (100_000, 710_000_000)
    row = house.row(1, "D", officer=False)
    assert (row.state, row.cum_qty, row.turnover, row.last_px, row.bids) == (
        "completed", 100_000, 710_000_000, 7_100, 3,
    )  # fmt: skip
    assert row.bid is not None
    assert (row.bid.cum_qty, row.bid.last_px) == (30_000, 7_100)
    (fill,) = house.venue.fill_rows("D")
    assert (fill.user, fill.side, fill.last_px, fill.last_qty) == ("dee", "buy", 7_100, 30_000)
    assert (fill.order_id, fill.mode) == (0, "auction")
    assert [(f.side, f.last_qty) for f in house.venue.fill_rows("B")] == [
        ("sell", 60_000), ("sell", 30_000), ("sell", 10_000),
    ]  # fmt: skip
    house.exchange.close_day()
    assert house.venue.stat(SYMBOL).close == 7_000


def test_pay_as_bid_settles_each_at_its_own(house: AuctionHouse) -> None:
    """1.6 step 5; the observed averages off the tick show that it is used (step 6 [E])."""
    house.start(pricing="pay_as_bid")
    house.bid("dee", 50_000, 7_100)
    house.bid("anna", 60_000, 7_300)
    house.bid("eve", 10_000, 7_050)
    events = house.close()
    assert bid_reports(events) == [
        ("anna", "filled", 60_000, 7_300),
        ("dee", "partially_filled", 40_000, 7_100),
        ("eve", "unfilled", 0, 0),
    ]
    assert house.holds("B") == (CASH + 60_000 * 7_300 + 40_000 * 7_100, 0, 0)
    assert house.holds("A") == (CASH - 60_000 * 7_300, 0, 0)
    assert house.holds("E") == (CASH, 0, 0)


def test_partial_subscription_gives_back_what_was_not_sold(house: AuctionHouse) -> None:
    """1.6 step 6: 1,000 t of an offer were sold on 2026-05-22."""
    house.start()
    house.bid("anna", 1_000, 7_000)
    house.close()
    assert house.holds("B", SYMBOL) == (TONNES - 1_000, 0, 0)
    assert house.row().cum_qty == 1_000


def test_the_buying_form_mirrors_the_selling_one(house: AuctionHouse) -> None:
    """1.2: one buyer, whose cash is frozen at the ceiling; the lowest offers win."""
    house.start(form="buy", limit="band")
    assert house.holds("B") == (CASH - 770_000_000, 770_000_000, 0)
    assert house.bid("anna", 60_000, 7_200).side == "sell"
    assert house.holds("A", SYMBOL) == (TONNES - 60_000, 60_000, 0)
    house.bid("dee", 60_000, 7_100)
    house.bid("eve", 10_000, 7_300)
    assert house.bid("anna", 1_000_001, 7_200).reject_code == RejectCode.QTY_TOO_LARGE
    events = house.close()
    assert [t.aggressor_side for t in trades(events)] == ["sell", "sell"]
    assert bid_reports(events) == [
        ("dee", "filled", 60_000, 7_200),
        ("anna", "partially_filled", 40_000, 7_200),
        ("eve", "unfilled", 0, 0),
    ]
    assert house.holds("B") == (CASH - 720_000_000, 0, 0)
    assert house.holds("B", SYMBOL) == (TONNES, 0, 100_000)
    assert house.holds("A", SYMBOL) == (TONNES - 40_000, 0, 0)
    assert house.holds("D") == (CASH + 432_000_000, 0, 0)


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"reserve_price": 7_200}, "reserve"),
        ({"min_total_qty": 60_000}, "minimum total quantity"),
    ],
)
def test_an_auction_below_the_reserve_is_void(
    house: AuctionHouse, terms: dict[str, Any], why: str
) -> None:
    """Issue 4 item 3; EU auctions are void far below the market or for too few bids (7 [G])."""
    house.start(**terms)
    house.bid("anna", 50_000, 7_100)
    events = house.close()
    assert trades(events) == []
    assert bid_reports(events) == [("anna", "auction_void", 0, 0)]
    assert owner_reports(events) == [("bo", "void", 0, 0)]
    assert house.row().state == "void"
    assert why in house.row().text
    assert house.row(1, "A", officer=False).last_px == 0
    assert house.holds("A") == (CASH, 0, 0)
    assert house.holds("B", SYMBOL) == (TONNES, 0, 0)


def test_an_auction_without_bids_is_void(house: AuctionHouse) -> None:
    house.start()
    house.bid("anna", 10, 7_000)
    house.withdraw("anna")
    house.close()
    assert house.row().text == "Void: there were no bids."
    assert house.holds("B", SYMBOL) == (TONNES, 0, 0)


def test_after_the_cut_off_nothing_changes_it(house: AuctionHouse) -> None:
    """Issue 4 item 3: a stream of cancels cannot restart the computation."""
    house.start()
    house.bid("anna", 60_000, 7_300)
    events = house.close()
    assert house.row().cutoff_seq == house.venue.seq
    result = house.row()
    for _ in range(3):
        assert house.withdraw("anna").reject_code == RejectCode.AUCTION_NOT_OPEN
        assert house.bid("dee", 10, 7_300).reject_code == RejectCode.AUCTION_NOT_OPEN
    again = command_report(house.close())
    assert again.reject_code == RejectCode.AUCTION_NOT_OPEN
    assert command_report(house.cancel()).reject_code == RejectCode.INVALID_PHASE
    assert house.row() == result
    assert len(trades(events)) == 1


def test_paid_allocation_is_for_emitters_and_limited_per_owner(house: AuctionHouse) -> None:
    """1.2: paid allocation by the authority uses the same rules; 7: at most a share (RGGI)."""
    house.start(paid_allocation=True, bidder_limit_bps=2_500)
    assert house.row().bidder_limit_qty == 25_000
    assert house.bid("dee", 10, 7_000).reject_code == RejectCode.NOT_ELIGIBLE
    assert house.bid("anna", 25_001, 7_000).reject_code == RejectCode.QTY_TOO_LARGE
    # cy's member belongs to anna's owner: neither learns of the other's bid, both are cut.
    assert house.bid("cy", 20_000, 7_000).event == "accepted"
    assert house.bid("anna", 20_000, 7_100).event == "accepted"
    assert house.bid("eve", 25_000, 7_050).event == "accepted"
    assert bid_reports(house.close()) == [
        ("anna", "filled", 20_000, 7_000),
        ("eve", "filled", 25_000, 7_000),
        ("cy", "partially_filled", 5_000, 7_000),
    ]


def test_ended_auctions_are_forgotten_in_the_end(
    house: AuctionHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory follows what is live (venue's own)."""
    monkeypatch.setattr("bashu_daemon.core.auction_records.MAX_ENDED_AUCTIONS", 2)
    house.schedule()
    for number in range(2, 6):
        house.start()
        house.close(number)
    assert [r.auction_id for r in house.venue.auction_rows("", officer=True)] == [1, 4, 5]
