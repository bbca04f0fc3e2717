"""Surveillance: rules over the identified event stream, alerts that grow.

No clock and no randomness: the same events give the same alerts, also after a restart.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import msgspec

from bashu_daemon.core.events import DayOpened, Event
from bashu_daemon.surveillance.finding import Finding, Rule, WrongParameter
from bashu_daemon.surveillance.rules.burst_rate import BurstRate
from bashu_daemon.surveillance.rules.frequent_cancel import FrequentCancel
from bashu_daemon.surveillance.rules.limit_touch import LimitTouch
from bashu_daemon.surveillance.rules.order_to_trade import OrderToTrade
from bashu_daemon.surveillance.rules.self_trade import SelfTrade
from bashu_protocol.messages import Alert, Severity

MAX_ALERTS: Final = 1_000
"""Alerts kept for queries; the journal can make older ones again."""
EVIDENCE: Final = 100
"""Order and trade numbers that one alert carries; its count tells how many there were."""

_RANK: Final[dict[Severity, int]] = {"info": 0, "warning": 1, "violation": 2}
_RULES: Final[tuple[Callable[[dict[str, int]], Rule], ...]] = (
    SelfTrade,
    FrequentCancel,
    OrderToTrade,
    BurstRate,
    LimitTouch,
)
_State = tuple[int, int, list[tuple[str, bytes]], list[tuple[str, Alert]]]
_STATE = msgspec.msgpack.Decoder(_State)


class Engine:
    """All rules, and the alerts that they have raised.

    Raises on making:
        WrongParameter: the rulebook names a rule or parameter that does not exist.
    """

    def __init__(self, parameters: Mapping[str, Mapping[str, int]]) -> None:
        given = {name: dict(values) for name, values in parameters.items()}
        self._rules: list[Rule] = []
        for make in _RULES:
            name: str = make.name  # type: ignore[attr-defined]  # every rule class has one
            self._rules.append(make(given.pop(name, {})))
        if given:
            known = ", ".join(rule.name for rule in self._rules)
            raise WrongParameter(
                f"[surveillance] has no rule {next(iter(given))!r}; it has {known}."
            )
        self._alerts: dict[str, Alert] = {}
        """By rule and episode, oldest first."""
        self._next_alert_id = 1
        self._trade_date = 0

    def on_events(self, events: Iterable[Event]) -> list[Alert]:
        """Take events in order; return the alerts that are new or grew, each once."""
        changed: dict[str, Alert] = {}
        for event in events:
            if isinstance(event, DayOpened):
                self._trade_date = event.trade_date
            for rule in self._rules:
                for finding in rule.on_event(event):
                    key = f"{self._trade_date}/{rule.name}/{finding.episode}"
                    changed[key] = self._grow(key, rule, finding)
        return list(changed.values())

    def alerts(self) -> list[Alert]:
        """Return the alerts that are kept, oldest first."""
        return sorted(self._alerts.values(), key=lambda alert: alert.alert_id)

    def dump(self) -> bytes:
        """Return the state in canonical bytes."""
        return msgspec.msgpack.encode(
            (
                self._next_alert_id,
                self._trade_date,
                [(rule.name, rule.dump()) for rule in self._rules],
                list(self._alerts.items()),
            )
        )

    def load(self, data: bytes) -> None:
        """Go on from a dumped state; a rule that it does not know begins anew."""
        self._next_alert_id, self._trade_date, rules, alerts = _STATE.decode(data)
        dumped = dict(rules)
        for rule in self._rules:
            if rule.name in dumped:
                rule.load(dumped[rule.name])
        self._alerts = dict(alerts)

    def _grow(self, key: str, rule: Rule, finding: Finding) -> Alert:
        before = self._alerts.get(key)
        if before is None:
            alert = _first(self._next_alert_id, rule, finding)
            self._next_alert_id += 1
            if len(self._alerts) >= MAX_ALERTS:
                del self._alerts[next(iter(self._alerts))]
        else:
            alert = _grown(before, finding)
        self._alerts[key] = alert
        return alert


def _first(alert_id: int, rule: Rule, finding: Finding) -> Alert:
    return Alert(
        alert_id=alert_id,
        update=1,
        rule=rule.name,
        rule_version=rule.version,
        severity=finding.severity,
        symbol=finding.symbol,
        owner=finding.owner,
        members=list(finding.members),
        first_seq=finding.seq,
        last_seq=finding.seq,
        first_time=finding.transact_time,
        last_time=finding.transact_time,
        count=finding.count,
        score=finding.score,
        order_ids=list(finding.order_ids[-EVIDENCE:]),
        exec_ids=list(finding.exec_ids[-EVIDENCE:]),
        facts=finding.facts,
    )


def _grown(before: Alert, finding: Finding) -> Alert:
    """Add a finding to an episode; severity and score never fall back."""
    worse = _RANK[finding.severity] > _RANK[before.severity]
    return msgspec.structs.replace(
        before,
        update=before.update + 1,
        severity=finding.severity if worse else before.severity,
        members=sorted({*before.members, *finding.members}),
        last_seq=finding.seq,
        last_time=finding.transact_time,
        count=finding.count,
        score=max(before.score, finding.score),
        order_ids=_merged(before.order_ids, finding.order_ids),
        exec_ids=_merged(before.exec_ids, finding.exec_ids),
        facts={**before.facts, **finding.facts},
    )


def _merged(before: list[int], more: tuple[int, ...]) -> list[int]:
    return list(dict.fromkeys([*before, *more]))[-EVIDENCE:]
