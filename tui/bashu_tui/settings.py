"""A user's settings: read strictly from one TOML file, and written back with its comments kept."""

import json
import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

from bashu_tui.i18n import Language
from bashu_tui.looks import MarketColors, ThemeName
from bashu_tui.problems import Problem, ProblemsError

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

EntryMode = Literal["view", "armed"]
"""What may be kept in the file; sending at one click is chosen anew in each session."""
Glyphs = Literal["unicode", "ascii"]
DesktopNotes = Literal["off", "osc9", "osc777"]
"""Which control sequence asks the terminal for a note on the desktop (iTerm2, Windows Terminal and
others: OSC 9; urxvt, foot, Ghostty and others: OSC 777)."""
Quantity = Annotated[int, Meta(ge=1, le=1_000_000_000)]


class SettingsError(ProblemsError):
    """The file cannot be read or written, or says what the terminal does not understand."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that a user may choose. Quantities in tonnes."""

    language: Language | None = None
    """None: by the environment."""
    theme: ThemeName = "dark"
    market_colors: MarketColors | None = None
    """None: by the language, red for a rise in Chinese."""
    glyphs: Glyphs = "unicode"
    entry_mode: EntryMode = "armed"
    one_click_max_qty: Quantity = 1_000
    """The most that one click may send."""
    quantity_presets: Annotated[tuple[Quantity, ...], Meta(min_length=1, max_length=9)] = (
        100, 500, 1_000, 5_000,
    )  # fmt: skip
    bell: bool = True
    desktop_notes: DesktopNotes = "off"
    """Whether a price alert asks the terminal for a note on the desktop, and how."""
    keys: dict[str, tuple[str, ...]] = {}
    """Keys of an action, in place of its usual ones; see `bashu_tui.keymap`."""


_ALLOWED: Final = {
    "language": "en, zh", "theme": "dark, light, ansi, ansi_light",
    "market_colors": "red_up, green_up, blue_orange", "glyphs": "unicode, ascii",
    "entry_mode": "view, armed", "one_click_max_qty": "1 - 1000000000",
    "quantity_presets": "[1 - 1000000000, ...]", "bell": "true, false",
    "desktop_notes": "off, osc9, osc777",
}  # fmt: skip
_KEYS_ALLOWED: Final = '["f6", "7"]'


def load(path: Path) -> Settings:
    """Read the settings; the usual ones where there is no file.

    Raises:
        SettingsError: with everything that is wrong in the file, and its name.
    """
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        why = error.strerror or str(error)
        raise SettingsError(
            Problem("settings.cannot_read", {"file": str(path), "why": why})
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(Problem("settings.not_utf8", {"file": str(path)})) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(_not_toml(path, error)) from error
    if isinstance(found.get("keys"), dict):
        found["keys"] = _flat(found["keys"])
    problems = _problems(found)
    if problems:
        raise SettingsError(Problem("settings.file", {"file": str(path)}), *problems)
    return msgspec.convert(found, Settings)


def save(path: Path, settings: Settings) -> None:
    """Write what differs from the usual settings; comments and order of the file are kept.

    Raises:
        SettingsError: the file cannot be written, or what is in it is not TOML.
    """
    import tomlkit  # noqa: PLC0415  only when something is written
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415  the same

    try:
        document = tomlkit.parse(path.read_text("utf-8")) if path.exists() else tomlkit.document()
        usual = msgspec.to_builtins(Settings())
        chosen: dict[str, Any] = msgspec.to_builtins(settings)
        _put_keys(document, chosen.pop("keys"))
        for name, value in chosen.items():
            if value != usual[name]:
                document[name] = list(value) if isinstance(value, tuple) else value
            elif name in document:
                del document[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".new")
        beside.write_text(tomlkit.dumps(document), "utf-8")
        beside.replace(path)
    except (OSError, TOMLKitError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        problem = Problem("settings.cannot_write", {"file": str(path), "why": why})
        raise SettingsError(problem) from error


def _problems(found: Mapping[str, Any]) -> list[Problem]:
    """Look at each setting by itself, so that all that is wrong is said at once."""
    types = {field.name: field.type for field in msgspec.structs.fields(Settings)}
    problems = []
    for name, value in found.items():
        if name not in types:
            near = get_close_matches(name, types, 1)
            key = "settings.unknown_near" if near else "settings.unknown"
            problems.append(Problem(key, {"name": name, "near": "".join(near)}))
        elif name != "keys":
            problems += _value_problem(name, value, types[name], _ALLOWED[name])
        elif not isinstance(value, dict):
            problems += _value_problem(name, value, dict, "[keys]")
        else:
            for action, keys in value.items():
                problems += _value_problem(f"keys.{action}", keys, tuple[str, ...], _KEYS_ALLOWED)
    return problems


def _value_problem(name: str, value: object, kind: Any, allowed: str) -> list[Problem]:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        shown = json.dumps(value, ensure_ascii=False, default=str)
        return [Problem("settings.value", {"name": name, "value": shown, "allowed": allowed})]
    return []


def _not_toml(path: Path, error: tomllib.TOMLDecodeError) -> Problem:
    at = re.search(r"at line (\d+), column (\d+)", str(error))
    if at is None:
        return Problem("settings.not_toml", {"file": str(path)})
    values = {"file": str(path), "line": at[1], "column": at[2]}
    return Problem("settings.not_toml_at", values)


def _flat(table: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Undo TOML's reading of `order.buy = ...` as a table in a table."""
    flat: dict[str, Any] = {}
    for name, value in table.items():
        inner = _flat(value, f"{before}{name}.") if isinstance(value, dict) else None
        flat |= {before + name: value} if inner is None else inner
    return flat


def _put_keys(document: "TOMLDocument", chosen: Mapping[str, Any]) -> None:
    """Change the lines of `[keys]` that are no longer right, and leave the others."""
    if "keys" not in document:
        if chosen:
            document["keys"] = {name: list(keys) for name, keys in chosen.items()}
        return
    table: Any = document["keys"]
    for name in [name for name, value in table.items() if isinstance(value, dict)]:
        del table[name]  # written anew below, in quotes
    for name in [name for name in table if name not in chosen]:
        del table[name]
    for name, keys in chosen.items():
        if name not in table or list(table[name]) != list(keys):
            table[name] = list(keys)
    if not table and not table.as_string().strip():
        del document["keys"]
