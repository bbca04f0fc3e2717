"""Maximum holding, large holders and the sell cap (market_rules.md 1.7 and 5.1)."""

from typing import Any

import pytest
from auction_house import AuctionHouse

from bashu_daemon.core import Venue
from bashu_daemon.core.events import LargeHolder
from bashu_daemon.surveillance.audit import audit_events
from bashu_protocol.messages import (
    AcceptBlock,
    AddMember,
    AddUser,
    BlockRules,
    CallAuctionRules,
    CounterBlock,
    Deposit,
    HoldingRules,
    NewOrder,
    PostBlock,
    SetAllocation,
    SetBlockSession,
    SetPermissions,
)
from bashu_protocol.reject_codes import RejectCode

MILLION = 1_000_000
BEIJING = HoldingRules(
    max_emitter=MILLION, max_other=MILLION, report_emitter=500_000, report_other=500_000
)
"""Template, Beijing 2014 (market_rules.md 1.7): compliance entities on top of the allocation."""


def admit(exchange: Any, member: str, kind: Any, tonnes: int) -> None:
    exchange.run(AddMember(exchange.next_id(), member, member, member, kind=kind))
    exchange.run(AddUser(exchange.next_id(), member.lower(), member))
    exchange.run(Deposit(exchange.next_id(), member, "CNY", 10**12))
    if tonnes:
        exchange.run(Deposit(exchange.next_id(), member, "CEA24", tonnes))


def allocate(exchange: Any, member: str, tonnes: int, banked: int = 0, **more: Any) -> Any:
    return exchange.run(SetAllocation(exchange.next_id(), member, "CEA24", tonnes, banked, **more))


def large(events: list[Any]) -> list[tuple[str, int, int]]:
    return [(e.member, e.tonnes, e.level) for e in events if isinstance(e, LargeHolder)]


@pytest.fixture
def capped(new_exchange: Any) -> Any:
    return new_exchange(holding=BEIJING, max_order_qty=2 * MILLION)


@pytest.mark.parametrize(
    ("kind", "allocation", "held", "most"),
    [
        ("emitter", 0, 900_000, 100_000),
        ("emitter", 300_000, 900_000, 400_000),
        ("institution", 300_000, 900_000, 100_000),
        ("market_maker", 0, 1_000_000, 0),
    ],
)
def test_the_maximum_holding(capped: Any, kind: Any, allocation: int, held: int, most: int) -> None:
    """Emitter: allocation + 1,000,000 t; others 1,000,000 t (1.7, "Maximum holding")."""
    admit(capped, "D", kind, held)
    allocate(capped, "D", allocation)
    before = capped.account("D", "CNY")
    (refused,) = capped.order("d", "buy", most + 1, 7_000)
    assert (refused.exec_type, refused.reject_code) == ("rejected", RejectCode.HOLDING_LIMIT)
    assert capped.account("D", "CNY") == before
    if most:
        assert capped.order("d", "buy", most, 7_000)[0].exec_type == "new"


@pytest.mark.parametrize(("kind", "most"), [("emitter", 1_300_000), ("institution", 1_000_000)])
def test_who_may_view_the_account_is_told_the_most_it_may_hold(
    capped: Any, kind: Any, most: int
) -> None:
    admit(capped, "H", kind, 0)
    allocate(capped, "H", 300_000)
    assert capped.venue.limits_row("h").holding_limits == {"CEA24": most}
    capped.run(SetPermissions(capped.next_id(), "h", ("enter",)))
    assert capped.venue.limits_row("h").holding_limits == {}


def test_open_purchases_count_and_other_symbols_do_not(capped: Any) -> None:
    capped.close_day()
    capped.list_instrument("CEA25")
    capped.open_day(20240103)
    admit(capped, "D", "institution", 900_000)
    capped.order("d", "buy", 90_000, 7_000, symbol="CEA25")
    capped.order("d", "buy", 90_000, 7_000, cl_ord_id="o1")
    assert capped.order("d", "buy", 10_001, 7_000)[0].reject_code == RejectCode.HOLDING_LIMIT
    assert capped.replace("d", "o1", 100_001, 7_000)[0].reject_code == RejectCode.HOLDING_LIMIT
    assert capped.replace("d", "o1", 100_000, 7_000)[0].exec_type == "replaced"
    assert capped.order("d", "buy", 1, 7_000)[0].reject_code == RejectCode.HOLDING_LIMIT
    capped.replace("d", "o1", 1, 7_000)
    assert capped.order("d", "buy", 99_999, 7_000)[0].exec_type == "new"
    assert capped.order("d", "sell", 5, 7_100)[0].exec_type == "new"


