"""A program in a pseudo-terminal whose output is drained all the time, each piece with its time."""

import fcntl
import os
import pty
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

from pty_screen import PtyScreen

CLOCK_TICKS: Final = os.sysconf("SC_CLK_TCK")
DEADLINE_SECONDS: Final = 30.0


class Piece(NamedTuple):
    """Bytes that came out, and when, by `time.perf_counter`."""

    at: float
    data: bytes


class PtyProgram:
    """Starts a program with a terminal of a size; a thread reads whatever it writes.

    A program whose terminal is not read blocks; so nothing that the bench does between may stop
    the reading, and what the output means is worked out afterwards.
    """

    def __init__(
        self, arguments: Sequence[str], size: tuple[int, int], environment: Mapping[str, str]
    ) -> None:
        self.size = size
        self.pieces: list[Piece] = []
        self._master, slave = pty.openpty()
        columns, rows = size
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._drain, daemon=True)
        self._reader.start()
        self.began = time.perf_counter()
        self._process = subprocess.Popen(
            arguments,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **environment},
            start_new_session=True,
        )
        os.close(slave)

    @property
    def pid(self) -> int:
        return self._process.pid

    def press(self, keys: bytes) -> float:
        """Send what a key sends; returns when."""
        at = time.perf_counter()
        os.write(self._master, keys)
        return at

    def until(self, shows: Callable[[PtyScreen], bool]) -> float:
        """Wait for the screen to show something; returns when the bytes of it came out.

        Raises:
            TimeoutError: it never did; the message has what is on the screen.
        """
        screen = PtyScreen(self.size)
        deadline = time.perf_counter() + DEADLINE_SECONDS
        read = 0
        while time.perf_counter() < deadline and self._process.poll() is None:
            with self._news:
                self._news.wait_for(lambda seen=read: len(self.pieces) > seen, 0.1)
            for piece in self.pieces[read:]:
                read += 1
                screen.feed(piece.data)
                if shows(screen):
                    return piece.at
        text = "\n".join(screen.rows())
        raise TimeoutError(f"The program did not show what was waited for, but this:\n{text}")

    def cpu_seconds(self) -> float:
        """Return the processor time of all its threads so far."""
        text = Path(f"/proc/{self.pid}/stat").read_text("ascii", "replace")
        fields = text.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join(1.0)
        os.close(self._master)

    def _drain(self) -> None:
        while True:
            try:
                data = os.read(self._master, 65_536)
            except OSError:  # the program has ended
                return
            if not data:
                return
            with self._news:
                self.pieces.append(Piece(time.perf_counter(), data))
                self._news.notify_all()
