"""The daemon's side of the bus: the one interface behind which MQTT, or its twin, stands."""

from collections.abc import Sequence
from typing import Any, Protocol

from msgspec import Struct


class BusDown(Exception):  # noqa: N818  the field's word
    """The broker is gone; `Bus.start` may be called again."""


class Inbound(Struct, gc=False):
    """A message that waits to be handled.

    It stays unacknowledged at the broker until `Bus.acknowledge`.
    """

    topic: str
    payload: bytes
    retain: bool = False
    token: Any = None
    """The adapter's own handle for the acknowledgement."""


class Bus(Protocol):
    """Receives commands and presence, publishes everything else."""

    async def start(self, users: Sequence[str]) -> None:
        """Connect as the venue, set the down-will, listen to presence and to the users' commands.

        `users` are all in the order of their admission.

        Raises:
            BusDown: the broker cannot be reached or refuses the venue.
        """

    async def admit(self, users: Sequence[str], known: int) -> None:
        """Listen to further users, who come after `known` others.

        Raises:
            BusDown: the connection broke.
        """

    async def receive(self) -> list[Inbound]:
        """Wait for at least one message and return all that are there, in order.

        Raises:
            BusDown: the connection broke.
        """

    def acknowledge(self, handled: Sequence[Inbound]) -> None:
        """Tell the broker that these messages are durable. Never blocks, never raises."""

    async def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False
    ) -> None:
        """Hand a message to the broker, without waiting for its acknowledgement.

        Raises:
            BusDown: the connection is gone.
        """

    @property
    def waiting(self) -> int:
        """Publishes that the broker has not acknowledged; 0 where that is not known."""

    def is_unread(self, topic: str) -> bool:
        """Whether the broker has just said that nobody subscribes to a topic.

        False where it does not tell.
        """

    async def close(self) -> None:
        """Disconnect in order."""
