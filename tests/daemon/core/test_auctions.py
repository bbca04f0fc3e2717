"""One-way auctions 单向竞价 as commands: announced, frozen, bid for in secret, settled at once.

Rules are of market_rules.md 1.2 and 1.6 (SEEE 沪环境交〔2025〕23号) unless a test says otherwise.
"""

from typing import Any

import pytest
from auction_house import (
    SYMBOL,
    AuctionHouse,
    bid_reports,
    command_report,
    notices,
    owner_reports,
    trades,
)

from bashu_daemon.core import Venue
from bashu_daemon.core.events import PartyEvent
from bashu_daemon.surveillance.audit import audit_events
from bashu_protocol.messages import (
    AuctionRules,
    BarPerson,
    CloseDay,
    Deposit,
    HaltInstrument,
    InstrumentRules,
    KillSwitch,
    ListInstrument,
    OpenDay,
    PlaceBid,
    ResumeInstrument,
    SetPermissions,
    SuspendMember,
)
from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.topics import VENUE_USER

CASH = 10**10
TONNES = 1_000_000


@pytest.fixture
def house(exchange: Any) -> AuctionHouse:
    return AuctionHouse(exchange)


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
    assert house.schedule(200_001, auction_id=1).reject_code == RejectCode.QTY_TOO_LARGE
    assert house.schedule(200_000, auction_id=2).reject_code == RejectCode.UNKNOWN_AUCTION
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


def test_the_buying_form(house: AuctionHouse) -> None:
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


def test_the_lower_of_two_limits_per_bidder_counts(exchange: Any) -> None:
    house = AuctionHouse(exchange, AuctionRules(lot=500))
    house.start(bidder_limit_bps=1_234, bidder_limit_qty=13_000)
    assert house.row().bidder_limit_qty == 12_000  # whole lots of 12,340 t


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


def test_a_halt_stops_bids_and_the_computation_but_no_withdrawal(house: AuctionHouse) -> None:
    """market_rules.md 1.7, suspension."""
    house.start()
    house.schedule(200_000)
    house.bid("anna", 10_000, 7_100)
    house.bid("dee", 10_000, 7_100)
    house.apply("sue", HaltInstrument("h", SYMBOL, "news"))
    assert house.bid("eve", 10, 7_100).reject_code == RejectCode.INSTRUMENT_HALTED
    assert house.open(2).reject_code == RejectCode.INSTRUMENT_HALTED
    assert command_report(house.close()).reject_code == RejectCode.INSTRUMENT_HALTED
    assert house.withdraw("dee").event == "withdrawn"
    house.apply("sue", ResumeInstrument("r", SYMBOL, "ok"))
    assert bid_reports(house.close()) == [("anna", "filled", 10_000, 7_100)]


def test_a_suspended_member_is_out_of_all_auctions(house: AuctionHouse) -> None:
    """market_rules.md 1.7 and 6.3: restriction of an account."""
    house.start()
    house.start(member="D")
    house.bid("dee", 10_000, 7_100)
    house.bid("anna", 10_000, 7_100)
    house.bid("anna", 10_000, 7_100, 2)
    events = house.apply("sue", SuspendMember("s", "D", "why"))
    assert bid_reports(events) == [("anna", "auction_canceled", 0, 0), ("dee", "withdrawn", 0, 0)]
    assert command_report(events).affected == 1
    assert house.holds("D") == (CASH, 0, 0)
    assert house.holds("D", SYMBOL) == (TONNES, 0, 0)
    for refused in (
        house.bid("dee", 10_000, 7_100), house.apply_for("dee"), house.schedule(member="D"),
    ):  # fmt: skip
        assert refused.reject_code == RejectCode.MEMBER_SUSPENDED


def test_whom_a_switch_or_a_bar_blocks_has_no_bids(house: AuctionHouse) -> None:
    """Issue 4 items 7 and 8: kill switch, barred persons (Decree 775 Art. 7, 20)."""
    house.start()
    house.start(member="E")
    house.bid("anna", 10_000, 7_100)
    house.bid("dee", 10_000, 7_100)
    house.bid("dee", 10_000, 7_100, 2)
    events = house.apply("sue", KillSwitch("k", "user", "dee", engaged=True, reason="why"))
    assert bid_reports(events) == [("dee", "withdrawn", 0, 0)] * 2
    assert command_report(events).affected == 2
    assert house.holds("D") == (CASH, 0, 0)
    assert house.bid("dee", 10_000, 7_100).reject_code == RejectCode.KILL_SWITCH
    assert house.apply_for("dee").reject_code == RejectCode.KILL_SWITCH
    events = house.apply("sue", BarPerson("b", "one", barred=True, reason="why"))
    assert bid_reports(events) == [("anna", "withdrawn", 0, 0)]
    house.apply("sue", BarPerson("b2", "five", barred=True, reason="why"))
    assert house.row(2).state == "canceled"
    assert house.schedule(member="E").reject_code == RejectCode.PERSON_BARRED


def test_a_colleague_withdraws_only_with_the_permission(house: AuctionHouse) -> None:
    """Issue 4 item 8: separate permissions of a member's users."""
    house.start()
    house.bid("anna", 10_000, 7_100)
    house.exchange.run(SetPermissions("p", "ada", ("view",)))
    assert house.withdraw("ada").reject_code == RejectCode.NOT_PERMITTED
    assert house.bid("ada", 10_000, 7_100).reject_code == RejectCode.NOT_PERMITTED
    house.exchange.run(SetPermissions("p2", "ada", ("view", "risk")))
    assert house.withdraw("ada").event == "withdrawn"


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
