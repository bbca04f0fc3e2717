"""Limits: each that is missed gets a sentence, and nothing lost ever passes."""

import msgspec
import pytest

from bashu_daemon.tools.load.latency import Percentiles
from bashu_daemon.tools.load.profile import Limits, Profile
from bashu_daemon.tools.load.result import (
    GroupResult,
    Reconciliation,
    Result,
    SlowConsumerResult,
    judge,
    this_machine,
)

TIMES = Percentiles(1_000, 2, 4, 8, 16, 32, 64)
GOOD = GroupResult(
    name="measured users", users=2, sent=1_000, answered=1_000, accepted=1_000, rejected={},
    refused={}, unanswered=0, unexpected_rejects=0, trades=0, gaps=0, unclosed_gaps=0,
    reconnects=0, resent=0, rate=900, latency=TIMES, mass_cancels=TIMES,
)  # fmt: skip


def judged(limits: Limits, **changes: object) -> list[str]:
    group = msgspec.structs.replace(GOOD, **changes)
    return judge(
        Result(
            profile=Profile(name="x", limits=limits), machine=this_machine(), broker="none",
            started_at="", measured_seconds=1.0, groups=[group], lateness=TIMES,
        )
    )  # fmt: skip


def test_a_good_run_passes() -> None:
    limits = Limits(p50_ms=2, p99_ms=8, p999_ms=16, max_ms=64, min_rate=900, mass_cancel_p99_ms=8)
    assert judged(limits) == []


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (Limits(p50_ms=1.9), "p50 is 2.00 ms, the limit is 1.9 ms"),
        (Limits(p99_ms=7), "p99 is"),
        (Limits(p999_ms=15), "p99.9 is"),
        (Limits(max_ms=63), "longest latency"),
        (Limits(min_rate=901), "the rate is 900/s, the limit is 901/s"),
        (Limits(mass_cancel_p99_ms=7), "mass cancels"),
    ],
)
def test_each_limit_that_is_missed_is_named(limits: Limits, says: str) -> None:
    (failure,) = judged(limits)
    assert says in failure


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"unanswered": 1}, "unanswered: 1"),
        ({"refused": {"THROTTLED": 3}}, "throttled: 3"),
        ({"unexpected_rejects": 2}, "unexpectedly rejected: 2"),
        ({"gaps": 1}, "gaps in rpt_seq: 1"),
        ({"unclosed_gaps": 1}, "reports are missing for 1 users"),
        ({"latency": Percentiles(0, 0, 0, 0, 0, 0, 0)}, "not one order was timed"),
    ],
)
def test_without_limits_nothing_may_be_missing_either(
    changes: dict[str, object], says: str
) -> None:
    (failure,) = judged(Limits(), **changes)
    assert says in failure


def test_what_the_journal_says_cannot_be_allowed_by_a_profile() -> None:
    result = Result(
        profile=Profile(name="x", limits=Limits(stopped_p99_ratio=1.2)), machine=this_machine(),
        broker="none", started_at="", measured_seconds=1.0, groups=[GOOD], lateness=TIMES,
        slow_consumer=SlowConsumerResult(TIMES, TIMES, 1.3, 7, ["CCER"]),
        reconciliation=Reconciliation(5, 4, ["u: lost"], ["a fault"]),
    )  # fmt: skip
    failures = judge(result)
    assert [text for text in failures if "CCER" in text or "1.30 x" in text] == failures[:2]
    assert failures[2:] == ["u: lost", "a fault"]
