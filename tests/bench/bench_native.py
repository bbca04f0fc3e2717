"""The core in plain Python beside the native one: the same sources, compiled by mypyc.

Run: python tests/bench/bench_native.py [rounds]
Builds in a temporary copy and leaves the checkout as it is. Plain and native run in turn, each
round in a process of its own, so that a busy machine disturbs both alike; a ratio is the median
of the rounds' ratios. The book is driven twice: by the interpreted loops of `book_workload`, whose
own time does not change, and by those loops compiled with the book, as the core's calls to it are.
"""

import gc
import importlib
import json
import os
import pickle
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bench_core
import book_workload

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BUILD = ROOT / "daemon" / "native_build.py"
ROUNDS = 5
OPERATIONS = 200_000
COMMANDS = 100_000
SHORT_LEVEL = 1_000
LONG_LEVEL = 50_000
VARIANTS = {"plain": "plain", "native": "native", "native, compiled loops": "native"}
"""Name of what is run, and the folder of its sources."""
STEPS = {
    "mixed": "book, mixed operations",
    "short_sweep": f"book, a level of {SHORT_LEVEL:,} swept, a fill",
    "long_sweep": f"book, a level of {LONG_LEVEL:,} swept, a fill",
    "drain": f"book, a level of {LONG_LEVEL:,} drained one by one, a fill",
    "apply": "core.apply, mixed commands",
}
Figures = dict[str, Any]


def measure(workload: Path, loops: Any) -> Figures:
    """Return nanoseconds of each kind of step, and what the work leads to."""
    ramp, operations, commands_ramp, commands = pickle.loads(workload.read_bytes())  # noqa: S301  written by the parent
    gc.collect()
    gc.freeze()  # what the bench itself keeps is no load on the collector
    driver = loops.Driver(loops.LIVE_ORDERS + len(operations))
    driver.execute(ramp)
    started = time.perf_counter()
    driver.execute(operations)
    seconds = time.perf_counter() - started
    return {
        "mixed": seconds / len(operations) * 1e9,
        "short_sweep": _fill_ns(loops.sweep_seconds, SHORT_LEVEL),
        "long_sweep": _fill_ns(loops.sweep_seconds, LONG_LEVEL),
        "drain": _fill_ns(loops.drain_seconds, LONG_LEVEL),
        "apply": bench_core.apply_seconds(commands_ramp, commands) / len(commands) * 1e9,
        "book": [driver.book.bids.depth(), driver.book.asks.depth()],
        "state_hash": _state_hash(commands_ramp + commands),
    }


def _fill_ns(seconds: Callable[[int], float], length: int) -> float:
    return min(seconds(length) for _ in range(3)) / length * 1e9


def _state_hash(commands: list[bench_core.Sent]) -> str:
    venue = bench_core.open_venue()
    for number, (user, command) in enumerate(commands):
        venue.apply(user, command, bench_core.START_NS + number)
    return venue.state_hash()


def _run_round(folder: Path, variant: str) -> Figures:
    """Measure in a process whose core, and loops if they are compiled, are of `folder`."""
    root = folder / VARIANTS[variant]
    path = os.pathsep.join([str(root / "protocol"), str(root / "daemon")])
    done = subprocess.run(
        [sys.executable, str(HERE / "bench_native.py"), "--measure", variant, str(folder)],
        env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    figures: Figures = json.loads(done.stdout)
    return figures


def _measure_variant(variant: str, folder: Path) -> None:
    """Be the process of one round."""
    from bashu_daemon.core_build import core_build

    assert core_build() == VARIANTS[variant]
    loops: Any = book_workload
    if variant == "native, compiled loops":
        del sys.modules["book_workload"]
        sys.path.insert(0, str(folder / "native" / "daemon"))
        loops = importlib.import_module("book_workload")
        assert not loops.__file__.endswith(".py")
    json.dump(measure(folder / "workload", loops), sys.stdout)


def _prepare(folder: Path) -> int:
    """Lay plain and native sources and the workload into `folder`; return the build's status."""
    sys.path.insert(0, str(BUILD.parent))  # it is no part of the package
    import native_build

    missing = native_build.missing_tools()
    if missing:
        return int(native_build.NO_TOOLS)
    ignored = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd", native_build.MANIFEST)
    for part in ("protocol/bashu_protocol", "daemon/bashu_daemon"):
        shutil.copytree(ROOT / part, folder / "plain" / part, ignore=ignored)
    native_build.build_into(folder / "native", [HERE / "book_workload.py"])
    ramp, operations = book_workload.mixed_operations(OPERATIONS)
    commands_ramp, commands, _ = bench_core.mixed_commands(COMMANDS)
    workload = pickle.dumps((ramp, operations, commands_ramp, commands))
    (folder / "workload").write_bytes(workload)
    return 0


def _show(rounds: list[dict[str, Figures]]) -> None:
    print(f"ns a step, median of {len(rounds)} rounds; how many times as fast as plain")
    for step, name in STEPS.items():
        print(f"{name}")
        for variant in VARIANTS:
            figures = [each[variant][step] for each in rounds]
            ratios = [each["plain"][step] / each[variant][step] for each in rounds]
            fastest = min(each["plain"][step] for each in rounds) / min(figures)
            print(
                f"  {variant:24}{statistics.median(figures):8,.0f} ns   "
                f"median ratio {statistics.median(ratios):5.2f}   of the fastest {fastest:5.2f}"
            )
    for what in ("book", "state_hash"):
        outcomes = {json.dumps(each[variant][what]) for each in rounds for variant in VARIANTS}
        assert len(outcomes) == 1, f"plain and native differ in {what}"
    print(f"the books are equal, and the state hashes: {rounds[0]['plain']['state_hash']}")


def main() -> int:
    if sys.argv[1:2] == ["--measure"]:
        _measure_variant(sys.argv[2], Path(sys.argv[3]))
        return 0
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory(prefix="bashu-native-") as name:
        folder = Path(name)
        if _prepare(folder):
            print("*** NOT RUN: the native core needs a C compiler and Python's headers")
            return 0
        rounds = [{v: _run_round(folder, v) for v in VARIANTS} for _ in range(count)]
    _show(rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
