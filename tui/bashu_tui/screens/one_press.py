"""Acting once for a key that may be held down."""

import time
from collections.abc import Callable

from textual.message_pump import MessagePump
from textual.timer import Timer

from bashu_tui.state.modes import QUIET_SECONDS, Presses


class OnePress:
    """Acts at a new press at once, at a doubtful one when no further follows, else not at all.

    Args:
        owner: whose timer it is.
        pressed_at: when the key was pressed that brought the owner up; it may be held still.
    """

    def __init__(self, owner: MessagePump, pressed_at: float = float("-inf")) -> None:
        self.presses = Presses(pressed_at)
        self._owner = owner
        self._doubt: Timer | None = None

    def press(self, act: Callable[[], object]) -> None:
        press = self.presses.pressed(time.monotonic())
        if self._doubt is not None:
            self._doubt.stop()
        if press == "new":
            act()
        elif press == "doubtful":
            self._doubt = self._owner.set_timer(QUIET_SECONDS, lambda: _done(act))


def _done(act: Callable[[], object]) -> None:
    act()
