"""A user's settings as they hold now: the file's, with what the command line put in their place."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from bashu_tui.settings import Settings, save


class Preferences:
    """What is chosen holds at once and is kept in the file."""

    def __init__(
        self,
        stored: Settings | None = None,
        *,
        path: Path | None = None,
        overridden: Mapping[str, Any] | None = None,
    ) -> None:
        self.stored = stored or Settings()
        """What the file says."""
        self.path = path
        """None where nothing is kept."""
        self.overridden = dict(overridden or {})
        """What holds in its place for this session."""

    @property
    def now(self) -> Settings:
        """Return the settings that hold."""
        return replace(self.stored, **self.overridden)

    def choose(self, **chosen: Any) -> None:
        """Change settings by their names; what a user chose now outdoes the command line.

        Raises:
            SettingsError: they hold, but could not be kept.
        """
        self.stored = replace(self.stored, **chosen)
        for name in chosen:
            self.overridden.pop(name, None)
        if self.path is not None:
            save(self.path, self.stored)
