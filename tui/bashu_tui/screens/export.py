"""Asks where a table is to be written, writes it there, and says so; or gives it to the browser."""

import asyncio
import errno
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from bashu_tui.clock import now_ns
from bashu_tui.screens.card import Card
from bashu_tui.state.export import Cell, chosen_path, encode, proposed_path, write_new
from bashu_tui.widgets.card_keys import CardKeys
from bashu_tui.widgets.outcome import Outcome

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp

_WHY: Final = {
    errno.EEXIST: "export.exists",
    errno.ENOENT: "export.no_folder",
    errno.ENOTDIR: "export.no_folder",
    errno.EISDIR: "export.is_folder",
    errno.EACCES: "export.forbidden",
    errno.EPERM: "export.forbidden",
    errno.EROFS: "export.forbidden",
    errno.ENOSPC: "export.full",
    errno.ENAMETOOLONG: "export.long_name",
}


class Table(Struct, frozen=True):
    """What is to be written, and the first word of the file's name."""

    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def give_to_browser(app: "BashuApp", table: Table) -> str:
    """Have the browser keep a table as a file, and return its name.

    For a terminal behind a web server: the files around it are the server's, not the user's.
    """
    name = _proposed(app, table).name
    data = io.BytesIO(encode(table.head, table.rows))
    app.deliver_binary(data, save_filename=name, mime_type="text/csv")
    return name


def _proposed(app: "BashuApp", table: Table) -> Path:
    user = app.session.client.user if app.session is not None else ""
    return proposed_path(table.name, user, now_ns())


class ExportScreen(Card[Path]):
    """Dismissed with the file that was written, or with None."""

    def __init__(self, table: Table) -> None:
        super().__init__()
        self._table = table

    def compose(self) -> ComposeResult:
        with Vertical(classes="card", id="export-card"):
            yield Static(id="export-what")
            yield Input(id="export-path", compact=True)
            yield Outcome(id="export-outcome")
            yield CardKeys([("Enter", "card.write", "write"), ("Esc", "card.back", "back")])

    def on_mount(self) -> None:
        self._proposed = _proposed(self.bashu, self._table)
        field = self.query_one(Input)
        field.value = str(self._proposed)
        field.focus()
        self.repaint_all()

    def repaint_all(self) -> None:
        texts = self.bashu.texts
        self.query_one(".card", Vertical).border_title = texts("export.title")
        self.query_one("#export-what", Static).update(
            texts("export.what", count=f"{len(self._table.rows):,}")
        )
        self.query_one(CardKeys).repaint()
        self.query_one(Outcome).repaint()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_write()

    def action_write(self) -> None:
        self.write(self.query_one(Input).value)

    @work(group="export", exclusive=True)
    async def write(self, text: str) -> None:
        """Write the file off the loop; what goes wrong is said, and the path can be mended."""
        path = chosen_path(text, self._proposed)
        table = self._table
        try:
            await asyncio.to_thread(lambda: write_new(path, encode(table.head, table.rows)))
        except OSError as error:
            key = _WHY.get(error.errno or 0, "export.failed")
            self.query_one(Outcome).say(key, "warn", path=path, why=error.strerror or error)
            return
        self.dismiss(path)
