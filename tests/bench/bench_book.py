"""Speed of the order book alone: mixed operations, and one long queue drained.

Run: python tests/bench/bench_book.py [operations]
The work is seeded. Two yardsticks run beside it in the same process, a loop over a dict and a list
and the leanest book that makes the same trades: compare ratios, not figures, between machines.
"""

import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial

from bare_book import BareBook
from book_workload import (
    LIVE_ORDERS,
    Operation,
    drain_seconds,
    driver_seconds,
    mixed_operations,
    sweep_operations,
    sweep_seconds,
)

ROUNDS = 5
QUEUE_LENGTHS = (1_000, 10_000, 50_000)


def yardstick_seconds(count: int) -> float:
    """Time a plain loop that keeps tuples in a dict and a list."""
    kept: dict[int, tuple[int, int]] = {}
    queue: list[int] = []
    started = time.perf_counter()
    for number in range(count):
        kept[number] = (number, number + 1)
        queue.append(number)
        if number % 2:
            queue.pop()
            kept.pop(number)
    return time.perf_counter() - started


def bare_seconds(ramp: list[Operation], operations: list[Operation], fills: int) -> float:
    """Time operations on the leanest book, which must trade as often as the venue's."""
    bare = BareBook(len(ramp) + len(operations))
    bare.execute(ramp)
    bare.fill_count = 0
    started = time.perf_counter()
    bare.execute(operations)
    seconds = time.perf_counter() - started
    assert bare.fill_count == fills, (bare.fill_count, fills)
    return seconds


def _median(run: Callable[[], float]) -> float:
    return statistics.median(run() for _ in range(ROUNDS))


def show_mixed(count: int) -> None:
    """Show the mixed operations of orders that all have owners of their own, as the bare book."""
    owners = [str(number) for number in range(LIVE_ORDERS + count + 1)]
    ramp, operations = mixed_operations(count, owners=owners)
    mix = Counter(kind for kind, *_ in operations)
    rounds = []
    for _ in range(ROUNDS):
        seconds, fills = driver_seconds(ramp, operations, owners)
        rounds.append((seconds, yardstick_seconds(count), bare_seconds(ramp, operations, fills)))
    print(f"mix of {count:,}: {dict(sorted(mix.items()))}, {fills:,} fills")
    _show(f"book, mixed, {LIVE_ORDERS:,} live", count, rounds)


def show_sweeps(count: int) -> None:
    owners = [str(number) for number in range(count + 1)]
    operations = sweep_operations(count)
    rounds = []
    for _ in range(ROUNDS):
        seconds, fills = driver_seconds([], operations, owners)
        assert fills > count * 9 // 10
        rounds.append((seconds, yardstick_seconds(count), bare_seconds([], operations, fills)))
    _show("book, deep sweeps", count, rounds)


def _show(name: str, count: int, rounds: list[tuple[float, float, float]]) -> None:
    seconds, plain, bare = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(f"yardstick, dict and list      {count / plain:12,.0f} steps/s")
    print(f"{name:30}{count / seconds:12,.0f} operations/s")
    print(f"  fastest round               {count / min(s for s, *_ in rounds):12,.0f} operations/s")
    print(f"  ratio to the yardstick      {statistics.median(p / s for s, p, _ in rounds):12.2f}")
    print(f"  the leanest book            {count / bare:12,.0f} operations/s")
    print(f"  ratio to the leanest book   {statistics.median(b / s for s, _, b in rounds):12.2f}")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    show_mixed(count)
    show_sweeps(count)
    for length in QUEUE_LENGTHS:
        drained = _median(partial(drain_seconds, length)) / length
        swept = _median(partial(sweep_seconds, length)) / length
        print(
            f"level of {length:6,} orders: {drained * 1e6:6.3f} us a fill drained one by one, "
            f"{swept * 1e6:6.3f} us swept at once"
        )


if __name__ == "__main__":
    main()
