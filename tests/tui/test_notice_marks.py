"""Which notices were read: kept in a file, per venue and user."""

from pathlib import Path

from bashu_protocol.messages import Notice
from bashu_tui.state import notice_marks
from bashu_tui.state.notice_marks import NoticeMarks


def notice(number: int, transact_time: int = 5) -> Notice:
    return Notice(number, 1, transact_time, "notice", "sup", "title")


def test_marks_survive(tmp_path: Path) -> None:
    path = tmp_path / "v" / "read.json"
    marks = NoticeMarks(path)
    assert marks.unread([notice(1), notice(2)]) == 2
    assert marks.mark([notice(1)])
    assert not marks.mark([notice(1)])
    again = NoticeMarks(path)
    assert again.is_read(notice(1))
    assert again.unread([notice(1), notice(2)]) == 1


def test_the_first_notice_of_a_venue_that_began_anew_is_not_read(tmp_path: Path) -> None:
    marks = NoticeMarks(tmp_path / "read.json")
    marks.mark([notice(1)])
    assert not marks.is_read(notice(1, transact_time=6))


def test_an_unreadable_file_is_told_and_costs_only_the_marks(tmp_path: Path) -> None:
    path = tmp_path / "read.json"
    path.write_text("{")
    marks = NoticeMarks(path)
    assert str(path) in marks.problem
    marks.mark([notice(1)])
    assert not marks.problem
    assert NoticeMarks(path).is_read(notice(1))


def test_the_oldest_marks_leave_first() -> None:
    marks = NoticeMarks()
    marks.mark(notice(number) for number in range(notice_marks.REMEMBERED + 1))
    assert not marks.is_read(notice(0))
    assert marks.is_read(notice(notice_marks.REMEMBERED))
