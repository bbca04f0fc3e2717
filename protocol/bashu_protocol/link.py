"""The state of a session's link to the venue, as a person should see it."""

from collections.abc import Callable
from typing import Final, Literal

LinkState = Literal[
    "connecting", "live", "stale", "reconnecting", "venue_down", "refused", "closed"
]
STALE_SECONDS: Final = 2.5
"""The venue's heart beats once a second; after two missed beats nothing on screen is certain."""


class Link:
    """Live while heartbeats come. Only a live link shows the market as it is."""

    def __init__(self) -> None:
        self.state: LinkState = "connecting"
        self.epoch = 0
        """The venue's run; a new one means that it was restarted."""
        self.has_gap = False
        """Whether reports are missing that the venue has been asked for."""
        self.caught_up_at = 0
        """The report number that ends the present catch-up."""
        self.ping_id = ""
        self.round_trip_ms: float | None = None
        self._heard_at = float("-inf")
        self._ping_at = 0.0
        self._listeners: list[Callable[[LinkState], None]] = []

    def listen(self, listener: Callable[[LinkState], None]) -> None:
        """Have every change of state handed to a function."""
        self._listeners.append(listener)

    def move(self, state: LinkState) -> None:
        if state != self.state:
            self.state = state
            for listener in self._listeners:
                listener(state)

    def heard(self, now: float) -> None:
        """The venue gave a sign of life."""
        self._heard_at = now
        self.move("live")

    def tick(self, now: float) -> None:
        """Notice silence; called a few times a second."""
        if self.state == "live" and now - self._heard_at > STALE_SECONDS:
            self.move("stale")

    def ping_sent(self, ping_id: str, now: float) -> None:
        self.ping_id = ping_id
        self._ping_at = now

    def ping_answered(self, now: float) -> None:
        """Take the time of a round trip through the venue and its disk."""
        self.round_trip_ms = (now - self._ping_at) * 1000
        self.heard(now)
