"""Block trading 大宗协议: market_rules.md 1.2 (size, band, session, match), 1.4 and 1.5 (flow)."""

from typing import Any

import pytest
from block_market import LOT, PRICE, SYMBOL, BlockMarket, outcome, told

from bashu_daemon.core import Venue
from bashu_daemon.core.events import CommandEvent, PartyEvent, TradeEvent
from bashu_protocol.messages import (
    AcceptBlock,
    BarPerson,
    BlockRules,
    CounterBlock,
    HaltInstrument,
    HoldingRules,
    InstrumentRules,
    KillSwitch,
    ListInstrument,
    MassCancelFor,
    NewOrder,
    OpenDay,
    PostBlock,
    ResumeInstrument,
    SetAllocation,
    SetBlockSession,
    SetPermissions,
    StateCommand,
    SuspendMember,
    SuspendUser,
    WithdrawBlock,
)
from bashu_protocol.topics import VENUE_USER


@pytest.fixture
def market() -> BlockMarket:
    return BlockMarket()


def heard(events: Any) -> list[tuple[str, str, int]]:
    return [(user, event, report.block_id) for user, event, report in told(events)]


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


@pytest.mark.parametrize(
    ("qty", "price", "code"),
    [
        (LOT - 1, PRICE, "QTY_TOO_SMALL"),  # 1.2: at least 100,000 t
        (LOT, PRICE, ""),
        (9 * LOT + 1, PRICE, "QTY_TOO_LARGE"),  # rulebook key block.max_qty
        (0, PRICE, "INVALID_QTY"),
        (-LOT, PRICE, "INVALID_QTY"),
        (LOT, 9_100, ""),  # 1.2: +-30 % of the previous close
        (LOT, 9_101, "PRICE_ABOVE_LIMIT"),
        (LOT, 4_900, ""),
        (LOT, 4_899, "PRICE_BELOW_LIMIT"),
        (LOT, 0, "INVALID_PRICE"),
        (LOT, 2**40, "INVALID_PRICE"),
    ],
)
def test_size_and_band(market: BlockMarket, qty: int, price: int, code: str) -> None:
    """market_rules.md 1.2: >= 100,000 t and +-30 % of the previous close."""
    assert outcome(market.apply("anna", PostBlock("p", SYMBOL, "sell", qty, price))) == code
    offer = market.post("bo", "buy")
    counter = CounterBlock("c", offer, qty, price)
    assert outcome(market.apply("dan", counter)) == code


def test_limits_are_rounded_half_up_like_the_listings() -> None:
    """market_rules.md 1.3 (arithmetic of the limits), with the block's 30 %."""
    market = BlockMarket(reference_price=6_715)
    # 6715 x 1.3 = 8729.5 and x 0.7 = 4700.5
    assert market.venue.instrument_rows()[0].block_limit_up == 8_730
    assert market.venue.instrument_rows()[0].block_limit_down == 4_701
    market.post("anna", "sell", LOT, 8_730)
    low = PostBlock("p", SYMBOL, "sell", LOT, 4_700)
    assert outcome(market.apply("anna", low)) == "PRICE_BELOW_LIMIT"


def test_tick_and_lot_are_the_instruments() -> None:
    """Rulebook keys tick and lot (market_rules.md 1.1)."""
    market = BlockMarket(tick=5, lot=10)
    for qty, price, code in ((LOT, 7_001, "PRICE_OFF_TICK"), (LOT + 1, 7_000, "QTY_OFF_LOT")):
        command = PostBlock(market.id(), SYMBOL, "sell", qty, price)
        assert outcome(market.apply("anna", command)) == code


def test_both_sides_need_cover(market: BlockMarket) -> None:
    """market_rules.md 1.4, row 1: hard pre-check of cash and tonnes."""
    poor = BlockMarket(cash=PRICE * LOT, tonnes=LOT)
    sale = PostBlock("p1", SYMBOL, "sell", LOT + 1, PRICE)
    assert outcome(poor.apply("anna", sale)) == "INSUFFICIENT_HOLDING"
    purchase = PostBlock("p2", SYMBOL, "buy", LOT, PRICE + 1)
    assert outcome(poor.apply("anna", purchase)) == "INSUFFICIENT_CASH"
    offer = poor.post("bo", "sell", LOT)
    dear = CounterBlock("c1", offer, LOT, PRICE + 1)
    assert outcome(poor.apply("dan", dear)) == "INSUFFICIENT_CASH"
    talk = poor.counter("dan", offer, LOT, PRICE)
    more = CounterBlock("c2", talk, LOT + 1, PRICE)
    assert outcome(poor.apply("bo", more)) == "INSUFFICIENT_HOLDING"
    assert outcome(poor.apply("anna", AcceptBlock("a", offer, LOT, PRICE))) == ""
    bid = market.post("bo", "buy", 9 * LOT)
    market.apply("anna", NewOrder("o", SYMBOL, "sell", 50_000, PRICE))
    market.post("anna", "sell", LOT)
    assert outcome(market.accept("anna", bid, 9 * LOT, PRICE)) == "INSUFFICIENT_HOLDING"


