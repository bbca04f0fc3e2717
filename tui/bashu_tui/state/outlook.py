"""What comes next in the market, in words' keys: the countdown, and why a day is closed."""

from typing import Final

from bashu_protocol.messages import VenueStatus
from bashu_protocol.units import NS_PER_SECOND

_REASONS: Final = (
    ("closed by the exchange", "closed.exchange"),
    ("public holiday", "closed.holiday"),
    ("is a Saturday", "closed.weekend"),
    ("is a Sunday", "closed.weekend"),
)


def closed_key(reason: str) -> str:
    """Return the text key for the venue's sentence about a day without trading."""
    return next((key for part, key in _REASONS if part in reason), "closed.day")


def countdown(status: VenueStatus, now_ns: int) -> str:
    """Return how long it is to the next phase, as m:ss or h:mm:ss; empty where none is planned."""
    if not status.next_phase or not status.next_phase_time:
        return ""
    seconds = max(0, -(-(status.next_phase_time - now_ns) // NS_PER_SECOND))
    hours, rest = divmod(seconds, 3_600)
    minutes, seconds = divmod(rest, 60)
    if hours >= 24:
        return f"{hours // 24}d {hours % 24}h"
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
