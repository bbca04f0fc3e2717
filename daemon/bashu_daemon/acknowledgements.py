"""When the broker is told that the venue is done with a message.

Usually as soon as its outcome has left. A user who sends more than the throttle lets pass is told
so, but its messages are acknowledged no faster than the throttle's rate: then the broker delivers
no faster, the rest waits in the user's own session, and a flood costs the venue next to nothing.
"""

import asyncio
from collections import deque
from collections.abc import Sequence

from bashu_daemon.bus.port import Bus, Inbound


class Acknowledgements:
    """Acknowledges in the order of arrival, per topic."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._held_until: dict[str, float] = {}
        """Loop time, by topic, before which nothing that comes there is acknowledged."""
        self._waiting: dict[str, deque[Inbound]] = {}
        """What has come there. The loop wakes once for each, in no order for one moment."""

    @property
    def held_topics(self) -> int:
        return len(self._held_until)

    def hold(self, topic: str, seconds: float) -> None:
        """Let a topic wait that much longer from now on."""
        now = asyncio.get_running_loop().time()
        self._held_until[topic] = max(now, self._held_until.get(topic, 0.0)) + seconds

    def acknowledge(self, handled: Sequence[Inbound]) -> None:
        """Acknowledge now what need not wait, and the rest in time."""
        if not self._held_until:
            self._bus.acknowledge(handled)
            return
        loop = asyncio.get_running_loop()
        now = loop.time()
        at_once: list[Inbound] = []
        for inbound in handled:
            due = self._held_until.get(inbound.topic)
            if due is None:
                at_once.append(inbound)
            else:
                self._waiting.setdefault(inbound.topic, deque()).append(inbound)
                loop.call_at(max(due, now), self._acknowledge_late, inbound.topic)
        self._bus.acknowledge(at_once)

    def _acknowledge_late(self, topic: str) -> None:
        waiting = self._waiting[topic]
        self._bus.acknowledge([waiting.popleft()])
        if waiting:
            return
        del self._waiting[topic]
        if self._held_until.get(topic, 0.0) <= asyncio.get_running_loop().time():
            self._held_until.pop(topic, None)
