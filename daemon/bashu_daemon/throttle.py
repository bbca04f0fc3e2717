"""How fast a user may send: a token bucket each, so that a flood is refused at the door."""

from typing import Final

from bashu_protocol.units import NS_PER_SECOND

BURST_SECONDS: Final = 1


class Throttle:
    """Buckets of `commands_per_second` tokens that fill up within a second; 0 refuses nobody.

    What it refuses is not journaled, so it may depend on the clock.
    """

    def __init__(self, commands_per_second: int) -> None:
        self._rate = commands_per_second
        self._full = commands_per_second * BURST_SECONDS * NS_PER_SECOND
        # Tokens are counted in billionths, so that whole nanoseconds fill whole numbers.
        self._buckets: dict[str, tuple[int, int]] = {}

    def seconds_for(self, commands: int) -> float:
        """How long so many commands take at the rate; 0 without one."""
        return commands / self._rate if self._rate else 0.0

    def admit(self, user: str, wanted: int, now_ns: int) -> int:
        """Return how many of `wanted` commands may pass now, and count them."""
        if not self._rate:
            return wanted
        tokens, since_ns = self._buckets.get(user, (self._full, now_ns))
        tokens = min(self._full, tokens + max(0, now_ns - since_ns) * self._rate)
        admitted = min(wanted, tokens // NS_PER_SECOND)
        self._buckets[user] = (tokens - admitted * NS_PER_SECOND, now_ns)
        return admitted
