"""A user's price alerts in a file, per venue and user; written whole or not at all."""

import time
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from bashu_tui.state.alert_rules import PriceAlert
from bashu_tui.state.user_files import write_whole

MAX_ALERTS: Final = 200


class StoreError(Exception):
    """The file cannot be read or written; `path` is its place, `kept` where what it held is."""

    def __init__(self, path: Path, why: str, kept: Path | None = None) -> None:
        super().__init__(f"{path}: {why}")
        self.path = path
        self.why = why
        self.kept = kept


class _File(Struct, forbid_unknown_fields=True):
    alerts: list[PriceAlert]
    version: int = 1


class AlertStore:
    """Reads and writes the file. Another terminal of the same user may have written meanwhile."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp: tuple[int, int] | None = None
        self._is_unreadable = False

    def is_newer(self) -> bool:
        """Whether the file is another than the one read or written last."""
        return self._read_stamp() != self._stamp

    def load(self) -> list[PriceAlert]:
        """Read the alerts; none where there is no file.

        Raises:
            StoreError: what is there cannot be understood. It was put aside, not thrown away.
        """
        self._stamp = self._read_stamp()
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=_File).alerts[:MAX_ALERTS]
        except FileNotFoundError:
            return []
        except OSError as error:
            self._is_unreadable = True
            raise StoreError(self.path, error.strerror or str(error)) from error
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            kept = self.path.with_name(f"{self.path.name}.unreadable-{time.time_ns()}")
            self.path.rename(kept)
            self._stamp = None
            raise StoreError(self.path, str(error), kept) from error

    def save(self, alerts: list[PriceAlert]) -> None:
        """Write all alerts.

        Raises:
            StoreError: they could not be written; the file is as it was.
        """
        if self._is_unreadable:
            raise StoreError(self.path, "it could not be read, so it is not written over")
        data = msgspec.json.format(msgspec.json.encode(_File(alerts)), indent=1)
        try:
            write_whole(self.path, data)
        except OSError as error:
            raise StoreError(self.path, error.strerror or str(error)) from error
        self._stamp = self._read_stamp()

    def _read_stamp(self) -> tuple[int, int] | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size
