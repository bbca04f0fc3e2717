"""The call auction in the venue: phases, entry, the uncross with money, and the way on.

Issue 4, item 4; the phases and the no-cancel part are the venue's own, with the national 2025
auction rules as their model where they say anything (market_rules.md 0, fact 9).
"""

import random
from typing import Any, get_args

import pytest

from bashu_daemon.core import Venue
from bashu_daemon.core.events import PhaseChanged, SelfTradePrevented, TradeEvent
from bashu_protocol.messages import (
    CallAuctionRules,
    HaltInstrument,
    MassCancel,
    ResumeInstrument,
    SelfTradePrevention,
    SetPhase,
    SuspendMember,
)
from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.topics import VENUE_USER

SYMBOL = "CEA24"
CALL: dict[str, Any] = {"first_phase": "call_auction", "call_auction": CallAuctionRules()}


@pytest.fixture
def call(new_exchange: Any) -> Any:
    """CEA24 in the phase `call_auction`."""
    return new_exchange(**CALL)


def code(reports: list[Any]) -> RejectCode:
    return RejectCode(reports[-1].reject_code)


def trades(events: list[Any]) -> list[tuple[int, int]]:
    return [(e.price, e.qty) for e in events if isinstance(e, TradeEvent)]


def test_orders_rest_crossed_until_the_uncross(call: Any) -> None:
    call.order("anna", "buy", 10, 7_100, cl_ord_id="b1")
    (report,) = call.order("bo", "sell", 4, 6_900)
    assert (report.exec_type, report.leaves_qty) == ("new", 4)
    assert call.account("A", "CNY").frozen == 71_000
    assert call.account("B", SYMBOL).frozen == 4
    events = call.phase("continuous")
    assert trades(events) == [(7_100, 4)]
    (trade,) = (e for e in events if isinstance(e, TradeEvent))
    assert (trade.mode, trade.aggressor_side) == ("call_auction", "buy")
    assert isinstance(events[-2], PhaseChanged)
    assert events[-2].phase == "continuous"
    # what is left goes on in continuous trading
    assert call.queue("A") == [("b1", 7_100, 6)]
    reports = call.order("bo", "sell", 6, 7_100)
    assert reports[-1].ord_status == "filled"


def test_buyers_get_their_surplus_back(call: Any) -> None:
    call.order("bo", "sell", 10, 6_900)
    before = call.account("A", "CNY").available
    call.order("anna", "buy", 4, 7_100)
    call.order("ada", "buy", 3, 7_000)
    call.phase("continuous")
    stat = call.venue.stat(SYMBOL)
    assert (stat.last, stat.volume) == (6_900, 7)  # a surplus of sellers: the lowest price
    account = call.account("A", "CNY")
    assert (account.available, account.frozen) == (before - 7 * 6_900, 0)
    assert call.account("A", SYMBOL).bought_today == 7
    assert call.account("B", SYMBOL).frozen == 3


def test_the_uncross_counts_as_listing_trades_do(call: Any) -> None:
    """Open, high, low, last and the average (market_rules.md 1.3: all listing trades)."""
    call.order("bo", "sell", 5, 6_950)
    call.order("bo", "sell", 5, 6_960)
    call.order("anna", "buy", 7, 6_990)
    call.phase("continuous")
    stat = call.venue.stat(SYMBOL)
    assert (stat.open, stat.high, stat.low, stat.last, stat.vwap) == (6_960,) * 5
    assert (stat.volume, stat.trade_count) == (7, 2)
    assert {fill.mode for fill in call.venue.fill_rows("A")} == {"call_auction"}


def test_the_uncross_into_a_pause(call: Any) -> None:
    call.order("anna", "buy", 10, 7_100)
    call.order("bo", "sell", 4, 6_900)
    assert trades(call.phase("pause")) == [(7_100, 4)]
    assert call.venue.stat(SYMBOL).phase == "pause"


def test_closing_the_day_uncrosses_a_call_that_is_under_way(call: Any) -> None:
    call.order("anna", "buy", 10, 7_100)
    call.order("bo", "sell", 4, 6_900)
    events = call.close_day()
    assert trades(events) == [(7_100, 4)]
    assert call.venue.stat(SYMBOL).close == 7_100
    assert call.queue("A") == []


