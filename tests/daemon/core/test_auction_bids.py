"""Sealed bids of one-way auctions: placed, changed and withdrawn until the cut-off.

Rules are of market_rules.md 1.2 and 1.6 (SEEE 沪环境交〔2025〕23号) unless a test says otherwise.
"""

from typing import Any

import pytest
from auction_house import (
    CASH,
    SYMBOL,
    AuctionHouse,
    bid_reports,
)

from bashu_daemon.core.events import PartyEvent
from bashu_daemon.surveillance.audit import audit_events
from bashu_protocol.messages import (
    AuctionRules,
    PlaceBid,
    SetPermissions,
    WithdrawBid,
)
from bashu_protocol.reject_codes import RejectCode


def test_a_bid_freezes_its_cash_and_a_later_one_takes_its_place(house: AuctionHouse) -> None:
    """1.4: cash is locked; issue 4: changeable until the cut-off, time priority from the last."""
    house.start()
    first = house.bid("anna", 10_000, 7_100)
    assert (first.event, first.symbol, first.side) == ("accepted", SYMBOL, "buy")
    assert house.holds("A") == (CASH - 71_000_000, 71_000_000, 0)
    house.bid("dee", 95_000, 7_200)
    # A colleague may change it; what the first one froze counts for the second.
    second = house.bid("ada", 10_000, 7_200)
    assert second.event == "replaced"
    assert house.holds("A") == (CASH - 72_000_000, 72_000_000, 0)
    events = house.close()
    assert bid_reports(events) == [
        ("dee", "filled", 95_000, 7_200),
        ("ada", "partially_filled", 5_000, 7_200),
    ]


def test_a_bid_may_use_what_the_one_before_it_froze(house: AuctionHouse) -> None:
    house.start(1_000_000)
    assert house.bid("anna", 1_000_000, 7_500).event == "accepted"
    assert house.bid("anna", 1_000_000, 7_600).event == "replaced"
    assert house.holds("A") == (CASH - 7_600_000_000, 7_600_000_000, 0)
    assert house.withdraw("ada").event == "withdrawn"
    assert house.holds("A") == (CASH, 0, 0)


def test_bids_are_sealed(house: AuctionHouse) -> None:
    """Issue 4 item 3: nobody but the bidder sees a bid before the result."""
    house.start()
    events = house.apply("anna", PlaceBid("b1", 1, 10_000, 7_100))
    assert [(type(event), event.user) for event in events] == [(PartyEvent, "anna")]  # type: ignore[union-attr]  # the only event
    for member in ("B", "D", ""):
        row = house.row(1, member)
        assert (row.bid, row.bids, row.last_px) == (None, 0, 0)
    own = house.row(1, "A", officer=False).bid
    assert own is not None
    assert (own.user, own.price, own.order_qty) == ("anna", 7_100, 10_000)


def test_supervisors_see_every_sealed_bid_and_its_outcome(house: AuctionHouse) -> None:
    """Sealed from all but the bidder and the audit stream (issue 4, item 3)."""
    house.start()
    (bid,) = audit_events(house.apply("anna", PlaceBid("b", 1, 100, 7_100)))
    assert (bid.event, bid.user, bid.member, bid.owner) == ("bid_accepted", "anna", "A", "one")
    assert (bid.side, bid.price, bid.order_qty, bid.order_id) == ("buy", 7_100, 100, 1)
    filled, completed, _command = audit_events(house.close())
    assert (filled.event, filled.cum_qty, filled.last_px) == ("bid_filled", 100, 7_100)
    assert (completed.event, completed.member, completed.side) == ("auction_completed", "B", "sell")
    assert filled.exec_id > 0


