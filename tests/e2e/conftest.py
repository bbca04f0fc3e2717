from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from bashu_testing import MOSQUITTO, Harness

MOSQUITTO_BUSES = ("mosquitto", "mosquitto-aiomqtt")


@pytest.fixture(
    params=[
        "memory",
        "amqtt",
        *(pytest.param(bus, marks=pytest.mark.mosquitto) for bus in MOSQUITTO_BUSES),
    ]
)
async def harness(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Harness]:
    if request.param in MOSQUITTO_BUSES and MOSQUITTO is None:
        pytest.skip("MOSQUITTO IS NOT INSTALLED: the broker tests did not run")
    found = Harness(request.param, tmp_path)
    try:
        await found.start_bus()
        await found.start_venue()
        yield found
    finally:
        await found.stop()
