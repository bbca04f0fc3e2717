"""What halts, suspensions, switches, bars and mass cancels do to one-way auctions and bids."""

from typing import Any

import pytest
from auction_house import (
    CASH,
    SYMBOL,
    TONNES,
    AuctionHouse,
    bid_reports,
    command_report,
)

from bashu_protocol.messages import (
    BarPerson,
    HaltInstrument,
    KillSwitch,
    MassCancel,
    MassCancelFor,
    ResumeInstrument,
    SetPermissions,
    SuspendMember,
)
from bashu_protocol.reject_codes import RejectCode


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


@pytest.mark.parametrize(
    ("user", "command"),
    [
        ("anna", MassCancel("m")),
        ("anna", MassCancel("m", SYMBOL)),
        ("ada", MassCancel("m", "", "member")),
        ("sue", MassCancelFor("m", "x")),
        ("sue", MassCancelFor("m", "x", user="anna", member="A", symbol=SYMBOL)),
    ],
)
def test_a_mass_cancel_withdraws_sealed_bids(house: AuctionHouse, user: str, command: Any) -> None:
    """Issue 4 item 7; venue's own: after it nothing can trade that the user had entered."""
    house.exchange.run(SetPermissions("p", "ada", ("view", "risk")))
    house.start()
    house.bid("anna", 10_000, 7_100)
    assert house.venue.has_live_orders("anna")
    events = house.apply(user, command)
    assert bid_reports(events) == [("anna", "withdrawn", 0, 0)]
    assert command_report(events).affected == 1
    assert house.holds("A") == (CASH, 0, 0)
    assert not house.venue.has_live_orders("anna")


def test_a_mass_cancel_leaves_what_it_does_not_name(house: AuctionHouse) -> None:
    house.start()
    house.bid("anna", 10_000, 7_100)
    house.bid("dee", 10_000, 7_100)
    house.exchange.list_instrument(symbol="OTHER")
    for user, command in (
        ("ada", MassCancel("m1")), ("anna", MassCancel("m2", "OTHER")),
        ("sue", MassCancelFor("m3", "x", symbol="OTHER")),
        ("sue", MassCancelFor("m4", "x", user="eve")),
    ):  # fmt: skip
        assert command_report(house.apply(user, command)).affected == 0
    assert len(house.venue._state.auction_room.auctions[1].bids) == 2


def test_a_canceled_auction_does_not_tell_that_its_owner_may_not_trade(
    house: AuctionHouse,
) -> None:
    """Whose an auction is, and whom a bar meets, is no public matter (docs/protocol.md)."""
    house.start()
    house.bid("anna", 10_000, 7_100)
    house.apply("sue", BarPerson("b", "two", barred=True, reason="why"))
    assert house.row(1, "A", officer=False).text == "Canceled by the venue."
    assert house.venue.notices()[-1].body == "100,000 t offered. Canceled by the venue."
