"""The bus without a broker: the same topics, rights, wills and retained messages, in memory.

Everything is delivered at once and in order, so tests and simulations are deterministic.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final

from bashu_daemon.bus.acl import covers, may
from bashu_daemon.bus.port import BusDown, Inbound
from bashu_protocol import topics
from bashu_protocol.messages import Role
from bashu_protocol.transport import ConnectionLost, Incoming, LogonRefused, Will

MAX_WAITING: Final = 100_000
"""Messages that one reader may leave unread; a slower one is cut off, as a broker would."""


def _nobody(_user: str) -> Role | None:
    return None


class MemoryHub:
    """A broker's part in one process.

    Args:
        role_of: the role of a user, for its rights.
        passwords: if given, `transport` must name the right one.
    """

    def __init__(
        self,
        role_of: Callable[[str], Role | None] = _nobody,
        passwords: dict[str, str] | None = None,
    ) -> None:
        self.role_of = role_of
        self.passwords = passwords
        self._readers: list[_Reader] = []
        self._retained: dict[str, bytes] = {}
        self._unacknowledged: dict[int, Inbound] = {}
        self._next_token = 1
        self._is_up = True

    def bus(self) -> "MemoryBus":
        """Return the venue's connection."""
        return MemoryBus(self)

    def transport(self, user: str, password: str = "") -> "MemoryTransport":
        """Return a client's connection, not yet open."""
        return MemoryTransport(self, user, password)

    def stop(self) -> None:
        """Fall over: all connections break, retained messages are forgotten."""
        self._is_up = False
        self._retained.clear()
        for reader in list(self._readers):
            reader.break_off()

    def start(self) -> None:
        """Come back, empty."""
        self._is_up = True

    @property
    def is_up(self) -> bool:
        return self._is_up

    def publish(self, user: str, topic: str, payload: bytes, *, retain: bool) -> None:
        """Distribute a message; one that the user may not publish vanishes."""
        if not may(user, self.role_of(user), "publish", topic):
            return
        if retain:
            if payload:
                self._retained[topic] = payload
            else:
                self._retained.pop(topic, None)
        for reader in list(self._readers):
            if reader.wants(topic):
                reader.put(Incoming(topic, payload))

    def has_reader(self, topic: str) -> bool:
        return any(reader.wants(topic) for reader in self._readers)

    def attach(self, reader: "_Reader") -> None:
        self._readers.append(reader)

    def detach(self, reader: "_Reader") -> None:
        if reader in self._readers:
            self._readers.remove(reader)

    def send_retained(self, reader: "_Reader", pattern: str) -> None:
        for topic, payload in sorted(self._retained.items()):
            if covers(pattern, topic) and reader.wants(topic):
                reader.put(Incoming(topic, payload, retain=True))

    def hold(self, incoming: Incoming) -> Inbound:
        """Keep a message for the venue until it is acknowledged."""
        token = self._next_token
        self._next_token += 1
        inbound = Inbound(incoming.topic, incoming.payload, incoming.retain, token)
        self._unacknowledged[token] = inbound
        return inbound

    def settle(self, inbound: Inbound) -> None:
        self._unacknowledged.pop(inbound.token, None)

    def unacknowledged(self) -> list[Inbound]:
        return list(self._unacknowledged.values())


class _Reader:
    """What one connection still has to read."""

    def __init__(self, hub: MemoryHub, user: str) -> None:
        self._hub = hub
        self._user = user
        self._patterns: list[str] = []
        self._waiting: deque[Incoming] = deque()
        self._changed = asyncio.Event()
        self.is_broken = False

    def subscribe(self, pattern: str) -> None:
        if may(self._user, self._hub.role_of(self._user), "read", pattern):
            self._patterns.append(pattern)
            self._hub.send_retained(self, pattern)

    def wants(self, topic: str) -> bool:
        return any(covers(pattern, topic) for pattern in self._patterns)

    def put(self, incoming: Incoming) -> None:
        if len(self._waiting) >= MAX_WAITING:
            self.break_off()
            return
        self._waiting.append(incoming)
        self._changed.set()

    def break_off(self) -> None:
        self.is_broken = True
        self._hub.detach(self)
        self._changed.set()

    async def take(self) -> list[Incoming]:
        """Wait for at least one message and return all; empty once broken and read out."""
        while not self._waiting and not self.is_broken:
            self._changed.clear()
            await self._changed.wait()
        taken = list(self._waiting)
        self._waiting.clear()
        return taken


