"""Block trading 大宗协议, the flow: market_rules.md 1.2 (match), 1.4 and 1.5."""

import pytest
from block_market import LOT, PRICE, SYMBOL, BlockMarket, heard, outcome, told

from bashu_daemon.core import Venue
from bashu_daemon.core.events import PartyEvent, TradeEvent
from bashu_protocol.messages import (
    AcceptBlock,
    CounterBlock,
    NewOrder,
    PostBlock,
    ProposeTradeCorrection,
    WithdrawBlock,
)


@pytest.fixture
def market() -> BlockMarket:
    return BlockMarket()


def test_a_posted_sale_freezes_its_tonnes_and_a_purchase_its_cash(market: BlockMarket) -> None:
    """market_rules.md 1.4: an accepted order takes effect at once and locks what it needs."""
    market.post("anna", "sell", 2 * LOT)
    market.post("bo", "buy", 3 * LOT, 6_500)
    assert market.frozen("A") == (0, 2 * LOT)
    assert market.frozen("B") == (3 * LOT * 6_500, 0)


def test_taking_an_offer_as_it_stands_trades(market: BlockMarket) -> None:
    """market_rules.md 1.5: others may hit an offer directly; 1.4: bought today is not sellable."""
    offer = market.post("anna", "sell", LOT, 6_800)
    events = market.accept("bo", offer, LOT, 6_800)
    (trade,) = (event for event in events if isinstance(event, TradeEvent))
    assert (trade.price, trade.qty, trade.mode) == (6_800, LOT, "block")
    assert (trade.aggressor_side, trade.buy_owner, trade.sell_owner) == ("buy", "two", "one")
    assert heard(events) == [
        ("bo", "traded", offer), ("anna", "traded", offer), ("ada", "traded", offer),
    ]  # fmt: skip
    buyer, seller = told(events)[0][2], told(events)[1][2]
    assert (buyer.side, buyer.counterparty, buyer.exec_id) == ("buy", "A", trade.exec_id)
    assert (seller.side, seller.counterparty, seller.cl_ord_id) == ("sell", "B", "")
    assert market.account("A", "CNY").available == 10**10 + 6_800 * LOT
    assert market.account("B", "CNY").available == 10**10 - 6_800 * LOT
    assert market.account("A", SYMBOL).available == 9 * LOT
    bought = market.account("B", SYMBOL)
    assert (bought.available, bought.bought_today) == (10 * LOT, LOT)
    assert (market.frozen("A"), market.frozen("B")) == ((0, 0), (0, 0))
    assert market.rows("A") == market.rows("B") == []


def test_a_trade_is_among_the_days_fills_of_both_members(market: BlockMarket) -> None:
    """Whoever acted for a member is named; the order id is the block's, and no order has it."""
    offer = market.post("anna", "sell", LOT, 6_800)
    market.accept("bo", offer, LOT, 6_800)
    (sold,), (bought,) = market.venue.fill_rows("A"), market.venue.fill_rows("B")
    assert (sold.user, sold.side, sold.cl_ord_id) == ("anna", "sell", "")
    assert (bought.user, bought.side, bought.cl_ord_id) == ("bo", "buy", f"x{market.ids}")
    for fill in (sold, bought):
        assert (fill.symbol, fill.last_px, fill.last_qty) == (SYMBOL, 6_800, LOT)
        assert (fill.order_id, fill.mode, fill.correction) == (offer, "block", "")
    assert sold.exec_id == bought.exec_id
    assert Venue.load(market.venue.dump()).fill_rows("A") == [sold]
    market.close_day()
    market.open_day()
    assert market.venue.fill_rows("A") == []


def test_supervisors_cannot_correct_a_block(market: BlockMarket) -> None:
    """The venue's own: its parties named each other and confirmed the terms."""
    market.accept("bo", market.post("anna", "sell"), LOT, PRICE)
    (fill,) = market.venue.fill_rows("A")
    proposal = ProposeTradeCorrection(market.id(), fill.exec_id, "cancel", "error")
    assert outcome(market.apply("sue", proposal)) == "UNKNOWN_TRADE"


