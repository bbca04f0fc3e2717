"""How many alerts each rule raises a day, and the days on which that is unlike the rule.

Source: reference/surveillance.md A1 #29, alerts a day outside three standard deviations; how many
days must be known and the least deviation are this venue's own. A feed or a rule can be half blind
without being silent, which no canary shows.
"""

from math import isqrt
from typing import Final

from msgspec import Struct

DAYS_KNOWN: Final = 10
"""Before so many there is no telling what is usual."""
DAYS_KEPT: Final = 20
SIGMAS: Final = 3


class Unusual(Struct, frozen=True, array_like=True):
    """A rule's day with more or fewer new alerts than is usual."""

    alerts: int
    least: int
    most: int
    days: int
    """Earlier ones that were compared."""
    trade_date: int


class Rates(Struct, array_like=True):
    """Counts by rule, of the present day and the last ones."""

    today: dict[str, int] = {}
    days: dict[str, list[int]] = {}
    judged: int = 0
    """How many days have ended."""
    unusual: dict[str, Unusual] = {}
    """Of the day that ended last."""

    def count(self, rule: str) -> None:
        """A rule raised a new alert."""
        self.today[rule] = self.today.get(rule, 0) + 1

    def end_day(self, trade_date: int, rules: list[str]) -> None:
        """Judge the day of the rules that saw it; of others nothing is known of this day."""
        self.judged += 1
        self.unusual = {}
        for rule in rules:
            alerts = self.today.get(rule, 0)
            days = self.days.setdefault(rule, [])
            if len(days) >= DAYS_KNOWN:
                least, most = usual(days)
                if not least <= alerts <= most:
                    self.unusual[rule] = Unusual(alerts, least, most, len(days), trade_date)
            days.append(alerts)
            del days[:-DAYS_KEPT]
        self.today.clear()


def usual(days: list[int]) -> tuple[int, int]:
    """Return the least and the most within `SIGMAS` deviations of the mean, of one alert at least.

    In whole numbers, so that every machine judges alike.
    """
    count, total = len(days), sum(days)
    variance = count * sum(alerts * alerts for alerts in days) - total * total
    reach = isqrt(SIGMAS * SIGMAS * max(variance, count * count))
    return max(0, -((reach - total) // count)), (total + reach) // count
