"""Half an hour of load: what the venue holds follows what is live, not what has been.

`make soak` runs it. BASHU_SOAK_SECONDS sets another length; below `SHORTEST_JUDGED_SECONDS` after
the warm-up the slope is printed and not judged, for there it is mostly noise.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import pytest
from process_usage import KIB_PER_MB, PROC, Usage, child_of, fit, minute_medians, usage_of

from bashu_daemon.core.directory import REMEMBERED
from bashu_daemon.tools.load.result import GroupResult, Result
from bashu_daemon.tools.load.venue_process import find_mosquitto

BASHU: Final = str(Path(sys.executable).parent / "bashu")
SECONDS: Final = int(os.environ.get("BASHU_SOAK_SECONDS", "1800"))
USERS: Final = 5
RATE: Final = 500
WARM_UP_SECONDS: Final = min(480, SECONDS // 2)
"""A user's remembered commands have turned over twice after half of it."""
SHORTEST_JUDGED_SECONDS: Final = 600
SAMPLE_SECONDS: Final = 5.0
START_SECONDS: Final = 60.0
ENDING_SECONDS: Final = 900.0
"""For the last answers and the comparison with the journal."""
MOST_MB_AN_HOUR: Final = 2.0
SNAPSHOT_EVERY: Final = 100_000
"""Commands: the state is dumped every 200 s, so that what this costs is part of the picture."""
PROFILE: Final = f"""
name = "soak"
description = "a long, even load with a few broken connections"
mode = "open"
rate = {RATE}
users = {USERS}
warm_up_seconds = {WARM_UP_SECONDS}
seconds = {SECONDS - WARM_UP_SECONDS}
drain_seconds = 60

[churn]
mean_seconds = 60

[venue]
snapshot_every = {SNAPSHOT_EVERY}
"""
ROW: Final = "{:>8} {:>9} {:>9} {:>6} {:>8}"


@pytest.mark.soak
@pytest.mark.mosquitto
@pytest.mark.timeout(SECONDS + START_SECONDS + ENDING_SECONDS + 60)
@pytest.mark.skipif(find_mosquitto() is None, reason="MOSQUITTO IS NOT INSTALLED: no soak")
@pytest.mark.skipif(not PROC.is_dir(), reason="THERE IS NO /proc, ONLY LINUX HAS IT: no soak")
def test_memory_is_flat_under_a_steady_load(tmp_path: Path) -> None:
    profile, out, log = (tmp_path / name for name in ("soak.toml", "result.json", "load.log"))
    profile.write_text(PROFILE)
    command = [BASHU, "load", profile, "--self-contained", "--json", out]
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True)
    try:
        samples = _watch(process)
        code = process.wait(ENDING_SECONDS)
    finally:
        process.terminate()  # it stops its venue and broker; ended already, it does nothing
        process.wait()
    assert code == 0, log.read_text()
    result = msgspec.json.decode(out.read_bytes(), type=Result)
    (group,) = result.groups
    print(f"{group.answered:,} commands answered, {group.trades:,} trades, "
          f"{group.reconnects} reconnections, p99 {group.latency.p99_ms} ms")  # fmt: skip
    _check_orders(group, result)
    _check_usage([sample for sample in samples if sample.at_seconds >= WARM_UP_SECONDS])


def _watch(load: "subprocess.Popen[bytes]") -> list[Usage]:
    """Sample the venue until the load ends; print a line a minute."""
    pid = _venue_of(load)
    begin = time.monotonic()
    samples: list[Usage] = []
    print(f"\nthe venue is process {pid}, warm-up {WARM_UP_SECONDS} s of {SECONDS} s")
    print(ROW.format("seconds", "RSS MB", "anon MB", "files", "threads"), flush=True)
    for number in range(int(SECONDS / SAMPLE_SECONDS)):
        if load.poll() is not None:
            break
        try:
            sample = usage_of(pid, time.monotonic() - begin)
        except OSError:
            break  # the venue has ended; the load's exit code and log say why
        samples.append(sample)
        if number % round(60 / SAMPLE_SECONDS) == 0:
            _print(sample)
        time.sleep(max(0.0, begin + (number + 1) * SAMPLE_SECONDS - time.monotonic()))
    return samples


def _venue_of(load: "subprocess.Popen[bytes]") -> int:
    deadline = time.monotonic() + START_SECONDS
    while load.poll() is None and time.monotonic() < deadline:
        pid = child_of(load.pid, "serve")
        if pid is not None:
            return pid
        time.sleep(0.1)
    pytest.fail("the venue did not start")


def _print(sample: Usage) -> None:
    memory = (f"{kib / KIB_PER_MB:.2f}" for kib in (sample.rss_kib, sample.anonymous_kib))
    row = (f"{sample.at_seconds:.0f}", *memory, sample.open_files, sample.threads)
    print(ROW.format(*row), flush=True)


def _check_orders(group: GroupResult, result: Result) -> None:
    assert (group.unanswered, group.unexpected_rejects) == (0, 0)
    assert group.reconnects > 0
    assert group.trades > 0
    assert result.reconciliation is not None
    assert (result.reconciliation.lost, result.reconciliation.faults) == ([], [])
    assert result.venue_complaints == []


def _check_usage(samples: Sequence[Usage]) -> None:
    """The line through the medians of the minutes rises slowly, and no file or thread stays."""
    minutes = minute_medians([(item.at_seconds, item.rss_kib / KIB_PER_MB) for item in samples])
    if len(minutes) > 2:
        trend = fit(minutes)
        an_hour, error = trend.slope * 3_600, trend.standard_error * 3_600
        print(f"slope of the RSS {an_hour:+.2f} MB/h, standard error {error:.2f} MB/h")
        if SECONDS - WARM_UP_SECONDS >= SHORTEST_JUDGED_SECONDS:
            assert RATE / USERS * WARM_UP_SECONDS >= 2 * 2 * REMEMBERED
            assert an_hour < MOST_MB_AN_HOUR
    part = max(1, len(samples) // 4)
    for what in ("open_files", "threads"):
        first, last = (
            statistics.median(getattr(item, what) for item in some)
            for some in (samples[:part], samples[-part:])
        )
        print(
            f"{what.replace('_', ' ')}: median {first:g} in the first quarter, {last:g} in the last"
        )
        assert last <= first, f"{what} grew"
