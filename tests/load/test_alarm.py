"""The alarm never rings early, and rings again and again."""

import asyncio
import time

import pytest

from bashu_daemon.tools.load import alarm as module
from bashu_daemon.tools.load.alarm import Alarm


@pytest.fixture(params=["timer file", "loop"])
async def alarm(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Alarm:
    if request.param == "loop":
        monkeypatch.setattr(module.sys, "platform", "other")
    return Alarm()


async def test_it_rings_when_it_is_due_and_not_before(alarm: Alarm) -> None:
    for microseconds in (50, 300, 1_700, 0, -5):
        now = time.perf_counter_ns()
        due = now + microseconds * 1_000
        await asyncio.wait_for(alarm.wait_until(due, now), 30)
        assert time.perf_counter_ns() >= due
    alarm.close()
    alarm.close()
