"""Undeclared collusive cliques: groups that place the same orders at the same times.

Source: reference/surveillance.md A1 #4 (Wang et al. 2012, deployed at SHFE): the correlation of the
signed order volumes of two groups, in bins of 5 minutes, is at least 0.8 over at least 20 bins in
which both were active; what all the market did is removed, and what the price did. Groups that are
joined so are a clique. The numbers are the catalogue's. Volumes beyond three times a group's mean
count as that, so that no single bin decides; the last bins and the most active groups are compared.

Honest groups with one view come near, too. A clique of more than half of the active groups is the
market; one of which all go with the last minutes' price, or all against it, follows that; and one
whose orders come in the same bins but not at the same moments is information, or nothing where a
longer trend tells their sides.

A batch at the day's end, which keeps nothing but whole numbers.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import sqrt
from operator import mul
from typing import Final

from msgspec import Struct

from bashu_daemon.surveillance.finding import NOTHING, Finding
from bashu_daemon.surveillance.joined import components, join
from bashu_daemon.surveillance.rule import Handler, Rule
from bashu_daemon.surveillance.seen import DayEnded, Placed, Seen
from bashu_protocol.messages import Severity
from bashu_protocol.units import NS_PER_MINUTE, NS_PER_SECOND

KEPT_BINS: Final = 240
"""Bins with orders: five days of four hours at 5 minutes."""
MOST_GROUPS: Final = 60
"""The most active ones, which are compared with each other."""
KEPT_ORDERS: Final = 96
"""Of each group, for the evidence."""
MOST_CLIQUES: Final = 200
"""Remembered of an instrument."""
TINY: Final = 1e-9
"""A length that is only rounding."""
LEAST_OWN: Final = 0.1
"""Share of the variance of a group's volumes that the market and the price do not explain."""
MOVED_MINUTES: Final = 2
"""Over so many the price is looked at when an order comes."""
FOLLOWS_PERCENT: Final = 70
"""Orders with the price less those against it: 85 to 15."""
TREND_BINS: Final = (3, 6, 12, 24)
"""Bins with orders, over which a longer trend is looked for."""
TRENDS_PERCENT: Final = 50
"""Bins with such a trend less those against it: 75 to 25."""
PARTS: Final = (5, 10)
"""Of a bin, within which orders come at the same moment."""
CLIP: Final = 3
"""Times a group's mean volume."""


class _Group(Struct, array_like=True):
    """What is kept of one control group."""

    volume: int = 0
    """Of the bin: bought less sold, tonnes entered."""
    is_active: bool = False
    orders: list[int] = []
    times: list[int] = []
    """Of those orders."""
    accounts: list[str] = []
    after_rise: int = 0
    """Orders that went with the price of the last minutes, less those that went against it."""
    after_move: int = 0
    """Orders while the price had moved."""


class _Book(Struct, array_like=True):
    bin: int = 0
    groups: dict[str, _Group] = {}
    bins: list[dict[str, int]] = []
    """Signed volumes of the groups that were active, oldest first."""
    prices: list[int] = []
    """The last price at the end of each."""
    sampled: list[int] = []
    """The last price at the end of each of the last minutes, oldest first."""
    sampled_at: int = 0
    cliques: list[list[str]] = []
    """Those found, by all groups that were in them."""


class _State(Struct):
    books: dict[str, _Book] = {}


