"""Reading rulebooks: what is wrong is named with file and key."""

from pathlib import Path

import pytest

from bashu_daemon.errors import OperatorError
from bashu_daemon.rulebook import load_rulebook

INSTRUMENT = """
[[instruments]]
symbol = "CEA25"
name_zh = "x"
name_en = "x"
product = "CEA"
reference_price = 7463
"""


def write(directory: Path, text: str, name: str = "rules.toml") -> Path:
    path = directory / name
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[sessions]\ncolour = 1", "unknown field `colour`"),
        ("[sessions]\nlisting = []", "`listing` needs a session"),
        ("[sessions]\nlisting = ['9:30-11:30']", '`listing` has "9:30", not a time'),
        ("[sessions]\nlisting = ['09:30']", '`listing` has "09:30", not a session'),
        ("[sessions]\nlisting = ['11:30-09:30']", "ends before it begins"),
        ("[sessions]\nlisting = ['09:30-11:30', '11:00-15:00']", 'not after "09:30-11:30"'),
        ("[sessions]\nlisting = ['09:30-24:00']", "from 00:00 to 23:59"),
        ("[sessions]\npre_open = '09:45'", "`pre_open` 09:45 must be before the first session"),
        ("[sessions]\npre_open='09:20'\ncall_auction='09:15'", "`call_auction` 09:15 must be"),
        ("[sessions]\ncall_auction_no_cancel = '09:20'", "needs `call_auction`"),
        ("[sessions]\nblock = ['08:00-09:00']", "`block` 08:00-09:00 begins before"),
        ("[sessions]\ntime_zone = 'Asia/Chengdu'", '`time_zone` "Asia/Chengdu" is not known'),
        ("[sessions]\nholidays = 'mars'", "sessions.holidays"),
        ("[sessions]\nclosed_days = ['2026-13-01']", "sessions.closed_days"),
        ("[sessions]\nclosed_days=[2026-10-08]\nopen_days=[2026-10-08]", "2026-10-08 is in"),
        ("[sessions.demo]\nmorning_seconds = 0", "sessions.demo.morning_seconds"),
        (INSTRUMENT + "[surveillance.spoofing.GOLD]\nmin_qty = 1", "no instrument GOLD"),
        (INSTRUMENT + "[surveillance.spoofing.CEA25]\nmin_qty = 'x'", "surveillance[...]"),
        ("include = 3", "`include` is not a list"),
        ("include = ['rules.toml']", "includes itself"),
        ("include = ['nowhere.toml']", "nowhere.toml"),
        ("common = { tick = 'x' }\n" + INSTRUMENT, "instruments[0].tick"),
        (INSTRUMENT + INSTRUMENT, "lists CEA25 twice"),
        ("= 1", "rules.toml is wrong"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, says: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(OperatorError) as refused:
        load_rulebook(path)
    assert says in str(refused.value)
    assert str(tmp_path) in str(refused.value)


def test_files_of_markets_are_included_and_share_common_rules(tmp_path: Path) -> None:
    write(tmp_path, "common = { band_bps = 500, tick = 2 }\n" + INSTRUMENT + "tick = 5", "a.toml")
    path = write(tmp_path, "include = ['a.toml']\n" + INSTRUMENT.replace("CEA25", "CEA24"))
    rules = {item.symbol: item for item in load_rulebook(path).instruments}
    assert list(rules) == ["CEA24", "CEA25"]
    assert (rules["CEA25"].band_bps, rules["CEA25"].tick) == (500, 5)
    assert rules["CEA24"].band_bps == 1000


def test_an_included_file_has_instruments_only(tmp_path: Path) -> None:
    write(tmp_path, INSTRUMENT + "[sessions]\npre_open = '09:00'", "a.toml")
    with pytest.raises(OperatorError, match=r"a\.toml .* move them"):
        load_rulebook(write(tmp_path, "include = ['a.toml']"))


def test_an_instrument_may_have_parameters_of_its_own(tmp_path: Path) -> None:
    text = "[surveillance.spoofing]\nmin_qty = 500\n[surveillance.spoofing.CEA25]\nmin_qty = 5\n"
    own = {"spoofing": {"min_qty": 500, "CEA25": {"min_qty": 5}}}
    assert load_rulebook(write(tmp_path, INSTRUMENT + text)).surveillance == own
    # Without instruments of its own it is for a file that somebody else recorded.
    assert load_rulebook(write(tmp_path, text, "b.toml")).surveillance == own
