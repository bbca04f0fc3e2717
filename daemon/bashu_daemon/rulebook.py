"""Reading the rulebook and the members file: data of the market, never code."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from bashu_daemon.errors import OperatorError
from bashu_daemon.schedule import Sessions
from bashu_protocol.messages import (
    City,
    InstrumentRules,
    MemberKind,
    MemberLimits,
    Permission,
    Role,
)

Content = TypeVar("Content")


class Rulebook(Struct, frozen=True, forbid_unknown_fields=True):
    """Instruments with their rules, hours and trading days, thresholds of surveillance by rule."""

    instruments: list[InstrumentRules] = []
    surveillance: dict[str, dict[str, int | dict[str, int]]] = {}
    """By rule; a table in a rule's is that of the instrument that it is named after."""
    sessions: Sessions = Sessions()


class UserEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """A user of a member."""

    user: str
    role: Role = "trader"
    permissions: tuple[Permission, ...] = ("view", "enter")


class ClientEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """A client for whom a member trades as an agent; `owner` is the client's own."""

    client_account: str
    name: str
    owner: str


class MemberEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """A member with its users, opening balances, limits and clients.

    Cash is in fen, holdings are in tonnes.
    """

    member: str
    name: str
    owner: str
    city: City
    kind: MemberKind
    users: list[UserEntry]
    cash: int = 0
    holdings: dict[str, int] = {}
    allocations: dict[str, int] = {}
    """Annual free allocation in tonnes, by symbol; a part of the holdings, not on top of them."""
    banked: dict[str, int] = {}
    """Tonnes of earlier years, likewise."""
    limits: MemberLimits = MemberLimits()
    clients: list[ClientEntry] = []
    strategy: str = ""
    """How the demo's program trades for it; empty for none."""
    target: dict[str, int] = {}
    """Tonnes that the program is to hold at the end, by symbol."""


class MembersFile(Struct, frozen=True, forbid_unknown_fields=True):
    """Who is admitted from the start."""

    members: list[MemberEntry]


def load_rulebook(path: Path) -> Rulebook:
    """Read a rulebook with the files that it includes.

    Two keys are for the file alone. `include` lists files, relative to it, whose instruments are
    added. `common` has the rules that its own instruments share; an instrument's own win.

    Raises:
        OperatorError: naming the file and the key.
    """
    return _load_rulebook(path.resolve(), ())


def _load_rulebook(path: Path, including: tuple[Path, ...]) -> Rulebook:
    if path in including:
        raise OperatorError(f"The rulebook {path} includes itself: look at its `include`.")
    content = _read(path, "rulebook")
    included = content.pop("include", [])
    if not isinstance(included, list) or not all(isinstance(name, str) for name in included):
        raise OperatorError(f"The rulebook {path} is wrong: `include` is not a list of files.")
    common = content.pop("common", {})
    own = content.get("instruments")
    if isinstance(common, dict) and isinstance(own, list):
        content["instruments"] = [
            {**common, **rules} if isinstance(rules, dict) else rules for rules in own
        ]
    rulebook = _convert(path, content, Rulebook, "rulebook")
    instruments = list(rulebook.instruments)
    for name in included:
        instruments += _included(path, name, (*including, path))
    symbols = [rules.symbol for rules in instruments]
    twice = sorted({symbol for symbol in symbols if symbols.count(symbol) > 1})
    if twice:
        raise OperatorError(
            f"The rulebook {path} lists {', '.join(twice)} twice: keep one, and look at `include`."
        )
    _check_symbols(path, rulebook, set(symbols))
    return msgspec.structs.replace(rulebook, instruments=instruments)


def _check_symbols(path: Path, rulebook: Rulebook, symbols: set[str]) -> None:
    """Refuse parameters of instruments that do not exist.

    A rulebook without any is one for files that somebody else recorded.
    """
    for rule, values in rulebook.surveillance.items():
        for name, value in values.items():
            if isinstance(value, dict) and symbols and name not in symbols:
                raise OperatorError(
                    f"The rulebook {path} has [surveillance.{rule}.{name}] and lists no "
                    f"instrument {name}: it lists {', '.join(sorted(symbols))}."
                )


def _included(path: Path, name: str, including: tuple[Path, ...]) -> list[InstrumentRules]:
    """Return the instruments of a file of one market."""
    file = (path.parent / name).resolve()
    part = _load_rulebook(file, including)
    if part.surveillance or part.sessions != Sessions():
        raise OperatorError(
            f"The rulebook {file} is included by {path} and has `sessions` or `surveillance`: "
            "move them to the including file, where they are for all instruments."
        )
    return part.instruments


def load_members(path: Path) -> MembersFile:
    """Read a members file.

    Raises:
        OperatorError: naming the file and the key.
    """
    return _load(path, MembersFile, "members file")


def _load(path: Path, kind: type[Content], what: str) -> Content:
    return _convert(path, _read(path, what), kind, what)


def _read(path: Path, what: str) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise OperatorError(f"Cannot read the {what} {path}: {error.strerror}.") from error
    except ValueError as error:
        raise OperatorError(f"The {what} {path} is wrong: {error}.") from error


def _convert(path: Path, content: dict[str, Any], kind: type[Content], what: str) -> Content:
    try:
        return msgspec.convert(content, kind, builtin_types=(dt.date, dt.time, dt.datetime))
    except msgspec.ValidationError as error:
        raise OperatorError(f"The {what} {path} is wrong: {error}.") from error
