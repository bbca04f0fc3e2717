from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from bashu_testing import MOSQUITTO, Harness


@pytest.fixture(params=["memory", "amqtt", pytest.param("mosquitto", marks=pytest.mark.mosquitto)])
async def harness(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Harness]:
    if request.param == "mosquitto" and MOSQUITTO is None:
        pytest.skip("MOSQUITTO IS NOT INSTALLED: the broker tests did not run")
    found = Harness(request.param, tmp_path)
    await found.start_bus()
    await found.start_venue()
    try:
        yield found
    finally:
        await found.stop()
