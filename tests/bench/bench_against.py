"""The present core beside that of another commit, turn by turn in one run.

Run: python tests/bench/bench_against.py [commit] [rounds]
The other commit's packages run under the present benchmarks, on the same orders. Machines are
noisy, so each round runs both, and the medians of the rounds' ratios are what counts.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
BENCH: Final = Path(__file__).parent
ROUNDS: Final = 5
ORDERS: Final = 100_000
LEAST: Final = 0.9
"""What part of its speed the present core may not fall below."""

_MEASURE: Final = f"""
import gc, json, sys
sys.path.insert(0, {str(BENCH)!r})
import book_workload, bench_core
ramp, commands, _ = bench_core.mixed_commands({ORDERS})
gc.collect(); gc.freeze()
core = min(bench_core.apply_seconds(ramp, commands) for _ in range(3))
owners = [str(number) for number in range(book_workload.LIVE_ORDERS + {ORDERS} + 1)]
ramp, operations = book_workload.mixed_operations({ORDERS}, owners=owners)
book = min(book_workload.driver_seconds(ramp, operations, owners)[0] for _ in range(3))
print(json.dumps({{"Venue.apply": {ORDERS} / core, "book, mixed": {ORDERS} / book}}))
"""


def measure(tree: Path) -> dict[str, float]:
    """Return orders a second by benchmark, with the packages of a tree."""
    packages = os.pathsep.join(str(tree / room) for room in ("protocol", "daemon", "tui"))
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE],
        env={**os.environ, "PYTHONPATH": packages},
        stdout=subprocess.PIPE,
        check=True,
    )
    rates: dict[str, float] = json.loads(done.stdout)
    return rates


def main() -> int:
    commit = sys.argv[1] if len(sys.argv) > 1 else "HEAD~1"
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    with tempfile.TemporaryDirectory() as folder:
        other = Path(folder) / "other"
        added = ["git", "-C", ROOT, "worktree", "add", "-q", "--detach", other, commit]
        subprocess.run(added, check=True)
        try:
            pairs = [(measure(ROOT), measure(other)) for _ in range(rounds)]
        finally:
            subprocess.run(["git", "-C", ROOT, "worktree", "remove", "--force", other], check=True)
    slower = 0
    for name in pairs[0][0]:
        now = statistics.median(present[name] for present, _ in pairs)
        then = statistics.median(before[name] for _, before in pairs)
        ratio = statistics.median(present[name] / before[name] for present, before in pairs)
        slower += ratio < LEAST
        print(f"{name:12} {now:12,.0f}/s now, {then:12,.0f}/s at {commit}: ratio {ratio:.3f}")
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
