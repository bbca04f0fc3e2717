"""Which notices a user has read, remembered on the user's machine."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from bashu_protocol.messages import Notice
from bashu_tui.state.user_files import write_whole

REMEMBERED: Final = 2_000
"""Marks that are kept; the venue itself lists fewer notices."""

_Key = tuple[int, int]
"""Number and time: a venue that began anew counts from 1 again."""


class NoticeMarks:
    """Without a file the marks last as long as the session."""

    def __init__(self, path: Path | None = None) -> None:
        self.problem = ""
        """Why the marks could not be read or written."""
        self._path = path
        self._read: dict[_Key, None] = {}
        if path is not None:
            self._load(path)

    def is_read(self, notice: Notice) -> bool:
        return _key(notice) in self._read

    def unread(self, notices: Iterable[Notice]) -> int:
        """Count those that were not read."""
        return sum(1 for notice in notices if _key(notice) not in self._read)

    def mark(self, notices: Iterable[Notice]) -> bool:
        """Remember that notices were read; return whether any was not."""
        fresh = [_key(notice) for notice in notices if _key(notice) not in self._read]
        if not fresh:
            return False
        self._read.update(dict.fromkeys(fresh))
        while len(self._read) > REMEMBERED:
            del self._read[next(iter(self._read))]
        self._save()
        return True

    def _load(self, path: Path) -> None:
        """A file that cannot be understood costs marks only: all notices are new again."""
        try:
            keys = msgspec.json.decode(path.read_bytes(), type=list[_Key])
        except FileNotFoundError:
            return
        except (OSError, msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            self.problem = f"{path}: {error}"
            return
        self._read = dict.fromkeys(keys[-REMEMBERED:])

    def _save(self) -> None:
        if self._path is None:
            return
        try:
            write_whole(self._path, msgspec.json.encode(list(self._read)))
        except OSError as error:
            self.problem = f"{self._path}: {error.strerror}"
        else:
            self.problem = ""


def _key(notice: Notice) -> _Key:
    return notice.notice_id, notice.transact_time
