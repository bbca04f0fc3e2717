"""A program in a real pty: tmux is the terminal, its screen is read and its keys are pressed."""

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bashu_testing import PATIENCE_SECONDS

TMUX = shutil.which("tmux")
_CONFIG = """\
set -g default-terminal xterm-256color
set -g status off
set -g escape-time 10
set -g remain-on-exit on
set -g default-size {width}x{height}
"""
_KEEP_EXIT_CODE = '"$@"; echo $? > "$0"'
"""tmux 3.3 misses the end of some programs."""
_NAMES = {
    "enter": "Enter", "escape": "Escape", "tab": "Tab", "space": "Space", "backspace": "BSpace",
    "delete": "DC", "up": "Up", "down": "Down", "left": "Left", "right": "Right", "home": "Home",
    "end": "End", "pageup": "PPage", "pagedown": "NPage", "minus": "-", "equals_sign": "=",
}  # fmt: skip
_MODIFIERS = {"ctrl": "C", "shift": "S", "alt": "M"}


def tmux_key(key: str) -> str:
    """Return tmux's name of a key that is written as in Textual: `ctrl+x` is `C-x`."""
    *modifiers, name = key.split("+")
    plain = _NAMES.get(name) or (name.upper() if name[0] == "f" and name[1:].isdigit() else name)
    return "".join(f"{_MODIFIERS[m]}-" for m in modifiers) + plain


class TmuxTerminal:
    """One tmux server with one window of a fixed size; `close` ends it and what runs in it."""

    def __init__(self, directory: Path, name: str, *, width: int = 140, height: int = 42) -> None:
        assert TMUX is not None
        config = directory / "tmux.conf"
        config.write_text(_CONFIG.format(width=width, height=height))
        self._exit_code = directory / "exit-code"
        self._command = [TMUX, "-u", "-L", name, "-f", str(config)]

    def run(self, program: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start a program in the window."""
        variables = [part for k, v in environment.items() for part in ("-e", f"{k}={v}")]
        shell = ["sh", "-c", _KEEP_EXIT_CODE, str(self._exit_code), *program]
        self._tmux("new-session", "-d", "-s", "test", *variables, *shell)

    def screen(self) -> str:
        """Return what is on the screen, as text."""
        return self._tmux("capture-pane", "-p", "-t", "test")

    def cursor(self) -> str:
        """Return where the cursor is; in a field it is where the next letter goes."""
        return self._tmux("display", "-p", "-t", "test", "#{cursor_x} #{cursor_y}")

    def press(self, *keys: str) -> None:
        """Press keys, named as in Textual."""
        self._tmux("send-keys", "-t", "test", *(tmux_key(key) for key in keys))

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-t", "test", "-l", text)

    async def until(self, holds: Callable[[str], object], what: str) -> str:
        """Wait until a condition holds for the screen, and return that screen.

        Raises:
            AssertionError: it does not in time; with the screen.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds(screen := self.screen()):
            assert time.monotonic() < deadline, f"never seen: {what}\n{screen}"
            await asyncio.sleep(0.1)
        return screen

    async def exit_code(self) -> int:
        """Wait for the program's end."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._exit_code.exists() or not (status := self._exit_code.read_text()):
            assert time.monotonic() < deadline, f"it does not end\n{self.screen()}"
            await asyncio.sleep(0.1)
        return int(status)

    def close(self) -> None:
        subprocess.run([*self._command, "kill-server"], capture_output=True, check=False)

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            [*self._command, *arguments],
            capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False,
            # Programs would believe LINES and COLUMNS, which readline sets in test processes.
            env={k: v for k, v in os.environ.items() if k not in ("LINES", "COLUMNS")},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout
