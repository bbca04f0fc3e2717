"""What a run found, and whether that is enough."""

import os
import platform
from importlib.metadata import version
from typing import Final

from msgspec import Struct, field

from bashu_daemon.tools.load.latency import Bar, Percentiles
from bashu_daemon.tools.load.profile import Limits, Profile

PACKAGES: Final = (
    "bashu",
    "gmqtt",
    "mqtt5",
    "hdrhistogram",
    "msgspec",
    "uvloop",
    "amqtt",
    "aiomqtt",
)


class Machine(Struct, frozen=True):
    """Where it ran."""

    system: str
    processor: str
    cores: int
    python: str
    packages: dict[str, str]


class GroupResult(Struct, frozen=True):
    """The measured users together, or the flooders."""

    name: str
    users: int
    sent: int
    answered: int
    accepted: int
    rejected: dict[str, int]
    refused: dict[str, int]
    """By code: never taken as commands, `THROTTLED` above all."""
    unanswered: int
    unexpected_rejects: int
    trades: int
    gaps: int
    unclosed_gaps: int
    reconnects: int
    resent: int
    rate: int
    """Answered orders a second of the measured part."""
    latency: Percentiles
    mass_cancels: Percentiles
    bars: list[Bar] = []


class SlowConsumerResult(Struct, frozen=True):
    """What became of the others, and of its own books."""

    before: Percentiles
    stopped: Percentiles
    p99_ratio: float
    symbols_compared: int
    differing: list[str]


class Reconciliation(Struct, frozen=True):
    """What the journal says of what the users saw."""

    records: int
    acknowledged: int
    lost: list[str]
    """Sentences: an acknowledged order that is not in the journal once, a report not stored."""
    faults: list[str]
    """What `bashu verify` finds wrong."""


class Result(Struct, kw_only=True):
    """All of it, as `--json` writes it."""

    profile: Profile
    machine: Machine
    broker: str
    started_at: str
    measured_seconds: float
    interrupted: bool = False
    groups: list[GroupResult]
    lateness: Percentiles
    """How late the harness itself was: intended to actual send, open loop; part of the latency."""
    disk: Percentiles | None = None
    """A small write and its sync on the venue's disk meanwhile, every 20 ms; self-contained."""
    cpu_us_per_order: float = 0.0
    """What the harness itself took of a core, an answered order of the measured part."""
    slow_consumer: SlowConsumerResult | None = None
    reconciliation: Reconciliation | None = None
    venue_complaints: list[str] = field(default_factory=list)
    """Warnings and errors in the log of a self-contained venue."""
    failures: list[str] = field(default_factory=list)


def this_machine() -> Machine:
    return Machine(
        system=platform.platform(),
        processor=_processor(),
        cores=os.cpu_count() or 0,
        python=platform.python_version(),
        packages={name: version(name) for name in PACKAGES},
    )


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123  a device of the kernel
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass  # not Linux
    return platform.processor()


def judge(result: Result) -> list[str]:
    """Return a sentence for each limit that was missed and for whatever was lost."""
    limits = result.profile.limits
    found = _judge_group(result.groups[0], limits)
    for group in result.groups:
        if group.unclosed_gaps:
            found.append(f"{group.name}: reports are missing for {group.unclosed_gaps} users")
    slow = result.slow_consumer
    if slow is not None:
        found += [f"the slow consumer's book of {symbol} differs" for symbol in slow.differing]
        bound = limits.stopped_p99_ratio
        if bound is not None and slow.p99_ratio > bound:
            found.append(f"p99 beside the stopped consumer is {slow.p99_ratio:.2f} x, not {bound}")
    if result.reconciliation is not None:
        found += result.reconciliation.lost
        found += result.reconciliation.faults
    return found


def _judge_group(group: GroupResult, limits: Limits) -> list[str]:
    found = []
    for name, value, bound in (
        ("p50", group.latency.p50_ms, limits.p50_ms),
        ("p99", group.latency.p99_ms, limits.p99_ms),
        ("p99.9", group.latency.p999_ms, limits.p999_ms),
        ("the longest latency", group.latency.max_ms, limits.max_ms),
        ("p99 of mass cancels", group.mass_cancels.p99_ms, limits.mass_cancel_p99_ms),
    ):
        if bound is not None and value > bound:
            found.append(f"{name} is {value:,.2f} ms, the limit is {bound:,g} ms")
    if limits.min_rate is not None and group.rate < limits.min_rate:
        found.append(f"the rate is {group.rate:,}/s, the limit is {limits.min_rate:,}/s")
    throttled = group.refused.get("THROTTLED", 0)
    for name, count, most in (
        ("unanswered", group.unanswered, limits.unanswered),
        ("throttled", throttled, limits.throttled),
        ("unexpectedly rejected", group.unexpected_rejects, limits.unexpected_rejects),
        ("gaps in rpt_seq", group.gaps, limits.gaps),
    ):
        if count > most:
            found.append(f"{name}: {count:,}, the limit is {most:,}")
    if not group.latency.count:
        found.append("not one order was timed")
    return found
