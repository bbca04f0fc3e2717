"""A terminal program ends when its window is gone, also where nobody sends it a hang-up signal."""

import os
import pty
import select
import subprocess
import sys
import time

import pytest

DEADLINE_SECONDS = 60.0


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_the_terminal_ends_when_its_window_is_gone() -> None:
    master, slave = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, "-m", "bashu_tui.cli", "--lang", "en", "--broker", "mqtt://127.0.0.1:1"],
        stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
        env={**os.environ, "TERM": "xterm-256color", "BASHU_PASSWORD": ""},
    )  # fmt: skip
    os.close(slave)
    try:
        shown, deadline = b"", time.monotonic() + DEADLINE_SECONDS
        while b"Password" not in shown:
            assert time.monotonic() < deadline, "the login did not come up"
            if select.select([master], [], [], 1.0)[0]:
                shown += os.read(master, 65_536)
        os.close(master)
        program.wait(DEADLINE_SECONDS)
    finally:
        program.kill()
        program.wait()
