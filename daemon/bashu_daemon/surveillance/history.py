"""An instrument's recent past: five-minute bars, days, usual moves, and who bought or sold.

Kept once for all rules that look back. Bounded: so many bars and days, and in each so many groups
as traded. A usual move is the root of the mean square of the bars' returns, which grows with the
root of the time; the night is no bar.
"""

from math import isqrt
from typing import Final

from msgspec import Struct

from bashu_protocol.units import NS_PER_SECOND

BAR_NS: Final = 300 * NS_PER_SECOND
KEPT_BARS: Final = 240
KEPT_DAYS: Final = 40
SMOOTHED_OVER: Final = 64
"""Bars."""
READY_AFTER: Final = 6
"""Bars before a usual move says anything."""
PPM: Final = 1_000_000


class Bar(Struct, array_like=True):
    """Five minutes with trades. Fen, tonnes."""

    start: int
    before: int
    """The price that it began from: of the trade before it, on the first of a day its own first."""
    close: int
    volume: int = 0
    turnover: int = 0
    net: dict[str, int] = {}
    """Tonnes bought less tonnes sold by each group, in every mode of trading."""
    pushed: dict[str, int] = {}
    """Of that, what it bought or sold by coming to the other side."""


class PastDay(Struct, array_like=True):
    """One day; the present one is without its last bar."""

    began: int
    close: int = 0
    volume: int = 0
    net: dict[str, int] = {}


class History(Struct, array_like=True):
    """Bars and days, oldest first."""

    bars: list[Bar] = []
    days: list[PastDay] = []
    variance: int = 0
    """Mean square of the bars' returns, in millionths squared."""
    returns: int = 0
    """How many there were, counted up to `SMOOTHED_OVER`."""
    volume: int = 0
    """Usual tonnes of a bar."""
    is_fresh: bool = True
    """Whether the day has no bar yet."""

    def begin_day(self, time: int) -> None:
        """The bars of the day before are complete."""
        self._fold()
        self.is_fresh = True
        self.days.append(PastDay(time))
        if len(self.days) > KEPT_DAYS:
            del self.days[0]

    def add(self, time: int, price: int, qty: int, sign: int, groups: tuple[str, str]) -> None:
        """Count a trade of the order book; `groups` are the buyer's and the seller's."""
        bars = self.bars
        if self.is_fresh or time >= bars[-1].start + BAR_NS:
            self._roll(time, price)
        bar = bars[-1]
        bar.close = price
        bar.volume += qty
        bar.turnover += price * qty
        buyer, seller = groups
        net, pushed = bar.net, bar.pushed
        if buyer:
            net[buyer] = net.get(buyer, 0) + qty
        if seller:
            net[seller] = net.get(seller, 0) - qty
        comer = buyer if sign > 0 else seller
        if comer:
            pushed[comer] = pushed.get(comer, 0) + sign * qty

    def add_unpriced(self, time: int, price: int, qty: int, groups: tuple[str, str]) -> None:
        """Count who bought and sold where the price was not made in the book."""
        if self.is_fresh or time >= self.bars[-1].start + BAR_NS:
            self._roll(time, self.bars[-1].close if self.bars else price)
        net = self.bars[-1].net
        for group, tonnes in zip(groups, (qty, -qty), strict=True):
            if group:
                net[group] = net.get(group, 0) + tonnes

    def join(self, group: str, name: str) -> None:
        """Count what a group traded for the one of another name."""
        for bar in self.bars:
            rename(bar.net, group, name)
            rename(bar.pushed, group, name)
        for day in self.days:
            rename(day.net, group, name)

    def is_ready(self) -> bool:
        """Tell whether there were bars enough for a usual move."""
        return self.returns >= READY_AFTER

    def usual_move(self, duration_ns: int) -> int:
        """Return how far the price goes in so long, in millionths; one standard deviation.

        It is one fen at least: prices do not move by less. It does not change within a bar.
        """
        fen = PPM // self.bars[-1].before if self.bars else 0
        return max(fen, isqrt(self.variance * max(duration_ns, BAR_NS) // BAR_NS))

    def price_at(self, time: int) -> int:
        """Return a price that was made before a time, within a bar of it; 0 for none known."""
        price = 0
        for bar in reversed(self.bars):
            if bar.start + BAR_NS <= time:
                return bar.close
            price = bar.before
            if bar.start <= time:
                return price
        return price

    def since(self, time: int) -> list[Bar]:
        """Return the bars that began at a time or later."""
        bars = self.bars
        at = len(bars)
        while at and bars[at - 1].start >= time:
            at -= 1
        return bars[at:]

    def net_between(self, since: int, until: int) -> dict[str, int]:
        """Return what each group bought, less what it sold, on days and bars in a span of time.

        Days that began in it are counted whole, the last one to its bars before `until`.
        """
        found: dict[str, int] = {}
        days = [day for day in self.days if since <= day.began < until]
        for day in days[:-1]:
            _add(found, day.net)
        if days:
            last, ends = days[-1], self._end_of(days[-1])
            if until >= ends:
                _add(found, last.net)
            else:
                for bar in self.bars:
                    if last.began <= bar.start < until:
                        _add(found, bar.net)
        return found

    def daily_nets(self, group: str, until: int) -> list[int]:
        """Return what a group bought, less what it sold, on each day that began before a time."""
        return [day.net.get(group, 0) for day in self.days if day.began < until]

    def _end_of(self, day: PastDay) -> int:
        at = self.days.index(day) + 1
        return self.days[at].began if at < len(self.days) else 2**63

    def _roll(self, time: int, price: int) -> None:
        """Begin another bar."""
        self._fold()
        start = time - time % BAR_NS
        if not self.days:
            self.days.append(PastDay(start))
        before = price
        if not self.is_fresh:
            last = self.bars[-1]
            before = last.close
            self._learn(last, max(1, (start - last.start) // BAR_NS))
        self.is_fresh = False
        self.bars.append(Bar(start, before, before))
        if len(self.bars) > KEPT_BARS:
            del self.bars[0]

    def _learn(self, bar: Bar, bars: int) -> None:
        """Take a complete bar for a sign of what is usual; a jump is not to hide the next."""
        self.returns = min(SMOOTHED_OVER, self.returns + 1)
        square = ((bar.close - bar.before) * PPM // bar.before) ** 2 // bars
        if self.is_ready():
            square = min(square, 9 * self.variance + (PPM // bar.before) ** 2)
        self.variance += (square - self.variance) // self.returns
        self.volume += (bar.volume // bars - self.volume) // self.returns

    def _fold(self) -> None:
        """Count the last bar for its day."""
        if self.is_fresh or not self.bars:
            return
        day, bar = self.days[-1], self.bars[-1]
        day.close = bar.close
        day.volume += bar.volume
        _add(day.net, bar.net)


def rename(sums: dict[str, int], group: str, name: str) -> None:
    """Add a group's tonnes to those of another name."""
    if group in sums:
        sums[name] = sums.get(name, 0) + sums.pop(group)


def _add(sums: dict[str, int], more: dict[str, int]) -> None:
    for name, tonnes in more.items():
        sums[name] = sums.get(name, 0) + tonnes