@pytest.mark.parametrize("phase", ["call_auction", "call_auction_no_cancel"])
@pytest.mark.parametrize(
    "order", [{"time_in_force": "ioc"}, {"time_in_force": "fok"}, {"ord_type": "market"}]
)
def test_only_orders_that_can_wait(call: Any, phase: str, order: dict[str, str]) -> None:
    if phase != "call_auction":
        call.phase(phase)
    call.order("bo", "sell", 5, 7_000)
    price = 0 if "ord_type" in order else 7_000
    assert code(call.order("anna", "buy", 5, price, **order)) == RejectCode.NOT_IN_CALL_PHASE


def test_amendments_and_cancels_before_the_last_part(call: Any) -> None:
    call.order("anna", "buy", 10, 7_100, cl_ord_id="b1")
    call.order("bo", "sell", 10, 7_050, cl_ord_id="s1")
    assert call.replace("anna", "b1", 12, 7_200)[-1].ord_status == "new"  # crosses, and rests
    assert call.cancel("bo", "s1")[-1].exec_type == "canceled"
    call.order("bo", "sell", 10, 7_050, cl_ord_id="s2")
    call.phase("call_auction_no_cancel")
    assert code(call.cancel("bo", "s2")) == RejectCode.NO_CANCEL_PHASE
    assert code(call.replace("bo", "s2", 11, 7_050)) == RejectCode.NO_CANCEL_PHASE
    assert call.order("bo", "sell", 1, 7_050)[-1].exec_type == "new"
    report = call.command("bo", MassCancel("m1", SYMBOL))
    assert report.reject_code is RejectCode.NO_CANCEL_PHASE
    report = call.command("bo", MassCancel("m2"))
    assert (report.accepted, report.affected) == (True, 0)
    assert len(call.queue("B")) == 2


def test_a_suspension_withdraws_even_in_the_last_part(call: Any) -> None:
    """A supervisor's measure (market_rules.md 1.7) comes before the auction's rule."""
    call.order("bo", "sell", 10, 7_050)
    call.phase("call_auction_no_cancel")
    assert call.command("sue", SuspendMember("s", "B", "spoofing")).affected == 1


def test_self_trade_prevention_in_the_uncross(call: Any) -> None:
    """Outcome cancel incoming (ICE, market_rules.md 7); the later order is the incoming one."""
    call.order("cy", "sell", 10, 6_900, cl_ord_id="own")
    call.order("bo", "sell", 4, 7_000)
    call.order("anna", "buy", 10, 7_100, cl_ord_id="later")
    assert call.indicative() == (0, 0, 0), "the later order will be withdrawn"
    events = call.phase("continuous")
    assert trades(events) == []
    (prevented,) = (e for e in events if isinstance(e, SelfTradePrevented))
    assert (prevented.owner, prevented.incoming_member, prevented.qty) == ("one", "A", 10)
    assert call.queue("A") == []
    assert call.queue("C") == [("own", 6_900, 10)]


def test_a_rulebook_may_let_an_owner_meet_itself_in_the_uncross(new_exchange: Any) -> None:
    rules = CallAuctionRules(prevent_self_trades=False)
    call = new_exchange(first_phase="call_auction", call_auction=rules)
    call.order("cy", "sell", 10, 6_900)
    call.order("anna", "buy", 10, 6_900)
    assert trades(call.phase("continuous")) == [(6_900, 10)]


def test_the_indicative_price_is_that_of_the_uncross(call: Any) -> None:
    assert call.indicative() == (0, 0, 0)
    call.order("anna", "buy", 10, 7_100)
    assert call.indicative() == (0, 0, 0)
    call.order("bo", "sell", 4, 6_900)
    assert call.indicative() == (7_100, 4, 6)
    call.order("bo", "sell", 9, 7_000)
    assert call.indicative() == (7_000, 10, -3)
    call.phase("continuous")
    assert call.indicative() == (0, 0, 0)
    assert call.venue.stat(SYMBOL).last == 7_000


def test_a_halt_keeps_the_orders_and_a_call_phase_may_follow(call: Any) -> None:
    """Halt and resume of an instrument (market_rules.md 1.7): into a phase that is named."""
    call.order("anna", "buy", 10, 7_100, cl_ord_id="b1")
    call.order("bo", "sell", 4, 6_900)
    assert trades(call.apply("sue", HaltInstrument("h", SYMBOL, "rumour"))) == []
    assert code(call.order("bo", "sell", 1, 7_000)) == RejectCode.INSTRUMENT_HALTED
    assert call.indicative() == (0, 0, 0)
    report = call.command("sue", ResumeInstrument("r", SYMBOL, "denied", "call_auction"))
    assert report.accepted
    assert call.indicative() == (7_100, 4, 6)
    assert trades(call.phase("continuous")) == [(7_100, 4)]


