"""Who may have a terminal is decided by the venue: by a logon at its bus with these credentials."""

import asyncio
from collections.abc import Callable
from typing import Final, Literal

from bashu_protocol import topics
from bashu_protocol.transport import ConnectionLost, LogonRefused, Transport
from bashu_tui.broker import host_and_port
from bashu_tui.web.settings import WebError

Outcome = Literal["accepted", "refused", "unreachable"]
TransportOf = Callable[[str, str], Transport]
"""Makes the way to the venue of a user with a password."""

CHECK_SECONDS: Final = 10.0
CHECKS_AT_ONCE: Final = 8
MAX_PASSWORD_BYTES: Final = 1_024
_NOT_PEOPLE: Final = (topics.VENUE_USER, topics.PUBLIC_USER)


def mqtt_transports(broker: str) -> TransportOf:
    """Return a maker of MQTT connections.

    Raises:
        WebError: it is no address of a broker.
    """
    place = host_and_port(broker)
    if place is None:
        raise WebError(f"The broker {broker!r} is not an address like mqtt://127.0.0.1:1883.")

    def transport_of(user: str, password: str) -> Transport:
        from bashu_protocol.mqtt_transport import MqttTransport  # noqa: PLC0415  needed only here

        return MqttTransport(*place, user, password)

    return transport_of


class LoginCheck:
    """Checks credentials, a few at once.

    It connects and leaves again, without a logon at the venue itself: that would end the
    cancel-on-disconnect of a program that the same user runs elsewhere.
    """

    def __init__(self, transport_of: TransportOf) -> None:
        self._transport_of = transport_of
        self._turn = asyncio.Semaphore(CHECKS_AT_ONCE)

    async def check(self, user: str, password: str) -> Outcome:
        """Ask the venue's broker; the venue's own logins are no people's."""
        if topics.USER_NAME.fullmatch(user) is None or user in _NOT_PEOPLE:
            return "refused"
        if not password or len(password.encode()) > MAX_PASSWORD_BYTES or "\0" in password:
            return "refused"
        try:
            async with asyncio.timeout(CHECK_SECONDS), self._turn:
                return await self._connect(user, password)
        except TimeoutError:
            return "unreachable"

    async def _connect(self, user: str, password: str) -> Outcome:
        transport = self._transport_of(user, password)
        try:
            await transport.connect(None)
        except LogonRefused:
            return "refused"
        except ConnectionLost:
            return "unreachable"
        await transport.close()
        return "accepted"
