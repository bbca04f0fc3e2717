"""A sentence of the locale files that follows the language."""

from textual.content import Content
from textual.widgets import Static

from bashu_tui.i18n import Locale


class Phrase(Static):
    """Shows one key; `say` changes what it shows."""

    def __init__(
        self,
        locale: Locale,
        key: str = "",
        *,
        id: str | None = None,  # noqa: A002  Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._locale = locale
        self._key = key
        self._values: dict[str, str] = {}

    @property
    def text(self) -> str:
        return self._locale.t_known(self._key, self._values) if self._key else ""

    def say(self, key: str, values: dict[str, str] | None = None) -> None:
        """Show another sentence; an empty key shows nothing."""
        self._key, self._values = key, values or {}
        self.relabel()

    def relabel(self) -> None:
        """Show the same in the language now in force."""
        self.update(Content(self.text))

    def on_mount(self) -> None:
        self.relabel()