def test_what_is_on_offer_or_bought_today_is_still_held(capped: Any) -> None:
    admit(capped, "D", "institution", 900_000)
    capped.order("d", "sell", 500_000, 7_500)
    capped.order("bo", "sell", 60_000, 7_000)
    capped.order("d", "buy", 60_000, 7_000)
    assert capped.order("d", "buy", 40_001, 7_000)[0].reject_code == RejectCode.HOLDING_LIMIT
    assert capped.order("d", "buy", 40_000, 7_000)[0].exec_type == "new"


def test_a_large_holder_is_reported_once_per_crossing(capped: Any) -> None:
    """1.7, "Large-holder report": initial + 500,000 t, or 500,000 t; to supervisors only."""
    admit(capped, "D", "institution", 499_990)
    capped.order("bo", "sell", 100, 7_000)
    assert large(capped.apply("d", _buy(capped, 9))) == []
    events = capped.apply("d", _buy(capped, 1))
    assert large(events) == [("D", 500_000, 500_000)]
    (audit,) = (a for a in audit_events(events) if a.event == "large_holder")
    assert (audit.member, audit.owner, audit.cum_qty) == ("D", "D", 500_000)
    assert large(capped.apply("d", _buy(capped, 5))) == []
    down = capped.run(Deposit("out", "D", "CEA24", -50))
    assert large(down) == []
    assert large(capped.run(Deposit("in", "D", "CEA24", 60))) == [("D", 500_015, 500_000)]


def test_the_report_level_of_an_emitter_is_on_top_of_its_allocation(capped: Any) -> None:
    admit(capped, "D", "emitter", 0)
    allocate(capped, "D", 100)
    assert large(capped.run(Deposit("in", "D", "CEA24", 500_099))) == []
    assert large(capped.run(Deposit("in2", "D", "CEA24", 1))) == [("D", 500_100, 500_100)]


def _buy(exchange: Any, qty: int) -> Any:
    return NewOrder(exchange.next_id(), "CEA24", "buy", qty, 7_000)


@pytest.mark.parametrize(
    ("allocation", "banked", "bought", "sold", "on_offer", "left"),
    [
        # half of the allocation, rounded down to whole tonnes
        (1_000, 0, 0, 0, 0, 500),
        (1_001, 0, 0, 0, 0, 500),
        (0, 0, 0, 0, 0, 0),
        # banked and bought tonnes are free of it
        (1_000, 200, 0, 0, 0, 700),
        (1_000, 0, 300, 0, 0, 800),
        (0, 10, 20, 0, 0, 30),
        # sales take the free ones first, and offers count like sales
        (1_000, 200, 0, 150, 0, 550),
        (1_000, 0, 300, 800, 0, 0),
        (1_000, 0, 0, 100, 100, 300),
        (1_000, 0, 0, 0, 500, 0),
    ],
)
def test_the_sell_cap(
    new_exchange: Any,
    allocation: int, banked: int, bought: int, sold: int, on_offer: int, left: int,
) -> None:  # fmt: skip
    """Chongqing 2014 Art. 23: 50 % of the annual free allocation (market_rules.md 5.1)."""
    exchange = new_exchange(holding=HoldingRules(sell_cap_bps=5_000), resale_ban=False)
    admit(exchange, "D", "emitter", 10_000)
    admit(exchange, "E", "institution", 10_000)
    allocate(exchange, "D", allocation, banked)
    if bought:
        exchange.order("e", "sell", bought, 7_000)
        exchange.order("d", "buy", bought, 7_000)
    if sold:
        exchange.order("e", "buy", sold, 7_000)
        exchange.order("d", "sell", sold, 7_000)
    if on_offer:
        assert exchange.order("d", "sell", on_offer, 7_100)[0].exec_type == "new"
    before = exchange.account("D", "CEA24")
    (refused,) = exchange.order("d", "sell", left + 1, 7_100)
    assert (refused.exec_type, refused.reject_code) == ("rejected", RejectCode.SELL_CAP)
    assert exchange.account("D", "CEA24") == before
    if left:
        assert exchange.order("d", "sell", left, 7_100)[0].exec_type == "new"
    assert exchange.order("e", "sell", 9_000, 7_200)[0].exec_type == "new"


