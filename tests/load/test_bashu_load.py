"""`bashu load` as people call it: short runs over both brokers, and its exit codes."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bashu_daemon.tools.load.result import Result
from bashu_daemon.tools.load.venue_process import VenueProcess, find_mosquitto

BASHU = str(Path(sys.executable).parent / "bashu")
Command = Callable[..., "subprocess.CompletedProcess[str]"]
SHORT = ("--seconds", "2", "--users", "3", "--rate", "150")
LENIENT = 'name = "lenient"\nwarm_up_seconds = 0.5\ndrain_seconds = 60\n'
BROKERS = [
    pytest.param("amqtt", id="amqtt"),
    pytest.param(
        "mosquitto",
        id="mosquitto",
        marks=[
            pytest.mark.mosquitto,
            pytest.mark.skipif(
                find_mosquitto() is None,
                reason="MOSQUITTO IS NOT INSTALLED: this did not run",
            ),
        ],
    ),
]


@pytest.fixture
def bashu() -> Command:
    def run(*arguments: str, **options: Any) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [BASHU, *arguments], capture_output=True, text=True, timeout=110, check=False, **options
        )

    return run


def profile(directory: Path, more: str = "") -> str:
    """Write a profile whose limits a slow machine meets."""
    path = directory / "lenient.toml"
    path.write_text(LENIENT + more)
    return str(path)


@pytest.mark.parametrize("broker", BROKERS)
def test_a_short_run_accounts_for_every_order(bashu: Command, tmp_path: Path, broker: str) -> None:
    out = tmp_path / "result.json"
    flags = ["--embedded"] if broker == "amqtt" else []
    done = bashu(
        "load", profile(tmp_path), "--self-contained", *flags, *SHORT, "--json", str(out),
        "--data-dir", str(tmp_path / "run"),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    result = msgspec.json.decode(out.read_bytes(), type=Result)
    (group,) = result.groups
    assert result.broker.startswith("Mosquitto" if broker == "mosquitto" else "the embedded amqtt")
    assert group.sent > 150
    assert group.sent == group.accepted + sum(group.rejected.values())
    assert (group.unanswered, group.gaps, group.refused) == (0, 0, {})
    assert 0 < group.latency.p50_ms <= group.latency.p9999_ms <= group.latency.max_ms
    assert sum(bar.count for bar in group.bars) == group.latency.count
    assert result.reconciliation is not None
    assert result.reconciliation.acknowledged == group.sent
    assert result.machine.packages["gmqtt"]
    verified = bashu("verify", str(tmp_path / "run" / "data"))
    assert verified.returncode == 0, verified.stdout


@pytest.mark.parametrize("broker", BROKERS[1:])
def test_the_closed_loop_with_batches_on_one_symbol(
    bashu: Command, tmp_path: Path, broker: str
) -> None:
    unlimited = profile(tmp_path, "[venue]\ncommands_per_second = 0\n")
    done = bashu(
        "load", unlimited, "--self-contained", *SHORT, "--mode", "closed", "--batch", "10",
        "--window", "2", "--symbols", "CCER", "--json", "-",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout)
    (group,) = result["groups"]
    assert group["sent"] % 10 == 0
    assert group["sent"] == group["answered"]
    assert "Latency" in done.stderr


@pytest.mark.parametrize("broker", BROKERS[1:])
def test_broken_connections_lose_nothing(bashu: Command, tmp_path: Path, broker: str) -> None:
    out = tmp_path / "result.json"
    own = profile(tmp_path, "[churn]\nmean_seconds = 0.5\n")
    done = bashu("load", own, "--self-contained", *SHORT, "--json", str(out))
    assert done.returncode == 0, done.stdout + done.stderr
    (group,) = msgspec.json.decode(out.read_bytes(), type=Result).groups
    assert group.reconnects > 0
    assert group.unanswered == 0


@pytest.mark.parametrize("broker", BROKERS[1:])
def test_a_stopped_consumer_holds_the_venues_book_in_the_end(
    bashu: Command, tmp_path: Path, broker: str
) -> None:
    out = tmp_path / "result.json"
    own = profile(tmp_path, "[slow_consumer]\nstopped_seconds = 0.8\n")
    done = bashu("load", own, "--self-contained", *SHORT, "--json", str(out))
    assert done.returncode == 0, done.stdout + done.stderr
    slow = msgspec.json.decode(out.read_bytes(), type=Result).slow_consumer
    assert slow is not None
    assert slow.differing == []
    assert slow.symbols_compared == 7
    assert slow.stopped.count > 0


@pytest.mark.parametrize("broker", BROKERS[1:])
def test_flooders_and_mass_cancels_are_counted_apart(
    bashu: Command, tmp_path: Path, broker: str
) -> None:
    out = tmp_path / "result.json"
    own = profile(
        tmp_path,
        "[flooder]\nwindow = 20\n[mass_cancel_storm]\nevery_seconds = 0.5\n"
        "[burst]\nevery_seconds = 1\norders = 30\nwithin_ms = 20\n",
    )
    done = bashu("load", own, "--self-contained", *SHORT, "--json", str(out))
    assert done.returncode == 0, done.stdout + done.stderr
    measured, flooders = msgspec.json.decode(out.read_bytes(), type=Result).groups
    assert (measured.users, flooders.users) == (3, 1)
    assert flooders.answered > 0
    assert measured.mass_cancels.count > 0
    assert flooders.mass_cancels.count == 0


async def test_a_running_venue_is_compared_with_an_image_of_its_journal(
    bashu: Command, tmp_path: Path
) -> None:
    users = ["load-001", "load-002"]
    venue = VenueProcess(tmp_path, users, {}, embedded=True)
    try:
        place = await venue.start()
        address = f"mqtt://{place.host}:{place.port}"
        arguments = ("--broker", address, "--data-dir", str(venue.data_dir), *SHORT)
        out = tmp_path / "result.json"
        for _run in range(2):  # the second finds the orders and reports of the first
            done = await asyncio.to_thread(
                bashu, "load", profile(tmp_path), *arguments, "--users", "2", "--json", str(out)
            )
            assert done.returncode == 0, done.stdout + done.stderr
            result = msgspec.json.decode(out.read_bytes(), type=Result)
            assert result.broker == address
            assert result.reconciliation is not None
            assert result.reconciliation.acknowledged == result.groups[0].sent > 0
    finally:
        venue.stop()


@pytest.mark.parametrize("broker", BROKERS[1:])
def test_a_limit_that_is_missed_fails_the_command(
    bashu: Command, tmp_path: Path, broker: str
) -> None:
    own = profile(tmp_path, "[limits]\np99_ms = 0.001\n")
    done = bashu("load", own, "--self-contained", *SHORT)
    assert done.returncode == 2
    assert "FAILED: p99 is" in done.stdout


@pytest.mark.parametrize("broker", BROKERS[1:])
def test_interrupted_it_shows_what_was_measured_so_far(tmp_path: Path, broker: str) -> None:
    out = tmp_path / "result.json"
    process = subprocess.Popen(
        [
            BASHU, "load", profile(tmp_path), "--self-contained", "--seconds", "600",
            "--data-dir", str(tmp_path / "run"), "--json", str(out),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        if "answered" in line:  # the progress line of a run without a terminal
            break
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=100)[0]
    assert process.returncode == 130, said
    assert "Interrupted" in said
    result = msgspec.json.decode(out.read_bytes(), type=Result)
    assert result.interrupted
    assert result.groups[0].latency.count > 0
    assert result.reconciliation is not None
    assert result.reconciliation.lost == []


def test_each_mistake_gets_one_sentence(bashu: Command, tmp_path: Path) -> None:
    secrets = tmp_path / "users.txt"
    secrets.write_text("anna secret\nvenue other\n")
    credentials = ("--credentials", str(secrets))
    cases = {
        "no_such": ("no_such",),
        "--self-contained": ("steady",),
        "lower it with --users": ("steady", "--broker", "mqtt://127.0.0.1:1", *credentials),
        "not an address": ("steady", "--broker", "http://x", *credentials, "--users", "1"),
        "nowhere.txt": ("steady", "--broker", "mqtt://x", "--credentials", "nowhere.txt"),
        "batch": ("steady", "--self-contained", "--batch", "5000"),
    }
    for says, arguments in cases.items():
        done = bashu("load", *arguments)
        assert done.returncode == 1, arguments
        assert says in done.stderr, (says, done.stderr)
        assert len(done.stderr.splitlines()) == 1, done.stderr


def test_the_profiles_are_listed(bashu: Command) -> None:
    done = bashu("load", "--list", env={**os.environ, "COLUMNS": "200"})
    assert done.returncode == 0
    assert "mass_cancel_storm" in done.stdout
