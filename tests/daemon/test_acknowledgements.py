import asyncio
from typing import Any

from bashu_testing import eventually

from bashu_daemon.acknowledgements import Acknowledgements
from bashu_daemon.bus.port import Inbound


class Bus:
    """Keeps what it is told, and when."""

    def __init__(self) -> None:
        self.told: list[tuple[int, float]] = []

    def acknowledge(self, handled: Any) -> None:
        now = asyncio.get_running_loop().time()
        self.told += [(inbound.token, now) for inbound in handled]


def inbound(topic: str, number: int) -> Inbound:
    return Inbound(topic, b"", token=number)


async def test_usually_at_once() -> None:
    bus: Any = Bus()
    Acknowledgements(bus).acknowledge([inbound("a", 1), inbound("b", 2)])
    assert [number for number, _ in bus.told] == [1, 2]


async def test_what_is_held_to_one_moment_keeps_its_order() -> None:
    bus: Any = Bus()
    acknowledgements = Acknowledgements(bus)
    acknowledgements.hold("flood", 0.01)
    acknowledgements.acknowledge([inbound("flood", number) for number in range(50)])
    await eventually(lambda: len(bus.told) == 50)
    assert [number for number, _ in bus.told] == list(range(50))


async def test_a_held_topic_waits_and_others_do_not() -> None:
    bus: Any = Bus()
    acknowledgements = Acknowledgements(bus)
    began = asyncio.get_running_loop().time()
    acknowledgements.hold("flood", 0.03)
    acknowledgements.acknowledge([inbound("flood", 1), inbound("a", 2)])
    acknowledgements.hold("flood", 0.03)
    acknowledgements.acknowledge([inbound("flood", 3), inbound("flood", 4)])
    assert [number for number, _ in bus.told] == [2]
    await eventually(lambda: len(bus.told) == 4)
    assert [number for number, _ in bus.told] == [2, 1, 3, 4]
    times = {number: at - began for number, at in bus.told}
    assert times[1] >= 0.03
    assert times[3] >= 0.06
    assert acknowledgements.held_topics == 0
    acknowledgements.acknowledge([inbound("flood", 5)])
    assert bus.told[-1][0] == 5
