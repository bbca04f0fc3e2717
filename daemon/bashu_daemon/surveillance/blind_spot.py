"""What surveillance cannot see at the moment, as alerts (reference/surveillance.md A1 #29).

They are about this run of the venue and not about the market: their numbers are far above those
of the rules' alerts, and a replay of the journal does not make them again.
"""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec
from msgspec import Struct

from bashu_daemon.surveillance.stories import tell
from bashu_protocol.messages import Alert, Severity

RULE: Final = "blind_spot"
FIRST_ID: Final = 1 << 40
IDS_OF_A_RUN: Final = 10_000
MAX_BLIND_SPOTS: Final = 10_000
"""Rules may be off, and unlike themselves, in as many instruments as there are."""

Kind = Literal["rule_off", "rule_failed", "gap", "stalled", "lag", "backlog", "canary", "rate"]
_SEVERITIES: Final[dict[Kind, Severity]] = {
    "rule_off": "warning",
    "rule_failed": "violation",
    "gap": "violation",
    "stalled": "violation",
    "lag": "warning",
    "backlog": "warning",
    "canary": "violation",
    "rate": "warning",
}
Facts = Mapping[str, int | str]


class Moment(Struct, frozen=True):
    """When it was noticed, and the last command that surveillance had seen by then."""

    time_ns: int
    seq: int


class BlindSpots:
    """One alert for each kind and subject; it grows each time that the blind spot opens again."""

    def __init__(self, epoch: int) -> None:
        self._first_id = FIRST_ID + epoch * IDS_OF_A_RUN
        self._alerts: dict[tuple[Kind, str], Alert] = {}
        self._open: set[tuple[Kind, str]] = set()

    def hold(self, found: Mapping[tuple[Kind, str], Facts], moment: Moment) -> list[Alert]:
        """Take all blind spots that there are now; return the alerts of those that are new."""
        new = [key for key in found if key not in self._open]
        self._open = set(found)
        return [self.note(*key, found[key], moment) for key in new]

    def note(self, kind: Kind, subject: str, facts: Facts, moment: Moment) -> Alert:
        """Take one that is over as soon as it is there."""
        key = (kind, subject)
        before = self._alerts.get(key)
        if before is None:
            alert = self._begin(kind, subject, moment)
        else:
            alert = msgspec.structs.replace(
                before, update=before.update + 1, count=before.count + 1
            )
        alert = msgspec.structs.replace(
            alert,
            last_seq=moment.seq,
            last_time=moment.time_ns,
            replay_to=moment.seq,
            facts={"kind": kind, "subject": subject, **facts},
        )
        alert = msgspec.structs.replace(alert, stories=tell(alert, f"{RULE}.{kind}"))
        self._alerts[key] = alert
        return alert

    def alerts(self) -> list[Alert]:
        """Return all of this run, oldest first."""
        return list(self._alerts.values())

    def _begin(self, kind: Kind, subject: str, moment: Moment) -> Alert:
        number = len(self._alerts)
        if number >= MAX_BLIND_SPOTS:
            raise RuntimeError("more kinds of blind spots than there can be")
        severity = _SEVERITIES[kind]
        return Alert(
            alert_id=self._first_id + number, update=1, rule=RULE, rule_version=1,
            severity=severity, symbol="", owner="", members=[], first_seq=moment.seq,
            last_seq=moment.seq, first_time=moment.time_ns, last_time=moment.time_ns, count=1,
            score=100 if severity == "violation" else 60, order_ids=[], exec_ids=[], facts={},
            replay_from=moment.seq, replay_to=moment.seq,
        )  # fmt: skip