def test_the_poster_accepts_out_of_what_it_has_frozen() -> None:
    market = BlockMarket(cash=PRICE * LOT, tonnes=LOT)
    offer = market.post("anna", "sell", LOT)
    talk = market.counter("bo", offer, LOT, PRICE - 1)
    assert outcome(market.accept("anna", talk, LOT, PRICE - 1)) == ""
    assert market.account("A", SYMBOL).available == 0


def test_nobody_trades_a_block_with_itself(market: BlockMarket) -> None:
    """Venue's own, as the listing's self-trade prevention: by beneficial owner; A and C are one."""
    offer = market.post("anna", "sell")
    assert outcome(market.accept("cy", offer, LOT, PRICE)) == "SELF_TRADE"
    assert outcome(market.apply("cy", CounterBlock("c", offer, LOT, PRICE))) == "SELF_TRADE"
    for named in ("A", "C"):
        command = PostBlock(market.id(), SYMBOL, "sell", LOT, PRICE, named)
        assert outcome(market.apply("anna", command)) == "SELF_TRADE"


def test_names_that_do_not_exist(market: BlockMarket) -> None:
    for command, code in (
        (PostBlock("p1", "NONE", "sell", LOT, PRICE), "UNKNOWN_SYMBOL"),
        (PostBlock("p2", SYMBOL, "sell", LOT, PRICE, "X"), "UNKNOWN_MEMBER"),
        (CounterBlock("p3", 99, LOT, PRICE), "UNKNOWN_BLOCK"),
        (AcceptBlock("p4", 99, LOT, PRICE), "UNKNOWN_BLOCK"),
        (WithdrawBlock("p5", -1), "UNKNOWN_BLOCK"),
    ):
        assert outcome(market.apply("anna", command)) == code
    unknown = SetBlockSession("s", True, "NONE")
    assert outcome(market.apply(VENUE_USER, unknown)) == "UNKNOWN_SYMBOL"


def test_only_traders_deal_and_only_the_registrar_sets_the_session(market: BlockMarket) -> None:
    assert outcome(market.apply("sue", PostBlock("p", SYMBOL, "sell", LOT, PRICE))) == (
        "NOT_PERMITTED"
    )
    assert outcome(market.apply("anna", SetBlockSession("s", False))) == "NOT_PERMITTED"


def deals(offer: int, talk: int) -> list[StateCommand]:
    return [
        PostBlock("d1", SYMBOL, "sell", LOT, PRICE),
        CounterBlock("d2", talk, LOT, 6_950),
        AcceptBlock("d3", talk, LOT, 6_900),
        CounterBlock("d4", offer, LOT, 6_950),
    ]


def test_a_halt_stops_everything_but_withdrawal(market: BlockMarket) -> None:
    """market_rules.md 1.7, suspension; as in the listing, what stands may be withdrawn."""
    offer = market.post("anna", "sell", LOT)
    talk = market.counter("bo", offer, LOT, 6_900)
    market.apply("sue", HaltInstrument("h", SYMBOL, "news"))
    for command in deals(offer, talk):
        assert outcome(market.apply("anna", command)) == "INSTRUMENT_HALTED"
    assert outcome(market.withdraw("bo", talk)) == ""
    market.apply("sue", ResumeInstrument("r", SYMBOL, "calm"))
    assert outcome(market.accept("bo", offer, LOT, PRICE)) == ""


def test_suspension_ends_what_the_member_began_and_lets_it_begin_nothing(
    market: BlockMarket,
) -> None:
    """market_rules.md 1.7: restriction of an account."""
    own = market.post("bo", "sell", LOT)
    talk = market.counter("dan", own, LOT, 6_900)
    other = market.post("anna", "buy", LOT, 6_800)
    begun = market.counter("bo", other, LOT, 6_850)
    events = market.apply("sue", SuspendMember("s", "B", "inquiry"))
    assert heard(events) == [
        ("bo", "withdrawn", own), ("bo", "ended", talk), ("dan", "ended", talk),
        ("anna", "withdrawn", begun), ("ada", "withdrawn", begun), ("bo", "withdrawn", begun),
    ]  # fmt: skip
    assert isinstance(events[-1], CommandEvent)
    assert events[-1].report.affected == 2
    assert market.frozen("B") == market.frozen("D") == (0, 0)
    assert market.frozen("A") == (LOT * 6_800, 0)
    for command in (
        PostBlock("p", SYMBOL, "sell", LOT, PRICE), CounterBlock("c", other, LOT, 6_850),
        AcceptBlock("a", other, LOT, 6_800),
    ):  # fmt: skip
        assert outcome(market.apply("bo", command)) == "MEMBER_SUSPENDED"
    named = PostBlock("n", SYMBOL, "sell", LOT, PRICE, "B")
    assert outcome(market.apply("anna", named)) == "MEMBER_SUSPENDED"


