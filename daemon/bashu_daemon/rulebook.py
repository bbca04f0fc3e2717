"""Reading the rulebook and the members file: data of the market, never code."""

from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from bashu_daemon.errors import OperatorError
from bashu_protocol.messages import City, InstrumentRules, MemberKind, Permission, Role

Content = TypeVar("Content")


class Rulebook(Struct, frozen=True, forbid_unknown_fields=True):
    """Instruments with their rules, and the thresholds of surveillance by rule."""

    instruments: list[InstrumentRules]
    surveillance: dict[str, dict[str, int]] = {}


class UserEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """A user of a member."""

    user: str
    role: Role = "trader"
    permissions: tuple[Permission, ...] = ("view", "enter")


class MemberEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """A member with its users and opening balances: cash in fen, holdings in tonnes."""

    member: str
    name: str
    owner: str
    city: City
    kind: MemberKind
    users: list[UserEntry]
    cash: int = 0
    holdings: dict[str, int] = {}
    strategy: str = ""
    """How the demo's program trades for it; empty for none."""
    target: dict[str, int] = {}
    """Tonnes that the program is to hold at the end, by symbol."""


class MembersFile(Struct, frozen=True, forbid_unknown_fields=True):
    """Who is admitted from the start."""

    members: list[MemberEntry]


def load_rulebook(path: Path) -> Rulebook:
    """Read a rulebook.

    Raises:
        OperatorError: naming the file and the key.
    """
    return _load(path, Rulebook, "rulebook")


def load_members(path: Path) -> MembersFile:
    """Read a members file.

    Raises:
        OperatorError: naming the file and the key.
    """
    return _load(path, MembersFile, "members file")


def _load(path: Path, kind: type[Content], what: str) -> Content:
    try:
        text: Any = path.read_bytes()
    except OSError as error:
        raise OperatorError(f"Cannot read the {what} {path}: {error.strerror}.") from error
    try:
        return msgspec.toml.decode(text, type=kind)
    except (msgspec.MsgspecError, ValueError) as error:
        raise OperatorError(f"The {what} {path} is wrong: {error}.") from error
