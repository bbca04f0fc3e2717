"""Distributions: what goes in comes out, to three significant digits."""

import random
from array import array

import pytest

from bashu_daemon.tools.load.latency import HIGHEST_NS, Latency

MS = 1_000_000


def test_percentiles_are_those_of_the_sorted_times() -> None:
    chance = random.Random(4)
    times = [round(chance.lognormvariate(0, 1.2) * MS) for _ in range(50_000)]
    latency = Latency()
    latency.add(array("q", times[:20_000]))
    latency.add(array("q", times[20_000:]))
    times.sort()
    found = latency.percentiles()
    assert found.count == 50_000
    for value, rank in (
        (found.p50_ms, 0.5), (found.p90_ms, 0.9), (found.p99_ms, 0.99), (found.p999_ms, 0.999),
        (found.p9999_ms, 0.9999),
    ):  # fmt: skip
        assert value == pytest.approx(times[int(rank * 50_000) - 1] / MS, rel=0.01)
    assert found.max_ms == pytest.approx(times[-1] / MS, rel=0.001)


def test_nothing_timed_is_all_zero() -> None:
    found = Latency().percentiles()
    assert (found.count, found.p50_ms, found.max_ms) == (0, 0.0, 0.0)
    assert Latency().bars() == []


def test_a_time_is_rounded_up_and_never_dropped() -> None:
    latency = Latency()
    latency.add(array("q", [1, 0, 999, HIGHEST_NS * 3]))
    assert latency.percentiles().count == 4
    assert latency.percentiles().p50_ms == 0.001


def test_bars_hold_every_time_once() -> None:
    latency = Latency()
    latency.add(array("q", [900_000, 1_000_000, 1_100_000, 3 * MS, 40 * MS]))
    assert [(bar.upto_ms, bar.count) for bar in latency.bars()] == [(1, 2), (2, 1), (5, 1), (50, 1)]