class Clique(Rule[_State]):
    """One episode for each clique and instrument, named after its first members, over all days."""

    name = "clique"
    version = 2
    defaults = {  # noqa: RUF012  as in self_trade
        "bin_seconds": 300,
        "correlation_percent": 80,
        "active_bins": 20,
        "violation_bins": 60,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {Placed: self._on_placed, DayEnded: self._on_day_ended}

    def prepare(self) -> None:
        self._bin_ns = max(1, self.limits["bin_seconds"]) * NS_PER_SECOND

    def _on_placed(self, event: Placed) -> Sequence[Finding]:
        order = event.order
        book = self.state.books.get(order.symbol)
        if book is None:
            book = self.state.books[order.symbol] = _Book()
        current = event.time // self._bin_ns
        if current != book.bin:
            _end_bin(book, self._price(order.symbol))
            book.bin = current
        group = book.groups.get(order.group)
        if group is None:
            group = book.groups[order.group] = _Group()
        group.volume += order.sign * order.qty
        group.is_active = True
        if not book.sampled or event.time - book.sampled_at >= NS_PER_MINUTE:
            self._sample(book, event.time, order.symbol)
        moved = self._price(order.symbol) - book.sampled[0]
        if moved:
            group.after_move += 1
            group.after_rise += order.sign if moved > 0 else -order.sign
        orders = group.orders
        orders.append(order.order_id)
        group.times.append(event.time)
        if len(orders) >= 2 * KEPT_ORDERS:
            del orders[:KEPT_ORDERS], group.times[:KEPT_ORDERS]
        if order.account not in group.accounts:
            group.accounts.append(order.account)
        return NOTHING

    def _on_day_ended(self, event: DayEnded) -> Sequence[Finding]:
        found: list[Finding] = []
        for symbol, book in self.state.books.items():
            _end_bin(book, self._price(symbol))
            found += self._look(event, symbol, book)
        return found or NOTHING

    def _look(self, event: DayEnded, symbol: str, book: _Book) -> list[Finding]:
        limits = self.limits_of(symbol)
        series = _series(book, limits["active_bins"])
        least = limits["correlation_percent"] / 100
        found = []
        factors = _price_factors(book.prices)
        partners = _partners(series, least, limits["active_bins"])
        for members in components(partners, partners):
            if 2 * len(members) > max(len(series), 4):
                continue  # that is the market
            if all(_follows(book.groups[name]) for name in members):
                continue  # what they have in common is the price
            weakest = _without_market(series, members, factors)
            kept = [name for name in members if weakest[name][0] >= least]
            times = [book.groups[name].times for name in kept]
            in_step = _are_in_step(times, limits["bin_seconds"] * NS_PER_SECOND)
            if len(kept) < 2 or (not in_step and all(_trends(book, name) for name in kept)):
                continue
            correlation = min(round(100 * weakest[name][0]) for name in kept)
            together = min(weakest[name][1] for name in kept)
            found.append(
                self._finding(event, symbol, book, kept, correlation, together, in_step=in_step)
            )
        return found

    def _sample(self, book: _Book, time: int, symbol: str) -> None:
        book.sampled_at = time - time % NS_PER_MINUTE
        book.sampled.append(self._price(symbol))
        if len(book.sampled) > MOVED_MINUTES + 1:
            del book.sampled[0]

    def _price(self, symbol: str) -> int:
        day = self.market.instrument(symbol).day
        return day.last or day.reference

    def _clique_of(self, book: _Book, members: Sequence[str]) -> list[str]:
        """Return a clique that two of the members were in, a new one if there is none."""
        for clique in book.cliques:
            if len(set(clique).intersection(members)) > 1:
                clique += [name for name in members if name not in clique]
                return clique
        book.cliques.append(list(members))
        if len(book.cliques) > MOST_CLIQUES:
            del book.cliques[0]
        return book.cliques[-1]

    def _finding(
        self, event: DayEnded, symbol: str, book: _Book, members: Sequence[str],
        correlation: int, together: int, *, in_step: bool,
    ) -> Finding:  # fmt: skip
        first, second = self._clique_of(book, members)[:2]
        groups = [book.groups[name] for name in members]
        limits = self.limits_of(symbol)
        violation = limits["violation_bins"]
        severity: Severity = "info"
        if in_step:
            severity = "violation" if together >= violation else "warning"
        return Finding(
            episode=f"{first}/{second}/{symbol}",
            is_of_the_day=False,
            severity=severity,
            score=min(100, 50 + 50 * together // max(1, violation)),
            symbol=symbol,
            owner=members[0],
            members=sorted({account for group in groups for account in group.accounts}),
            seq=event.seq,
            transact_time=event.time,
            order_ids=sorted(number for group in groups for number in group.orders[-KEPT_ORDERS:]),
            count=together,
            facts={
                "groups": ", ".join(members),
                "size": len(members),
                "correlation_percent": correlation,
                "active_bins": together,
                "bin_seconds": limits["bin_seconds"],
            },
        )


def _end_bin(book: _Book, price: int) -> None:
    """Keep what the groups did in the bin; a group of which nothing is kept is forgotten."""
    volumes = {name: group.volume for name, group in book.groups.items() if group.is_active}
    if not volumes:
        return
    book.bins.append(volumes)
    book.prices.append(price)
    if len(book.bins) > KEPT_BINS:
        del book.bins[0], book.prices[0]
    for name in volumes:
        group = book.groups[name]
        group.volume, group.is_active = 0, False
    if len(book.groups) > 4 * MOST_GROUPS and not len(book.bins) % 16:
        known = {name for kept in book.bins for name in kept}
        book.groups = {name: group for name, group in book.groups.items() if name in known}


class _Series(Struct):
    """A group's volumes over the bins, of mean 0 and length 1, and where it was active."""

    values: list[float]
    active: int
    """A bit for each bin."""


def _series(book: _Book, active_bins: int) -> dict[str, _Series]:
    """Return the series of the most active groups, by name."""
    counts: dict[str, int] = {}
    for volumes in book.bins:
        for name in volumes:
            counts[name] = counts.get(name, 0) + 1
    ranked = sorted((-count, name) for name, count in counts.items() if count >= active_bins)
    series = {}
    for name in sorted(name for _count, name in ranked[:MOST_GROUPS]):
        values = _normal(_clipped([kept.get(name, 0) for kept in book.bins]))
        if values is not None:
            active = sum(1 << at for at, kept in enumerate(book.bins) if name in kept)
            series[name] = _Series(values, active)
    return series


def _are_in_step(times: Sequence[Sequence[int]], bin_ns: int) -> bool:
    """Tell whether orders come at the same moments, and not only in the same bins.

    Of the orders of one, more must have another's within a fifth or a tenth of a bin than the
    other's number of orders in those bins would make: by at least half of what is left to more.
    The other's are taken as spread over its bins; one with many in each is near all the time.
    """
    for at, one in enumerate(times):
        for other in times[at + 1 :]:
            since = max(one[0], other[0])
            mine = [time for time in one if time >= since]
            theirs = [time for time in other if time >= since]
            if (
                mine
                and theirs
                and any(_more_than_half(mine, theirs, bin_ns, bin_ns // part) for part in PARTS)
            ):
                return True
    return False


def _more_than_half(mine: Sequence[int], theirs: Sequence[int], bin_ns: int, near: int) -> bool:
    met = sum(bisect_right(theirs, time + near) > bisect_left(theirs, time - near) for time in mine)
    in_each = len(theirs) / len({time // bin_ns for time in theirs})
    chance = min(1.0, in_each * 2 * near / bin_ns)
    return met / len(mine) - chance >= (1 - chance) / 2 > 0


def _follows(group: _Group) -> bool:
    """Tell whether the price of the last minutes tells which side a group takes."""
    return abs(group.after_rise) * 100 >= FOLLOWS_PERCENT * group.after_move > 0


def _trends(book: _Book, name: str) -> bool:
    """Tell whether a longer move of the price before a bin tells which side a group takes."""
    for span in TREND_BINS:
        after_rise = after_move = 0
        for at in range(span + 1, len(book.bins)):
            moved = book.prices[at - 1] - book.prices[at - 1 - span]
            volume = book.bins[at].get(name, 0)
            if moved and volume:
                after_move += 1
                after_rise += 1 if (moved > 0) == (volume > 0) else -1
        if abs(after_rise) * 100 >= TRENDS_PERCENT * after_move > 0:
            return True
    return False


def _clipped(numbers: Sequence[int]) -> list[int]:
    """Return numbers of which none is more than `CLIP` times the mean of those that are not 0."""
    most = CLIP * sum(map(abs, numbers)) // max(1, sum(1 for number in numbers if number))
    return [max(-most, min(most, number)) for number in numbers]


def _normal(numbers: Sequence[float]) -> list[float] | None:
    """Return them with mean 0 and length 1; none where all are the same."""
    mean = sum(numbers) / len(numbers)
    apart = [number - mean for number in numbers]
    length = sqrt(_dot(apart, apart))
    return [value / length for value in apart] if length > TINY else None


def _price_factors(prices: Sequence[int]) -> list[list[float]]:
    """Return what followers of the price go by: its change, its direction, the change before."""
    changes = _clipped([now - before for before, now in pairwise([prices[0], *prices])])
    directions = [(change > 0) - (change < 0) for change in changes]
    factors = [_normal(numbers) for numbers in (changes, directions, [0, *changes[:-1]])]
    return [factor for factor in factors if factor is not None]


def _dot(one: Iterable[float], other: Iterable[float]) -> float:
    total: float = sum(map(mul, one, other))
    return total


def _partners(series: Mapping[str, _Series], least: float, active_bins: int) -> dict[str, set[str]]:
    """Return who is joined with whom by correlation."""
    partners: dict[str, set[str]] = {}
    names = list(series)
    for at, name in enumerate(names):
        one = series[name]
        for other_name in names[at + 1 :]:
            other = series[other_name]
            both = (one.active & other.active).bit_count()
            if both >= active_bins and _dot(one.values, other.values) >= least:
                join(partners, name, other_name)
    return partners


def _without_market(
    series: Mapping[str, _Series], members: Sequence[str], factors: Sequence[list[float]]
) -> dict[str, tuple[float, int]]:
    """Return each member's best correlation with another, and in how many bins both were active.

    What the others did together and what the price did is removed from all.
    """
    others = [one.values for name, one in series.items() if name not in members]
    market = [sum(values) for values in zip(*others, strict=True)]
    basis: list[list[float]] = []
    for factor in (market, *factors) if market else factors:
        rest = _normal(_without(factor, basis))
        if rest is not None:
            basis.append(rest)
    left = {}
    for name in members:
        own = _without(series[name].values, basis)
        # Who only follows the market has little of its own that could be like another's.
        left[name] = _normal(own) if _dot(own, own) >= LEAST_OWN else None
    best = {}
    for name in members:
        best[name] = max(
            (
                _dot(left[name] or (), left[other] or ()),
                (series[name].active & series[other].active).bit_count(),
            )
            for other in members
            if other != name
        )
    return best


def _without(values: Sequence[float], basis: Sequence[Sequence[float]]) -> list[float]:
    """Return what is left of a series without its part along each of the basis."""
    left = list(values)
    for factor in basis:
        along = _dot(left, factor)
        left = [value - along * part for value, part in zip(left, factor, strict=True)]
    return left
