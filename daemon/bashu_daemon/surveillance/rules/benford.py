"""Sizes that nobody would choose: first digits and round numbers of a group's trades in a day.

Source: reference/surveillance.md A1 #30 (Cong et al.; Aloosh and Li, with true labels). The first
digits of traded quantities follow Benford's law where many hands choose them; chi-squared with 8
degrees of freedom at 5 % tells when they do not. People choose round numbers more often than
chance; the t value of their share is told beside it. At least 500 trades. Makers that quote one
size fail the test as well, so that this is a report of the day, and information only.
"""

from collections.abc import Mapping, Sequence
from math import log10, sqrt
from typing import Final

from msgspec import Struct

from bashu_daemon.surveillance.finding import NOTHING, Finding
from bashu_daemon.surveillance.rule import Handler, Rule
from bashu_daemon.surveillance.seen import DayBegan, DayEnded, Seen, Traded

SHARES: Final = tuple(log10(1 + 1 / digit) for digit in range(1, 10))
"""Of the first digits 1 to 9, by Benford's law."""
CHI_SQUARED_5_PERCENT: Final = 15.507
"""With 8 degrees of freedom."""


class _Row(Struct, array_like=True):
    """The sizes of one group's trades. `longer` and `round` leave sizes of one digit out."""

    account: str
    digits: list[int]
    longer: list[int]
    """How many sizes had two digits, three and so on."""
    round: int = 0
    """Sizes with one digit that is not 0."""


class _State(Struct):
    rows: dict[str, dict[str, _Row]] = {}
    """By instrument and group."""


class Benford(Rule[_State]):
    """One episode for each group and instrument a day, at its end."""

    name = "benford"
    defaults = {"min_trades": 500}  # noqa: RUF012  as in self_trade
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {Traded: self._on_trade, DayBegan: self._on_day_began, DayEnded: self._on_day_ended}

    def _on_day_began(self, event: DayBegan) -> Sequence[Finding]:
        self.state.rows.clear()
        return NOTHING

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        if event.mode != "listing":
            return NOTHING
        text = str(event.qty)
        first, zeros = ord(text[0]) - 49, len(text) - 1
        is_round = zeros > 0 and not text[1:].strip("0")
        rows = self.state.rows.get(event.symbol)
        if rows is None:
            rows = self.state.rows[event.symbol] = {}
        for group, account in (
            (event.buy_group, event.buy_account), (event.sell_group, event.sell_account),
        ):  # fmt: skip
            row = rows.get(group)
            if row is None:
                row = rows[group] = _Row(account, [0] * 9, [0] * 20)
            row.digits[first] += 1
            if zeros:
                row.longer[zeros - 1] += 1
                row.round += is_round
        return NOTHING

    def _on_day_ended(self, event: DayEnded) -> Sequence[Finding]:
        found = []
        for symbol, rows in self.state.rows.items():
            least = self.limits_of(symbol)["min_trades"]
            for group, row in rows.items():
                if group and sum(row.digits) >= least:
                    found += _judged(event, symbol, group, row)
        return found or NOTHING


def chi_squared(digits: Sequence[int]) -> float:
    """Return how far first digits are from Benford's law."""
    count = sum(digits)
    return sum(
        (seen - count * share) ** 2 / (count * share)
        for seen, share in zip(digits, SHARES, strict=True)
    )


def round_t(round_sizes: int, longer: Sequence[int]) -> float:
    """Return by how many standard errors round sizes are more than chance would make.

    Of the sizes with n digits, one in 10^(n - 1) has only one digit that is not 0.
    """
    expected = sum(count / 10**zeros for zeros, count in enumerate(longer, 1))
    variance = sum(count / 10**zeros * (1 - 1 / 10**zeros) for zeros, count in enumerate(longer, 1))
    return (round_sizes - expected) / sqrt(variance) if variance else 0.0


def _judged(event: DayEnded, symbol: str, group: str, row: _Row) -> list[Finding]:
    count, distance = sum(row.digits), chi_squared(row.digits)
    if distance <= CHI_SQUARED_5_PERCENT:
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
            count=count,
            facts={
                "trades": count,
                "chi_squared": round(distance),
                "round_percent": row.round * 100 // count,
                "round_t": round(round_t(row.round, row.longer)),
            },
        )
    ]