def test_without_a_resale_ban_bought_tonnes_are_available() -> None:
    """Rulebook key resale_ban (market_rules.md 1.4, row 5), as in the listing."""
    market = BlockMarket(resale_ban=False)
    market.accept("bo", market.post("anna", "sell"), LOT, PRICE)
    assert market.account("B", SYMBOL).available == 11 * LOT


def test_what_was_bought_in_a_block_cannot_be_offered_today() -> None:
    """market_rules.md 1.4, row 5."""
    market = BlockMarket(tonnes=LOT)
    market.accept("bo", market.post("anna", "sell"), LOT, PRICE)
    code = outcome(market.apply("bo", PostBlock("p", SYMBOL, "sell", 2 * LOT, PRICE)))
    assert code == "BOUGHT_TODAY"
    market.close_day()
    market.open_day()
    market.post("bo", "sell", 2 * LOT)


def test_rounds_of_a_negotiation_freeze_what_binds_and_release_what_is_superseded(
    market: BlockMarket,
) -> None:
    """market_rules.md 1.5: negotiation in the system; 1.4: locked from the commitment on."""
    offer = market.post("anna", "sell", 3 * LOT, 7_200)
    talk = market.counter("bo", offer, 2 * LOT, 6_900)
    assert talk != offer
    assert market.frozen("B") == (2 * LOT * 6_900, 0)
    assert market.frozen("A") == (0, 3 * LOT)
    assert market.counter("ada", talk, 4 * LOT, 7_100) == talk
    assert market.frozen("B") == (0, 0)
    assert market.frozen("A") == (0, 4 * LOT), "the greatest proposal covers them all"
    market.counter("bo", talk, 3 * LOT, 7_050)
    assert market.frozen("A") == (0, 3 * LOT), "the offer itself still stands"
    events = market.accept("anna", talk, 3 * LOT, 7_050)
    assert outcome(events) == ""
    assert market.frozen("A") == market.frozen("B") == (0, 0)
    assert market.account("A", SYMBOL).available == 7 * LOT
    assert market.account("B", "CNY").available == 10**10 - 3 * LOT * 7_050


def test_reports_of_a_negotiation_go_to_every_trader_of_both_members_in_order(
    market: BlockMarket,
) -> None:
    """Venue's own: a block is its member's affair; who moved comes first."""
    posted = market.apply("anna", PostBlock("p1", SYMBOL, "sell", LOT, PRICE))
    offer = told(posted)[0][2].block_id
    assert heard(posted) == [("anna", "posted", offer), ("ada", "posted", offer)]
    assert [report.cl_ord_id for _, _, report in told(posted)] == ["p1", ""]
    countered = market.apply("bo", CounterBlock("c1", offer, LOT, 6_990))
    talk = told(countered)[0][2].block_id
    assert heard(countered) == [
        ("bo", "countered", talk), ("anna", "countered", talk), ("ada", "countered", talk),
    ]  # fmt: skip
    mine, theirs, _ = (report for _, _, report in told(countered))
    assert (mine.side, mine.your_turn, mine.offer_id, mine.cl_ord_id) == ("buy", False, offer, "c1")
    assert (theirs.side, theirs.your_turn, theirs.price) == ("sell", True, 6_990)
    assert [r.rpt_seq for u, _, r in told(posted + countered) if u == "anna"] == [1, 2]


def test_the_poster_is_named_only_once_it_has_moved(market: BlockMarket) -> None:
    """market_rules.md 1.5 leaves it open; venue's own: an offer to all shows no member."""
    offer = market.post("anna", "sell")
    first = told(market.apply("bo", CounterBlock("c1", offer, LOT, 6_990)))
    talk = first[0][2].block_id
    assert [report.counterparty for _, _, report in first] == ["", "B", "B"]
    assert [row.counterparty for row in market.rows("B")] == ["", ""]
    broken = told(market.withdraw("ada", talk))
    assert [(user, report.counterparty) for user, _, report in broken] == [
        ("anna", "B"), ("ada", "B"), ("bo", ""),
    ]  # fmt: skip
    talk = market.counter("bo", offer, LOT, 6_990)
    answered = told(market.apply("anna", CounterBlock("c2", talk, LOT, 6_995)))
    assert [report.counterparty for _, _, report in answered] == ["B", "B", "A"]


