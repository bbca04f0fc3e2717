"""The terminal in a real pty before a real venue: start, size, load, and key to paint.

Usage: python tests/bench/bench_tui.py [seconds of load, 10] [starts, 5]

The venue is `bashu serve` over Mosquitto (over the embedded broker where it is missing, which is
said). `book_churn.py` makes the book of the shown instrument change by orders; what arrived as
market data is counted there and printed. Meanwhile keys are pressed, and a key's time is that
from writing it into the pty to reading the bytes with which the screen shows its effect.
The yardsticks of the same run: a bare Textual program in the same pty, a loop of Python, and how
late the bench itself was woken.
"""

import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from bench_orders import BIN, serve
from book_churn import BEST_QTY
from pty_program import PtyProgram
from pty_screen import PtyScreen

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from bashu_testing import MOSQUITTO, free_port, wait_for_port
from process_usage import KIB_PER_MB, usage_of

HERE: Final = Path(__file__).parent
SIZES: Final = ((140, 42), (80, 24))
CHANGES_PER_SECOND: Final = 1_000
KEY_SECONDS: Final = (0.12, 0.27)
"""Bounds of the time between two keys, which is drawn, so that no frame's beat is met."""
SETTLE_SECONDS: Final = 1.5
FIRST_WORDS: Final = 12
"""Letters and digits on screen that make a first paint."""
LIVE_BOOK: Final = f"{BEST_QTY:,}"
F2, UP, DOWN, BACKSPACE = b"\x1bOQ", b"\x1b[A", b"\x1b[B", b"\x7f"
Shows = Callable[[PtyScreen], bool]


class Venue(NamedTuple):
    """A venue that runs."""

    port: int
    passwords: dict[str, str]
    passwords_file: Path


class Start(NamedTuple):
    """Seconds from the start of the process, and MB then."""

    first_paint: float
    usable: float
    rss_mb: float


class Key(NamedTuple):
    """A key that was pressed and what has to be seen of it."""

    at: float
    shows: Shows


def paints_words(screen: PtyScreen) -> bool:
    return sum(letter.isalnum() for row in screen.rows() for letter in row) >= FIRST_WORDS


def shows_live_book(screen: PtyScreen) -> bool:
    return screen.shows(LIVE_BOOK)


@contextmanager
def venue(directory: Path) -> Iterator[Venue]:
    """Run a venue over Mosquitto, or over the embedded broker."""
    data, port = directory / "data", free_port()
    processes: list[subprocess.Popen[str] | subprocess.Popen[bytes]] = []
    try:
        if MOSQUITTO is None:
            print("MOSQUITTO IS NOT INSTALLED: measured over the embedded broker")
            processes.append(serve(data, "--listen-port", str(port)))
        else:
            print("over Mosquitto")
            admin = [BIN / "bashu", "admin", "broker-config", "--data-dir", data]
            subprocess.run([*admin, "--listen-port", str(port)], check=True, capture_output=True)
            settings = data / "mosquitto" / "mosquitto.conf"
            processes.append(
                subprocess.Popen([MOSQUITTO, "-c", settings], stderr=subprocess.DEVNULL)
            )
            wait_for_port(port)
            processes.append(serve(data, "--broker", f"mqtt://127.0.0.1:{port}"))
        file = data / "first-passwords.txt"
        yield Venue(port, dict(line.split(" ", 1) for line in file.read_text().splitlines()), file)
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait()


def terminal(at: Venue, size: tuple[int, int]) -> PtyProgram:
    arguments = ["--broker", f"mqtt://127.0.0.1:{at.port}", "--user", "trader", "--lang", "en"]
    return PtyProgram(
        [sys.executable, "-m", "bashu_tui.cli", *arguments, "--symbol", "CEA25"],
        size,
        {"BASHU_PASSWORD": at.passwords["trader"]},
    )


def start_once(at: Venue, size: tuple[int, int]) -> Start:
    with terminal(at, size) as program:
        usable = program.until(shows_live_book)
        painted = program.until(paints_words)
        memory = usage_of(program.pid, 0).rss_kib / KIB_PER_MB
        return Start(painted - program.began, usable - program.began, memory)


def press_keys(program: PtyProgram, seconds: float) -> tuple[list[Key], list[float]]:
    """Move the ladder's cursor for half of the time and type for the other half.

    Also returns by how many milliseconds this program's own pauses were too long: so much of a
    key's time may be the machine's, with other work on it.
    """
    keys: list[Key] = []
    late: list[float] = []
    chance = random.Random(7)

    def alternate(first: bytes, shown: Shows, second: bytes) -> None:
        end = time.perf_counter() + seconds / 2
        pressed = False
        while time.perf_counter() < end:
            keys.append(
                Key(program.press(second), lambda s: not shown(s))
                if pressed
                else Key(program.press(first), shown)
            )
            pressed = not pressed
            pause = chance.uniform(*KEY_SECONDS)
            time.sleep(pause)
            late.append((time.perf_counter() - keys[-1].at - pause) * 1000)

    alternate(DOWN, lambda screen: screen.shows(">74.62<"), UP)
    program.press(F2)
    time.sleep(KEY_SECONDS[1])
    for digit in b"98765":
        program.press(bytes([digit]))
        time.sleep(KEY_SECONDS[0])
    alternate(b"4", lambda screen: screen.shows("987654"), BACKSPACE)
    return keys, late


