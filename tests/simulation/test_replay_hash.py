"""The same 100,000 commands, the same state hash: any hash seed, any Python version."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("seeded_log.py")
ROOT = Path(__file__).parents[2]
COMMANDS = "100000"


def _hash(python: str, hash_seed: str) -> str:
    environment = {
        **os.environ,
        "PYTHONHASHSEED": hash_seed,
        "PYTHONPATH": os.pathsep.join(
            str(ROOT / folder) for folder in ("protocol", "daemon", "tests/support")
        ),
    }
    done = subprocess.run(
        [python, str(SCRIPT), COMMANDS],
        env=environment, capture_output=True, text=True, timeout=110, check=True,
    )  # fmt: skip
    return done.stdout


def test_the_hash_seed_changes_nothing() -> None:
    first = _hash(sys.executable, "0")
    assert int(first.split()[0]) > int(COMMANDS)
    assert first == _hash(sys.executable, "12345")


def test_another_python_makes_the_same_state() -> None:
    other = os.environ.get("BASHU_OTHER_PYTHON")
    if other is None:
        pytest.skip("BASHU_OTHER_PYTHON IS NOT SET: the hash was not compared across versions")
    version = subprocess.run([other, "--version"], capture_output=True, text=True, check=True)
    assert version.stdout.split()[1] != sys.version.split()[0]
    assert _hash(other, "0") == _hash(sys.executable, "1")
