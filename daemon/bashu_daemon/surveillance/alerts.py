"""Alerts that grow with the findings of their episodes, and when growth is worth telling."""

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
        "_alert", "_count", "_exec_ids", "_facts", "_members", "_next_count", "_next_update",
        "_order_ids", "_score", "_seq", "_severity", "_stale", "_time", "_update",
    )  # fmt: skip

    def __init__(self, alert: Alert) -> None:
        self._alert = alert
        self._stale = False
        self._update = alert.update
        self._severity: Severity = alert.severity
        self._score = alert.score
        self._count = alert.count
        self._seq = alert.last_seq
        self._time = alert.last_time
        self._members = alert.members
        self._facts = dict(alert.facts)
        self._order_ids = dict.fromkeys(alert.order_ids)
        self._exec_ids = dict.fromkeys(alert.exec_ids)
        self._next_count = next_told(alert.count)
        self._next_update = next_told(alert.update)

    def take(self, finding: Finding) -> bool:
        """Grow; severity and score never fall back. Return whether it is worth telling."""
        self._stale = True
        self._update += 1
        self._seq = finding.seq
        self._time = finding.transact_time
        self._facts.update(finding.facts)
        if finding.adds_one_order:
            _add(self._order_ids, (finding.order_ids[-1],))
        else:
            _add(self._order_ids, finding.order_ids)
        if finding.exec_ids:
            _add(self._exec_ids, finding.exec_ids)
        is_bigger = self._grow_count(finding.count)
        is_worse = False
        if finding.score > self._score:
            self._score = finding.score
            is_worse = True
        if _RANK[finding.severity] > _RANK[self._severity]:
            self._severity = finding.severity
            is_worse = True
        for member in finding.members:
            if member not in self._members:
                self._members = sorted([*self._members, member])
                is_worse = True
        return is_worse or is_bigger

    def alert(self) -> Alert:
        """Return the alert as it is now."""
        if self._stale:
            self._alert = self._made()
            self._stale = False
        return self._alert

    def _grow_count(self, count: int) -> bool:
        """Return whether the count, or the updates while it stands still, passed a step."""
        if count == self._count:
            is_told = self._update >= self._next_update
        else:
            self._count = count
            is_told = count >= self._next_count
            if is_told:
                self._next_count = next_told(count)
        if self._update >= self._next_update:
            self._next_update = next_told(self._update)
        return is_told

    def _made(self) -> Alert:
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
            last_seq=self._seq,
            first_time=before.first_time,
            last_time=self._time,
            count=self._count,
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
