"""Run all benches, one after the other."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent

BENCHES = (
    "bench_book.py",
    "bench_core.py",
    "bench_native.py",
    "bench_journal.py",
    "bench_surveillance.py",
    "bench_alerts.py",
    "bench_orders.py",
    "bench_tui.py",
    "bench_peers.py",
)

for name in BENCHES:
    print(f"\n== {name}", flush=True)
    subprocess.run([sys.executable, str(HERE / name)], cwd=HERE, check=True)
