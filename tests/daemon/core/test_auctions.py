"""One-way auctions 单向竞价 as commands: applied for, announced, frozen, opened, canceled.

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
)

from bashu_daemon.core import Venue
from bashu_protocol.messages import (
    AuctionRules,
    CloseDay,
    Deposit,
    InstrumentRules,
    ListInstrument,
    OpenDay,
    PlaceBid,
)
from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.topics import VENUE_USER


def test_without_rules_there_are_no_auctions(exchange: Any) -> None:
    """`auction` of the rulebook; CCER began with the listing alone (market_rules.md 4)."""
    house = AuctionHouse(exchange, None)
    assert house.schedule().reject_code == RejectCode.AUCTION_NOT_OFFERED
    assert house.apply_for("bo").reject_code == RejectCode.AUCTION_NOT_OFFERED


def test_the_buying_form_is_a_matter_of_the_rulebook(exchange: Any) -> None:
    """At the start of 2021 only the form with one seller was switched on (1.2)."""
    house = AuctionHouse(exchange, AuctionRules())
    assert house.schedule(form="buy").reject_code == RejectCode.AUCTION_NOT_OFFERED
    assert house.schedule(form="sell").accepted


def test_an_application_is_granted_by_scheduling_and_freezes_nothing_before(
    house: AuctionHouse,
) -> None:
    """1.6 steps 1 to 3."""
    applied = house.apply_for("bo", 200_000, pricing="pay_as_bid")
    assert (applied.event, applied.auction_id, applied.side) == ("applied", 1, "sell")
    assert house.holds("B", SYMBOL) == (TONNES, 0, 0)
    # It is nobody's business but its member's and the venue's officers'.
    assert house.venue.auction_rows("A", officer=False) == []
    assert house.row(1, "B", officer=False).state == house.row(1).state == "applied"
    assert house.bid("anna", 10, 7_000).reject_code == RejectCode.UNKNOWN_AUCTION
    other = house.schedule(150_000, "A", auction_id=1)
    assert other.reject_code == RejectCode.INVALID_VALUE
    assert (
        house.schedule(200_001, auction_id=1, pricing="pay_as_bid").reject_code
        == RejectCode.QTY_TOO_LARGE
    )
    assert house.schedule(200_000, auction_id=2).reject_code == RejectCode.UNKNOWN_AUCTION
    # 1.2: how low the floor lies is the seller's choice.
    for changed in (
        {}, {"pricing": "pay_as_bid", "limit": "band"},
        {"pricing": "pay_as_bid", "limit_price": 6_500},
    ):  # fmt: skip
        refused = house.schedule(150_000, auction_id=1, **changed)
        assert refused.reject_code == RejectCode.INVALID_VALUE
    assert house.schedule(150_000, auction_id=1, pricing="pay_as_bid").accepted
    assert house.holds("B", SYMBOL) == (TONNES - 150_000, 150_000, 0)
    assert house.schedule(150_000, auction_id=1).reject_code == RejectCode.INVALID_PHASE
    shown = house.row(1, "A", officer=False)
    assert (shown.state, shown.order_qty, shown.member) == ("scheduled", 150_000, "")
    assert (shown.floor, shown.cap, shown.pricing) == (7_000, 7_700, "pay_as_bid")


def test_a_refused_application_is_nobody_elses_news(house: AuctionHouse) -> None:
    house.apply_for("bo")
    events = house.cancel(1, "incomplete")
    assert owner_reports(events) == [("bo", "canceled", 0, 0)]
    assert notices(events) == []
    assert house.venue.auction_rows("A", officer=False) == []
    assert house.bid("anna", 10, 7_000).reject_code == RejectCode.UNKNOWN_AUCTION


def test_a_member_has_so_many_applications_at_most(house: AuctionHouse) -> None:
    """Each queue has a limit (venue's own)."""
    assert {house.apply_for("bo").event for _ in range(20)} == {"applied"}
    assert house.apply_for("bo").reject_code == RejectCode.TOO_MANY_ORDERS
    assert house.apply_for("anna").event == "applied"


def test_the_venue_has_so_many_live_auctions_at_most(
    house: AuctionHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each queue has a limit (venue's own); granting an application adds none."""
    monkeypatch.setattr("bashu_daemon.core.auctions.MAX_LIVE_AUCTIONS", 2)
    house.apply_for("bo")
    house.schedule()
    assert house.apply_for("anna").reject_code == RejectCode.TOO_MANY_ORDERS
    assert house.schedule().reject_code == RejectCode.TOO_MANY_ORDERS
    assert house.schedule(auction_id=1).accepted


def test_the_days_turnover_of_auctions_has_a_bound(
    house: AuctionHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that no sum passes 63 bits; what open auctions could turn over at their caps counts."""
    monkeypatch.setattr("bashu_daemon.core.auctions.MAX_TURNOVER", 250_000 * 7_700)
    house.start()
    house.start()
    house.schedule()
    assert house.open(3).reject_code == RejectCode.TOO_MANY_ORDERS
    house.cancel(2)
    assert house.open(3).accepted


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        # 1.2: the offer is at least 100,000 t; 9 row 9: the offer alone
        ({"qty": 99_999}, RejectCode.QTY_TOO_SMALL),
        ({"qty": 10**9 + 1}, RejectCode.QTY_TOO_LARGE),
        ({"qty": 100_250}, RejectCode.QTY_OFF_LOT),
        # 1.6 step 2: the allowances must be in the account
        ({"qty": 1_000_500}, RejectCode.INSUFFICIENT_HOLDING),
        ({"form": "buy", "qty": 1_500_000}, RejectCode.INSUFFICIENT_CASH),
        ({"member": "X"}, RejectCode.UNKNOWN_MEMBER),
        ({"symbol": "NONE"}, RejectCode.UNKNOWN_SYMBOL),
        # 1.2: the floor is the previous close or up to 10 % below
        ({"limit": "price", "limit_price": 6_299}, RejectCode.INVALID_PRICE),
        ({"limit": "price", "limit_price": 7_701}, RejectCode.INVALID_PRICE),
        ({"limit": "price", "limit_price": 6_301}, RejectCode.PRICE_OFF_TICK),
        ({"reserve_price": 6_995}, RejectCode.INVALID_PRICE),
        ({"reserve_price": 7_705}, RejectCode.INVALID_PRICE),
        ({"min_total_qty": 100_500}, RejectCode.INVALID_VALUE),
        ({"bidder_limit_qty": -500}, RejectCode.INVALID_VALUE),
        ({"bidder_limit_qty": 499}, RejectCode.INVALID_VALUE),
        ({"bidder_limit_bps": 1}, RejectCode.INVALID_VALUE),
        ({"trade_date": 20240102}, RejectCode.INVALID_VALUE),
        ({"trade_date": 20240230}, RejectCode.INVALID_VALUE),
    ],
)
def test_what_may_not_be_scheduled(exchange: Any, terms: dict[str, Any], code: RejectCode) -> None:
    house = AuctionHouse(exchange, AuctionRules(buying=True, lot=500), tick=5)
    before = house.venue.dump()
    refused = house.schedule(**terms)
    assert (refused.accepted, refused.reject_code) == (False, code)
    assert house.venue.auction_rows("", officer=True) == []
    assert len(house.venue.dump()) - len(before) < 400  # numbers and the receipt alone


@pytest.mark.parametrize(
    ("terms", "floor", "cap"),
    [
        ({}, 7_005, 7_706),
        ({"limit": "band"}, 6_305, 7_706),
        ({"limit": "price", "limit_price": 6_500}, 6_500, 7_706),
        # the buying form mirrors it: the buyer chooses how high offers may go
        ({"form": "buy"}, 6_305, 7_005),
        ({"form": "buy", "limit": "band"}, 6_305, 7_706),
        ({"form": "buy", "limit": "price", "limit_price": 7_100}, 6_305, 7_100),
    ],
)
def test_floor_and_cap_come_from_the_previous_close(
    house: AuctionHouse, terms: dict[str, Any], floor: int, cap: int
) -> None:
    """1.2: previous close or 10 % below it, cap 10 % above; half-up: 77.055 is 77.06."""
    house.exchange.order("anna", "sell", 10, 7_005)
    house.exchange.order("dee", "buy", 10, 7_005)
    house.exchange.close_day()
    house.exchange.open_day(20240104)
    house.start(**terms)
    assert (house.row().floor, house.row().cap) == (floor, cap)


def test_without_bands_bids_go_from_a_tick_upwards(exchange: Any) -> None:
    house = AuctionHouse(exchange, AuctionRules(floor_bps=0, cap_bps=0))
    house.start(limit="band")
    assert (house.row().floor, house.row().cap) == (1, 10_000_000)


def test_the_lower_of_two_limits_per_bidder_counts(exchange: Any) -> None:
    house = AuctionHouse(exchange, AuctionRules(lot=500))
    house.start(bidder_limit_bps=1_234, bidder_limit_qty=13_000)
    assert house.row().bidder_limit_qty == 12_000  # whole lots of 12,340 t


def test_a_share_of_less_than_a_tonne_is_no_limit_that_could_be_left_out(exchange: Any) -> None:
    house = AuctionHouse(exchange, AuctionRules(min_offer_qty=1))
    refused = house.schedule(5_000, bidder_limit_qty=100, bidder_limit_bps=1)
    assert refused.reject_code == RejectCode.INVALID_VALUE


def test_a_canceled_auction_releases_all(house: AuctionHouse) -> None:
    house.start()
    house.bid("anna", 10_000, 7_100)
    house.bid("dee", 10_000, 7_100)
    events = house.cancel(1, "force majeure")
    assert bid_reports(events) == [
        ("anna", "auction_canceled", 0, 0),
        ("dee", "auction_canceled", 0, 0),
    ]
    assert command_report(events).affected == 2
    assert house.row().text == "force majeure"
    assert house.holds("A") == house.holds("D") == (CASH, 0, 0)
    assert house.holds("B", SYMBOL) == (TONNES, 0, 0)


def test_the_day_ends_what_has_no_result(house: AuctionHouse) -> None:
    """An unfinished auction is canceled and released; one of a later day stays frozen (step 2)."""
    house.start()
    house.bid("anna", 10_000, 7_100)
    house.schedule(200_000)
    house.schedule(300_000, trade_date=20240104)
    house.apply_for("bo", 400_000)
    events = house.apply(VENUE_USER, CloseDay("close"))
    assert bid_reports(events) == [("anna", "auction_canceled", 0, 0)]
    assert notices(events) == ["Auction 1, CEA24: canceled", "Auction 2, CEA24: canceled"]
    assert [house.row(number).state for number in (1, 2, 3, 4)] == [
        "canceled", "canceled", "scheduled", "applied",
    ]  # fmt: skip
    assert house.holds("A") == (CASH, 0, 0)
    assert house.holds("B", SYMBOL) == (TONNES - 300_000, 300_000, 0)
    assert house.open(3).reject_code == RejectCode.INVALID_PHASE
    house.exchange.open_day(20240104)
    assert house.open(3).accepted
    house.exchange.close_day()
    assert house.holds("B", SYMBOL) == (TONNES, 0, 0)


def test_a_later_auction_takes_its_bounds_on_its_day(house: AuctionHouse) -> None:
    """Floor and cap are the previous close's; what a buyer froze follows its ceiling."""
    house.schedule(form="buy", trade_date=20240104)
    assert house.holds("B") == (CASH - 700_000_000, 700_000_000, 0)
    house.exchange.order("anna", "sell", 10, 7_100)
    house.exchange.order("dee", "buy", 10, 7_100)
    house.exchange.close_day()
    house.exchange.open_day(20240104)
    assert house.open().accepted
    assert (house.row().floor, house.row().cap) == (6_390, 7_100)
    assert house.holds("B") == (CASH - 710_000_000, 710_000_000, 0)


def test_an_auction_is_scheduled_between_days_for_a_day_to_come(house: AuctionHouse) -> None:
    house.exchange.close_day()
    assert house.schedule().reject_code == RejectCode.INVALID_PHASE
    assert house.schedule(trade_date=20240103).reject_code == RejectCode.INVALID_VALUE
    assert house.schedule(trade_date=20240104).accepted
    house.exchange.open_day(20240104)
    assert house.open().accepted


def test_no_day_no_auction(house: AuctionHouse) -> None:
    """One announced for a day that never came is canceled with the next."""
    house.schedule(trade_date=20240104)
    house.exchange.close_day()
    house.exchange.open_day(20240105)
    assert house.open().reject_code == RejectCode.INVALID_PHASE
    house.exchange.close_day()
    assert house.row().state == "canceled"


def test_auctions_are_opened_once_and_by_the_registrar(house: AuctionHouse) -> None:
    house.start()
    assert house.open(1).reject_code == RejectCode.INVALID_PHASE
    assert house.open(2).reject_code == RejectCode.UNKNOWN_AUCTION
    assert command_report(house.close(2)).reject_code == RejectCode.UNKNOWN_AUCTION
    assert command_report(house.cancel(2)).reject_code == RejectCode.UNKNOWN_AUCTION
    assert house.bid("anna", 10, 7_100, 2).reject_code == RejectCode.UNKNOWN_AUCTION
    assert house.withdraw("anna").reject_code == RejectCode.NO_BID
    assert house.withdraw("anna", 2).reject_code == RejectCode.UNKNOWN_AUCTION
    house.schedule(200_000)
    assert house.bid("anna", 10, 7_100, 2).reject_code == RejectCode.AUCTION_NOT_OPEN
    assert command_report(house.close(2)).reject_code == RejectCode.AUCTION_NOT_OPEN
    refused = command_report(house.apply("sue", PlaceBid("p", 1, 10, 7_100)))
    assert refused.reject_code == RejectCode.NOT_PERMITTED


def test_an_instrument_listed_today_has_no_auction_today(house: AuctionHouse) -> None:
    values: dict[str, Any] = {"product": "CEA", "name_zh": "x", "name_en": "x"}
    rules = InstrumentRules(symbol="NEW", reference_price=50, auction=AuctionRules(), **values)
    house.exchange.run(ListInstrument("l", rules))
    house.exchange.run(Deposit("d", "B", "NEW", TONNES))
    assert house.schedule(symbol="NEW").accepted
    assert house.open().reject_code == RejectCode.MARKET_CLOSED


def test_a_withdrawn_rule_stops_what_was_announced_under_it(house: AuctionHouse) -> None:
    house.schedule(trade_date=20240104)
    house.exchange.close_day()
    house.exchange.list_instrument()
    house.exchange.open_day(20240104)
    assert house.open().reject_code == RejectCode.AUCTION_NOT_OFFERED


def test_a_snapshot_holds_auctions_and_their_bids(house: AuctionHouse) -> None:
    """A dumped and loaded venue goes on exactly as the dumped one."""
    house.start(pricing="pay_as_bid", bidder_limit_bps=9_000)
    house.bid("dee", 10_000, 7_100)
    house.bid("anna", 95, 7_200)
    house.close()
    house.start(form="buy", reserve_price=6_900)
    house.bid("anna", 70_000, 6_800, 2)
    house.bid("dee", 70_000, 6_800, 2)
    house.bid("anna", 70_000, 6_700, 2)
    house.schedule(300_000, trade_date=20240104)
    house.apply_for("bo", limit="band")
    loaded = Venue.load(house.venue.dump())
    assert loaded.dump() == house.venue.dump()
    hashes = []
    for venue in (house.venue, loaded):
        house.venue = house.exchange.venue = venue
        house.exchange.ids = house.exchange.now_ns = 1_000
        assert bid_reports(house.close(2)) == [
            ("anna", "filled", 70_000, 6_800),
            ("dee", "partially_filled", 30_000, 6_800),
        ]
        house.apply(VENUE_USER, CloseDay("close"))
        house.apply(VENUE_USER, OpenDay("open", 20240104))
        assert house.open(3).accepted
        hashes.append(venue.state_hash())
    assert hashes[0] == hashes[1]