class MemoryBus:
    """The venue's side; see `bus.port.Bus`."""

    def __init__(self, hub: MemoryHub) -> None:
        self._hub = hub
        self._reader: _Reader | None = None

    async def start(self, users: Sequence[str]) -> None:
        if not self._hub.is_up:
            raise BusDown("the hub is stopped")
        if self._reader is not None:
            self._hub.detach(self._reader)
        self._reader = _Reader(self._hub, topics.VENUE_USER)
        self._again = self._hub.unacknowledged()
        self._hub.attach(self._reader)
        self._reader.subscribe(topics.ALL_COMMANDS)
        self._reader.subscribe(topics.ALL_PRESENCE)

    async def admit(self, users: Sequence[str], known: int) -> None:
        """One subscription covers all users already."""

    @property
    def waiting(self) -> int:
        return 0

    def is_unread(self, topic: str) -> bool:
        return not self._hub.has_reader(topic)

    async def receive(self) -> list[Inbound]:
        if self._again:
            again, self._again = self._again, []
            return again
        reader = self._open_reader()
        taken = await reader.take()
        if not taken:
            raise BusDown("the hub stopped")
        return [self._hub.hold(incoming) for incoming in taken]

    def acknowledge(self, handled: Sequence[Inbound]) -> None:
        for inbound in handled:
            self._hub.settle(inbound)

    async def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False
    ) -> None:
        self._open_reader()
        self._hub.publish(topics.VENUE_USER, topic, payload, retain=retain)

    async def close(self) -> None:
        if self._reader is not None:
            self._hub.detach(self._reader)
            self._reader = None

    def _open_reader(self) -> _Reader:
        if self._reader is None or self._reader.is_broken:
            raise BusDown("the hub stopped")
        return self._reader


class MemoryTransport:
    """A client's side; see `bashu_protocol.transport.Transport`."""

    def __init__(self, hub: MemoryHub, user: str, password: str) -> None:
        self._hub = hub
        self._user = user
        self._password = password
        self._reader: _Reader | None = None
        self._will: Will | None = None

    async def connect(self, will: Will | None) -> None:
        if not self._hub.is_up:
            raise ConnectionLost("the hub is stopped")
        passwords = self._hub.passwords
        if passwords is not None and passwords.get(self._user) != self._password:
            raise LogonRefused(f"the password of {self._user!r} is wrong")
        self._reader = _Reader(self._hub, self._user)
        self._hub.attach(self._reader)
        self._will = will

    async def subscribe(self, filters: Sequence[str]) -> None:
        for pattern in filters:
            self._open_reader().subscribe(pattern)

    async def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False
    ) -> None:
        self._open_reader()
        self._hub.publish(self._user, topic, payload, retain=retain)

    async def messages(self) -> AsyncIterator[Incoming]:
        reader = self._open_reader()
        while True:
            taken = await reader.take()
            for incoming in taken:
                yield incoming
            if not taken:
                raise ConnectionLost("the connection broke")

    async def close(self) -> None:
        self._leave()

    def drop(self) -> None:
        """Vanish: the hub publishes the will."""
        will = self._will
        self._leave()
        if will is not None:
            self._hub.publish(self._user, will.topic, will.payload, retain=will.retain)

    def _leave(self) -> None:
        if self._reader is not None:
            self._reader.break_off()
        self._reader = None
        self._will = None

    def _open_reader(self) -> _Reader:
        if self._reader is None or self._reader.is_broken:
            raise ConnectionLost("the connection is not open")
        return self._reader