@pytest.mark.parametrize(
    ("user", "qty", "price", "code"),
    [
        ("anna", 0, 7_000, RejectCode.INVALID_QTY),
        ("anna", -500, 7_000, RejectCode.INVALID_QTY),
        ("anna", 500, 7_000, RejectCode.QTY_TOO_SMALL),
        ("anna", 1_250, 7_000, RejectCode.QTY_OFF_LOT),
        ("anna", 100_500, 7_000, RejectCode.QTY_TOO_LARGE),
        # 1.6 step 4: between floor and previous close + 10 %
        ("anna", 1_000, 6_995, RejectCode.PRICE_BELOW_LIMIT),
        ("anna", 1_000, 7_705, RejectCode.PRICE_ABOVE_LIMIT),
        ("anna", 1_000, 7_001, RejectCode.PRICE_OFF_TICK),
        # venue's own, as in self-trade prevention: not in an auction of the same owner
        ("bo", 1_000, 7_000, RejectCode.SELF_TRADE),
        ("fay", 1_000, 7_000, RejectCode.SELF_TRADE),
    ],
)
def test_what_may_not_be_bid(
    exchange: Any, user: str, qty: int, price: int, code: RejectCode
) -> None:
    house = AuctionHouse(exchange, AuctionRules(lot=500, min_bid_qty=1_000), tick=5)
    house.start()
    assert house.bid("anna", 2_000, 7_100).event == "accepted"
    frozen = house.holds("A")
    assert house.bid(user, qty, price).reject_code == code
    assert house.holds("A") == frozen
    assert len(house.venue._state.auction_room.auctions[1].bids) == 1


def test_a_bid_must_be_covered(house: AuctionHouse) -> None:
    """1.4 first row."""
    house.start(1_000_000)
    house.start(1_000_000, member="D")
    assert house.bid("anna", 1_000_000, 7_700).event == "accepted"
    assert house.bid("anna", 400_000, 7_000, 2).reject_code == RejectCode.INSUFFICIENT_CASH


def test_offered_tonnes_must_be_there(house: AuctionHouse) -> None:
    """1.4 rows 1 and 5: tradable tonnes; those bought today are not."""
    house.exchange.order("dee", "sell", 10, 7_000)
    house.exchange.order("anna", "buy", 10, 7_000)
    house.start(1_100_000, form="buy")
    assert house.bid("anna", 1_000_011, 7_000).reject_code == RejectCode.INSUFFICIENT_HOLDING
    assert house.bid("anna", 1_000_010, 7_000).reject_code == RejectCode.BOUGHT_TODAY
    assert house.bid("anna", 1_000_000, 7_000).event == "accepted"


def test_a_colleague_withdraws_only_with_the_permission(house: AuctionHouse) -> None:
    """Issue 4 item 8: separate permissions of a member's users."""
    house.start()
    house.bid("anna", 10_000, 7_100)
    house.exchange.run(SetPermissions("p", "ada", ("view",)))
    assert house.withdraw("ada").reject_code == RejectCode.NOT_PERMITTED
    assert house.bid("ada", 10_000, 7_100).reject_code == RejectCode.NOT_PERMITTED
    house.exchange.run(SetPermissions("p2", "ada", ("view", "risk")))
    assert house.withdraw("ada").event == "withdrawn"


def test_a_user_is_told_when_a_colleague_ends_its_bid(house: AuctionHouse) -> None:
    """Venue's own, as with an order of the book: whose bid it was learns who ended it."""
    house.start()
    first = house.bid("anna", 10_000, 7_100)
    events = house.apply("ada", PlaceBid("b", 1, 9_000, 7_200))
    assert bid_reports(events) == [("ada", "replaced", 0, 0), ("anna", "withdrawn", 0, 0)]
    told = events[1].report  # type: ignore[union-attr]  # a bid report
    assert (told.cl_ord_id, told.price, told.order_qty) == (first.cl_ord_id, 7_100, 10_000)
    assert (told.rpt_seq, told.text) == (first.rpt_seq + 1, "Replaced by ada of the same member.")
    events = house.apply("anna", WithdrawBid("w", 1))
    assert bid_reports(events) == [("anna", "withdrawn", 0, 0), ("ada", "withdrawn", 0, 0)]
    answer, news = (event.report for event in events)  # type: ignore[union-attr]  # bid reports
    assert (answer.cl_ord_id, answer.text) == ("w", "")
    assert (news.cl_ord_id, news.text) == ("b", "Withdrawn by anna of the same member.")
