"""Bashu's book against the order books that PyPI offers, on the operations of `book_workload`.

Run: python tests/bench/bench_peers.py [package]
Without a package: all, one after the other, each in its own process of `.venv-bench`, which
`make bench` sets up. With one: that one, in this interpreter.

A slow book gets fewer operations; Bashu is timed on the very same ones, before and after it in
every round, with every book filled anew to 10,000 orders beforehand. Each order has its own owner,
because no peer knows self-trade prevention. What each order traded must come out the same.
"""

import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from book_workload import LIVE_ORDERS, Driver, Operation, Order, mixed_operations
from peer_books import PEERS, PeerBook

ROUNDS = 3
OPERATIONS = {"order-matching": 200}
"""Operations a round, for those that would not get through `MANY_OPERATIONS` in about a second."""
MANY_OPERATIONS = 100_000
PEERS_PYTHON = Path(__file__).parents[2] / ".venv-bench" / "bin" / "python"
NOT_INSTALLED = 3
"""Exit status where the peer's package is absent."""


class TracingDriver(Driver):
    """Bashu's book, gathering what each incoming order traded."""

    def __init__(self, operations: int, owners: list[str]) -> None:
        super().__init__(operations, owners)
        self.traded_qtys: list[int] = []

    def take(self, order: Order) -> bool:
        qty = order.leaves_qty
        rests = super().take(order)
        if order.leaves_qty != qty:
            self.traded_qtys.append(qty - order.leaves_qty)
        return rests


class Contest:
    """The same operations for Bashu and for one peer; neither pays for the other's garbage."""

    def __init__(self, peer: type[PeerBook]) -> None:
        self.peer = peer
        self.count = OPERATIONS.get(peer.package, MANY_OPERATIONS)
        self.capacity = LIVE_ORDERS + self.count
        self.owners = [f"owner-{number:06}" for number in range(self.capacity + 1)]
        self.ramp, self.operations = mixed_operations(self.count, owners=self.owners)
        self.peer_traded_qtys: list[int] = []

    def bashu_seconds(self) -> float:
        """Return the median of as many runs as 1,000 operations take, at least one."""
        return statistics.median(self._bashu_run() for _ in range(0, 1_000, self.count))

    def _bashu_run(self) -> float:
        gc.collect()
        driver = Driver(self.capacity, self.owners)
        driver.execute(self.ramp)
        return _seconds(driver.execute, self.operations)

    def peer_seconds(self) -> float:
        gc.collect()
        book = self.peer(self.capacity)
        book.load(self.ramp)
        seconds = _seconds(book.execute, self.operations)
        self.peer_traded_qtys = book.traded_qtys
        return seconds

    def deviation(self) -> str:
        """Return how the peer's trading differs from Bashu's; empty if it does not."""
        driver = TracingDriver(self.capacity, self.owners)
        driver.execute(self.ramp)
        driver.execute(self.operations)
        ours, theirs = driver.traded_qtys, self.peer_traded_qtys
        if ours == theirs:
            return ""
        places = zip(ours, theirs, strict=False)
        shorter = min(len(ours), len(theirs))
        first = next((n for n, (our, their) in enumerate(places) if our != their), shorter)
        return (
            f"traded {sum(theirs):,.0f} t with {len(theirs):,} orders, Bashu {sum(ours):,} t "
            f"with {len(ours):,}; they part at trading order {first:,}"
        )


def _seconds(execute: Callable[[list[Operation]], None], operations: list[Operation]) -> float:
    started = time.perf_counter()
    execute(operations)
    return time.perf_counter() - started


def measure(peer: type[PeerBook]) -> None:
    """Print one peer's line."""
    contest = Contest(peer)
    bashu, theirs, ratios = [], [], []
    for _ in range(ROUNDS):
        before, seconds, after = (
            contest.bashu_seconds(),
            contest.peer_seconds(),
            contest.bashu_seconds(),
        )
        bashu.append((before + after) / 2)
        theirs.append(seconds)
        ratios.append(seconds / bashu[-1])
    deviation = contest.deviation()
    agreed = f"the same {sum(contest.peer_traded_qtys):,.0f} t traded"
    print(
        f"{peer.package:>20} {version(peer.package):9} {contest.count:7,} operations: "
        f"Bashu {contest.count / statistics.median(bashu):9,.0f}/s, "
        f"it {contest.count / statistics.median(theirs):7,.0f}/s, "
        f"ratio {statistics.median(ratios):8,.1f} ({min(ratios):,.1f} to {max(ratios):,.1f}); "
        f"{deviation or agreed}",
        flush=True,
    )
    if deviation:
        print(f"*** {peer.package} DEVIATES: the ratio compares unequal work", flush=True)


def measure_all() -> int:
    """Let every peer be measured in a process of its own; return the exit status."""
    if not PEERS_PYTHON.exists():
        print(f"*** NO PEER MEASURED: {PEERS_PYTHON} is missing; run `make bench`", flush=True)
        return 0
    print(
        f"book alone, mixed, {LIVE_ORDERS:,} live; medians of {ROUNDS} rounds; "
        "the ratio is the peer's time to Bashu's"
    )
    failed = 0
    for peer in PEERS:
        command = [str(PEERS_PYTHON), __file__, peer.package]
        status = subprocess.run(command, check=False).returncode
        if status not in {0, NOT_INSTALLED}:
            failed = 1
            print(f"*** {peer.package} NOT MEASURED: its process ended with {status}", flush=True)
    return failed


def main() -> int:
    if len(sys.argv) == 1:
        return measure_all()
    peers = {peer.package: peer for peer in PEERS}
    if sys.argv[1] not in peers:
        print(f"no such peer: {sys.argv[1]}; known are {', '.join(peers)}", file=sys.stderr)
        return 2
    peer = peers[sys.argv[1]]
    try:
        peer(0)
    except ModuleNotFoundError as error:
        print(f"*** {peer.package} NOT MEASURED: {error}; is it installed here?", flush=True)
        return NOT_INSTALLED
    measure(peer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
