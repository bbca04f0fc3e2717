"""One labelled market: honest flow, manipulation in it, and what surveillance made of it."""

import random
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from bashu_daemon.core.events import Event, OrderEvent, TradeEvent
from bashu_daemon.surveillance.engine import Engine
from bashu_daemon.tools.scenarios.honest import FairValue, crowd
from bashu_daemon.tools.scenarios.stage import Label, Script, Stage, owner_of
from bashu_protocol.messages import Alert
from bashu_protocol.units import NS_PER_SECOND

Injection = Callable[[Stage, random.Random, int, Label], Script]
"""Acts out one manipulation at a severity of 1 to 9 tenths, and fills in its label: the owners
before its first turn, the orders as it goes. It is over when it returns."""
Crowd = Callable[[Stage, FairValue, str], list[Script]]
"""Makes the honest members of one instrument's market."""
ELSEWHERE = 0.5
"""What a trade says of another instrument's value."""
GRACE_NS = 60 * NS_PER_SECOND
"""An alert within this after a manipulation's end is still about it."""


class Plan(Struct, frozen=True, kw_only=True):
    """What one market shows."""

    seed: int
    injections: Sequence[Injection] = ()
    """Each as often as it is named, at random times, one after another."""
    severity: int = 5
    days: int = 1
    day_seconds: int = 3_600
    parameters: Mapping[str, Mapping[str, int]] = {}
    symbols: tuple[str, ...] = ("CEA25",)
    """Markets side by side, of the same members; each learns from the others' trades."""
    crowd: Crowd = crowd


class Sighting(Struct):
    """An alert, when it was first told, and the manipulation that it is about."""

    alert: Alert
    told_ns: int
    """When it first was more than information; its last time where it never was."""
    label: Label | None = None
    is_named: bool = True
    """Whether the manipulation may be called so; else it is about the right orders all the same."""

    @property
    def is_alarm(self) -> bool:
        """Whether it is more than information."""
        return self.alert.severity != "info"


class Outcome(Struct):
    """What became of a plan."""

    labels: list[Label]
    sightings: list[Sighting]
    events: int
    """Order events and trades."""
    acts: list[list[int]]
    """When something happened to a manipulation's orders, in order; for each label."""

    def found(self, label: Label) -> list[Sighting]:
        """Return what was sighted of one manipulation, under a name that it may have."""
        return [s for s in self.sightings if s.label is label and s.is_named]


class Recording(Struct):
    """What happened on a stage, to be watched again with other parameters."""

    labels: list[Label]
    batches: list[tuple[int, list[Event]]]
    """The events of each command, with its time."""
    events: int
    acts: list[list[int]]


def run(plan: Plan) -> Outcome:
    """Play a plan and watch it. The same plan gives the same outcome."""
    return watch(record(plan), plan.parameters)


def record(plan: Plan) -> Recording:
    """Play a plan."""
    stage = Stage(plan.seed, plan.symbols, plan.day_seconds * NS_PER_SECOND)
    fairs = {
        symbol: FairValue(random.Random(stage.chance.random()), stage.last[symbol])
        for symbol in stage.symbols
    }
    if len(fairs) > 1:
        stage.learners = {symbol: _learner(symbol, fairs) for symbol in fairs}
    chance = random.Random(f"{plan.seed}/injections")
    for day in range(plan.days):
        scripts = [
            script for symbol in fairs for script in plan.crowd(stage, fairs[symbol], symbol)
        ]
        stage.open_day()
        for script in scripts:
            stage.start(script, chance.randrange(NS_PER_SECOND))
        if day == 0:
            _start_injections(stage, chance, plan)
        stage.run(plan.day_seconds * NS_PER_SECOND)
        stage.close_day()
    return Recording(stage.labels, stage.batches, stage.events, _acts(stage))


def _acts(stage: Stage) -> list[list[int]]:
    """Return when something happened to the orders of each label."""
    acts: list[list[int]] = [[] for _label in stage.labels]
    number_of = {
        order_id: number
        for number, label in enumerate(stage.labels)
        for order_id in label.order_ids
    }
    for time, events in stage.batches:
        for event in events:
            if isinstance(event, OrderEvent) and event.report.order_id in number_of:
                acts[number_of[event.report.order_id]].append(time)
    return acts


def _learner(symbol: str, fairs: Mapping[str, FairValue]) -> Callable[[TradeEvent], None]:
    """Return what takes an instrument's trades for signs: of its own value, and of the others'."""

    def learn(trade: TradeEvent) -> None:
        for other, fair in fairs.items():
            fair.learn(trade, 1.0 if other == symbol else ELSEWHERE)

    return learn


def watch(recording: Recording, parameters: Mapping[str, Mapping[str, int]]) -> Outcome:
    """Let surveillance watch what happened."""
    engine = Engine(parameters)
    told: dict[int, int] = {}
    for time, events in recording.batches:
        for alert in engine.on_events(events):
            if alert.severity != "info":
                told.setdefault(alert.alert_id, time)
    sightings = [
        sighted(alert, told.get(alert.alert_id, alert.last_time), recording.labels)
        for alert in engine.alerts()
    ]
    return Outcome(recording.labels, sightings, recording.events, recording.acts)


def _start_injections(stage: Stage, chance: random.Random, plan: Plan) -> None:
    """Give each manipulation its own part of the day; over several days they go side by side."""
    share = plan.day_seconds * NS_PER_SECOND // (len(plan.injections) + 1)
    for number, inject in enumerate(plan.injections):
        begin = share // 2 + number * share + chance.randrange(share // 2)
        stage.start(_labelled(stage, chance, plan, inject), begin, lasts=plan.days > 1)


def _labelled(stage: Stage, chance: random.Random, plan: Plan, inject: Injection) -> Script:
    label = Label((), (), stage.symbols[0], plan.severity, began=stage.now_ns)
    stage.labels.append(label)
    yield from inject(stage, random.Random(chance.random()), plan.severity, label)
    label.ended = stage.now_ns


def sighted(alert: Alert, told_ns: int, labels: Sequence[Label]) -> Sighting:
    """Find the manipulation that an alert is about.

    By its group and its time or orders where the rule may name it so; by its group and orders
    where the rule is another.
    """
    concerned = {alert.owner, *(owner_of(account) for account in alert.members)}
    others = []
    for label in labels:
        if concerned.isdisjoint(label.owners):
            continue
        shares = bool(set(alert.order_ids) & set(label.order_ids))
        end = label.ended or alert.last_time
        is_then = alert.first_time <= end + GRACE_NS and alert.last_time >= label.began
        if alert.rule in label.rules and (shares or is_then):
            return Sighting(alert, told_ns, label)
        if shares or (is_then and not label.order_ids):
            others.append(label)
    if others:
        return Sighting(alert, told_ns, others[0], is_named=False)
    return Sighting(alert, told_ns)
