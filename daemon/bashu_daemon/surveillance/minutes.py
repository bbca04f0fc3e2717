"""Minutes of an instrument's trading: prices, volume, and who came to the market with it.

Shared by the rules about pushed prices. Bounded: so many minutes, and in each so many groups as
traded.
"""

from collections.abc import Sequence

from msgspec import Struct, field

from bashu_daemon.surveillance.rule import remember
from bashu_daemon.surveillance.seen import Traded
from bashu_daemon.surveillance.swing import SETTLED, Swing, deviation
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
    """Hundredths of a fen by which those trades, emptying levels, moved the other side's best price
    on; who took a level together has each its part of it."""
    level: int = 0
    """The price of the level that is taken, times the side of those who take it."""
    takers: dict[str, int] = {}
    order_ids: dict[str, list[int]] = {}
    """The orders that pushed."""
    swing: int = 0
    """Mean change from minute to minute before this one, in 1/100 fen."""
    is_settled: bool = False
    """Whether that was a measure."""

    def take_level(self, key: str, event: Traded, next_best: int) -> None:
        """Count what a push took of a level, and the move to all that emptied it."""
        if self.level != event.price * event.sign:
            self.level = event.price * event.sign
            self.takers.clear()
        self.takers[key] = self.takers.get(key, 0) + event.qty
        lift = (next_best - event.price) * event.sign
        if next_best and lift > 0:
            whole = sum(self.takers.values())
            for taker, qty in self.takers.items():
                self.count_move(taker, lift * 100 * qty // whole)
            self.takers.clear()

    def count_move(self, key: str, far: int) -> None:
        if far > 0:
            self.lifted[key] = self.lifted.get(key, 0) + far


class Minutes(Struct, array_like=True):
    """The day's last minutes that had trades, oldest first."""

    kept: list[Minute] = []
    swing: Swing = field(default_factory=Swing)
    """Of earlier days, too."""
    emptied: dict[int, int] = {}
    """By side of the pushes, the price at which they left nothing to take."""
    known: int = 0
    """Minutes with trades before this day."""

    def begin_day(self) -> None:
        self.kept.clear()
        self.emptied.clear()
        self.known = self.swing.minutes

    def add(self, event: Traded, next_best: int) -> Minute:
        """Count a trade that left the other side this best price, or 0; return its minute."""
        start = event.time - event.time % NS_PER_MINUTE
        if not self.kept or self.kept[-1].start != start:
            swing = self.swing
            usual, is_settled = swing.per_minute, swing.minutes > SETTLED
            swing.add(event.time, event.price)
            first = event.previous or event.price
            self.kept.append(Minute(start, first, swing=usual, is_settled=is_settled))
            if len(self.kept) > KEPT:
                del self.kept[0]
        minute = self.kept[-1]
        minute.last = event.price
        minute.volume += event.qty
        minute.turnover += event.qty * event.price
        key = f"{'+' if event.sign > 0 else '-'}{event.group(event.sign)}"
        minute.pushed[key] = minute.pushed.get(key, 0) + event.qty
        minute.push_value[key] = minute.push_value.get(key, 0) + event.qty * event.price
        remember(minute.order_ids.setdefault(key, []), event.order_id(event.sign))
        minute.take_level(key, event, next_best)
        emptied = self.emptied.pop(event.sign, 0)
        if emptied:
            minute.count_move(key, (event.price - emptied) * event.sign * 100)
        if not next_best:
            self.emptied[event.sign] = event.price
        return minute

    def usual_day(self) -> int:
        """Return how far the price usually goes over the day's minutes, in fen; 0 if unknown."""
        swing = self.swing
        if swing.minutes <= SETTLED:
            return 0
        is_known = self.known > SETTLED
        return deviation(self.kept[0].swing if is_known else swing.per_minute, len(self.kept))

    def since(self, time: int) -> list[Minute]:
        """Return the minutes that began at a time or later."""
        at = len(self.kept)
        while at and self.kept[at - 1].start >= time:
            at -= 1
        return self.kept[at:]


def usual_move(window: Sequence[Minute]) -> int:
    """Return how far the price usually goes in such minutes, in fen; one standard deviation.

    As it was known before them, so that a push does not hide itself.
    """
    return deviation(window[0].swing, len(window))


def all_lifted(window: Sequence[Minute], sign: int) -> int:
    """Return how far all groups' pushes to a side moved the best price on, in 1/100 fen."""
    side = "+" if sign > 0 else "-"
    return sum(far for minute in window for key, far in minute.lifted.items() if key[0] == side)
