"""Changing a working order: what is read, what it changes, and what of its place is kept."""

from typing import Any

import pytest
from msgspec.structs import replace

from bashu_protocol.messages import InstrumentRow, InstrumentRules
from bashu_tui.state.amendment import (
    Amendment,
    amended,
    as_draft,
    changes,
    draft_of,
    place_in_queue,
    read_amendment,
)
from bashu_tui.state.appraisal import Caution
from bashu_tui.state.draft import OrderDraft
from bashu_tui.state.entry import Entry
from bashu_tui.state.orders import OrderLine
from bashu_tui.state.ticket_entry import Problem

RULES = InstrumentRules(
    symbol="CEA25", name_zh="配额", name_en="CEA", product="CEA", reference_price=7_463,
    tick=5, lot=10, max_order_qty=90_000,
)  # fmt: skip
ROW = InstrumentRow(RULES, "continuous", 20_261_130, 7_465, 8_210, 6_715)
LIMIT = OrderLine(1, "a-1", "CEA25", "buy", 7_460, 500, 400, 100, "partially_filled", 0)
STOP = replace(LIMIT, price=0, leaves_qty=500, cum_qty=0, ord_type="stop", stop_px=7_500,
               status="new", is_waiting=True)  # fmt: skip
STOP_LIMIT = replace(STOP, price=7_510, ord_type="stop_limit")
TRIGGERED = replace(STOP_LIMIT, is_waiting=False)


@pytest.mark.parametrize(
    ("order", "typed", "expected"),
    [
        (LIMIT, ("500", "74.65", ""), Amendment(500, 7_465)),
        (LIMIT, ("110", "７４。６０", ""), Amendment(110, 7_460)),
        (STOP, ("500", "", "75.10"), Amendment(500, 0, 7_510)),
        (STOP_LIMIT, ("300", "75.20", "75.10"), Amendment(300, 7_520, 7_510)),
        # A stop price that traded is none any more.
        (TRIGGERED, ("300", "75.20", ""), Amendment(300, 7_520)),
    ],
)
def test_new_terms_are_read(
    order: OrderLine, typed: tuple[str, str, str], expected: Amendment
) -> None:
    assert read_amendment(order, ROW, *typed) == expected


@pytest.mark.parametrize(
    ("order", "typed", "field", "entry"),
    [
        (LIMIT, ("", "74.60", ""), "qty", Entry(None, "entry.empty")),
        (LIMIT, ("105", "74.60", ""), "qty", Entry(None, "entry.off_lot", "10")),
        (LIMIT, ("100", "74.60", ""), "qty", Entry(None, "entry.already_filled", "100")),
        (LIMIT, ("500", "", ""), "price", Entry(None, "entry.empty")),
        (LIMIT, ("500", "74.62", ""), "price", Entry(None, "entry.off_tick", "0.05")),
        (STOP, ("500", "", ""), "stop_px", Entry(None, "entry.empty")),
        (STOP, ("500", "", "82.15"), "stop_px", Entry(None, "entry.above", "82.10")),
        (STOP_LIMIT, ("500", "", "75.00"), "price", Entry(None, "entry.empty")),
        (STOP_LIMIT, ("500", "75.00", "67.10"), "stop_px", Entry(None, "entry.below", "67.15")),
    ],
)
def test_what_is_wrong_is_named_with_its_field(
    order: OrderLine, typed: tuple[str, str, str], field: str, entry: Entry
) -> None:
    assert read_amendment(order, ROW, *typed) == Problem(f"ticket.{field}", entry)


@pytest.mark.parametrize(
    ("order", "amendment", "differs", "place"),
    [
        (LIMIT, Amendment(500, 7_460), False, "kept"),
        (LIMIT, Amendment(400, 7_460), True, "kept"),
        (LIMIT, Amendment(510, 7_460), True, "lost"),
        (LIMIT, Amendment(500, 7_465), True, "lost"),
        (LIMIT, Amendment(400, 7_455), True, "lost"),
        (STOP, Amendment(500, 0, 7_500), False, "waits"),
        (STOP, Amendment(500, 0, 7_505), True, "waits"),
        (STOP_LIMIT, Amendment(500, 7_515, 7_500), True, "waits"),
        (TRIGGERED, Amendment(500, 7_510), False, "kept"),
        (TRIGGERED, Amendment(500, 7_515), True, "lost"),
    ],
)
def test_what_changes_and_what_becomes_of_the_place(
    order: OrderLine, amendment: Amendment, differs: bool, place: str
) -> None:
    assert changes(order, amendment) is differs
    assert place_in_queue(order, amendment) == place


def draft(**changed: Any) -> OrderDraft:
    return replace(OrderDraft("CEA25", "buy", 500, 7_460), **changed)


@pytest.mark.parametrize(
    ("order", "amendment", "expected"),
    [
        (LIMIT, Amendment(400, 7_465), draft(quantity=300, price=7_465)),
        (
            replace(LIMIT, client_account="mill-7", time_in_force="gtd", is_post_only=True),
            Amendment(500, 7_460),
            draft(quantity=400, client_account="mill-7", time_in_force="gtd", is_post_only=True),
        ),
        (STOP, Amendment(500, 0, 7_505), draft(price=0, ord_type="stop", stop_px=7_505)),
        (
            STOP_LIMIT,
            Amendment(500, 7_515, 7_505),
            draft(price=7_515, ord_type="stop_limit", stop_px=7_505),
        ),
        # In the market it is a limit order like any other.
        (TRIGGERED, Amendment(500, 7_515), draft(price=7_515)),
    ],
)
def test_the_rest_of_an_amended_order_is_appraised_as_a_new_one(
    order: OrderLine, amendment: Amendment, expected: OrderDraft
) -> None:
    assert as_draft(order, amendment) == expected


@pytest.mark.parametrize(
    ("of_a_new_order", "of_the_replacement"),
    [
        ("caution.crosses", ["caution.crosses"]),
        # What it needs is freed by itself.
        ("caution.cash", []),
        ("caution.holding", []),
        ("caution.bought_today", []),
        ("caution.open_value", []),
        # Nobody approves a replacement.
        ("caution.approval", ["caution.approval_amend"]),
        ("caution.approval_refused", ["caution.approval_amend"]),
    ],
)
def test_a_replacement_is_judged_as_one(of_a_new_order: str, of_the_replacement: list[str]) -> None:
    assert [c.key for c in amended([Caution(of_a_new_order)])] == of_the_replacement


def test_a_held_order_is_shown_as_it_would_be_entered() -> None:
    held = replace(LIMIT, order_qty=500, leaves_qty=500, cum_qty=0, client_account="mill-7")
    assert draft_of(held) == draft(client_account="mill-7")
    terms: dict[str, Any] = {
        "time_in_force": "gtd", "expire_date": 20_261_215, "display_qty": 100, "min_qty": 50,
        "is_post_only": True,
    }  # fmt: skip
    assert draft_of(replace(held, **terms)) == draft(client_account="mill-7", **terms)
    assert draft_of(STOP_LIMIT) == draft(price=7_510, ord_type="stop_limit", stop_px=7_500)
