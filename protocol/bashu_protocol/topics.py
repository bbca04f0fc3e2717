"""Topic names of the wire protocol. `U` is a user name, `S` a symbol."""

import re
from typing import Final

ROOT: Final = "bashu/v1"
VENUE_STATUS: Final = f"{ROOT}/sys/venue"
ALERT: Final = f"{ROOT}/sup/alert"
AUDIT: Final = f"{ROOT}/sup/audit"
NOTICE: Final = f"{ROOT}/pub/notice"
RECENT_NOTICES: Final = f"{ROOT}/pub/recent"
ALL_COMMANDS: Final = f"{ROOT}/cmd/+"
ALL_PRESENCE: Final = f"{ROOT}/alive/+"

VENUE_USER: Final = "venue"
"""The daemon's own login and the author of its internal commands; no member may bear it."""

PUBLIC_USER: Final = "public"
"""Reads what is public and may send nothing: the login of boards for people without an account."""

_COMMAND = f"{ROOT}/cmd/"
_REPORT = f"{ROOT}/rpt/"
_PRESENCE = f"{ROOT}/alive/"
_MARKET_DATA = f"{ROOT}/md/"

USER_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,31}", re.ASCII)
SYMBOL: Final = re.compile(r"[A-Z0-9][A-Z0-9_.-]{0,15}", re.ASCII)


def command(user: str) -> str:
    return _COMMAND + user


def report(user: str) -> str:
    return _REPORT + user


def presence(user: str) -> str:
    return _PRESENCE + user


def book(symbol: str) -> str:
    return f"{_MARKET_DATA}{symbol}/book"


def delta(symbol: str) -> str:
    return f"{_MARKET_DATA}{symbol}/delta"


def trade(symbol: str) -> str:
    return f"{_MARKET_DATA}{symbol}/trade"


def stat(symbol: str) -> str:
    return f"{_MARKET_DATA}{symbol}/stat"


def user_of(topic: str) -> str | None:
    """Return the user that a command, report or presence topic belongs to."""
    for prefix in (_COMMAND, _REPORT, _PRESENCE):
        if topic.startswith(prefix):
            user = topic[len(prefix) :]
            return user if USER_NAME.fullmatch(user) else None
    return None


def is_command(topic: str) -> bool:
    return topic.startswith(_COMMAND)


def is_presence(topic: str) -> bool:
    return topic.startswith(_PRESENCE)
