"""The address of a broker as a person writes it."""

from typing import Final
from urllib.parse import urlsplit

DEFAULT_PORT: Final = 1883


def host_and_port(broker: str) -> tuple[str, int] | None:
    """Read `mqtt://host[:port]`; None if it is not that."""
    try:
        place = urlsplit(broker)
        port = place.port or DEFAULT_PORT
    except ValueError:
        return None
    if place.scheme != "mqtt" or not place.hostname or place.path not in ("", "/"):
        return None
    return place.hostname, port
