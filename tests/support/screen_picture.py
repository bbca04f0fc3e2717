"""What a terminal shows as a text that can be read in a diff: the cells, and their styles."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from msgspec import Struct
from rich.cells import cell_len
from rich.style import Style
from textual.app import App
from textual.geometry import Size
from textual.strip import Strip

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ATTRIBUTES: Final = ("bold", "dim", "italic", "underline", "blink", "reverse", "strike")


class Picture(Struct, frozen=True):
    """The rows of a screen, and the style of each cell in words."""

    rows: list[str]
    styles: list[list[str]]

    @property
    def text(self) -> str:
        return "\n".join(self.rows)


def picture(app: App[None]) -> Picture:
    """Take what the app shows now.

    Raises:
        AssertionError: a part of it has crashed, or a row is not as wide as the screen.
    """
    update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    # A widget that raised leaves a screen to be seen all the same.
    assert app._exception is None, app._exception
    width, height = app.size
    rows, styles = [], []
    for strips in update.strips[:height]:  # type: ignore[union-attr]  # a full update has them
        strip = Strip.join(strips)
        row = "".join(segment.text for segment in strip)
        assert cell_len(row) == width, row
        rows.append(row)
        styles.append([
            _words(segment.style) for segment in strip for _cell in range(segment.cell_length)
        ])  # fmt: skip
    return Picture(rows, styles)


def diffable(name: str, pictures: dict[str, Picture]) -> str:
    """Write the pictures of one screen in several themes; they differ in their colours alone.

    Raises:
        AssertionError: the themes show different texts.
    """
    themes = list(pictures)
    first = pictures[themes[0]]
    for theme in themes[1:]:
        assert pictures[theme].rows == first.rows, f"{theme} shows another text than {themes[0]}"
    letters: dict[tuple[str, ...], str] = {}
    runs = []
    for row in zip(*(pictures[theme].styles for theme in themes), strict=True):
        cells = [letters.setdefault(cell, _letter(len(letters))) for cell in zip(*row, strict=True)]
        runs.append(" ".join(f"{len(list(same))}{letter}" for letter, same in groupby(cells)))
    legend = [
        f"{letter} " + " | ".join(map(": ".join, zip(themes, cell, strict=True)))
        for cell, letter in letters.items()
    ]
    return "\n".join([
        f"# {name}", *(row.rstrip() for row in first.rows),
        "# styles: cells of each row", *_numbered(runs), "# legend", *legend, "",
    ])  # fmt: skip


def size_of(text: str) -> Size:
    """Read `80x24`."""
    width, _, height = text.partition("x")
    return Size(int(width), int(height))


def _numbered(runs: Sequence[str]) -> list[str]:
    """Put like rows together, under the numbers of the first and the last."""
    lines, at = [], 1
    for run, same in groupby(runs):
        count = len(list(same))
        lines.append(f"{at:02d}-{at + count - 1:02d} {run}" if count > 1 else f"{at:02d} {run}")
        at += count
    return lines


def _letter(number: int) -> str:
    more, at = divmod(number, len(_LETTERS))
    return (_LETTERS[more - 1] if more else "") + _LETTERS[at]


def _words(style: Style | None) -> str:
    if style is None:
        return "plain"
    words = [name for name in _ATTRIBUTES if getattr(style, name)]
    color = style.color.name if style.color is not None else "default"
    ground = style.bgcolor.name if style.bgcolor is not None else "default"
    return " ".join([color, "on", ground, *words])
