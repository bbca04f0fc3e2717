"""Texts of the terminal, from the locale files; both have the same keys."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Final, Literal, Protocol, runtime_checkable

from bashu_tui.cells import harmless

Language = Literal["en", "zh"]

_FILES: Final[dict[Language, str]] = {"en": "en.json", "zh": "zh_CN.json"}
_LOCALES: Final = Path(__file__).parent / "locales"


@cache
def load(language: Language) -> dict[str, str]:
    """Read one locale file."""
    text = (_LOCALES / _FILES[language]).read_text("utf-8")
    texts: dict[str, str] = json.loads(text)
    return texts


class Texts:
    """The texts of the present language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language

    def __call__(self, key: str, /, **values: object) -> str:
        """Return a text with its values filled in, without control characters.

        Raises:
            KeyError: there is no such text; a test makes sure that this does not happen.
        """
        text = load(self.language)[key]
        return harmless(text.format(**values)) if values else text

    def get(self, key: str, otherwise: str) -> str:
        """Return a text that may not be known to this version, such as a newer reject code."""
        return load(self.language).get(key, otherwise)

    def toggle(self) -> None:
        self.language = "zh" if self.language == "en" else "en"


@runtime_checkable
class Translated(Protocol):
    """A screen that can write all its texts anew, in another language."""

    def repaint_all(self) -> None: ...


def default_language() -> Language:
    """Chinese where the environment says so, else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
