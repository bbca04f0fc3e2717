"""What the ticket offers, how it is read, and what is wrong with it first."""

from typing import Any

import pytest
from msgspec.structs import replace

from bashu_protocol.messages import InstrumentRow, InstrumentRules, OrderFeatures
from bashu_tui.state.draft import OrderDraft
from bashu_tui.state.entry import Entry
from bashu_tui.state.ticket_entry import (
    Fields,
    Problem,
    extras,
    order_types,
    read,
    read_date,
    step_price,
    validities,
)

ALL = OrderFeatures(
    max_gtd_days=30, post_only=True, min_qty=True, iceberg_min_display=100, stop=True
)
CALLS: Any = ["call_auction", "call_auction_no_cancel", "volatility_auction"]


def instrument(features: OrderFeatures = ALL, **changes: int) -> InstrumentRow:
    rules = InstrumentRules(
        symbol="CEA25", name_zh="配额", name_en="CEA", product="CEA", reference_price=7_463,
        tick=5, lot=10, max_order_qty=90_000, features=features,
    )  # fmt: skip
    return replace(InstrumentRow(rules, "continuous", 20_261_130, 7_465, 8_210, 6_715), **changes)


PLAIN = instrument(OrderFeatures())
FULL = instrument()


@pytest.mark.parametrize(
    ("row", "phase", "expected"),
    [
        (FULL, "continuous", ("limit", "market", "stop", "stop_limit")),
        (FULL, "halted", ("limit", "market", "stop", "stop_limit")),
        (FULL, None, ("limit", "market", "stop", "stop_limit")),
        (PLAIN, "continuous", ("limit", "market")),
        (None, None, ("limit", "market")),
        *((FULL, phase, ("limit",)) for phase in CALLS),
    ],
)
def test_the_order_types_that_are_offered(
    row: InstrumentRow | None, phase: Any, expected: tuple[str, ...]
) -> None:
    assert order_types(row, phase) == expected


@pytest.mark.parametrize(
    ("row", "phase", "ord_type", "expected"),
    [
        (FULL, "continuous", "limit", ("day", "gtd", "ioc", "fok")),
        (FULL, "continuous", "market", ("ioc", "fok")),
        (FULL, "continuous", "stop", ("day",)),
        (FULL, "continuous", "stop_limit", ("day", "gtd")),
        (PLAIN, "continuous", "limit", ("day", "ioc", "fok")),
        (PLAIN, "continuous", "market", ("ioc", "fok")),
        (None, None, "limit", ("day", "ioc", "fok")),
        *((FULL, phase, "limit", ("day", "gtd")) for phase in CALLS),
        *((PLAIN, phase, "limit", ("day",)) for phase in CALLS),
    ],
)
def test_the_validities_that_go_with_a_type(
    row: InstrumentRow | None, phase: Any, ord_type: Any, expected: tuple[str, ...]
) -> None:
    assert validities(row, phase, ord_type) == expected


@pytest.mark.parametrize(
    ("ord_type", "time_in_force", "expected"),
    [
        ("limit", "day", ["post_only", "min_qty", "display_qty"]),
        ("limit", "gtd", ["expire_date", "post_only", "min_qty", "display_qty"]),
        ("limit", "ioc", ["min_qty"]),
        ("limit", "fok", []),
        ("market", "ioc", ["min_qty"]),
        ("market", "fok", []),
        ("stop", "day", ["stop_px"]),
        ("stop_limit", "day", ["stop_px", "display_qty"]),
        ("stop_limit", "gtd", ["stop_px", "expire_date", "display_qty"]),
    ],
)
def test_the_further_fields_that_make_sense(
    ord_type: Any, time_in_force: Any, expected: list[str]
) -> None:
    fields = Fields("CEA25", "buy", ord_type, time_in_force)
    assert extras(fields, FULL, "continuous") == expected


def test_nothing_is_offered_that_the_instrument_has_not() -> None:
    fields = Fields("CEA25", "buy")
    assert extras(fields, PLAIN, "continuous") == []
    assert extras(fields, None, None) == []
    only_post = instrument(OrderFeatures(post_only=True))
    assert extras(fields, only_post, "continuous") == ["post_only"]


@pytest.mark.parametrize("phase", CALLS)
def test_a_call_auction_takes_plain_orders(phase: Any) -> None:
    assert extras(Fields("CEA25", "buy"), FULL, phase) == []
    dated = Fields("CEA25", "buy", time_in_force="gtd")
    assert extras(dated, FULL, phase) == ["expire_date"]


def ticket(**changes: Any) -> Fields:
    return replace(Fields("CEA25", "buy", quantity="500", price="74.60"), **changes)