@pytest.mark.parametrize(
    "command",
    [
        KillSwitch("k", "member", "B", True, "x"),
        KillSwitch("k", "user", "bo", True, "x"),
        SuspendUser("k", "bo", "x"),
        MassCancelFor("k", "x", user="bo"),
        BarPerson("k", "two", True, "x"),
    ],
)
def test_what_stops_a_user_ends_its_blocks(market: BlockMarket, command: StateCommand) -> None:
    """Issue 4, items 7 and 8: kill switch, mass cancel, suspended and barred persons."""
    own = market.post("bo", "sell", LOT)
    other = market.post("anna", "buy", LOT, 6_800)
    begun = market.counter("bo", other, LOT, 6_850)
    events = market.apply("sue", command)
    assert outcome(events) == ""
    assert [(user, block_id) for user, _, block_id in heard(events)] == [
        ("bo", own), ("anna", begun), ("ada", begun), ("bo", begun),
    ]  # fmt: skip
    assert isinstance(events[-1], CommandEvent)
    assert events[-1].report.affected == 2
    assert market.frozen("B") == (0, 0)
    posted = outcome(market.apply("bo", PostBlock("p", SYMBOL, "sell", LOT, PRICE)))
    assert bool(posted) is not isinstance(command, MassCancelFor)


def test_a_colleague_withdraws_only_with_the_right_to(market: BlockMarket) -> None:
    """Issue 4, item 8: separate permissions of a member's users (market_rules.md 1.1)."""
    offer = market.post("anna", "sell", LOT)
    market.registrar(SetPermissions(market.id(), "ada", ("view",)))
    assert outcome(market.withdraw("ada", offer)) == "NOT_PERMITTED"
    assert outcome(market.apply("ada", PostBlock("p", SYMBOL, "sell", LOT, PRICE))) == (
        "NOT_PERMITTED"
    )
    assert outcome(market.withdraw("anna", offer)) == ""


def test_the_maximum_holding_counts_blocks() -> None:
    """market_rules.md 1.7, maximum holding: with all open purchases; rulebook key holding."""
    market = BlockMarket(holding=HoldingRules(max_emitter=13 * LOT))
    own = market.post("bo", "buy", 2 * LOT)
    other = market.post("anna", "sell", 2 * LOT)
    assert outcome(market.accept("bo", other, 2 * LOT, PRICE)) == "HOLDING_LIMIT"
    order = market.apply("bo", NewOrder("o", SYMBOL, "buy", 99_999, PRICE))
    assert outcome(order) == ""
    talk = market.counter("dan", own, LOT, PRICE)
    loaded = Venue.load(market.venue.dump())
    market.venue = loaded
    more = CounterBlock("c", talk, 3 * LOT, PRICE - 1)
    assert outcome(market.apply("bo", more)) == "HOLDING_LIMIT"
    market.withdraw("bo", own)
    assert outcome(market.accept("bo", other, 2 * LOT, PRICE)) == ""


def test_the_sell_cap_counts_blocks() -> None:
    """market_rules.md 5.1, sell cap; rulebook key holding.sell_cap_bps."""
    market = BlockMarket(holding=HoldingRules(sell_cap_bps=5_000))
    market.registrar(SetAllocation(market.id(), "A", SYMBOL, 4 * LOT))
    offer = market.post("anna", "sell", LOT)
    assert outcome(market.apply("anna", PostBlock("p", SYMBOL, "sell", LOT + 1, PRICE))) == (
        "SELL_CAP"
    )
    market.accept("bo", offer, LOT, PRICE)
    assert outcome(market.apply("anna", PostBlock("q", SYMBOL, "sell", LOT + 1, PRICE))) == (
        "SELL_CAP"
    )
    market.post("anna", "sell", LOT)


