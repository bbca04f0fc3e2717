"""Arrival times: when an order is meant to leave does not depend on anything but the seed."""

import heapq
import random
from itertools import islice, pairwise

import pytest

from bashu_daemon.tools.load.profile import Burst
from bashu_daemon.tools.load.schedule import arrivals, bursts

SECOND = 1_000_000_000


def test_constant_arrivals_do_not_drift() -> None:
    times = list(islice(arrivals("constant", 3, random.Random(1)), 300_000))
    assert times[2] == SECOND
    assert times[-1] == 100_000 * SECOND


def test_poisson_arrivals_have_the_rate_and_the_spread_of_an_exponential() -> None:
    times = list(islice(arrivals("poisson", 1_000, random.Random(7)), 100_000))
    gaps = [later - earlier for earlier, later in pairwise(times)]
    mean = sum(gaps) / len(gaps)
    deviation = (sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) ** 0.5
    assert mean == pytest.approx(1_000_000, rel=0.02)
    assert deviation == pytest.approx(mean, rel=0.03)
    assert min(gaps) >= 0


@pytest.mark.parametrize("kind", ["constant", "poisson"])
def test_the_same_seed_gives_the_same_times(kind: str) -> None:
    one, two = (list(islice(arrivals(kind, 50, random.Random(3)), 500)) for _ in range(2))
    assert one == two


def test_a_burst_lies_within_its_moment_and_counts_messages_and_not_orders() -> None:
    times = list(islice(bursts(Burst(5, 100, 20), batch=8, chance=random.Random(1)), 26))
    first, second = times[:13], times[13:]  # 100 orders in messages of 8
    for start, burst in ((5 * SECOND, first), (10 * SECOND, second)):
        assert burst == sorted(burst)
        assert start <= burst[0]
        assert burst[-1] <= start + 20_000_000


def test_bursts_merge_with_a_stream_in_order() -> None:
    stream = arrivals("constant", 10, random.Random(1))
    merged = heapq.merge(stream, bursts(Burst(1, 30, 100), 1, random.Random(1)))
    times = list(islice(merged, 100))
    assert times == sorted(times)
    assert sum(SECOND <= time <= 1_100_000_000 for time in times) == 30 + 2
