"""When orders are meant to leave: arrival times of the open loop, in ns from its start."""

import random
from collections.abc import Iterator

from bashu_daemon.tools.load.profile import Arrivals, Burst
from bashu_protocol.units import NS_PER_MS, NS_PER_SECOND


def arrivals(kind: Arrivals, per_second: float, chance: random.Random) -> Iterator[int]:
    """Yield arrival times without end, at an average of `per_second`."""
    return _constant(per_second) if kind == "constant" else _poisson(per_second, chance)


def _constant(per_second: float) -> Iterator[int]:
    number = 0
    while True:
        number += 1
        # From the number and not from the last time: roundings must not add up.
        yield round(number * NS_PER_SECOND / per_second)


def _poisson(per_second: float, chance: random.Random) -> Iterator[int]:
    now_ns = 0.0
    scale = NS_PER_SECOND / per_second
    while True:
        now_ns += chance.expovariate(1.0) * scale
        yield round(now_ns)


def bursts(burst: Burst, batch: int, chance: random.Random) -> Iterator[int]:
    """Yield the arrivals of bursts: `orders` within `within_ms`, every `every_seconds`."""
    messages = -(-burst.orders // batch)
    start_ns = 0
    while True:
        start_ns += round(burst.every_seconds * NS_PER_SECOND)
        width_ns = burst.within_ms * NS_PER_MS
        yield from sorted(start_ns + round(chance.random() * width_ns) for _ in range(messages))
