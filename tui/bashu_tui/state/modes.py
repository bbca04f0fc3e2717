"""Whether orders may be sent now, and how: looking only, with a confirm card, or at one press.

One rule for every way of sending. Withdrawing is not among them: it is always possible.
"""

from collections.abc import Collection
from typing import Final, Literal, Protocol

from bashu_protocol.link import LinkState
from bashu_protocol.messages import Permission, Phase

EntryMode = Literal["view", "armed", "one_click"]
Press = Literal["new", "doubtful", "repeated"]

ENTRY_PHASES: Final[frozenset[Phase]] = frozenset(
    {"continuous", "call_auction", "call_auction_no_cancel", "volatility_auction"}
)
"""Phases in which the venue takes orders."""
CALL_PHASES: Final[frozenset[Phase]] = ENTRY_PHASES - {"continuous"}
"""Those in which nothing trades before the uncross."""
IDLE_SECONDS: Final = 300.0
"""After so long without a key or the mouse, one-click ends: the trader may be elsewhere."""
QUIET_SECONDS: Final = 0.25
"""Presses of a held key follow each other faster than this, after the first."""
LONGEST_DELAY_SECONDS: Final = 2.0
"""The longest time after which a keyboard begins to repeat a key."""


class Standing(Protocol):
    """Who asks, and what is known of the market."""

    @property
    def role(self) -> str: ...

    @property
    def permissions(self) -> Collection[Permission]:
        """Of a trader; the venue tells them."""
        ...

    @property
    def is_live(self) -> bool:
        """Whether nothing is missing of what the venue said."""
        ...

    def known_phase(self, symbol: str) -> Phase | None:
        """Return an instrument's phase; None while its book or statistics are not current."""
        ...


def may_trade(standing: Standing, permission: Permission = "enter") -> str | None:
    """Return the text key of why this user enters no orders at all; None if it may."""
    if standing.role != "trader":
        return "locked.role"
    if permission not in standing.permissions:
        return "locked.permission"
    return None


def may_enter(
    standing: Standing | None,
    mode: EntryMode,
    symbol: str = "",
    phases: Collection[Phase] = ENTRY_PHASES,
    permission: Permission = "enter",
) -> str | None:
    """Return the text key of why nothing may be sent now; None if something may.

    Without a symbol only the user, the mode and the link are judged: blocks and bids have their
    own times. Which phases of the symbol count is for the caller to say, and so is which
    permission: who approves a colleague's order sends it to the market.
    """
    if standing is None:
        return "locked.link"
    why = may_trade(standing, permission)
    if why is not None:
        return why
    if mode == "view":
        return "locked.view"
    if not standing.is_live:
        return "locked.link"
    if not symbol:
        return None
    phase = standing.known_phase(symbol)
    if phase is None:
        return "locked.book"
    if phase == "halted":
        return "locked.halted"
    return None if phase in phases else "locked.phase"


class Modes:
    """The mode of one session. One-click is never the first one, and ends by itself.

    Args:
        first: what the settings say; `one_click` counts as `armed`.
        max_qty: tonnes that one press may send at most.
    """

    def __init__(self, first: EntryMode = "armed", max_qty: int = 0) -> None:
        self.mode: EntryMode = "view" if first == "view" else "armed"
        self.max_qty = max_qty
        self.fell_back = ""
        """The text key of why one-click ended by itself; empty once a mode was chosen."""
        self._touched_at = 0.0

    def choose(self, mode: EntryMode, now: float) -> None:
        """Take a mode that the user asked for; one-click after its own confirmation only."""
        self.mode, self.fell_back, self._touched_at = mode, "", now

    def touched(self, now: float) -> None:
        """A key or the mouse was used; `now` in seconds of any steady clock."""
        self._touched_at = now

    def tick(self, now: float) -> bool:
        """Return whether one-click ended because nobody was there."""
        return now - self._touched_at > IDLE_SECONDS and self._fall_back("mode.fell.idle")

    def link_moved(self, state: LinkState) -> bool:
        """Return whether one-click ended because the link is not live."""
        return state != "live" and self._fall_back("mode.fell.link")

    def phase_moved(self, phase: Phase) -> bool:
        """Return whether one-click ended because an instrument was halted, whichever it is."""
        return phase == "halted" and self._fall_back("mode.fell.halt")

    def sends_at_once(self, order_qty: int) -> bool:
        """Whether an order of so many tonnes needs no card."""
        return self.mode == "one_click" and order_qty <= self.max_qty

    def _fall_back(self, why: str) -> bool:
        if self.mode != "one_click":
            return False
        self.mode, self.fell_back = "armed", why
        return True


class Presses:
    """Tells a key pressed anew from one that is held down; a terminal reports no release.

    A keyboard repeats a held key first after 0.2 to 2 seconds, then many times a second. So soon
    after another press it is `repeated`; later it is `doubtful` until no further one follows for
    a while, and `new` when so much time has passed that no keyboard would have waited. Whatever
    the held key asks for, as the market moves under it, it is the same press.
    """

    def __init__(self, pressed_at: float = float("-inf")) -> None:
        self.pressed_at = pressed_at

    def pressed(self, now: float) -> Press:
        """Note a press at a time in seconds, and say what it is."""
        waited, self.pressed_at = now - self.pressed_at, now
        if waited < QUIET_SECONDS:
            return "repeated"
        return "doubtful" if waited < LONGEST_DELAY_SECONDS else "new"
