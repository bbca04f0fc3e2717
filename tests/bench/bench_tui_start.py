"""How long the terminal takes to its first paint, and what it weighs: run in a real pty.

Usage: python tests/bench/bench_tui_start.py [runs]

The first paint is the first time that the login form's own words are on the wire; the yardstick
beside it is a bare interpreter and an import of Textual alone, on the same machine.
"""

import fcntl
import os
import pty
import select
import statistics
import struct
import subprocess
import sys
import termios
import time
from typing import Final

RUNS: Final = 7
SIZE: Final = struct.pack("HHHH", 24, 80, 0, 0)
FIRST_WORDS: Final = b"Password"
DEADLINE_SECONDS: Final = 20.0


def start_once() -> tuple[float, float]:
    """Return seconds to the first paint and megabytes of resident memory then."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, SIZE)
    began = time.perf_counter()
    program = subprocess.Popen(
        [sys.executable, "-m", "bashu_tui.cli", "--lang", "en", "--user", "bench"],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "TERM": "xterm-256color", "BASHU_PASSWORD": ""},
        start_new_session=True,
    )
    os.close(slave)
    try:
        painted = _wait_for(master, FIRST_WORDS, began)
        return painted, _resident_megabytes(program.pid)
    finally:
        program.kill()
        program.wait()
        os.close(master)


def _wait_for(master: int, words: bytes, began: float) -> float:
    seen = b""
    while time.perf_counter() - began < DEADLINE_SECONDS:
        ready, _, _ = select.select([master], [], [], 0.1)
        if ready:
            seen += os.read(master, 65_536)
            if words in seen:
                return time.perf_counter() - began
    raise TimeoutError(f"The terminal did not paint {words!r}; it sent {seen[-300:]!r}.")


def _resident_megabytes(pid: int) -> float:
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:  # noqa: PTH123  a kernel file
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    raise ValueError("the kernel says nothing of VmRSS")


def run_alone(code: str) -> float:
    """Return the seconds that an interpreter takes for a piece of code."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - began


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    start_once()  # bytecode is written, files are in memory
    painted = [start_once() for _ in range(runs)]
    paints = sorted(seconds for seconds, _ in painted)
    memory = max(megabytes for _, megabytes in painted)
    bare = statistics.median(run_alone("") for _ in range(runs))
    textual = statistics.median(
        run_alone("import textual.app, textual.widgets") for _ in range(runs)
    )
    median = statistics.median(paints)
    print(f"first paint: median {median:.3f} s, best {paints[0]:.3f} s, worst {paints[-1]:.3f} s")
    print(f"bare interpreter {bare:.3f} s, with Textual imported {textual:.3f} s")
    print(f"ratio to importing Textual alone: {median / textual:.2f}; resident {memory:.0f} MB")


if __name__ == "__main__":
    main()