def key_times(program: PtyProgram, keys: Sequence[Key]) -> tuple[list[float], int]:
    """Return milliseconds from each key to its paint, and how many were overtaken by the next.

    The whole output is fed through a terminal once more, with the times at which it came.
    """
    screen = PtyScreen(program.size)
    times: list[float] = []
    missed = 0
    pieces = iter(program.pieces)
    piece = next(pieces, None)
    for key, end in zip(keys, [*(key.at for key in keys[1:]), float("inf")], strict=True):
        while piece is not None and piece.at < key.at:
            screen.feed(piece.data)
            piece = next(pieces, None)
        seen = False
        while not seen and piece is not None and piece.at < end:
            screen.feed(piece.data)
            seen = key.shows(screen)
            if seen:
                times.append((piece.at - key.at) * 1000)
            piece = next(pieces, None)
        missed += not seen
    return times, missed


def quantiles(times: Sequence[float]) -> str:
    ordered = sorted(times)
    p50, p90, p99 = (ordered[int(len(ordered) * part)] for part in (0.5, 0.9, 0.99))
    return f"p50 {p50:.1f} ms, p90 {p90:.1f} ms, p99 {p99:.1f} ms, worst {ordered[-1]:.1f} ms"


def bare(size: tuple[int, int], starts: int) -> None:
    """Print what Textual costs by itself."""
    paints = []
    for _ in range(starts):
        with PtyProgram([sys.executable, str(HERE / "bare_textual.py")], size, {}) as program:
            paints.append(program.until(paints_words) - program.began)
            time.sleep(0.3)
            keys = []
            for pressed in range(20):
                shows: Shows = lambda s, n=pressed: s.shows("z" * (n + 1))  # noqa: E731
                keys.append(Key(program.press(b"z"), shows))
                time.sleep(0.1)
            times, _missed = key_times(program, keys)
            memory = usage_of(program.pid, 0).rss_kib / KIB_PER_MB
    print(
        f"  bare Textual: first paint {statistics.median(paints):.3f} s, {memory:.0f} MB, key to "
        f"paint {quantiles(times)}"
    )


class Churn:
    """`book_churn.py` in a process of its own."""

    def __init__(self, at: Venue) -> None:
        program = [sys.executable, HERE / "book_churn.py"]
        self._process = subprocess.Popen(
            [*program, str(at.port), at.passwords_file, str(CHANGES_PER_SECOND)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._answer() == "ready\n"

    def begin(self) -> None:
        self._say("go")

    def end(self) -> dict[str, float]:
        """Return what arrived as market data a second, by name."""
        self._say("stop")
        rates: dict[str, float] = json.loads(self._answer())
        return rates

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def _say(self, word: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


class Load(NamedTuple):
    """What a program took over some time."""

    cores: float
    kilobytes_per_second: float


class Meter:
    """Takes a program's processor time and output from now on."""

    def __init__(self, program: PtyProgram) -> None:
        self._program = program
        self._cpu_seconds = program.cpu_seconds()
        self._pieces = len(program.pieces)
        self.began = time.perf_counter()

    def read(self) -> Load:
        elapsed = time.perf_counter() - self.began
        cpu_seconds = self._program.cpu_seconds() - self._cpu_seconds
        written = sum(len(piece.data) for piece in self._program.pieces[self._pieces :])
        return Load(cpu_seconds / elapsed, written / elapsed / 1000)


def measure(at: Venue, churn: Churn, size: tuple[int, int], seconds: float, starts: int) -> None:
    print(f"\n{size[0]}x{size[1]}")
    bare(size, starts)
    start_once(at, size)  # bytecode is written, files are in memory
    found = [start_once(at, size) for _ in range(starts)]
    print(
        f"  first paint {statistics.median(s.first_paint for s in found):.3f} s, usable "
        f"{statistics.median(s.usable for s in found):.3f} s (worst "
        f"{max(s.usable for s in found):.3f}), {max(s.rss_mb for s in found):.0f} MB"
    )
    with terminal(at, size) as program:
        program.until(shows_live_book)
        time.sleep(SETTLE_SECONDS)
        meter = Meter(program)
        time.sleep(seconds / 4)
        quiet = meter.read()
        churn.begin()
        time.sleep(SETTLE_SECONDS)
        meter = Meter(program)
        keys, late = press_keys(program, seconds)
        busy = meter.read()
        rates = churn.end()
        memory = usage_of(program.pid, 0).rss_kib / KIB_PER_MB
    times, missed = key_times(program, keys)
    print("  market data: " + ", ".join(f"{rate:,.0f} {name}/s" for name, rate in rates.items()))
    print(
        f"  {busy.cores:.1%} of a core (quiet {quiet.cores:.1%}), "
        f"{busy.kilobytes_per_second:,.0f} kB/s, {memory:.0f} MB after it"
    )
    print(f"  key to paint, {len(times)} keys, {missed} late: {quantiles(times)}")
    print(f"  the bench's own pauses were too long by {quantiles(late)}")


def spin_seconds() -> float:
    """Return how long this interpreter takes for a million additions."""
    began = time.perf_counter()
    total = 0
    for number in range(1_000_000):
        total += number
    return time.perf_counter() - began


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    starts = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    print(f"a million additions in a loop: {spin_seconds() * 1000:.0f} ms")
    with tempfile.TemporaryDirectory() as directory, venue(Path(directory)) as at:
        churn = Churn(at)
        try:
            for size in SIZES:
                measure(at, churn, size, seconds, starts)
        finally:
            churn.close()


if __name__ == "__main__":
    main()
