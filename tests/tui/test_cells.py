"""Columns line up in cells, whatever the script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from bashu_tui.cells import centre, harmless, left, right, signed_percent, wrap

TEXTS = st.text(st.sampled_from("ab 1，买入吨"), max_size=20)


@given(TEXTS, st.integers(0, 30))
def test_padding_gives_exactly_the_width(text: str, width: int) -> None:
    for pad in (left, right, centre):
        assert cell_len(pad(text, width)) == width


def test_chinese_takes_two_cells() -> None:
    assert left("买入", 6) == "买入  "
    assert right("买入", 6) == "  买入"
    assert centre("买入", 6) == " 买入 "
    assert left("买入", 3) == "买 "  # never half a character


def test_a_number_is_never_cut() -> None:
    assert right("99,999", 7) == " 99,999"
    assert right("50,000,000", 8) == "50000000"
    assert right("-50,000,000", 8) == "########"
    assert right("12.34%", 4) == "####"
    assert right("abcdef", 4) == "abcd"


@given(TEXTS, st.integers(8, 30))
def test_wrapping_loses_nothing_and_fits(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    longest_word = max((len(word) for word in text.split()), default=0)
    if longest_word * 2 <= width:
        assert all(cell_len(line) <= width for line in lines)


def test_percentages_carry_their_sign_and_round_towards_zero() -> None:
    assert signed_percent(1, 10_000) == "+0.01%"
    assert signed_percent(-1, 10_000) == "-0.01%"
    assert signed_percent(0, 10_000) == "0.00%"
    assert signed_percent(-199, 20_000) == "-0.99%"
    assert signed_percent(746, 7_463) == "+9.99%"


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("碳市场，元旦休市。", 6, ["碳市", "场，元", "旦休", "市。"]),
        ("见《办法》第三条", 4, ["见", "《办", "法》", "第三", "条"]),
        ("成交CEA25共100吨", 8, ["成交", "CEA25共", "100吨"]),
        ("see (the rule), then go", 9, ["see (the", "rule),", "then go"]),
        ("https://example.cn/a", 8, ["https://", "example.", "cn/a"]),
        ("", 8, [""]),
    ],
)
def test_lines_break_where_chinese_and_english_may(
    text: str, width: int, expected: list[str]
) -> None:
    assert wrap(text, width) == expected
    assert max(map(cell_len, wrap(text, width))) <= width


def test_control_characters_are_shown_and_not_obeyed() -> None:
    assert harmless("a\x1b[2Jb\x07\x9b1m\u202ec\nd 　é") == "a?[2Jb??1m?c\nd 　é"
