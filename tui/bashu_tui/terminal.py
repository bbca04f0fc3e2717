"""What the terminal that the program runs in can show, as far as it says so."""

import os
import sys
from typing import Final

NAMED_COLORS: Final = 8
"""With fewer there are no colours to speak of."""
FEW_COLORS: Final = 256
"""With fewer, colours of our own would be replaced by whatever is near."""


def terminal_colors() -> int | None:
    """Return how many colours the terminal has by its description; None if it is not known."""
    if os.environ.get("COLORTERM") or not sys.stdout.isatty():
        return None
    try:
        import curses  # noqa: PLC0415  not there on all systems
    except ImportError:
        return None
    try:
        curses.setupterm()
        return max(0, curses.tigetnum("colors"))
    except curses.error:  # no description of this terminal
        return None
