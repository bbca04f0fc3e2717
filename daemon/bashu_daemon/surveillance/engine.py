"""Surveillance: rules over the identified event stream, alerts that grow.

No clock and no randomness: the same events give the same alerts, also after a restart.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import msgspec

from bashu_daemon.core.events import DayOpened, Event, OrderEvent
from bashu_daemon.surveillance.alerts import Alerts
from bashu_daemon.surveillance.finding import (
    NOTHING,
    Finding,
    Handler,
    Kind,
    Rule,
    WrongParameter,
)
from bashu_daemon.surveillance.rules.burst_rate import BurstRate
from bashu_daemon.surveillance.rules.frequent_cancel import FrequentCancel
from bashu_daemon.surveillance.rules.limit_touch import LimitTouch
from bashu_daemon.surveillance.rules.order_to_trade import OrderToTrade
from bashu_daemon.surveillance.rules.self_trade import SelfTrade
from bashu_protocol.messages import Alert

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
        self._alerts = Alerts()
        self._trade_date = 0
        self._table: dict[Kind, list[tuple[Handler, Rule]]] = {}
        """Who takes each kind of event, in the order of the rules."""
        for rule in self._rules:
            for kind, handler in rule.handlers().items():
                self._table.setdefault(kind, []).append((handler, rule))

    def on_events(self, events: Iterable[Event]) -> list[Alert]:
        """Take events in order.

        Returns the alerts that are new or grew enough to be told (docs/decisions.md), each once
        and as it is after the last event.
        """
        changed: dict[str, Alert] = {}
        takers_of = self._table.get
        for event in events:
            kind: Kind
            if isinstance(event, OrderEvent):
                kind = event.report.exec_type
            else:
                kind = type(event)
                if isinstance(event, DayOpened):
                    self._trade_date = event.trade_date
            for handler, rule in takers_of(kind, ()):
                findings = handler(event)
                if findings is not NOTHING:
                    self._take(rule, findings, changed)
        return list(changed.values())

    def alerts(self) -> list[Alert]:
        """Return the alerts that are kept, oldest first."""
        return sorted((alert for _, alert in self._alerts.items()), key=lambda a: a.alert_id)

    def dump(self) -> bytes:
        """Return the state in canonical bytes."""
        return msgspec.msgpack.encode(
            (
                self._alerts.next_alert_id,
                self._trade_date,
                [(rule.name, rule.dump()) for rule in self._rules],
                self._alerts.items(),
            )
        )

    def load(self, data: bytes) -> None:
        """Go on from a dumped state; a rule that it does not know begins anew."""
        next_alert_id, self._trade_date, rules, alerts = _STATE.decode(data)
        dumped = dict(rules)
        for rule in self._rules:
            if rule.name in dumped:
                rule.load(dumped[rule.name])
        self._alerts = Alerts(next_alert_id, alerts)

    def _take(self, rule: Rule, findings: Iterable[Finding], changed: dict[str, Alert]) -> None:
        for finding in findings:
            key = f"{self._trade_date}/{rule.name}/{finding.episode}"
            self._alerts.take(key, rule, finding, changed)
