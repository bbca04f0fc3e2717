"""What a block may be: size, band, cover and bounds (market_rules.md 1.1, 1.2, 1.4, 1.7, 5.1)."""

import pytest
from block_market import LOT, PRICE, SYMBOL, BlockMarket, outcome

from bashu_daemon.core import Venue
from bashu_protocol.messages import (
    AcceptBlock,
    BlockRules,
    CounterBlock,
    HoldingRules,
    InstrumentRules,
    ListInstrument,
    NewOrder,
    PostBlock,
    SetAllocation,
    SetBlockSession,
    WithdrawBlock,
)
from bashu_protocol.topics import VENUE_USER


@pytest.fixture
def market() -> BlockMarket:
    return BlockMarket()


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


def test_the_days_turnover_of_blocks_has_a_bound(
    market: BlockMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that no sum passes 63 bits."""
    monkeypatch.setattr("bashu_daemon.core.block_checks.MAX_TURNOVER", LOT * PRICE)
    offer = market.post("dan", "sell")
    market.accept("bo", market.post("anna", "sell"), LOT, PRICE)
    assert outcome(market.accept("bo", offer, LOT, PRICE)) == "TOO_MANY_ORDERS"