def draft(**changes: Any) -> OrderDraft:
    return replace(OrderDraft("CEA25", "buy", 500, 7_460), **changes)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (ticket(), draft()),
        (ticket(side="sell"), draft(side="sell")),
        (ticket(time_in_force="fok"), draft(time_in_force="fok")),
        (ticket(client_account="mill-7"), draft(client_account="mill-7")),
        (
            ticket(ord_type="market", time_in_force="ioc"),
            draft(ord_type="market", price=0, time_in_force="ioc"),
        ),
        (
            ticket(ord_type="stop", stop_px="75.00"),
            draft(ord_type="stop", price=0, stop_px=7_500),
        ),
        (
            ticket(ord_type="stop_limit", stop_px="７５。００"),
            draft(ord_type="stop_limit", stop_px=7_500),
        ),
        (
            ticket(time_in_force="gtd", expire_date="2026-12-15"),
            draft(time_in_force="gtd", expire_date=20_261_215),
        ),
        (ticket(is_post_only=True), draft(is_post_only=True)),
        (ticket(min_qty="100"), draft(min_qty=100)),
        (ticket(min_qty="500"), draft(min_qty=500)),
        (ticket(display_qty="100"), draft(display_qty=100)),
        (ticket(display_qty="490"), draft(display_qty=490)),
        (ticket(min_qty=" ", display_qty=""), draft()),
        # What does not go with the rest of the ticket is not part of the order.
        (ticket(stop_px="75.00", expire_date="nonsense"), draft()),
        (ticket(min_qty="100", is_post_only=True), draft(is_post_only=True)),
        (
            ticket(ord_type="stop", stop_px="75.00", min_qty="x", is_post_only=True),
            draft(ord_type="stop", price=0, stop_px=7_500),
        ),
        (
            ticket(time_in_force="ioc", display_qty="x", is_post_only=True),
            draft(time_in_force="ioc"),
        ),
    ],
)
def test_a_whole_ticket_is_read(fields: Fields, expected: OrderDraft) -> None:
    assert read(fields, FULL, "continuous") == expected


def test_where_nothing_is_offered_the_further_fields_count_for_nothing() -> None:
    fields = ticket(min_qty="x", display_qty="x", is_post_only=True)
    assert read(fields, PLAIN, "continuous") == draft()
    assert read(fields, FULL, "call_auction") == draft()


@pytest.mark.parametrize(
    ("fields", "field", "error", "limit"),
    [
        (ticket(quantity=""), "qty", "empty", ""),
        (ticket(quantity="505"), "qty", "off_lot", "10"),
        (ticket(quantity="90010"), "qty", "too_large", "90,000"),
        (ticket(quantity="", price=""), "qty", "empty", ""),
        (ticket(price=""), "price", "empty", ""),
        (ticket(price="74.62"), "price", "off_tick", "0.05"),
        (ticket(price="82.15"), "price", "above", "82.10"),
        (ticket(ord_type="stop"), "stop_px", "empty", ""),
        (ticket(ord_type="stop", stop_px="82.15"), "stop_px", "above", "82.10"),
        (ticket(ord_type="stop_limit", stop_px="67.10"), "stop_px", "below", "67.15"),
        (ticket(ord_type="stop_limit", price="", stop_px="75"), "price", "empty", ""),
        (ticket(time_in_force="gtd"), "expire_date", "empty", ""),
        (ticket(min_qty="1e2"), "min_qty", "not_quantity", ""),
        (ticket(min_qty="0"), "min_qty", "not_positive", ""),
        (ticket(min_qty="55"), "min_qty", "off_lot", "10"),
        (ticket(min_qty="510"), "min_qty", "too_large", "500"),
        (ticket(display_qty="90"), "display_qty", "too_small", "100"),
        (ticket(display_qty="500"), "display_qty", "too_large", "490"),
        (ticket(display_qty="105"), "display_qty", "off_lot", "10"),
    ],
)
def test_what_is_wrong_is_named_with_its_field(
    fields: Fields, field: str, error: str, limit: str
) -> None:
    expected = Problem(f"ticket.{field}", Entry(None, f"entry.{error}", limit))
    assert read(fields, FULL, "continuous") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20261130", Entry(20_261_130)),
        ("2026-12-30", Entry(20_261_230)),
        ("２０２６１２３０", Entry(20_261_230)),
        ("", Entry(None, "entry.empty")),
        ("20261131", Entry(None, "entry.not_date")),
        ("2026123", Entry(None, "entry.not_date")),
        ("2026/12/1", Entry(None, "entry.not_date")),
        ("٢٠٢٦١٢٠١", Entry(None, "entry.not_date")),
        ("20261129", Entry(None, "entry.too_early", "2026-11-30")),
        ("20261231", Entry(None, "entry.too_late", "2026-12-30")),
    ],
)
def test_the_last_day_of_an_order(text: str, expected: Entry) -> None:
    assert read_date(text, FULL) == expected


def test_before_the_first_trading_day_only_the_date_itself_is_checked() -> None:
    assert read_date("20200101", instrument(trade_date=0)) == Entry(20_200_101)
    assert read_date("20200101", None) == Entry(20_200_101)


@pytest.mark.parametrize(
    ("text", "ticks", "expected"),
    [
        ("74.60", 1, "74.65"),
        ("74.60", -1, "74.55"),
        ("74.60", 10, "75.10"),
        ("74.62", 1, "74.65"),
        ("74.62", -1, "74.60"),
        ("82.10", 1, "82.10"),
        ("67.15", -1, "67.15"),
        ("99.00", 1, "82.10"),
        ("", 1, ""),
        ("7,4", 1, "7,4"),
    ],
)
def test_a_step_goes_to_the_next_tick_within_the_limits(
    text: str, ticks: int, expected: str
) -> None:
    assert step_price(text, FULL, ticks) == expected


def test_a_price_steps_down_to_one_tick_at_most() -> None:
    assert step_price("0.05", instrument(limit_down=0, limit_up=0), -1) == "0.05"
    assert step_price("74.60", None, 1) == "74.60"
