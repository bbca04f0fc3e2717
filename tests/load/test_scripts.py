"""The scripts that people copy do what they say."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bashu_daemon.tools.load.session import Place
from bashu_daemon.tools.load.venue_process import PASSWORDS_FILE, VenueProcess, read_passwords

HERE = Path(__file__).parent
USER = "load-001"


@pytest.fixture
async def venue(tmp_path: Path) -> AsyncIterator[tuple[Place, str]]:
    process = VenueProcess(tmp_path, [USER], {"log_level": "INFO"}, embedded=True)
    try:
        place = await process.start()
        yield place, read_passwords(process.data_dir / PASSWORDS_FILE)[USER]
    finally:
        process.stop()


async def run(script: str, venue: tuple[Place, str], *more: str) -> str:
    place, password = venue
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, str(HERE / script), place.host, str(place.port), USER, password, *more],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_ten_lines_place_and_withdraw_a_thousand_orders(venue: tuple[Place, str]) -> None:
    said = await run("ten_lines.py", venue)
    assert "1,000 orders in" in said
    assert "1000 of them withdrawn" in said


async def test_an_own_strategy_trades_and_prints_percentiles(venue: tuple[Place, str]) -> None:
    said = await run("own_strategy.py", venue, "1")
    assert int(said.split()[0]) > 20
    assert "p99.9:" in said
