"""What counts in a labelled market: found, called rightly, how late, and with which orders."""

from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from bashu_daemon.tools.scenarios.stage import Label
from bashu_daemon.tools.scenarios.trial import Outcome, Sighting
from bashu_protocol.units import NS_PER_SECOND


class Measure(Struct):
    """One family at one severity, over some markets. Only alerts above information count.

    What information alone would have found is counted by itself.
    """

    labels: int = 0
    found: int = 0
    """By any rule that the label names."""
    found_by_own: int = 0
    """By the family's rule."""
    informed: int = 0
    """Seen by nothing but information."""
    right: int = 0
    """Alerts of the family's rule about a manipulation that may be called so."""
    wrong: int = 0
    """Alerts of the family's rule about none."""
    other_names: dict[str, int] = field(default_factory=dict)
    """Alerts about a manipulation's people and orders by rules that the label does not name."""
    false: dict[str, int] = field(default_factory=dict)
    """Alerts of all rules about no manipulation."""
    information: int = 0
    """Pieces of information, of all rules, about no manipulation."""
    orders: int = 0
    """Orders of the manipulations that were found."""
    orders_named: int = 0
    """Those of them that an alert names."""
    delays: list[float] = field(default_factory=list)
    """Seconds from the first event of a manipulation to the first alert."""
    last_delays: list[float] = field(default_factory=list)
    """Seconds from its last event before the alert, which is the last that was needed."""
    events: int = 0
    missed: list[str] = field(default_factory=list)

    def add(self, outcome: Outcome, rule: str, where: str = "") -> None:
        """Count a market; `where` says which, for the list of what was missed."""
        self.events += outcome.events
        for label, acts in zip(outcome.labels, outcome.acts, strict=True):
            self._add_label(label, acts, outcome.found(label), rule, where)
        for sighting in outcome.sightings:
            name = sighting.alert.rule
            if not sighting.is_alarm:
                self.information += sighting.label is None
            elif sighting.label is None:
                self.false[name] = self.false.get(name, 0) + 1
                self.wrong += name == rule
            elif not sighting.is_named:
                self.other_names[name] = self.other_names.get(name, 0) + 1
            else:
                self.right += name == rule

    def _add_label(
        self, label: Label, acts: Sequence[int], seen: Sequence[Sighting], rule: str, where: str
    ) -> None:
        alarms = [sighting for sighting in seen if sighting.is_alarm]
        self.labels += 1
        self.found_by_own += any(sighting.alert.rule == rule for sighting in alarms)
        if not alarms:
            self.informed += bool(seen)
            seen_as = ", ".join(sorted({sighting.alert.rule for sighting in seen}))
            self.missed.append(
                f"{where} {'/'.join(label.owners)}, {len(label.order_ids)} orders"
                + (f"; information: {seen_as}" if seen else "")
            )
            return
        self.found += 1
        self.orders += len(label.order_ids)
        named = {order_id for sighting in alarms for order_id in sighting.alert.order_ids}
        self.orders_named += len(named.intersection(label.order_ids))
        told = min(sighting.told_ns for sighting in alarms)
        before = [time for time in acts if time <= told]
        self.delays.append((told - (acts[0] if before else label.began)) / NS_PER_SECOND)
        if before:
            self.last_delays.append((told - before[-1]) / NS_PER_SECOND)

    def join(self, other: "Measure") -> None:
        """Add another's counts."""
        for name in (
            "labels", "found", "found_by_own", "informed", "right", "wrong", "information",
            "orders", "orders_named", "delays", "last_delays", "events", "missed",
        ):  # fmt: skip
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.false = summed((self.false, other.false))
        self.other_names = summed((self.other_names, other.other_names))

    @property
    def recall(self) -> float | None:
        return self.found / self.labels if self.labels else None

    @property
    def precision(self) -> float | None:
        """Of the family's rule; none where it said nothing."""
        told = self.right + self.wrong
        return self.right / told if told else None

    @property
    def order_recall(self) -> float | None:
        return self.orders_named / self.orders if self.orders else None


class Honest(Struct):
    """What was said of markets in which nobody manipulates."""

    events: int = 0
    false: dict[str, int] = field(default_factory=dict)
    information: dict[str, int] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        """Count a market."""
        self.events += outcome.events
        for sighting in outcome.sightings:
            counts = self.false if sighting.is_alarm else self.information
            counts[sighting.alert.rule] = counts.get(sighting.alert.rule, 0) + 1

    def join(self, other: "Honest") -> None:
        """Add another's counts."""
        self.events += other.events
        self.false = summed((self.false, other.false))
        self.information = summed((self.information, other.information))


def summed(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    """Add counts by name."""
    whole: dict[str, int] = {}
    for each in counts:
        for name, count in each.items():
            whole[name] = whole.get(name, 0) + count
    return whole
