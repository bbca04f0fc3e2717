"""Speed of surveillance: every rule and the audit, over the events of `bench_core`'s commands.

Run: python tests/bench/bench_surveillance.py [commands]
All commands fall into a tenth of a second, so every owner is far over every threshold: the first
events raise the alerts, the others make them grow. Alerts are written as they are published. CPU
time is counted, for the figures are shares of one core; the yardstick is `bench_core`'s loop.
"""

import gc
import statistics
import sys
import time
from collections.abc import Callable

from bench_core import START_NS, mixed_commands, open_venue

from bashu_daemon.core.events import Event
from bashu_daemon.surveillance.audit import encode_audit
from bashu_daemon.surveillance.engine import Engine
from bashu_protocol.codec import encode_batch
from bashu_protocol.messages import Alert

ROUNDS = 5
SLICE = 200
"""Events examined in one go, as by the supervision feed."""

Slices = list[list[Event]]


def event_slices(count: int) -> tuple[list[Event], Slices]:
    """Return the events of the ramp-up, and those of `count` mixed commands in slices."""
    ramp, commands, _ = mixed_commands(count)
    venue = open_venue()
    before = [event for user, command in ramp for event in venue.apply(user, command, START_NS)]
    events: list[Event] = []
    for number, (user, command) in enumerate(commands, 1):
        events += venue.apply(user, command, START_NS + 1_000 * number)
    return before, [events[start : start + SLICE] for start in range(0, len(events), SLICE)]


def cpu_seconds(work: Callable[[list[Event]], object], slices: Slices) -> float:
    started = time.process_time()
    for part in slices:
        work(part)
    return time.process_time() - started


def yardstick_seconds(count: int) -> float:
    """Time the loop of `bench_core`, in CPU time."""
    kept: dict[int, int] = {}
    queue: list[int] = []
    started = time.process_time()
    for number in range(count):
        kept[number] = number + 1
        queue.append(number)
        if number % 2:
            queue.pop()
            kept.pop(number)
    return time.process_time() - started


def engine_after(before: list[Event], rules: set[str] | None) -> Engine:
    """Return an engine that has seen the ramp-up, with some of its rules or all."""
    engine = Engine({})
    if rules is not None:
        for takers in engine.watch._table.values():
            takers[:] = [(handler, rule) for handler, rule in takers if rule.name in rules]
    engine.on_events(before)
    return engine


def show(name: str, seconds: list[float], yardsticks: list[float], count: int) -> None:
    ratio = statistics.median(
        plain / taken for taken, plain in zip(seconds, yardsticks, strict=True)
    )
    median, fastest = statistics.median(seconds), min(seconds)
    print(
        f"{name:32} {median / count * 1e6:6.2f} us/event, fastest round "
        f"{fastest / count * 1e6:6.2f}; {count / median:11,.0f} events/s, ratio {ratio:.3f}"
    )


def main() -> None:
    before, slices = event_slices(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    count = sum(map(len, slices))
    gc.collect()
    gc.freeze()  # what the bench itself keeps is no load on the collector

    def engine_work(rules: set[str] | None) -> Callable[[list[Event]], object]:
        return engine_after(before, rules).on_events

    def everything() -> Callable[[list[Event]], object]:
        engine = engine_after(before, None)

        def work(events: list[Event]) -> None:
            alerts: list[Alert] = engine.on_events(events)
            if alerts:
                encode_batch(alerts, "json")
            encode_audit(events, "json", 1, 1)

        return work

    names = [rule.name for rule in Engine({}).watch.rules]
    works: dict[str, Callable[[], Callable[[list[Event]], object]]] = {
        "no rule: the dispatch alone": lambda: engine_work(set()),
        **{f"{name} alone": lambda name=name: engine_work({name}) for name in names},
        "all rules": lambda: engine_work(None),
        "audit, msgpack": lambda: lambda events: encode_audit(events, "msgpack", 1, 1),
        "audit, JSON": lambda: lambda events: encode_audit(events, "json", 1, 1),
        "all rules, alerts and audit JSON": everything,
    }
    seconds: dict[str, list[float]] = {name: [] for name in works}
    yardsticks: list[float] = []
    for _ in range(ROUNDS):
        yardsticks.append(yardstick_seconds(count))
        for name, make in works.items():
            seconds[name].append(cpu_seconds(make(), slices))
    engine = engine_after(before, None)
    told = sum(len(engine.on_events(part)) for part in slices)
    grown = sum(alert.update for alert in engine.alerts())
    print(f"{count:,} events; {len(engine.alerts())} alerts grew {grown:,} times, told {told:,}")
    for name, taken in seconds.items():
        show(name, taken, yardsticks, count)
    print(f"yardstick {count / statistics.median(yardsticks):,.0f} steps/s")


if __name__ == "__main__":
    main()