def test_everybody_sees_an_open_offer_without_its_member(market: BlockMarket) -> None:
    """Issue 4: openly posted; private to the parties until it trades."""
    offer = market.post("anna", "buy", LOT, 6_600)
    talk = market.counter("bo", offer, LOT, 6_700)
    assert [(r.kind, r.block_id, r.counterparty) for r in market.rows("A")] == [
        ("own_offer", offer, ""), ("negotiation", talk, "B"),
    ]  # fmt: skip
    (seen,) = market.rows("D")
    assert (seen.kind, seen.side, seen.price, seen.order_qty) == ("offer", "buy", 6_600, LOT)
    assert (seen.counterparty, seen.your_turn) == ("", True)
    assert [(r.kind, r.side, r.your_turn) for r in market.rows("B")] == [
        ("offer", "buy", False), ("negotiation", "sell", False),
    ]  # fmt: skip


def test_an_offer_to_a_named_member_is_only_its_own_affair(market: BlockMarket) -> None:
    """market_rules.md 1.5: Hubei and Guangzhou let the poster name the counterparty."""
    events = market.apply("anna", PostBlock("p", SYMBOL, "sell", LOT, PRICE, "B"))
    assert [(user, event) for user, event, _ in told(events)] == [
        ("anna", "posted"), ("ada", "posted"), ("bo", "offered"),
    ]  # fmt: skip
    report = told(events)[2][2]
    assert (report.side, report.counterparty, report.your_turn) == ("buy", "A", True)
    assert market.rows("D") == []
    assert outcome(market.accept("dan", report.block_id, LOT, PRICE)) == "UNKNOWN_BLOCK"
    assert outcome(market.apply("dan", CounterBlock("c", report.block_id, LOT, PRICE))) == (
        "UNKNOWN_BLOCK"
    )
    assert outcome(market.accept("bo", report.block_id, LOT, PRICE)) == ""


def test_several_negotiate_at_once_and_a_trade_ends_the_others(market: BlockMarket) -> None:
    """Issue 4; who is not party to a negotiation may not touch it."""
    offer = market.post("bo", "sell", LOT)
    with_anna = market.counter("anna", offer, LOT, 6_900)
    with_dan = market.counter("dan", offer, 2 * LOT, 6_950)
    for command in (
        AcceptBlock("s1", with_dan, 2 * LOT, 6_950), CounterBlock("s2", with_dan, LOT, PRICE),
        WithdrawBlock("s3", with_dan),
    ):  # fmt: skip
        assert outcome(market.apply("anna", command)) == "UNKNOWN_BLOCK"
    events = market.accept("bo", with_dan, 2 * LOT, 6_950)
    assert heard(events) == [
        ("bo", "traded", with_dan), ("dan", "traded", with_dan),
        ("bo", "ended", with_anna), ("anna", "ended", with_anna), ("ada", "ended", with_anna),
    ]  # fmt: skip
    assert isinstance(events[0], TradeEvent)
    assert market.frozen("A") == market.frozen("B") == market.frozen("D") == (0, 0)
    assert outcome(market.accept("anna", offer, LOT, PRICE)) == "UNKNOWN_BLOCK"


def test_an_accept_must_repeat_the_present_terms(market: BlockMarket) -> None:
    """market_rules.md 1.5: both confirm price and quantity."""
    offer = market.post("anna", "sell", LOT)
    for qty, price in ((LOT, 6_999), (LOT + 1, PRICE)):
        assert outcome(market.accept("bo", offer, qty, price)) == "BLOCK_TERMS_CHANGED"
    talk = market.counter("bo", offer, LOT, 6_900)
    market.counter("anna", talk, LOT, 6_950)
    assert outcome(market.accept("bo", offer, LOT, PRICE)) == "BLOCK_TERMS_CHANGED"
    assert outcome(market.accept("bo", talk, LOT, 6_900)) == "BLOCK_TERMS_CHANGED"
    assert outcome(market.accept("bo", talk, LOT, 6_950)) == ""