def test_a_new_period_begins_the_counts_anew(new_exchange: Any) -> None:
    exchange = new_exchange(holding=HoldingRules(sell_cap_bps=5_000))
    admit(exchange, "D", "emitter", 10_000)
    allocate(exchange, "D", 1_000)
    exchange.order("d", "sell", 500, 7_000, cl_ord_id="o1")
    exchange.order("bo", "buy", 500, 7_000)
    allocate(exchange, "D", 1_000)
    assert exchange.order("d", "sell", 1, 7_000)[0].reject_code == RejectCode.SELL_CAP
    allocate(exchange, "D", 2_000, 5, new_period=True)
    exchange.order("d", "sell", 1_000, 7_000, cl_ord_id="o2")
    assert exchange.replace("d", "o2", 1_006, 7_000)[0].reject_code == RejectCode.SELL_CAP
    assert exchange.replace("d", "o2", 1_005, 7_000)[0].exec_type == "replaced"


def test_an_allocation_is_the_registrars(exchange: Any) -> None:
    for user, member, symbol, code in (
        ("sue", "A", "CEA24", RejectCode.NOT_PERMITTED),
        ("venue", "Z", "CEA24", RejectCode.UNKNOWN_MEMBER),
        ("venue", "A", "NONE", RejectCode.UNKNOWN_SYMBOL),
    ):
        command = SetAllocation(exchange.next_id(), member, symbol, 10)
        assert exchange.command(user, command).reject_code == code


def test_a_snapshot_keeps_allocations_and_counts(new_exchange: Any) -> None:
    rules = HoldingRules(sell_cap_bps=5_000, report_other=100, report_emitter=100)
    exchange = new_exchange(holding=rules)
    admit(exchange, "D", "emitter", 10_000)
    allocate(exchange, "D", 1_000, 7)
    exchange.order("d", "sell", 100, 7_000)
    exchange.order("bo", "buy", 60, 7_000)
    data = exchange.venue.dump()
    exchange.venue = Venue.load(data)
    assert exchange.venue.dump() == data
    assert exchange.order("d", "sell", 408, 7_000)[0].reject_code == RejectCode.SELL_CAP
    assert exchange.order("d", "sell", 407, 7_000)[0].exec_type == "new"
    assert large(exchange.run(Deposit("in", "D", "CEA24", 5))) == []


def test_trades_of_a_call_auction_count_too(new_exchange: Any) -> None:
    exchange = new_exchange(
        holding=HoldingRules(sell_cap_bps=5_000),
        call_auction=CallAuctionRules(),
        first_phase="call_auction",
    )
    admit(exchange, "D", "emitter", 10_000)
    allocate(exchange, "D", 1_000)
    exchange.order("d", "sell", 300, 7_000)
    exchange.order("bo", "buy", 300, 7_000)
    exchange.phase("continuous")
    assert exchange.venue.stat("CEA24").volume == 300
    assert exchange.order("d", "sell", 201, 7_000)[0].reject_code == RejectCode.SELL_CAP
    assert exchange.order("d", "sell", 200, 7_000)[0].exec_type == "new"


def test_bids_in_an_auction_count_as_open_purchases(exchange: Any) -> None:
    """1.7, "Maximum holding", of 1,100,000 t, of which A has 1,000,000 at first."""
    house = AuctionHouse(exchange, holding=HoldingRules(max_emitter=1_100_000, max_other=1_100_000))
    house.start(200_000)
    assert house.bid("anna", 100_001, 7_000).reject_code == RejectCode.HOLDING_LIMIT
    assert house.bid("anna", 60_000, 7_000).event == "accepted"
    house.start(200_000)
    assert house.bid("anna", 40_001, 7_000, 2).reject_code == RejectCode.HOLDING_LIMIT
    assert house.bid("anna", 40_000, 7_000, 2).event == "accepted"
    loaded = Venue.load(house.venue.dump())
    assert loaded.dump() == house.venue.dump()
    house.venue = house.exchange.venue = loaded
    (order,) = exchange.order("anna", "buy", 1, 6_900)
    assert order.reject_code == RejectCode.HOLDING_LIMIT
    # A smaller bid in its place, a withdrawal and the result give room again.
    assert house.bid("anna", 30_000, 7_000, 2).event == "replaced"
    assert exchange.order("anna", "buy", 10_000, 6_900)[0].exec_type == "new"
    assert house.withdraw("anna", 2).event == "withdrawn"
    house.bid("dee", 200_000 - 100_000, 7_100)
    house.close()
    assert house.holds("A", "CEA24") == (1_000_000, 0, 60_000)
    assert exchange.order("anna", "buy", 30_000, 6_900)[0].exec_type == "new"
    assert exchange.order("anna", "buy", 1, 6_900)[0].reject_code == RejectCode.HOLDING_LIMIT


