"""Alerts that grow with the findings of their episodes, and when growth is worth telling."""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

from bashu_daemon.surveillance.finding import Finding, Rule
from bashu_protocol.messages import Alert, Severity

MAX_ALERTS: Final = 1_000
"""Alerts kept for queries; the journal can make older ones again."""
EVIDENCE: Final = 100
"""Order and trade numbers that one alert carries; its count tells how many there were."""
TOLD_DIGITS: Final = 5
"""Binary digits of a count whose change is told: growth between 3 and 6 percent."""

_RANK: Final[dict[Severity, int]] = {"info": 0, "warning": 1, "violation": 2}


class Alerts:
    """The alerts by episode, oldest first."""

    def __init__(self, next_alert_id: int = 1, alerts: Iterable[tuple[str, Alert]] = ()) -> None:
        self.next_alert_id = next_alert_id
        self._growing = {key: GrowingAlert(alert) for key, alert in alerts}

    def take(self, key: str, rule: Rule, finding: Finding, changed: dict[str, Alert]) -> None:
        """Let the episode's alert grow.

        It goes into `changed` if it is there already or if the growth is worth telling.
        """
        growing = self._growing.get(key)
        if growing is None:
            changed[key] = self._begin(key, rule, finding).alert()
        elif growing.take(finding) or key in changed:
            changed[key] = growing.alert()

    def items(self) -> list[tuple[str, Alert]]:
        return [(key, growing.alert()) for key, growing in self._growing.items()]

    def _begin(self, key: str, rule: Rule, finding: Finding) -> "GrowingAlert":
        if len(self._growing) >= MAX_ALERTS:
            del self._growing[next(iter(self._growing))]
        growing = self._growing[key] = GrowingAlert(_first(self.next_alert_id, rule, finding))
        self.next_alert_id += 1
        return growing


class GrowingAlert:
    """One alert; the message is made when somebody asks for it, not with each finding."""

    __slots__ = (
        "_added_orders", "_alert", "_exec_ids", "_facts", "_last", "_members", "_members_seen",
        "_next_count", "_order_ids", "_score", "_severity", "_update",
    )  # fmt: skip

    def __init__(self, alert: Alert) -> None:
        self._alert = alert
        self._last: Finding | None = None
        """The last finding that `_alert` does not show yet."""
        self._update = alert.update
        self._severity: Severity = alert.severity
        self._score = alert.score
        self._members = alert.members
        self._members_seen: Sequence[str] = alert.members
        self._facts = dict(alert.facts)
        self._order_ids = dict.fromkeys(alert.order_ids)
        self._added_orders: deque[int] = deque(maxlen=EVIDENCE)
        """Those that came one by one and are to follow `_order_ids`."""
        self._exec_ids = dict.fromkeys(alert.exec_ids)
        self._next_count = next_told(alert.count)

    def take(self, finding: Finding) -> bool:
        """Grow; severity and score never fall back. Return whether it is worth telling."""
        before = self._last or self._alert
        self._last = finding
        self._update = update = self._update + 1
        self._facts.update(finding.facts)
        if finding.adds_one_order:
            self._added_orders.append(finding.order_ids[-1])
        else:
            self._add_orders(finding.order_ids)
        if finding.exec_ids:
            _add(self._exec_ids, finding.exec_ids)
        count = finding.count
        if count == before.count:
            is_told = next_told(update - 1) == update
        elif is_told := count >= self._next_count:
            self._next_count = next_told(count)
        if finding.score > self._score:
            self._score = finding.score
            is_told = True
        severity = finding.severity
        if severity != self._severity and _RANK[severity] > _RANK[self._severity]:
            self._severity = severity
            is_told = True
        return self._join(finding.members) or is_told

    def alert(self) -> Alert:
        """Return the alert as it is now."""
        if self._last is not None:
            self._alert = self._made(self._last)
            self._last = None
        return self._alert

    def _join(self, members: Sequence[str]) -> bool:
        """Return whether one of them is new."""
        if members is self._members_seen:
            return False
        self._members_seen = members
        together = sorted({*self._members, *members})
        if together == self._members:
            return False
        self._members = together
        return True

    def _add_orders(self, more: Sequence[int]) -> None:
        _add(self._order_ids, self._added_orders)
        self._added_orders.clear()
        _add(self._order_ids, more)

    def _made(self, last: Finding) -> Alert:
        self._add_orders(())
        before = self._alert
        return Alert(
            alert_id=before.alert_id,
            update=self._update,
            rule=before.rule,
            rule_version=before.rule_version,
            severity=self._severity,
            symbol=before.symbol,
            owner=before.owner,
            members=self._members,
            first_seq=before.first_seq,
            last_seq=last.seq,
            first_time=before.first_time,
            last_time=last.transact_time,
            count=last.count,
            score=self._score,
            order_ids=list(self._order_ids),
            exec_ids=list(self._exec_ids),
            facts=dict(self._facts),
        )


def next_told(number: int) -> int:
    """Return the next number whose first `TOLD_DIGITS` binary digits differ."""
    shift = max(0, number.bit_length() - TOLD_DIGITS)
    return ((number >> shift) + 1) << shift


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
        order_ids=list(finding.order_ids)[-EVIDENCE:],
        exec_ids=list(finding.exec_ids)[-EVIDENCE:],
        facts=finding.facts,
    )


def _add(evidence: dict[int, None], more: Sequence[int]) -> None:
    """Add what is new at the end; beyond `EVIDENCE` the oldest go."""
    for number in more:
        if number not in evidence:
            evidence[number] = None
    while len(evidence) > EVIDENCE:
        del evidence[next(iter(evidence))]
