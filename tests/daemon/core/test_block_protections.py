"""Who and what stops blocks: session, halts, suspensions, switches, mass cancels, permissions."""

import pytest
from block_market import LOT, PRICE, SYMBOL, BlockMarket, heard, outcome, told

from bashu_daemon.core.events import CommandEvent
from bashu_protocol.messages import (
    AcceptBlock,
    BarPerson,
    CounterBlock,
    HaltInstrument,
    InstrumentRules,
    KillSwitch,
    ListInstrument,
    MassCancel,
    MassCancelFor,
    OpenDay,
    PostBlock,
    ResumeInstrument,
    SetBlockSession,
    SetPermissions,
    StateCommand,
    SuspendMember,
    SuspendUser,
)
from bashu_protocol.topics import VENUE_USER


@pytest.fixture
def market() -> BlockMarket:
    return BlockMarket()


def deals(offer: int, talk: int) -> list[StateCommand]:
    return [
        PostBlock("d1", SYMBOL, "sell", LOT, PRICE),
        CounterBlock("d2", talk, LOT, 6_950),
        AcceptBlock("d3", talk, LOT, 6_900),
        CounterBlock("d4", offer, LOT, 6_950),
    ]


def test_only_traders_deal_and_only_the_registrar_sets_the_session(market: BlockMarket) -> None:
    assert outcome(market.apply("sue", PostBlock("p", SYMBOL, "sell", LOT, PRICE))) == (
        "NOT_PERMITTED"
    )
    assert outcome(market.apply("anna", SetBlockSession("s", False))) == "NOT_PERMITTED"


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


@pytest.mark.parametrize(
    "command",
    [
        SuspendMember("k", "B", "x"),
        KillSwitch("k", "member", "B", True, "x"),
        MassCancelFor("k", "x", user="bo"),
        BarPerson("k", "two", True, "x"),
    ],
)
def test_why_a_block_was_withdrawn_is_told_to_its_own_side_only(
    market: BlockMarket, command: StateCommand
) -> None:
    """Measures against a firm are no public matter, nor is who posted a block to all."""
    market.counter("dan", market.post("bo", "sell"), LOT, 6_900)
    market.apply("bo", PostBlock("to-d", SYMBOL, "sell", LOT, PRICE, "D"))
    market.counter("bo", market.post("anna", "buy", LOT, 6_800), LOT, 6_850)
    texts = [
        (user, event, report.text)
        for user, event, report in told(market.apply("sue", command))
        if user != "ada"
    ]
    own = texts[0][2]
    assert own.startswith("Withdrawn")
    gone = "The offer was withdrawn."
    assert texts == [
        ("bo", "withdrawn", own), ("bo", "ended", gone), ("dan", "ended", gone),
        ("bo", "withdrawn", own), ("dan", "withdrawn", ""),
        ("anna", "withdrawn", ""), ("bo", "withdrawn", own),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("user", "command"),
    [
        ("anna", MassCancel("m")),
        ("anna", MassCancel("m", SYMBOL)),
        ("ada", MassCancel("m", "", "member")),
    ],
)
def test_a_mass_cancel_withdraws_blocks(
    market: BlockMarket, user: str, command: StateCommand
) -> None:
    """Issue 4 item 7; venue's own: after it nothing can trade that the user had entered."""
    market.registrar(SetPermissions(market.id(), "ada", ("view", "risk")))
    own = market.post("anna", "sell")
    other = market.post("bo", "buy", LOT, 6_800)
    begun = market.counter("anna", other, LOT, 6_850)
    assert market.venue.has_live_orders("anna")
    events = market.apply(user, command)
    assert [(told_to, block_id) for told_to, _, block_id in heard(events)] == [
        ("anna", own), ("ada", own), ("bo", begun), ("anna", begun), ("ada", begun),
    ]  # fmt: skip
    assert isinstance(events[-1], CommandEvent)
    assert events[-1].report.affected == 2
    assert market.frozen("A") == (0, 0)
    assert not market.venue.has_live_orders("anna")
    assert market.venue.has_live_orders("bo")
    assert [row.block_id for row in market.rows("B")] == [other]


def test_a_mass_cancel_leaves_a_colleagues_blocks(market: BlockMarket) -> None:
    offer = market.post("anna", "sell")
    market.apply("ada", MassCancel("m"))
    assert [row.block_id for row in market.rows("A")] == [offer]


def test_a_mass_cancel_leaves_the_blocks_of_other_names(market: BlockMarket) -> None:
    rules = InstrumentRules(
        symbol="CEA25", name_zh="x", name_en="x", product="CEA", reference_price=PRICE
    )
    market.registrar(ListInstrument(market.id(), rules))
    own = market.post("bo", "sell", LOT)
    for number, names in enumerate(
        ({"symbol": "CEA25"}, {"member": "A"}, {"user": "anna"}, {"user": "bo", "symbol": "CEA25"})
    ):
        assert heard(market.apply("sue", MassCancelFor(f"k{number}", "x", **names))) == []
    events = market.apply("sue", MassCancelFor("k", "x", symbol=SYMBOL))
    assert heard(events) == [("bo", "withdrawn", own)]


def test_a_colleague_withdraws_only_with_the_right_to(market: BlockMarket) -> None:
    """Issue 4, item 8: separate permissions of a member's users (market_rules.md 1.1)."""
    offer = market.post("anna", "sell", LOT)
    market.registrar(SetPermissions(market.id(), "ada", ("view",)))
    assert outcome(market.withdraw("ada", offer)) == "NOT_PERMITTED"
    assert outcome(market.apply("ada", PostBlock("p", SYMBOL, "sell", LOT, PRICE))) == (
        "NOT_PERMITTED"
    )
    assert outcome(market.withdraw("anna", offer)) == ""


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
