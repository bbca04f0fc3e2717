"""CSV files: as RFC 4180 wants them, harmless in a spreadsheet, never over another file."""

import csv
import io
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from bashu_tui.state.export import (
    chosen_path,
    encode,
    proposed_path,
    readable_time,
    write_new,
    yuan,
    zoned_time,
)

NOW_NS = 1_764_000_000_123_456_789
"""2025-11-24 16:00:00 UTC and a little."""


@pytest.fixture(autouse=True)
def shanghai() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Asia/Shanghai")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path


def test_quotes_lines_and_chinese_come_back_as_they_were() -> None:
    row = ['a "quoted" word, with a comma', "全国碳配额", "two\nlines"]
    data = encode(["文字", "b", "c"], [row])
    assert data.startswith(b"\xef\xbb\xbf"), "Excel needs the mark to read UTF-8"
    assert data.count(b"\r\n") == 2
    read = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert read == [["文字", "b", "c"], row]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＠x", "  =1", "\u3000=1"]
)
def test_no_text_begins_as_a_formula_does(text: str) -> None:
    data = encode(["a"], [[text]]).decode("utf-8-sig")
    (_head, (cell,)) = csv.reader(io.StringIO(data, newline=""))
    assert cell == "'" + text


def test_negative_numbers_stay_numbers() -> None:
    data = encode(["a", "b"], [[yuan(-7_463), -5]]).decode("utf-8-sig")
    assert data.endswith("-74.63,-5\r\n")


def test_yuan_have_two_decimals() -> None:
    assert [str(yuan(fen)) for fen in (7_400, 5, 0, -1)] == ["74.00", "0.05", "0.00", "-0.01"]
    assert yuan(10**17) == Decimal(10**15)


def test_times_have_a_zone() -> None:
    assert zoned_time(NOW_NS) == "2025-11-25T00:00:00.123456+08:00"


def test_people_read_times_to_the_second() -> None:
    assert readable_time(NOW_NS) == "2025-11-25 00:00:00"


def test_the_proposed_file_is_named_by_user_and_time(home: Path) -> None:
    path = proposed_path("blotter", "alice", NOW_NS)
    assert path == home / "bashu" / "exports" / "blotter-alice-20251125T000000+0800.csv"
    assert proposed_path("blotter", "../x", NOW_NS).parent == path.parent
    write_new(path, b"first")
    second = proposed_path("blotter", "alice", NOW_NS)
    assert second.name == "blotter-alice-20251125T000000+0800-2.csv"


def test_nothing_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("precious")
    with pytest.raises(FileExistsError):
        write_new(path, b"new")
    assert path.read_text() == "precious"


def test_a_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    write_new(path, b"data")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_folder_takes_the_proposed_name(tmp_path: Path, home: Path) -> None:
    proposed = proposed_path("fills", "alice", NOW_NS)
    assert chosen_path(f" {tmp_path} ", proposed) == tmp_path / proposed.name
    assert chosen_path("", proposed) == proposed
    assert chosen_path(str(tmp_path / "x.csv"), proposed) == tmp_path / "x.csv"


def test_a_missing_folder_of_the_users_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_new(tmp_path / "typo" / "x.csv", b"data")
