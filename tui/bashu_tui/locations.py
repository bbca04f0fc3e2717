"""Where the terminal keeps a user's files: the XDG base directories."""

import os
from pathlib import Path


def settings_file() -> Path:
    """Return the file of the user's settings; it may not exist."""
    return _base("XDG_CONFIG_HOME", ".config") / "bashu" / "terminal.toml"


def data_folder() -> Path:
    """Return the folder of price alerts and exports; it may not exist."""
    return _base("XDG_DATA_HOME", ".local/share") / "bashu"


def _base(variable: str, otherwise: str) -> Path:
    """Follow the XDG specification: a relative path in the environment counts for nothing."""
    named = Path(os.environ.get(variable, ""))
    return named if named.is_absolute() else Path.home() / otherwise