@pytest.mark.parametrize("phase", ["pre_open", "pause", "continuous"])
def test_a_halt_of_a_crossed_book_ends_by_an_uncross(call: Any, phase: Any) -> None:
    call.order("anna", "buy", 10, 7_100)
    call.order("bo", "sell", 4, 6_900)
    call.apply("sue", HaltInstrument("h", SYMBOL, "rumour"))
    assert trades(call.apply("sue", ResumeInstrument("r", SYMBOL, "", phase))) == [(7_100, 4)]


def test_a_day_that_closes_in_a_halt_trades_nothing(call: Any) -> None:
    call.order("anna", "buy", 10, 7_100)
    call.order("bo", "sell", 4, 6_900)
    call.apply("sue", HaltInstrument("h", SYMBOL, "rumour"))
    assert trades(call.close_day()) == []
    assert call.account("A", "CNY").frozen == 0


def test_an_instrument_without_call_auction_has_no_such_phase(new_exchange: Any) -> None:
    exchange = new_exchange()
    exchange.close_day()
    exchange.open_day(20240103)
    exchange.run(SetPhase("p", "pause"))
    report = exchange.command(VENUE_USER, SetPhase("c", "call_auction", SYMBOL))
    assert report.reject_code is RejectCode.INVALID_PHASE
    exchange.apply("sue", HaltInstrument("h", SYMBOL, "x"))
    report = exchange.command("sue", ResumeInstrument("r", SYMBOL, "", "call_auction"))
    assert report.reject_code is RejectCode.INVALID_PHASE


def test_a_snapshot_of_a_crossed_book(call: Any) -> None:
    call.order("anna", "buy", 10, 7_100)
    call.order("bo", "sell", 4, 6_900)
    call.order("cy", "sell", 4, 7_050)
    loaded = Venue.load(call.venue.dump())
    assert loaded.state_hash() == call.venue.state_hash()
    call.now_ns += 1
    command = SetPhase("go", "continuous", SYMBOL)
    assert loaded.apply(VENUE_USER, command, call.now_ns) == call.venue.apply(
        VENUE_USER, command, call.now_ns
    )
    assert loaded.state_hash() == call.venue.state_hash()


@pytest.mark.parametrize("prevention", get_args(SelfTradePrevention))
def test_random_calls_conserve_everything(new_exchange: Any, prevention: str) -> None:
    """Orders, changes, halts and uncrosses at random: the ledger and the book stay whole."""
    chance = random.Random(4)
    call = new_exchange(resale_ban=False, self_trade_prevention=prevention, **CALL)
    traded = 0
    for _ in range(30):
        for user in ("anna", "ada", "bo", "cy"):
            if chance.random() < 0.5:
                call.mass_cancel(user)
        names: list[tuple[str, str]] = []
        for number in range(chance.randint(1, 40)):
            user = chance.choice(("anna", "ada", "bo", "cy"))
            qty, price = chance.randint(1, 50), chance.randint(6_950, 7_050)
            if names and chance.random() < 0.2:
                call.replace(*chance.choice(names), qty, price)
            elif names and chance.random() < 0.1:
                call.cancel(*chance.choice(names))
            else:
                side = chance.choice(("buy", "sell"))
                names.append((user, f"{call.now_ns}-{number}"))
                call.order(user, side, qty, price, cl_ord_id=names[-1][1])
        if chance.random() < 0.3:
            call.apply("sue", HaltInstrument(call.next_id(), SYMBOL, "at random"))
            resumed = ResumeInstrument(call.next_id(), SYMBOL, "at random", "call_auction")
            call.apply("sue", resumed)
        price, qty, _ = call.indicative()
        done = trades(call.phase(chance.choice(("continuous", "pause"))))
        assert {p for p, _ in done} <= {price}
        assert sum(q for _, q in done) == qty
        traded += qty
        call.venue._state.ledger.verify()
        assert not call.venue._state.instruments[SYMBOL].book.is_crossed()
        if call.venue.stat(SYMBOL).phase == "continuous":
            call.phase("pause")
        call.phase("call_auction")
    call.close_day()
    assert traded > 100
    assert call.account("A", SYMBOL).frozen == 0