def test_a_buyers_auction_counts_as_an_open_purchase(exchange: Any) -> None:
    """1.7, "Maximum holding"."""
    house = AuctionHouse(exchange, holding=HoldingRules(max_emitter=1_150_000))
    assert house.schedule(150_001, form="buy").reject_code == RejectCode.HOLDING_LIMIT
    house.start(150_000, form="buy")
    assert house.schedule(100_000, form="buy").reject_code == RejectCode.HOLDING_LIMIT
    house.bid("anna", 50_000, 7_000)
    house.close()
    assert house.schedule(100_001, form="buy").reject_code == RejectCode.HOLDING_LIMIT
    assert house.schedule(100_000, form="buy").accepted


def test_an_auction_sells_no_more_than_the_sell_cap(exchange: Any) -> None:
    """5.1, "Sell cap": half of the annual allocation, in whatever mode; `sold` counts fills."""
    house = AuctionHouse(
        exchange, holding=HoldingRules(sell_cap_bps=5_000, report_emitter=1_050_000)
    )
    for member in ("B", "A"):
        allocate(exchange, member, 300_000)
    assert house.schedule(150_001).reject_code == RejectCode.SELL_CAP
    house.start(150_000)
    house.bid("eve", 100_000, 7_000)
    assert large(house.close()) == [("E", 1_100_000, 1_050_000)]
    assert house.schedule(100_000).reject_code == RejectCode.SELL_CAP
    house.start(200_000, member="D", form="buy")
    assert house.bid("anna", 150_001, 7_000, 2).reject_code == RejectCode.SELL_CAP
    assert house.bid("anna", 150_000, 7_000, 2).event == "accepted"
    assert exchange.order("anna", "sell", 1, 7_700)[0].reject_code == RejectCode.SELL_CAP


def test_blocks_are_within_the_same_bounds(new_exchange: Any) -> None:
    """A block that its poster or its taker may not sell or hold is refused (1.7, 5.1)."""
    rules = HoldingRules(max_other=150_000, sell_cap_bps=5_000)
    exchange = new_exchange(holding=rules, block=BlockRules())
    exchange.run(SetBlockSession("b", open=True))
    for name, kind in (("D", "emitter"), ("E", "institution")):
        admit(exchange, name, kind, 300_000 if name == "D" else 0)
    allocate(exchange, "D", 400_000)

    def code(user: str, command: Any) -> str:
        reports = [e.report for e in exchange.apply(user, command) if hasattr(e, "report")]
        return str(getattr(reports[0], "reject_code", ""))

    post = PostBlock("p1", "CEA24", "sell", 200_001, 7_000)
    assert code("d", post) == RejectCode.SELL_CAP
    assert code("e", PostBlock("p2", "CEA24", "buy", 150_001, 7_000)) == RejectCode.HOLDING_LIMIT
    assert code("d", PostBlock("p3", "CEA24", "sell", 160_000, 7_000)) == ""
    offer = exchange.venue._state.order_id
    assert code("e", AcceptBlock("a1", offer, 160_000, 7_000)) == RejectCode.HOLDING_LIMIT
    assert code("e", CounterBlock("c1", offer, 150_000, 7_000)) == ""
    negotiation = exchange.venue._state.order_id
    assert code("d", AcceptBlock("a2", negotiation, 150_000, 7_000)) == ""
    assert exchange.account("E", "CEA24").bought_today == 150_000
    assert exchange.order("d", "sell", 50_001, 7_000)[0].reject_code == RejectCode.SELL_CAP
    assert exchange.order("d", "sell", 50_000, 7_000)[0].exec_type == "new"
