"""Minutes of an instrument's trading: prices, volume, and who came to the market with it.

Shared by the rules about pushed prices. Bounded: so many minutes, and in each so many groups as
traded.
"""

from msgspec import Struct

from bashu_daemon.surveillance.seen import Traded
from bashu_protocol.units import NS_PER_MINUTE

KEPT = 60


class Minute(Struct, array_like=True):
    """One minute with trades. Fen, tonnes."""

    start: int
    first: int
    last: int = 0
    volume: int = 0
    turnover: int = 0
    pushed: dict[str, int] = {}
    """Tonnes that a group bought (`+group`) or sold (`-group`) by coming to the other side."""
    push_value: dict[str, int] = {}
    lifted: dict[str, int] = {}
    """Fen by which those trades, emptying levels, moved the other side's best price on."""


class Minutes(Struct, array_like=True):
    """The last minutes that had trades, oldest first."""

    kept: list[Minute] = []
    swing: int = 0
    """Mean change from minute to minute, in 1/100 fen, of late."""

    def add(self, event: Traded, next_best: int) -> Minute:
        """Count a trade that left the other side this best price, or 0; return its minute."""
        start = event.time - event.time % NS_PER_MINUTE
        if not self.kept or self.kept[-1].start != start:
            if self.kept:
                change = abs(event.price - self.kept[-1].first) * 100
                # A push is not to hide the next: no change counts for more than twice the usual.
                change = min(change, 2 * self.swing + 400)
                self.swing += (change - self.swing) // 16
            self.kept.append(Minute(start, event.previous or event.price))
            if len(self.kept) > KEPT:
                del self.kept[0]
        minute = self.kept[-1]
        minute.last = event.price
        minute.volume += event.qty
        minute.turnover += event.qty * event.price
        key = f"{'+' if event.sign > 0 else '-'}{event.group(event.sign)}"
        minute.pushed[key] = minute.pushed.get(key, 0) + event.qty
        minute.push_value[key] = minute.push_value.get(key, 0) + event.qty * event.price
        lift = (next_best - event.price) * event.sign
        if next_best and lift > 0:
            minute.lifted[key] = minute.lifted.get(key, 0) + lift
        return minute

    def since(self, time: int) -> list[Minute]:
        """Return the minutes that began at a time or later."""
        at = len(self.kept)
        while at and self.kept[at - 1].start >= time:
            at -= 1
        return self.kept[at:]
