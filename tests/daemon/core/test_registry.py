"""Instruments, members, users and roles."""

from typing import Any

import pytest

from bashu_daemon.core import Venue
from bashu_protocol.messages import (
    AddMember,
    AddUser,
    CloseDay,
    Deposit,
    NewOrder,
    PublishNotice,
)
from bashu_protocol.reject_codes import RejectCode


def test_the_rules_of_a_symbol_change_only_while_it_is_closed(exchange: Any) -> None:
    assert exchange.list_instrument(tick=5).reject_code == RejectCode.INVALID_PHASE
    exchange.close_day()
    assert exchange.list_instrument(tick=5).accepted
    exchange.open_day(20240103)
    (refused,) = exchange.order("anna", "buy", 1, 7_001)
    assert refused.reject_code == RejectCode.PRICE_OFF_TICK


def test_the_reference_may_be_restated_until_the_symbol_has_traded(exchange: Any) -> None:
    """The registrar sets a new vintage's reference: market_rules.md 1.3, row "first day"."""
    exchange.close_day()
    exchange.list_instrument(reference_price=10_425)
    exchange.open_day(20240103)
    stat = exchange.venue.stat("CEA24")
    assert (stat.reference_price, stat.limit_up, stat.limit_down) == (10_425, 11_468, 9_383)
    exchange.order("anna", "sell", 1, 10_000)
    exchange.order("bo", "buy", 1, 10_000)
    exchange.close_day()
    exchange.list_instrument(reference_price=5_000)
    exchange.open_day(20240104)
    assert exchange.venue.stat("CEA24").reference_price == 10_000


def test_a_symbol_listed_during_the_day_trades_from_the_next(exchange: Any) -> None:
    assert exchange.list_instrument("CEA25", reference_price=7_463).accepted
    (early,) = exchange.order("bo", "buy", 1, 7_463, symbol="CEA25")
    assert early.reject_code == RejectCode.MARKET_CLOSED
    exchange.close_day()
    assert exchange.venue.stat("CEA25").close == 0
    exchange.open_day(20240103)
    assert exchange.venue.stat("CEA25").reference_price == 7_463
    assert exchange.order("bo", "buy", 1, 7_463, symbol="CEA25")[0].exec_type == "new"


@pytest.mark.parametrize("symbol", ["", "CNY", "cea24", "A/B", "A B", "#", "X" * 17, "碳"])
def test_names_that_are_no_symbols(exchange: Any, symbol: str) -> None:
    assert exchange.list_instrument(symbol).reject_code == RejectCode.INVALID_VALUE
    assert exchange.venue.symbols() == ["CEA24"]


def test_rules_out_of_bounds(exchange: Any) -> None:
    for wrong in ({"reference_price": 0}, {"tick": 2**40}, {"max_order_qty": 2**40}):
        refused = exchange.list_instrument("CEA25", **wrong)
        assert refused.reject_code == RejectCode.INVALID_VALUE
        assert refused.text
    assert exchange.venue.symbols() == ["CEA24"]


def test_a_new_symbol_opens_an_account_for_everybody(exchange: Any) -> None:
    exchange.list_instrument("CCER1", product="CCER")
    assert exchange.command("venue", Deposit("d1", "B", "CCER1", 7)).accepted
    exchange.run(AddMember("m", "D", "Late", "late"))
    assert exchange.command("venue", Deposit("d2", "D", "CCER1", 5)).accepted
    assert exchange.venue.ledger_totals()["CCER1"]["external"] == -12
    assets = [row.asset for row in exchange.venue.account_rows("D")]
    assert assets == ["CNY", "CCER1", "CEA24"]
    assert exchange.venue.account_rows("nobody") == []


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (AddMember("c", "A", "again", "one"), RejectCode.ALREADY_EXISTS),
        (AddMember("c", "", "none", "one"), RejectCode.INVALID_VALUE),
        (AddMember("c", "a b", "space", "one"), RejectCode.INVALID_VALUE),
        (AddMember("c", "D", "no owner", ""), RejectCode.INVALID_VALUE),
        (AddUser("c", "anna", "B"), RejectCode.ALREADY_EXISTS),
        (AddUser("c", "venue", "B"), RejectCode.ALREADY_EXISTS),
        (AddUser("c", "Dora", "B"), RejectCode.INVALID_VALUE),
        (AddUser("c", "a/b", "B"), RejectCode.INVALID_VALUE),
        (AddUser("c", "+", "B"), RejectCode.INVALID_VALUE),
        (AddUser("c", "dora", "Z"), RejectCode.UNKNOWN_MEMBER),
        (Deposit("c", "Z", "CNY", 1), RejectCode.UNKNOWN_MEMBER),
    ],
)
def test_refused_entries(exchange: Any, command: Any, code: RejectCode) -> None:
    before = exchange.venue.member_rows(), exchange.venue.users()
    assert exchange.command("venue", command).reject_code == code
    assert (exchange.venue.member_rows(), exchange.venue.users()) == before


def test_each_role_has_its_own_commands(exchange: Any) -> None:
    exchange.run(AddUser("u1", "reg", "S", "registrar"))
    exchange.run(AddUser("u2", "audrey", "S", "auditor"))
    order = NewOrder("o", "CEA24", "buy", 1, 7_000)
    notice, closing = PublishNotice("n", "Notice"), CloseDay("c")
    for user, allowed in (
        ("audrey", None),
        ("venue", CloseDay),
        ("sue", PublishNotice),
        ("anna", NewOrder),
        ("reg", CloseDay),
    ):
        for command in (order, notice, closing):
            outcome = exchange.apply(user, command)[-1].report
            refused = outcome.reject_code == RejectCode.NOT_PERMITTED
            assert refused is (type(command) is not allowed), (user, command)


def test_an_unknown_user_makes_no_event_but_a_number() -> None:
    venue = Venue()
    assert venue.apply("nobody", CloseDay("c"), 5) == []
    assert venue.seq == 1
    assert venue.user_info("nobody") is None


def test_the_venues_own_user_is_a_registrar_of_no_member() -> None:
    info = Venue().user_info("venue")
    assert info is not None
    assert (info.role, info.member, info.owner, info.last_rpt_seq) == ("registrar", "", "", 0)
    assert Venue().member_rows() == []
