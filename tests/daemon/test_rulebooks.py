"""The shipped rulebooks hold the numbers that their sources give.

Sources are rows of market_rules.md of the project's reference, where each has its address. What
is marked [G] there is not confirmed: a parameter, which a test may hold still but not call law.
"""

import datetime as dt
from pathlib import Path

import pytest

from bashu_daemon.bootstrap import load_founding
from bashu_daemon.config import RULEBOOKS, Config
from bashu_daemon.core import Venue
from bashu_daemon.core.events import CommandEvent
from bashu_daemon.rulebook import load_rulebook
from bashu_daemon.schedule import due_commands, make_schedule
from bashu_protocol.messages import InstrumentRules, OrderFeatures
from bashu_protocol.topics import VENUE_USER

FILES = sorted(path for path in RULEBOOKS.glob("*.toml") if path.name != "demo_members.toml")
VINTAGES = ["CEA23", "CEA24", "CEA25"]
NOON_24_NOV_2026 = 1_795_492_800_000_000_000


@pytest.fixture(scope="module")
def rules() -> dict[str, InstrumentRules]:
    return {item.symbol: item for item in load_rulebook(RULEBOOKS / "bashu.toml").instruments}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_rulebook_stands_alone(path: Path) -> None:
    """Each market's file is a rulebook of its own, and the core accepts its instruments."""
    rulebook = load_rulebook(path)
    assert rulebook.instruments
    config = Config(rulebook=path, members=RULEBOOKS / "demo_members.toml")
    venue = Venue()
    for command in load_founding(config).commands(venue)[: len(rulebook.instruments)]:
        outcome = venue.apply(VENUE_USER, command, 1)[-1]
        assert isinstance(outcome, CommandEvent)
        assert outcome.report.accepted, outcome


def test_the_reference_venue_has_every_market_of_the_brief() -> None:
    symbols = {item.symbol for item in load_rulebook(RULEBOOKS / "bashu.toml").instruments}
    assert symbols == {*VINTAGES, "CQEA", "CCER", "CDCER", "CQCER"}


@pytest.mark.parametrize("mode", ["all_day", "calendar", "demo"])
def test_the_venue_begins_without_a_refusal(mode: str) -> None:
    """Rulebook, members and the first session commands go together."""
    founding = load_founding(Config())
    venue = Venue()
    commands = founding.commands(venue)
    for command in commands:
        assert_accepted(venue, command)
    schedule = make_schedule(mode, founding.rulebook.sessions, venue, NOON_24_NOV_2026)  # type: ignore[arg-type]  # one of its modes
    for command in due_commands(venue, schedule, NOON_24_NOV_2026):
        assert_accepted(venue, command)
    assert founding.commands(venue) == []


def assert_accepted(venue: Venue, command: object) -> None:
    outcome = venue.apply(VENUE_USER, command, NOON_24_NOV_2026)[-1]  # type: ignore[arg-type]  # a command
    assert isinstance(outcome, CommandEvent)
    assert outcome.report.accepted, (command, outcome)


def test_sessions_of_market_rules_1_2() -> None:
    """Mon-Fri 09:30-11:30 and 13:00-15:00, blocks 13:00-15:00, Shanghai: market_rules.md 1.2."""
    sessions = load_rulebook(RULEBOOKS / "bashu.toml").sessions
    assert sessions.time_zone == "Asia/Shanghai"
    assert sessions.listing == ("09:30-11:30", "13:00-15:00")
    assert sessions.block == ("13:00-15:00",)
    assert sessions.holidays == "china"
    assert dt.date(2024, 2, 9) in sessions.closed_days


@pytest.mark.parametrize("symbol", VINTAGES)
def test_national_allowances_of_market_rules_1_1_to_1_6(
    rules: dict[str, InstrumentRules], symbol: str
) -> None:
    """Lot 1 t and tick 0.01 (1.1), below 100,000 t and +-10 % (1.2), no resale (1.4)."""
    cea = rules[symbol]
    assert (cea.tick, cea.lot, cea.max_order_qty) == (1, 1, 99_999)
    assert cea.band_bps == 1_000
    assert cea.resale_ban
    assert (cea.call_auction, cea.volatility, cea.holding) == (None, None, None)


