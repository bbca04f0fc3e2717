"""Watches surveillance itself: what it does not see is an alert of its own within seconds."""

import logging
from collections.abc import Callable, Collection
from typing import Final

import msgspec

from bashu_daemon.surveillance.blind_spot import BlindSpots, Facts, Kind, Moment
from bashu_daemon.surveillance.engine import Engine
from bashu_protocol.messages import Alert

logger = logging.getLogger(__name__)

TICK_SECONDS: Final = 0.5
LAG_SECONDS: Final = 1.0
"""How long what was released may wait for surveillance (reference/surveillance.md A1 #29)."""
MOST_WAITING: Final = 20_000
"""Events: about as many as surveillance examines in a second."""
CANARY_SECONDS: Final = 1.0
DEAF_SECONDS: Final = 4.0
"""Since the canary was last heard; with a tick more it is an alert within 5 s."""


class Watchdog:
    """Judges what the supervision feed tells; times are the event loop's, in seconds."""

    def __init__(
        self, engine: Engine, epoch: int, head_seq: int, now_ns: Callable[[], int]
    ) -> None:
        self._engine = engine
        self._now_ns = now_ns
        self._spots = BlindSpots(epoch)
        self._seen_seq = head_seq
        self._heard = 0.0
        self._asked = 0.0
        self._deaf: Collection[str] = ()
        self._days_judged = 0
        self._fed = 0.0
        """When something last came to surveillance or waited for it, or all had come."""
        self._fed_seq = head_seq

    def begin(self, now: float) -> None:
        """From now on the canary is expected."""
        self._heard, self._asked, self._fed = now, now - CANARY_SECONDS, now

    def alerts(self) -> list[Alert]:
        """Return the alerts of this run."""
        return self._spots.alerts()

    def took(self, first_seq: int, last_seq: int) -> list[Alert]:
        """Commands came to surveillance, all from the first to the last."""
        missed = first_seq - self._seen_seq - 1
        self._seen_seq = last_seq
        if not missed:
            return []
        facts = {"first_missing": first_seq - missed, "last_missing": first_seq - 1}
        return self._tell([self._spots.note("gap", "", facts, self._moment())])

    def wants_canary(self, now: float) -> bool:
        """Tell whether it is time for the next canary."""
        if now < self._asked + CANARY_SECONDS:
            return False
        self._asked = now
        return True

    def heard(self, deaf: Collection[str], now: float) -> None:
        """The canary came through; some rules did not find it."""
        self._deaf = sorted(deaf)
        if not deaf:
            self._heard = now

    def look(
        self, now: float, oldest: float | None, waiting: int, head_seq: int = 0
    ) -> list[Alert]:
        """Return the alerts of what has gone wrong since the last look.

        Args:
            now: the time.
            oldest: when what surveillance has in hand or before it was released, if there is any.
            waiting: how many events wait.
            head_seq: the last command in the journal.
        """
        found: dict[tuple[Kind, str], Facts] = {
            ("rule_failed" if why else "rule_off", name): {"why": why} if why else {}
            for name, why in self._engine.watch.silent().items()
        }
        if oldest is not None and now - oldest > LAG_SECONDS:
            found["lag", ""] = {"lag_ms": round((now - oldest) * 1_000), "waiting": waiting}
        if waiting or head_seq <= self._seen_seq or self._fed_seq != self._seen_seq:
            self._fed, self._fed_seq = now, self._seen_seq
        elif now - self._fed > LAG_SECONDS:
            missing = {"first_missing": self._seen_seq + 1, "last_missing": head_seq}
            found["stalled", ""] = missing
        if waiting > MOST_WAITING:
            found["backlog", ""] = {"waiting": waiting}
        if now - self._heard > DEAF_SECONDS:
            found["canary", ""] = {"rules": ", ".join(self._deaf) or "-"}
        return self._tell([*self._spots.hold(found, self._moment()), *self._unusual_rates()])

    def _unusual_rates(self) -> list[Alert]:
        """Note the rules that were unlike themselves on the day that ended last, once a run."""
        rates = self._engine.watch.rates
        if rates.judged == self._days_judged:
            return []
        self._days_judged = rates.judged
        return [
            self._spots.note("rate", rule, msgspec.structs.asdict(day), self._moment())
            for rule, day in rates.unusual.items()
        ]

    def _moment(self) -> Moment:
        return Moment(self._now_ns(), self._seen_seq)

    def _tell(self, alerts: list[Alert]) -> list[Alert]:
        for alert in alerts:
            logger.warning("Surveillance has a blind spot: %s", alert.stories["en"])
        return alerts
