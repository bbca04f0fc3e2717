"""`bashu calendar` prints for people."""

import datetime as dt
import io
from pathlib import Path

from rich.console import Console

from bashu_daemon.schedule.show import show_calendar


def shown(rulebook: Path | None, first: str, count: int) -> str:
    out = io.StringIO()
    console = Console(file=out, width=100)
    assert show_calendar(rulebook, dt.date.fromisoformat(first), count, console) == 0
    return " ".join(out.getvalue().split())


def test_hours_holidays_and_weekends(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('[sessions]\npre_open = "09:15"\nclosed_days = [2026-09-29]\n')
    text = shown(path, "2026-09-28", 5)
    assert "09:15 pre open, 09:30 continuous, 11:30 pause, 13:00 continuous" in text
    assert "15:00 closed; blocks 13:00-15:00." in text
    assert "closed by the exchange" in text
    assert "National Day" in text
    assert "2 trading days of 5." in text
    assert "Note" not in text


def test_a_year_without_holidays_is_said(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('[sessions]\npre_open = "09:15"\n')
    text = shown(path, "2099-06-01", 1)
    assert "0 trading days of 1." in text
    assert "Update the package chinesecalendar" in text


def test_the_reference_rulebook_is_the_default() -> None:
    assert "bashu.toml" in shown(None, "2026-11-24", 1)
