"""The session of one command: who connects, with which password, and why it may fail."""

import os
from argparse import Namespace
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from bashu_protocol.client import Client, CommandTimeout, ConnectionLost, LogonRefused
from bashu_protocol.mqtt_transport import MqttTransport
from bashu_protocol.transport import Transport
from bashu_tui.broker import host_and_port
from bashu_tui.headless.outcome import NoConnection, UsageError
from bashu_tui.i18n import Texts

PASSWORD_VARIABLE: Final = "BASHU_PASSWORD"  # noqa: S105  its name, not a password


def make_transport(options: Namespace, texts: Texts) -> Transport:
    """Return the way to the broker that the options name.

    Raises:
        UsageError: the address, the user or the password is missing or wrong in form.
    """
    place = host_and_port(options.broker)
    if place is None:
        raise UsageError(texts("login.bad_broker"))
    password = _password(options, texts)
    if not options.user or not password:
        names = {"option": "--user", "variable": PASSWORD_VARIABLE, "file": "--password-file"}
        raise UsageError(texts("headless.no_password", **names))
    return MqttTransport(*place, options.user, password)


def _password(options: Namespace, texts: Texts) -> str:
    """Read the password from its file or the environment; never from the arguments."""
    if options.password_file is None:
        return os.environ.get(PASSWORD_VARIABLE, "")
    try:
        text: str = options.password_file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        path = options.password_file
        raise UsageError(texts("headless.no_file", path=path)) from error
    return text.strip()


@asynccontextmanager
async def session(
    transport: Transport,
    options: Namespace,
    texts: Texts,
    symbols: Sequence[str] | None = (),
) -> AsyncIterator[Client]:
    """Log on for one command, following the market data of `symbols` (None: of all).

    Raises:
        NoConnection: there is no session within `options.timeout` seconds.
    """
    client = Client(transport, options.user, symbols=symbols)
    try:
        await _start(client, options, texts)
        yield client
    finally:
        await client.close()


async def _start(client: Client, options: Namespace, texts: Texts) -> None:
    try:
        await client.start(options.timeout)
    except LogonRefused as error:
        raise NoConnection("logon_refused", texts("login.refused")) from error
    except CommandTimeout as error:
        if client.link.state in ("connecting", "reconnecting"):
            sentence = texts("login.unreachable", why=options.broker)
            raise NoConnection("unreachable", sentence) from error
        raise NoConnection("venue_silent", texts("login.silent")) from error
    except ConnectionLost as error:
        raise NoConnection("unreachable", texts("login.unreachable", why=error)) from error