def test_an_instrument_without_block_rules_has_no_blocks() -> None:
    """Blocks are off unless the rulebook says what they are."""
    market = BlockMarket(block=None)
    command = PostBlock("p", SYMBOL, "sell", LOT, PRICE)
    assert outcome(market.apply("anna", command)) == "NO_BLOCK_TRADING"
    session = SetBlockSession("s", True, SYMBOL)
    assert outcome(market.apply(VENUE_USER, session)) == "NO_BLOCK_TRADING"


@pytest.mark.parametrize("block", [BlockRules(min_qty=5, max_qty=4), BlockRules(max_qty=2 * 10**9)])
def test_block_rules_have_bounds(block: BlockRules) -> None:
    market = BlockMarket()
    rules = InstrumentRules(
        symbol="X", name_zh="x", name_en="x", product="CEA", reference_price=1, block=block
    )
    assert outcome(market.apply(VENUE_USER, ListInstrument("l", rules))) == "INVALID_VALUE"


def test_a_member_has_so_many_blocks_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every queue has a limit (DESIGN 3)."""
    monkeypatch.setattr("bashu_daemon.core.block_checks.MAX_OPEN_BLOCKS", 2)
    market = BlockMarket()
    offer = market.post("bo", "sell")
    market.post("anna", "sell")
    talk = market.counter("anna", offer, LOT, 6_900)
    for command in (PostBlock("p", SYMBOL, "sell", LOT, PRICE), CounterBlock("c", 1, LOT, PRICE)):
        user = "anna" if isinstance(command, PostBlock) else "bo"
        expected = "TOO_MANY_ORDERS" if user == "anna" else "NOT_YOUR_TURN"
        assert outcome(market.apply(user, command)) == expected
    market.withdraw("anna", talk)
    market.post("anna", "sell")
    assert outcome(market.apply("anna", CounterBlock("c2", offer, LOT, 1))) == "PRICE_BELOW_LIMIT"
    again = CounterBlock("c3", offer, LOT, 6_900)
    assert outcome(market.apply("anna", again)) == "TOO_MANY_ORDERS"


def test_the_end_of_the_session_lets_everything_lapse(market: BlockMarket) -> None:
    """market_rules.md 1.2: 13:00-15:00; 1.4: what is left lapses."""
    offer = market.post("anna", "sell", LOT)
    talk = market.counter("bo", offer, LOT, 6_900)
    named = market.apply("dan", PostBlock("n", SYMBOL, "buy", LOT, PRICE, "B"))
    to_bo = told(named)[0][2].block_id
    events = market.session(is_open=False)
    assert heard(events) == [
        ("anna", "expired", offer), ("ada", "expired", offer),
        ("anna", "expired", talk), ("ada", "expired", talk), ("bo", "expired", talk),
        ("dan", "expired", to_bo), ("bo", "expired", to_bo),
    ]  # fmt: skip
    for member in "ABD":
        assert market.frozen(member) == (0, 0)
        assert market.rows(member) == []
    assert outcome(market.apply("anna", PostBlock("p", SYMBOL, "sell", LOT, PRICE))) == (
        "BLOCK_SESSION_CLOSED"
    )


def test_the_session_is_independent_of_the_listings_phase(market: BlockMarket) -> None:
    """market_rules.md 1.2: a session of its own."""
    assert outcome(market.apply(VENUE_USER, SetBlockSession("s1", True))) == "INVALID_PHASE"
    market.session(is_open=False)
    assert outcome(market.apply(VENUE_USER, SetBlockSession("s2", False))) == "INVALID_PHASE"
    market.apply("sue", HaltInstrument("h", SYMBOL, "news"))
    market.session(is_open=True)
    assert outcome(market.apply("anna", PostBlock("p1", SYMBOL, "sell", LOT, PRICE))) == (
        "INSTRUMENT_HALTED"
    )
    market.apply("sue", ResumeInstrument("r", SYMBOL, "calm", "pause"))
    market.post("anna", "sell")


def test_the_close_of_the_day_ends_the_session(market: BlockMarket) -> None:
    offer = market.post("anna", "sell", LOT)
    events = market.close_day()
    assert heard(events) == [("anna", "expired", offer), ("ada", "expired", offer)]
    assert market.venue.stat(SYMBOL).block_session is False
    assert outcome(market.apply(VENUE_USER, SetBlockSession("s", True))) == "INVALID_PHASE"
    command = PostBlock("p", SYMBOL, "sell", LOT, PRICE)
    assert outcome(market.apply("anna", command)) == "MARKET_CLOSED"
    market.registrar(OpenDay(market.id(), 20_240_103))
    assert outcome(market.apply("anna", PostBlock("q", SYMBOL, "sell", LOT, PRICE))) == (
        "BLOCK_SESSION_CLOSED"
    )


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
