"""Alerts that grow with the findings of their episodes, and when growth is worth telling."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from bashu_daemon.surveillance.finding import Finding
from bashu_daemon.surveillance.market import Market
from bashu_daemon.surveillance.rule import Rule
from bashu_daemon.surveillance.stories import tell
from bashu_protocol.messages import Alert, Severity

MAX_ALERTS: Final = 1_000
"""Alerts kept for queries; the journal can make older ones again."""
EVIDENCE: Final = 100
"""Order and trade numbers that one alert carries; its count tells how many there were."""
TOLD_DIGITS: Final = 5
"""Binary digits of a count whose change is told: growth between 3 and 6 percent."""

_RANK: Final[dict[Severity, int]] = {"info": 0, "warning": 1, "violation": 2}


class Alerts:
    """The alerts by episode, oldest first; the market tells of their orders and accounts."""

    def __init__(
        self,
        market: Market,
        next_alert_id: int = 1,
        alerts: Iterable[tuple[str, Alert]] = (),
        limit: int = MAX_ALERTS,
        evidence: int = EVIDENCE,
    ) -> None:
        self._limit = limit
        self._evidence = evidence
        self.next_alert_id = next_alert_id
        self._market = market
        self._growing = {key: GrowingAlert(market, alert, evidence) for key, alert in alerts}

    def take(
        self, key: str, rule: Rule[Any], finding: Finding, changed: "dict[str, GrowingAlert]"
    ) -> bool:
        """Let the episode's alert grow; it goes into `changed` if the growth is worth telling.

        Returns whether the alert is new.
        """
        growing = self._growing.get(key)
        if growing is None:
            changed[key] = self._begin(key, rule, finding)
            return True
        if growing.take(finding, rule):
            changed[key] = growing
        return False

    def items(self) -> list[tuple[str, Alert]]:
        return [(key, growing.alert()) for key, growing in self._growing.items()]

    def _begin(self, key: str, rule: Rule[Any], finding: Finding) -> "GrowingAlert":
        if len(self._growing) >= self._limit:
            del self._growing[next(iter(self._growing))]
        first = _first(self.next_alert_id, rule, finding, self._market, self._evidence)
        growing = self._growing[key] = GrowingAlert(self._market, first, self._evidence)
        self.next_alert_id += 1
        return growing


class GrowingAlert:
    """One alert; the message is made when somebody asks for it, not with each finding."""

    __slots__ = (
        "_alert", "_evidence", "_exec_ids", "_facts", "_gain", "_last", "_limits", "_links",
        "_links_known", "_market", "_members", "_members_seen", "_next_count", "_order_seqs",
        "_score", "_severity", "_update", "_version",
    )  # fmt: skip

    def __init__(self, market: Market, alert: Alert, evidence: int = EVIDENCE) -> None:
        self._market = market
        self._evidence = evidence
        self._alert = alert
        self._last: Finding | None = None
        """The last finding that `_alert` does not show yet."""
        self._update = alert.update
        self._severity: Severity = alert.severity
        self._score = alert.score
        self._members = alert.members
        self._members_seen: Sequence[str] = alert.members
        self._facts = dict(alert.facts)
        self._order_seqs = OrderedDict(zip(alert.order_ids, alert.order_seqs, strict=True))
        self._gain = alert.gain
        self._limits = alert.parameters
        self._version = alert.parameters_version
        self._links = alert.links
        self._links_known = 0
        """How many links the groups had when `_links` were looked up."""
        self._exec_ids: OrderedDict[int, None] = OrderedDict.fromkeys(alert.exec_ids)
        self._next_count = next_told(alert.count)

    def take(self, finding: Finding, rule: Rule[Any]) -> bool:
        """Grow; severity and score never fall back. Return whether it is worth telling."""
        before = self._last or self._alert
        self._last = finding
        self._update = update = self._update + 1
        self._facts.update(finding.facts)
        self._gain = finding.gain or self._gain
        self._limits = rule.limits_of(finding.symbol)
        self._version = rule.parameters.version
        self._add_orders(finding.order_ids[-1:] if finding.adds_one_order else finding.order_ids)
        if finding.exec_ids:
            _add(self._exec_ids, finding.exec_ids, self._evidence)
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
        is_new = self._join(finding.members)
        # Here and not when the message is made, for that may be after the next link.
        if is_new or self._links_known != len(self._market.groups):
            self._links_known = len(self._market.groups)
            self._links = _links(self._market, self._members)
        return is_new or is_told

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
        seqs, seq_of = self._order_seqs, self._market.seq_of
        for order_id in more:
            if order_id not in seqs:
                seqs[order_id] = seq_of(order_id)
        _trim(seqs, self._evidence)

    def _made(self, last: Finding) -> Alert:
        before = self._alert
        alert = msgspec.structs.replace(
            before,
            update=self._update,
            severity=self._severity,
            members=self._members,
            last_seq=last.seq,
            last_time=last.transact_time,
            count=last.count,
            score=self._score,
            order_ids=list(self._order_seqs),
            exec_ids=list(self._exec_ids),
            facts=dict(self._facts),
            order_seqs=list(self._order_seqs.values()),
            links=self._links,
            gain=self._gain,
            parameters=self._limits,
            parameters_version=self._version,
            replay_to=last.seq,
        )
        return msgspec.structs.replace(alert, stories=tell(alert))


def next_told(number: int) -> int:
    """Return the next number whose first `TOLD_DIGITS` binary digits differ."""
    shift = max(0, number.bit_length() - TOLD_DIGITS)
    return ((number >> shift) + 1) << shift


def _first(
    alert_id: int, rule: Rule[Any], finding: Finding, market: Market, evidence: int
) -> Alert:
    order_ids = list(finding.order_ids)[-evidence:]
    seqs = [market.seq_of(order_id) for order_id in order_ids]
    alert = Alert(
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
        first_time=finding.began or finding.transact_time,
        last_time=finding.transact_time,
        count=finding.count,
        score=finding.score,
        order_ids=order_ids,
        exec_ids=list(finding.exec_ids)[-evidence:],
        facts=finding.facts,
        order_seqs=seqs,
        links=_links(market, finding.members),
        gain=finding.gain,
        parameters=rule.limits_of(finding.symbol),
        parameters_version=rule.parameters.version,
        replay_from=min((seq for seq in seqs if seq), default=finding.seq),
        replay_to=finding.seq,
    )
    return msgspec.structs.replace(alert, stories=tell(alert))


def _links(market: Market, accounts: Sequence[str]) -> list[tuple[str, str, str]]:
    return [(link.account, link.kind, link.name) for link in market.groups.links_of(accounts)]


def _add(evidence: OrderedDict[int, None], more: Sequence[int], limit: int) -> None:
    """Add what is new at the end; beyond the limit the oldest go."""
    for number in more:
        if number not in evidence:
            evidence[number] = None
    _trim(evidence, limit)


def _trim(evidence: OrderedDict[int, Any], limit: int) -> None:
    while len(evidence) > limit:
        evidence.popitem(last=False)
