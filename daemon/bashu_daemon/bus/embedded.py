"""An MQTT broker inside the venue's process: amqtt, with our own doorkeeper.

amqtt's own password plugin verifies inside the event loop, which stops the whole broker for each
connection. Ours verifies in a thread and remembers what it has verified.
"""

import asyncio
import hashlib
import logging
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from amqtt.broker import Broker
from amqtt.contexts import Action
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import Session

from bashu_daemon.bus.acl import may
from bashu_daemon.bus.credentials import load_credentials, verify_password
from bashu_daemon.errors import OperatorError
from bashu_protocol.messages import Role

MAX_CONNECTIONS: Final = 1_000
_REMEMBERED: Final = 10_000


class Doorkeeper:
    """Decides who may connect, and who may publish and read what."""

    def __init__(self, credentials: Path, role_of: Callable[[str], Role | None]) -> None:
        self._credentials = credentials
        self._role_of = role_of
        self._verified: set[tuple[str, str, bytes]] = set()

    async def admits(self, user: str, password: str) -> bool:
        stored = load_credentials(self._credentials).get(user)
        if stored is None:
            return False
        key = (user, stored, hashlib.sha256(password.encode()).digest())
        if key not in self._verified:
            if not await asyncio.to_thread(verify_password, password, stored):
                return False
            if len(self._verified) >= _REMEMBERED:
                self._verified.clear()
            self._verified.add(key)
        return True

    def allows(self, user: str, action: Action, topic: str) -> bool:
        """A subscription is allowed as a whole or not at all, so delivery needs no check."""
        if action == Action.RECEIVE:
            return True
        wanted = "publish" if action == Action.PUBLISH else "read"
        return may(user, self._role_of(user), wanted, topic)  # type: ignore[arg-type]  # one of two


class DoorkeeperAuthentication(BaseAuthPlugin):  # type: ignore[misc]  # amqtt carries no types
    """amqtt's question who may connect, put to the doorkeeper."""

    @dataclass
    class Config:
        doorkeeper: Any = None

    async def authenticate(self, *, session: Session) -> bool | None:
        doorkeeper: Doorkeeper = self.config.doorkeeper
        if not session.username or session.password is None:
            return False
        # amqtt asks nobody when it publishes a will.
        will = session.will_topic if session.will_flag else None
        if will is not None and not doorkeeper.allows(session.username, Action.PUBLISH, will):
            return False
        return await doorkeeper.admits(session.username, session.password)


class DoorkeeperTopics(BaseTopicPlugin):  # type: ignore[misc]  # the same
    """amqtt's question about topics, put to the doorkeeper."""

    @dataclass
    class Config:
        doorkeeper: Any = None

    async def topic_filtering(
        self,
        *,
        session: Session | None = None,
        topic: str | None = None,
        action: Action | None = None,
    ) -> bool | None:
        doorkeeper: Doorkeeper = self.config.doorkeeper
        if session is None or session.username is None or topic is None or action is None:
            return False
        return doorkeeper.allows(session.username, action, topic)


class _Broker(Broker):  # type: ignore[misc]  # amqtt carries no types
    """amqtt with two faults mended.

    It forgets to close its side of a connection, which would cost a descriptor each. And whoever
    connects is sent what is retained for anybody's subscriptions, such as all users' presence.
    """

    async def stream_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str
    ) -> None:
        try:
            await super().stream_connected(reader, writer, listener_name)
        finally:
            writer.close()

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Session
    ) -> None:
        pattern, _qos = subscription
        if any(subscriber is session for subscriber, _ in self._subscriptions.get(pattern, ())):
            await super()._publish_retained_messages_for_subscription(subscription, session)


class _Snapshotting(dict[str, Any]):
    """Subscriptions that may change while they are iterated over.

    amqtt awaits in that loop, and loses messages if somebody subscribes meanwhile.
    """

    def items(self) -> Any:
        return [(pattern, list(sessions)) for pattern, sessions in super().items()]

    def __iter__(self) -> Iterator[str]:
        return iter(list(super().__iter__()))


class EmbeddedBroker:
    """A broker on one address, for the time between `start` and `stop`."""

    def __init__(
        self, host: str, port: int, credentials: Path, role_of: Callable[[str], Role | None]
    ) -> None:
        self._host = host
        self.port = port or _free_port(host)
        self._doorkeeper = Doorkeeper(credentials, role_of)
        self._broker: Broker | None = None

    async def start(self) -> None:
        """Listen.

        Raises:
            OperatorError: the port is taken or the address is not ours.
        """
        logging.getLogger("amqtt").setLevel(logging.CRITICAL)
        logging.getLogger("transitions").setLevel(logging.CRITICAL)
        self._check_port()
        here = f"{__name__}."
        self._broker = _Broker(
            {
                "listeners": {
                    "default": {
                        "type": "tcp",
                        "bind": f"{self._host}:{self.port}",
                        "max_connections": MAX_CONNECTIONS,
                    }
                },
                "plugins": {
                    here + DoorkeeperAuthentication.__name__: {"doorkeeper": self._doorkeeper},
                    here + DoorkeeperTopics.__name__: {"doorkeeper": self._doorkeeper},
                },
            }
        )
        self._broker._subscriptions = _Snapshotting()  # noqa: SLF001  see there
        await self._broker.start()

    async def stop(self) -> None:
        """Close all connections and stop listening."""
        if self._broker is not None:
            await self._broker.shutdown()
            self._broker = None

    def _check_port(self) -> None:
        """Amqtt reports a taken port only in its log; find out before."""
        try:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((self._host, self.port))
        except OSError as error:
            raise OperatorError(
                f"Cannot listen on {self._host}:{self.port}: {error.strerror}. Choose another "
                "port with --listen-port, or stop the program that uses it."
            ) from error


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
