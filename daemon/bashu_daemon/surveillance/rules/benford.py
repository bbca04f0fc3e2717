"""Sizes that nobody would choose: first digits and round numbers of a group's orders in a day.

Source: reference/surveillance.md A1 #30 (Cong et al.; Aloosh and Li, with true labels). First
digits of sizes follow Benford's law where many hands choose them; chi-squared with 8 degrees of
freedom at 5 % tells when they do not. Of large samples nearly none follow it, and a whole market
may not, as where all sizes are of one decade or a few lots. So the mean absolute deviation, which
Nigrini calls no conformity from 1.5 % on, must be a multiple of that, which is this venue's own,
both from Benford's shares and from those of all others in the instrument. At least 500 orders that
traded, each counted once, as it was entered. Makers quote sizes of their own, and who mostly enters
one size or round ones chose them for ease: of them nothing is told. People choose round numbers
more often than chance; the t value of their share is told beside it. A report of the day, and
information only.
"""

from collections.abc import Mapping, Sequence
from math import log10, sqrt
from typing import Final

from msgspec import Struct

from bashu_daemon.surveillance.finding import NOTHING, Finding
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule, remember
from bashu_daemon.surveillance.seen import DayBegan, DayEnded, Seen, Traded

SHARES: Final = tuple(log10(1 + 1 / digit) for digit in range(1, 10))
"""Of the first digits 1 to 9, by Benford's law."""
CHI_SQUARED_5_PERCENT: Final = 15.507
"""With 8 degrees of freedom."""
SIZES_KEPT: Final = 64
"""A size that most orders have is among the first so many."""


class _Row(Struct, array_like=True):
    """The sizes of one group's orders. `longer` and `round` leave sizes of one digit out."""

    account: str
    digits: list[int]
    longer: list[int]
    """How many sizes had two digits, three and so on."""
    round: int = 0
    """Sizes with one digit that is not 0."""
    sizes: dict[int, int] = {}
    """How often the first `SIZES_KEPT` different ones came."""
    recent: list[int] = []

    def add(self, qty: int, order_id: int) -> None:
        text = str(qty)
        zeros = len(text) - 1
        self.digits[ord(text[0]) - 49] += 1
        if zeros:
            self.longer[zeros - 1] += 1
            self.round += not text[1:].strip("0")
        if qty in self.sizes or len(self.sizes) < SIZES_KEPT:
            self.sizes[qty] = self.sizes.get(qty, 0) + 1
        if order_id:
            remember(self.recent, order_id)


class _State(Struct):
    rows: dict[str, dict[str, _Row]] = {}
    """By instrument and group."""


class Benford(Rule[_State]):
    """One episode for each group and instrument a day, at its end."""

    name = "benford"
    version = 2
    defaults = {  # noqa: RUF012  as in self_trade
        "min_trades": 500,
        "deviation_permille": 40,
        "alike_percent": 50,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {Traded: self._on_trade, DayBegan: self._on_day_began, DayEnded: self._on_day_ended}

    def _on_day_began(self, event: DayBegan) -> Sequence[Finding]:
        self.state.rows.clear()
        return NOTHING

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        if event.mode != "listing":
            return NOTHING
        rows = self.state.rows.get(event.symbol)
        if rows is None:
            rows = self.state.rows[event.symbol] = {}
        for order, group, account in (
            (event.buy, event.buy_group, event.buy_account),
            (event.sell, event.sell_group, event.sell_account),
        ):
            if order is not None and order.filled > event.qty:
                continue
            row = rows.get(group)
            if row is None:
                row = rows[group] = _Row(account, [0] * 9, [0] * 20)
            row.add(*((event.qty, 0) if order is None else (order.qty, order.order_id)))
        return NOTHING

    def _on_day_ended(self, event: DayEnded) -> Sequence[Finding]:
        found = []
        for symbol, rows in self.state.rows.items():
            limits = self.limits_of(symbol)
            all_digits = [sum(row.digits[digit] for row in rows.values()) for digit in range(9)]
            for group, row in rows.items():
                others = [all_of - own for all_of, own in zip(all_digits, row.digits, strict=True)]
                if (
                    group
                    and min(sum(row.digits), sum(others)) >= limits["min_trades"]
                    and not self.market.own(group, symbol).is_maker
                    and not _is_for_ease(row, limits["alike_percent"])
                ):
                    found += _judged(event, symbol, group, row, others, limits)
        return found or NOTHING


def chi_squared(digits: Sequence[int]) -> float:
    """Return how far first digits are from Benford's law."""
    count = sum(digits)
    return sum(
        (seen - count * share) ** 2 / (count * share)
        for seen, share in zip(digits, SHARES, strict=True)
    )


def deviation(digits: Sequence[int], shares: Sequence[float]) -> float:
    """Return the mean absolute difference between the digits' shares and others."""
    count = sum(digits)
    return sum(abs(seen / count - share) for seen, share in zip(digits, shares, strict=True)) / 9


def _is_for_ease(row: _Row, percent: int) -> bool:
    """Whether more than a part of the sizes are one, or round."""
    most = max(row.round, *row.sizes.values())
    return most * 100 > percent * sum(row.digits)


def round_t(round_sizes: int, longer: Sequence[int]) -> float:
    """Return by how many standard errors round sizes are more than chance would make.

    Of the sizes with n digits, one in 10^(n - 1) has only one digit that is not 0.
    """
    expected = sum(count / 10**zeros for zeros, count in enumerate(longer, 1))
    variance = sum(count / 10**zeros * (1 - 1 / 10**zeros) for zeros, count in enumerate(longer, 1))
    return (round_sizes - expected) / sqrt(variance) if variance else 0.0


def _judged(
    event: DayEnded,
    symbol: str,
    group: str,
    row: _Row,
    others: Sequence[int],
    limits: Mapping[str, int],
) -> list[Finding]:
    count, distance = sum(row.digits), chi_squared(row.digits)
    from_others = deviation(row.digits, [seen / sum(others) for seen in others])
    least = min(from_others, deviation(row.digits, SHARES))
    if distance <= CHI_SQUARED_5_PERCENT or least * 1_000 < limits["deviation_permille"]:
        return []
    return [
        Finding(
            episode=f"{group}/{symbol}",
            severity="info",
            score=min(100, round(distance * 10 / CHI_SQUARED_5_PERCENT)),
            symbol=symbol,
            owner=group,
            members=[row.account] if row.account else [],
            seq=event.seq,
            transact_time=event.time,
            order_ids=row.recent[-EVIDENCE:],
            count=count,
            facts={
                "sized_orders": count,
                "from_others": round(from_others * 1_000),
                "chi_squared": round(distance),
                "round_percent": row.round * 100 // count,
                "round_t": round(round_t(row.round, row.longer)),
            },
        )
    ]
