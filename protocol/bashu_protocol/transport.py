"""What the client library needs of a bus connection; MQTT is one way to have it."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from msgspec import Struct


class ConnectionLost(Exception):  # noqa: N818  the field's word, and not a fault of the program
    """The bus connection broke or could not be made; `Client` connects anew."""


class LogonRefused(ConnectionLost):
    """The broker refused the user name or password; trying again will not help."""


class Will(Struct, frozen=True):
    """A message that the broker publishes for a client that vanishes."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = True


class Incoming(Struct, frozen=True):
    """A message from the bus."""

    topic: str
    payload: bytes
    retain: bool = False


class Transport(Protocol):
    """One bus connection. It may be opened again after it broke."""

    async def connect(self, will: Will | None) -> None:
        """Open the connection.

        Raises:
            LogonRefused: the credentials are wrong.
            ConnectionLost: the broker cannot be reached.
        """

    async def subscribe(self, topics: Sequence[str]) -> None:
        """Ask for messages, QoS 1; a topic may hold `+` and `#`."""

    async def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False
    ) -> None:
        """Hand a message to the bus.

        Raises:
            ConnectionLost: the connection is gone.
        """

    def messages(self) -> AsyncIterator[Incoming]:
        """Yield what arrives until the connection ends.

        Raises:
            ConnectionLost: the connection broke.
        """

    async def close(self) -> None:
        """End the connection in order: the will is not published."""
