"""A made-up offence that the rules must find: who does not hear it would not hear a real one.

It goes through rules and a market of its own, never through the venue's. Its thresholds are low,
so that a dozen events are enough.
"""

from collections.abc import Iterable
from typing import Any, Final

from bashu_daemon.surveillance.book import Order
from bashu_daemon.surveillance.catalogue import RULES
from bashu_daemon.surveillance.groups import Link
from bashu_daemon.surveillance.rule import Rule
from bashu_daemon.surveillance.watch import Watch

PARAMETERS: Final[dict[str, dict[str, int]]] = {
    "frequent_cancel": {"cancels": 2},
    "order_to_trade": {"info_ratio": 3, "min_messages": 4},
    "burst_rate": {"warning_per_second": 5, "violation_per_second": 100},
}
HEARD_BY: Final = frozenset(
    {"self_trade", "frequent_cancel", "order_to_trade", "burst_rate", "limit_touch", "spoofing"}
)
"""The rules for which a dozen events can be an offence."""
_SYMBOL: Final = "CANARY"
_MS: Final = 1_000_000


def sing(rules: Iterable[type[Rule[Any]]] = RULES) -> set[str]:
    """Play it once; return which of the rules in `HEARD_BY` did not find it."""
    chosen = [rule for rule in rules if rule.name in HEARD_BY]
    names = {rule.name for rule in chosen}
    given = {name: values for name, values in PARAMETERS.items() if name in names}
    links = [Link("one", "owner", "canary"), Link("two", "owner", "canary")]
    _Song(watch := Watch(given, links, chosen)).play()
    return names - {alert.rule for alert in watch.alerts()}


class _Song:
    """A self-trade at the limit, a spoof, and orders withdrawn at once."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._seq = 0

    def play(self) -> None:
        watch = self._watch
        watch.day_began(self._next(), self._time, 20_260_101)
        watch.limits_set(_SYMBOL, 7_000, 7_700, 6_300)
        other = self._place("other", 1, 6_990, 10)
        self._trade(self._place("one", -1, 7_700, 5), self._place("two", 1, 7_700, 5), 7_700, 5)
        real = self._place("one", -1, 7_000, 50)
        bait = self._place("two", 1, 6_995, 5_000)
        self._trade(real, self._place("third", 1, 7_000, 50), 7_000, 50)
        for order_id in (bait, *(self._place("one", 1, 6_980, 10) for _ in range(3))):
            watch.withdrawn(self._next(), self._time, order_id, "asked")
        watch.withdrawn(self._next(), self._time, other, "asked")

    def _next(self) -> int:
        self._seq += 1
        return self._seq

    @property
    def _time(self) -> int:
        return self._seq * _MS

    def _place(self, account: str, sign: int, price: int, qty: int) -> int:
        seq = self._next()
        group = self._watch.market.groups.of(account)
        self._watch.placed(
            Order(seq, account, group, _SYMBOL, sign, price, qty, qty, seq, self._time, 0, 0)
        )
        return seq

    def _trade(self, sell: int, buy: int, price: int, qty: int) -> None:
        self._watch.traded(
            self._next(), self._time, self._seq, _SYMBOL, price, qty, 1, (buy, ""), (sell, "")
        )
