"""Without the permission to view, nothing of one's member is learned (market_rules.md 1.1)."""

from typing import Any

from block_market import SYMBOL, BlockMarket

from bashu_daemon.queries import Queries
from bashu_protocol.messages import (
    AddClient,
    LimitsRow,
    MemberLimits,
    Query,
    QueryResult,
    QueryWhat,
    Reject,
    SetClientActive,
    SetMemberLimits,
    SetPermissions,
)
from bashu_protocol.reject_codes import RejectCode


def answer(market: BlockMarket, user: str, what: QueryWhat, symbol: str = "") -> list[Any]:
    """Return the rows, or the reject."""
    queries = Queries(market.venue, list, lambda _symbol: None)  # type: ignore[arg-type, return-value]  # no book is asked for
    asker = market.venue.user_info(user)
    assert asker is not None
    found: list[Any] = []
    for report in queries.answer(asker, Query("q", what, symbol)):
        assert isinstance(report, QueryResult | Reject)
        found += report.rows if isinstance(report, QueryResult) else [report]
    return found


def test_a_user_who_may_not_view_sees_of_blocks_what_everybody_sees() -> None:
    market = BlockMarket()
    open_offer = market.post("anna", "sell")
    own_affair = market.post("anna", "sell", to="B")
    seen = [row.block_id for row in answer(market, "ada", "blocks")]
    assert seen == [open_offer, own_affair]
    market.registrar(SetPermissions(market.id(), "ada", ("enter",)))
    assert [row.block_id for row in answer(market, "ada", "blocks")] == [open_offer]
    (reject,) = answer(market, "ada", "account")
    assert reject.reject_code is RejectCode.NOT_PERMITTED


def test_listings_are_asked_for_where_one_may_pick() -> None:
    by_time, by_choice = BlockMarket(), BlockMarket(within_price="taker_choice")
    (reject,) = answer(by_time, "anna", "listings", SYMBOL)
    assert reject.reject_code is RejectCode.NOT_OFFERED
    assert answer(by_choice, "anna", "listings", SYMBOL) == []
    (reject,) = answer(by_choice, "anna", "listings")
    assert reject.reject_code is RejectCode.INVALID_VALUE


def test_everybody_may_ask_what_bounds_it() -> None:
    market = BlockMarket()
    (row,) = answer(market, "anna", "limits")
    assert row == LimitsRow("A", "anna", ("view", "enter"), MemberLimits(), [])
    limits = MemberLimits(max_order_qty=500, approval_value=1_000_000)
    market.registrar(SetMemberLimits(market.id(), "A", limits))
    market.registrar(AddClient(market.id(), "A", "farm", "A farm", "farmer"))
    market.registrar(AddClient(market.id(), "A", "mill", "A mill", "miller"))
    market.registrar(SetClientActive(market.id(), "A", "mill", active=False))
    market.registrar(SetPermissions(market.id(), "anna", ("enter",)))
    (row,) = answer(market, "anna", "limits")
    clients = [("farm", "A farm", True), ("mill", "A mill", False)]
    assert row == LimitsRow("A", "anna", ("enter",), limits, clients)


def test_a_supervisor_has_no_traders_permissions() -> None:
    market = BlockMarket()
    (row,) = answer(market, "sue", "limits")
    assert row.permissions == ()
