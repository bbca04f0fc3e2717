"""A user's settings: read strictly from one TOML file, and written back with its comments kept."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from bashu_tui.i18n import Language
from bashu_tui.looks import MarketColors, ThemeName

EntryMode = Literal["view", "armed"]
"""What may be kept in the file; sending at one click is chosen anew in each session."""
Glyphs = Literal["unicode", "ascii"]
Quantity = Annotated[int, Meta(ge=1, le=1_000_000_000)]


class SettingsError(Exception):
    """The file cannot be read, or says what the terminal does not understand."""


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
    keys: dict[str, tuple[str, ...]] = {}
    """Keys of an action, in place of its usual ones; see `bashu_tui.keymap`."""


def load(path: Path) -> Settings:
    """Read the settings; the usual ones where there is no file.

    Raises:
        SettingsError: with the file's name and what is wrong in it.
    """
    try:
        found = tomllib.loads(path.read_text("utf-8"))
        return msgspec.convert(found, Settings)
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise SettingsError(f"Cannot read {path}: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise SettingsError(f"{path} is not as it should be: {error}.") from error


def save(path: Path, settings: Settings) -> None:
    """Write what differs from the usual settings; comments and order of the file are kept.

    Raises:
        SettingsError: the file cannot be written.
    """
    import tomlkit  # noqa: PLC0415  only when something is written

    try:
        document = tomlkit.parse(path.read_text("utf-8")) if path.exists() else tomlkit.document()
        usual = msgspec.to_builtins(Settings())
        chosen: dict[str, Any] = msgspec.to_builtins(settings)
        for name, value in chosen.items():
            if value != usual[name]:
                document[name] = list(value) if isinstance(value, tuple) else value
            elif name in document:
                del document[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".new")
        beside.write_text(tomlkit.dumps(document), "utf-8")
        beside.replace(path)
    except OSError as error:
        raise SettingsError(f"Cannot write {path}: {error.strerror}.") from error
