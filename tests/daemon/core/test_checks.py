"""Pre-trade checks, one row a rule and side of its bound."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bashu_daemon.core import checks
from bashu_daemon.core.checks import Refusal
from bashu_protocol.messages import InstrumentRules, Phase
from bashu_protocol.reject_codes import RejectCode

RULES = InstrumentRules(
    symbol="CEA24",
    name_zh="x",
    name_en="x",
    product="CEA",
    reference_price=7_000,
    tick=5,
    lot=10,
    min_order_qty=20,
    max_order_qty=1_000,
)


def code(refusal: Refusal | None) -> RejectCode:
    return refusal[0] if refusal else RejectCode.NONE


@pytest.mark.parametrize(
    ("qty", "expected"),
    [
        (20, RejectCode.NONE),
        (1_000, RejectCode.NONE),
        (0, RejectCode.INVALID_QTY),
        (-10, RejectCode.INVALID_QTY),
        (10, RejectCode.QTY_TOO_SMALL),
        (1_010, RejectCode.QTY_TOO_LARGE),
        (2**62, RejectCode.QTY_TOO_LARGE),
        (25, RejectCode.QTY_OFF_LOT),
    ],
)
def test_quantity(qty: int, expected: RejectCode) -> None:
    """Lot 1 t and sizes below the block threshold: market_rules.md 1.1, 1.2; keys lot, *_qty."""
    assert code(checks.check_quantity(qty, RULES)) == expected


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        (7_700, RejectCode.NONE),
        (6_300, RejectCode.NONE),
        (7_705, RejectCode.PRICE_ABOVE_LIMIT),
        (6_295, RejectCode.PRICE_BELOW_LIMIT),
        (7_001, RejectCode.PRICE_OFF_TICK),
        (0, RejectCode.INVALID_PRICE),
        (-5, RejectCode.INVALID_PRICE),
        (10_000_005, RejectCode.INVALID_PRICE),
    ],
)
def test_price(price: int, expected: RejectCode) -> None:
    """Tick 0.01 CNY, band of the previous close: market_rules.md 1.1, 1.2; keys tick, band_bps."""
    assert code(checks.check_price(price, RULES, 7_700, 6_300)) == expected


def test_without_a_band_only_the_bounds_of_the_venue_hold() -> None:
    assert checks.check_price(10_000_000, RULES, 0, 0) is None
    assert checks.check_price(5, RULES, 0, 0) is None
    assert code(checks.check_price(10_000_005, RULES, 0, 0)) == RejectCode.INVALID_PRICE


@pytest.mark.parametrize(
    ("phase", "expected"),
    [
        ("continuous", RejectCode.NONE),
        ("closed", RejectCode.MARKET_CLOSED),
        ("pre_open", RejectCode.MARKET_CLOSED),
        ("pause", RejectCode.MARKET_CLOSED),
        ("halted", RejectCode.INSTRUMENT_HALTED),
    ],
)
def test_entry_phase(phase: Phase, expected: RejectCode) -> None:
    """Sessions of market_rules.md 1.2; suspension of 1.7."""
    assert code(checks.check_entry(phase, 0)) == expected


def test_the_turnover_of_a_day_is_bounded() -> None:
    """Sums stay within 63 bits."""
    assert checks.check_entry("continuous", 2**62 - 1) is None
    assert code(checks.check_entry("continuous", 2**62)) == RejectCode.TOO_MANY_ORDERS


@pytest.mark.parametrize(
    ("available", "bought_today", "needed", "expected"),
    [
        (100, 0, 100, RejectCode.NONE),
        (100, 50, 101, RejectCode.BOUGHT_TODAY),
        (100, 50, 150, RejectCode.BOUGHT_TODAY),
        (100, 50, 151, RejectCode.INSUFFICIENT_HOLDING),
        (0, 0, 1, RejectCode.INSUFFICIENT_HOLDING),
    ],
)
def test_holding(available: int, bought_today: int, needed: int, expected: RejectCode) -> None:
    """Tradable tonnes only, and not today's purchases: market_rules.md 1.4, rows 1 and 5."""
    assert code(checks.check_holding(available, bought_today, needed)) == expected


def test_cash() -> None:
    """Cash for a buy must not exceed what is available: market_rules.md 1.4, row 1."""
    assert checks.check_cash(700, 700) is None
    assert code(checks.check_cash(699, 700)) == RejectCode.INSUFFICIENT_CASH


def test_open_orders() -> None:
    assert checks.check_open_orders(checks.MAX_OPEN_ORDERS - 1) is None
    full = checks.check_open_orders(checks.MAX_OPEN_ORDERS)
    assert code(full) == RejectCode.TOO_MANY_ORDERS


@pytest.mark.parametrize(
    ("cl_ord_id", "valid"),
    [
        ("a", True),
        ("x" * 36, True),
        ("with space ~!", True),
        ("", False),
        ("x" * 37, False),
        ("tab\t", False),
        ("null\0", False),
        ("１２", False),
        ("é", False),
    ],
)
def test_cl_ord_id(cl_ord_id: str, valid: bool) -> None:
    """1 to 36 printable ASCII characters: the protocol."""
    assert checks.is_cl_ord_id(cl_ord_id) is valid


@pytest.mark.parametrize(
    "wrong",
    [
        {"reference_price": 0},
        {"reference_price": 10_000_001},
        {"tick": 10_000_001},
        {"max_order_qty": 1_000_000_001},
        {"lot": 1_001},
        {"min_order_qty": 1_001},
    ],
)
def test_rules_out_of_bounds(wrong: dict[str, int]) -> None:
    values = {name: getattr(RULES, name) for name in RULES.__struct_fields__}
    assert checks.check_rules(RULES) is None
    refusal = checks.check_rules(InstrumentRules(**(values | wrong)))
    assert code(refusal) == RejectCode.INVALID_VALUE


@given(
    qty=st.integers(-20, 1_050),
    price=st.integers(-10, 10_000_020) | st.integers(6_290, 7_710),
    tick=st.sampled_from([1, 5]),
    lot=st.sampled_from([1, 10]),
    limits=st.sampled_from([(0, 0), (7_700, 6_300), (7_700, 0)]),
)
def test_what_is_regular_is_what_no_check_refuses(
    qty: int, price: int, tick: int, lot: int, limits: tuple[int, int]
) -> None:
    rules = msgspec.structs.replace(RULES, tick=tick, lot=lot)
    refusal = checks.check_quantity(qty, rules) or checks.check_price(price, rules, *limits)
    assert checks.is_regular(qty, price, rules, *limits) == (refusal is None)