@pytest.mark.parametrize("symbol", VINTAGES)
def test_national_blocks_of_market_rules_1_2(
    rules: dict[str, InstrumentRules], symbol: str
) -> None:
    """From 100,000 t, +-30 % of the vintage's previous close: market_rules.md 1.2 and 1.5."""
    block = rules[symbol].block
    assert block is not None
    assert (block.min_qty, block.band_bps) == (100_000, 3_000)
    assert rules[symbol].max_order_qty < block.min_qty


@pytest.mark.parametrize("symbol", VINTAGES)
def test_national_reach_of_market_rules_0_fact_3(
    rules: dict[str, InstrumentRules], symbol: str
) -> None:
    """The best five opposite levels; within a price the venue's own time priority (fact 2)."""
    assert rules[symbol].reach_levels == 5
    assert rules[symbol].within_price == "time"


@pytest.mark.parametrize("symbol", VINTAGES)
def test_national_one_way_auctions_of_market_rules_1_2_and_1_6(
    rules: dict[str, InstrumentRules], symbol: str
) -> None:
    """Offers of at least 100,000 t, floor -10 %, cap +10 %; the selling form alone (1.2)."""
    auction = rules[symbol].auction
    assert auction is not None
    assert auction.min_offer_qty == 100_000
    assert (auction.floor_bps, auction.cap_bps) == (1_000, 1_000)
    assert (auction.selling, auction.buying) == (True, False)


@pytest.mark.parametrize(("symbol", "reference"), [("CEA24", 7_317), ("CEA25", 7_463)])
def test_references_from_the_launch_composites_of_market_rules_1_3(
    rules: dict[str, InstrumentRules], symbol: str, reference: int
) -> None:
    """73.17 on 2025-04-29 and 74.63 on 2026-01-05: market_rules.md 1.3."""
    assert rules[symbol].reference_price == reference


def test_chongqings_sell_cap_of_market_rules_5_1(rules: dict[str, InstrumentRules]) -> None:
    """50 % of the annual free allocation: 2014 rules Art. 23; +-20 % is [G]."""
    cqea = rules["CQEA"]
    assert cqea.holding is not None
    assert cqea.holding.sell_cap_bps == 5_000
    assert cqea.band_bps == 2_000


def test_beijings_holding_template_of_market_rules_1_7(rules: dict[str, InstrumentRules]) -> None:
    """1,000,000 t, reported from 500,000 t: Beijing 2014, a template ([G] for Chongqing)."""
    holding = rules["CQEA"].holding
    assert holding is not None
    assert (holding.max_emitter, holding.max_other) == (1_000_000, 1_000_000)
    assert (holding.report_emitter, holding.report_other) == (500_000, 500_000)


def test_ccer_is_listing_only_without_a_band_of_market_rules_4(
    rules: dict[str, InstrumentRules],
) -> None:
    """Listing only at launch; the daily average moved by more than 10 % on 53 of 349 days."""
    ccer = rules["CCER"]
    assert ccer.band_bps == 0
    assert (ccer.auction, ccer.block) == (None, None)
    assert ccer.volatility is not None


def test_carbon_inclusion_credits_are_parameters(rules: dict[str, InstrumentRules]) -> None:
    """No numbers were found (market_rules.md 5.1, 5.2): venue's own, one with a call auction."""
    assert rules["CDCER"].call_auction is not None
    assert rules["CQCER"].volatility is not None
    assert rules["CDCER"].features.stop


@pytest.mark.parametrize("symbol", [*VINTAGES, "CQEA", "CCER"])
def test_day_orders_without_features_of_market_rules_1_4(
    rules: dict[str, InstrumentRules], symbol: str
) -> None:
    """Good for that trading day only (1.4): no order feature outside the venue's own credits."""
    assert rules[symbol].features == OrderFeatures()
