"""What a person types is read exactly or refused; a price is never changed on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bashu_protocol.messages import InstrumentRow, InstrumentRules
from bashu_protocol.units import format_price
from bashu_tui.state.entry import Entry, normalize, read_price, read_quantity


def instrument(**rules: int) -> InstrumentRow:
    values = {"tick": 1, "lot": 1, "max_order_qty": 99_999} | rules
    made = InstrumentRules(
        symbol="CEA25",
        name_zh="配额",
        name_en="CEA",
        product="CEA",
        reference_price=7_463,
        **values,
    )
    return InstrumentRow(made, "continuous", 20_261_123, 7_463, 8_209, 6_717)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("74.63", 7_463),
        ("74.6", 7_460),
        ("74", 7_400),
        ("74.00", 7_400),
        (" 74.63 ", 7_463),
        ("　74.63　", 7_463),  # ideographic spaces around
        ("123.5", 12_350),
        ("１２３．５", 12_350),  # full-width digits and point
        ("１２３。５", 12_350),  # what an input method sends for the point key
        ("１２３｡５", 12_350),  # half-width form of the same
        ("１２3.５0", 12_350),  # mixed
        ("0.01", 1),
        ("999999999.99", 99_999_999_999),
    ],
)
def test_reads_prices_exactly(text: str, fen: int) -> None:
    assert read_price(text, None) == Entry(fen)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ".",
        "．",
        "。",
        "-1",
        "－１",
        "+74.63",
        "＋７４",
        "1,5",
        "１，５",
        "1，234.50",
        "1,234.50",
        "1、5",
        "1.2.3",
        "1。2．3",
        "74.635",  # three decimals: not rounded
        "74.",
        ".5",
        "1e3",
        "１ｅ３",
        "0x10",
        "1_000",
        "7 4.63",
        "7　4.63",
        "½",
        "7½",
        "²",
        "7²",
        "74.6³",
        "①",
        "⑴",
        "１②",
        "㈠",
        "⒈",  # NFKC would make "1." of it
        "𝟕𝟒",  # mathematical digits
        "٧٤",  # Arabic-Indic
        "७४",  # Devanagari
        "七十四",
        "〇",
        "壹",
        "74.63元",
        "￥74.63",
        "¥74.63",
        "NaN",
        "inf",
        "∞",
        "74․63",  # one dot leader
        "74·63",
        "74\u200b.63",  # zero width space
        "74.63\n",
        "\ufeff74.63",
        "7\u03384",  # a combining mark
        "1" * 10,  # more yuan than any price has
        "9" * 400,
    ],
)
def test_refuses_doubtful_prices(text: str) -> None:
    entry = read_price(text, None)
    assert entry.value is None
    assert entry.error


@pytest.mark.parametrize(
    ("text", "tonnes"),
    [("1", 1), ("100", 100), ("１００", 100), ("　９９　", 99), ("99999", 99_999)],
)
def test_reads_quantities_exactly(text: str, tonnes: int) -> None:
    assert read_quantity(text, None) == Entry(tonnes)


@pytest.mark.parametrize(
    "text",
    ["", "0", "０", "-5", "1.0", "１．０", "1,000", "1，000", "1e3", "½", "②", "5²", "千", "1k",
     "1 000", "9" * 13, "٣", "0x1", "10吨"],
)  # fmt: skip
def test_refuses_doubtful_quantities(text: str) -> None:
    entry = read_quantity(text, None)
    assert entry.value is None
    assert entry.error


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("82.10", "entry.above"),
        ("67.16", "entry.below"),
        ("0", "entry.not_positive"),
        ("0.00", "entry.not_positive"),
    ],
)
def test_prices_stay_within_the_days_limits(text: str, error: str) -> None:
    assert read_price(text, instrument()).error == error


@pytest.mark.parametrize("text", ["82.09", "67.17", "74.63"])
def test_the_limits_themselves_are_prices(text: str) -> None:
    assert read_price(text, instrument()).value is not None


def test_off_tick_is_refused_with_the_tick() -> None:
    assert read_price("74.63", instrument(tick=5)) == Entry(None, "entry.off_tick", "0.05")
    assert read_price("74.65", instrument(tick=5)) == Entry(7_465)


def test_order_size_is_checked() -> None:
    assert read_quantity("15", instrument(lot=10)) == Entry(None, "entry.off_lot", "10")
    assert read_quantity("100000", instrument()) == Entry(None, "entry.too_large", "99,999")
    assert read_quantity("99999", instrument()) == Entry(99_999)


@given(st.integers(min_value=1, max_value=10**9))
def test_every_price_is_read_back_in_both_widths(fen: int) -> None:
    plain = format_price(fen)
    wide = plain.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789."})
    assert read_price(plain, None).value == fen
    assert read_price(wide, None).value == fen
    assert read_price(wide.replace("．", "。"), None).value == fen


@given(st.text(max_size=12))
def test_no_text_is_read_as_another_number(text: str) -> None:
    """Whatever is accepted consists of the accepted characters and says that very value."""
    entry = read_price(text, None)
    if entry.value is not None:
        plain = normalize(text)
        assert set(plain) <= set("0123456789.")
        yuan, _, decimals = plain.partition(".")
        assert entry.value == int(yuan) * 100 + int(decimals.ljust(2, "0") or "0")
        assert len(decimals) <= 2