def test_rounds_alternate(market: BlockMarket) -> None:
    """Issue 4: a proposal counts as its proposer's confirmation; the other side answers."""
    offer = market.post("anna", "sell", LOT)
    assert outcome(market.accept("ada", offer, LOT, PRICE)) == "NOT_YOUR_TURN"
    assert outcome(market.apply("ada", CounterBlock("a", offer, LOT, PRICE))) == "NOT_YOUR_TURN"
    talk = market.counter("bo", offer, LOT, 6_900)
    assert outcome(market.accept("bo", talk, LOT, 6_900)) == "NOT_YOUR_TURN"
    assert outcome(market.apply("bo", CounterBlock("b", talk, LOT, 6_950))) == "NOT_YOUR_TURN"
    assert market.frozen("B") == (LOT * 6_900, 0)


def test_withdrawal_releases_and_is_told(market: BlockMarket) -> None:
    """market_rules.md 1.4: what is not filled may be withdrawn."""
    offer = market.post("anna", "sell", LOT)
    talk = market.counter("bo", offer, LOT, 6_900)
    assert heard(market.withdraw("bo", offer)) == [
        ("bo", "withdrawn", talk), ("anna", "withdrawn", talk), ("ada", "withdrawn", talk),
    ]  # fmt: skip
    assert market.frozen("B") == (0, 0)
    assert market.frozen("A") == (0, LOT)
    assert outcome(market.withdraw("bo", offer)) == "NOT_PERMITTED"
    talk = market.counter("bo", offer, LOT, 6_900)
    assert heard(market.withdraw("ada", offer)) == [
        ("anna", "withdrawn", offer), ("ada", "withdrawn", offer),
        ("anna", "ended", talk), ("ada", "ended", talk), ("bo", "ended", talk),
    ]  # fmt: skip
    assert market.frozen("A") == market.frozen("B") == (0, 0)
    assert outcome(market.withdraw("anna", offer)) == "UNKNOWN_BLOCK"


def test_a_block_moves_no_price_and_no_count_of_the_listing(market: BlockMarket) -> None:
    """market_rules.md 1.2, row 5, and fact 7: blocks never set open or close."""
    market.apply("anna", NewOrder("o1", SYMBOL, "sell", 10, 7_100))
    market.apply("bo", NewOrder("o2", SYMBOL, "buy", 10, 7_100))
    before = market.venue.stat(SYMBOL)
    market.accept("bo", market.post("anna", "sell", 2 * LOT, 9_100), 2 * LOT, 9_100)
    market.accept("anna", market.post("dan", "sell", LOT, 4_900), LOT, 4_900)
    after = market.venue.stat(SYMBOL)
    for name in ("open", "high", "low", "last", "vwap", "volume", "turnover", "trade_count"):
        assert getattr(after, name) == getattr(before, name), name
    assert (after.block_volume, after.block_turnover) == (3 * LOT, 2 * LOT * 9_100 + LOT * 4_900)
    assert after.block_count == 2
    market.close_day()
    assert market.venue.stat(SYMBOL).close == 7_100
    market.open_day()
    assert market.venue.stat(SYMBOL).reference_price == 7_100
    assert market.venue.stat(SYMBOL).block_volume == 0


def test_a_repeated_command_counts_once(market: BlockMarket) -> None:
    post = PostBlock("p", SYMBOL, "sell", LOT, PRICE)
    market.apply("anna", post)
    assert outcome(market.apply("anna", post)) == "ALREADY_RECEIVED"
    assert market.frozen("A") == (0, LOT)


def test_a_refused_command_changes_nothing_but_numbers(market: BlockMarket) -> None:
    offer = market.post("anna", "sell", LOT)
    talk = market.counter("bo", offer, LOT, 6_900)
    before = [market.rows(member) for member in "ABCD"], market.venue.ledger_totals()
    for user, command in (
        ("bo", AcceptBlock("r1", talk, LOT, 6_900)),
        ("anna", AcceptBlock("r2", talk, LOT, 6_901)),
        ("anna", CounterBlock("r3", talk, 99 * LOT, 6_950)),
        ("cy", CounterBlock("r4", offer, LOT, 6_950)),
        ("dan", WithdrawBlock("r5", offer)),
    ):
        events = market.apply(user, command)
        assert len(events) == 1
        assert outcome(events)
    assert ([market.rows(member) for member in "ABCD"], market.venue.ledger_totals()) == before
    assert not [e for e in market.withdraw("dan", talk) if isinstance(e, PartyEvent)]
