"""The help card's contents as lines of text, in one column or two."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from bashu_tui.cells import left, wrap
from bashu_tui.palette import Palette
from bashu_tui.state.help_contents import HelpSection
from bashu_tui.widgets.line_panel import Piece

_MOST_FOR_KEYS: Final = 22
_GAP: Final = 3
"""Cells between two columns."""
Line = list[Piece]


def help_page(
    about: Sequence[str],
    sections: Sequence[HelpSection],
    remark: str,
    palette: Palette,
    widths: Sequence[int],
) -> Text:
    """Return what has the focus, the keys in as many columns as there are widths, a remark."""
    whole = sum(widths) + _GAP * (len(widths) - 1)
    lines: list[Line] = []
    for sentence in about:
        lines += [[(line, palette.plain)] for line in wrap(sentence, whole)]
    if about:
        lines.append([])
    lines += _beside(_columns(sections, palette, widths), widths)
    if remark:
        lines += [[], *([(line, palette.faint)] for line in wrap(remark, whole))]
    return Text("\n").join(Text.assemble(*line) for line in lines)


def _columns(
    sections: Sequence[HelpSection], palette: Palette, widths: Sequence[int]
) -> list[list[Line]]:
    """Fill one column after the other, no section torn apart, all about equally long."""
    keys = [cell_len("  ".join(line.keys)) for section in sections for line in section.lines]
    room = min(_MOST_FOR_KEYS, max(keys, default=0))
    blocks = [_section(section, palette, room, min(widths)) for section in sections]
    fair = sum(map(len, blocks)) / len(widths)
    columns: list[list[Line]] = [[] for _ in widths]
    at = 0
    for block in blocks:
        if at + 1 < len(columns) and len(columns[at]) + len(block) / 2 > fair:
            at += 1
        columns[at] += block
    return columns


def _section(section: HelpSection, palette: Palette, room: int, width: int) -> list[Line]:
    """Return a title and the lines below it; what is too long goes on below."""
    made: list[Line] = [[(section.title, palette.head)]]
    for line in section.lines:
        keys = wrap("  ".join(line.keys), room)
        texts = wrap(line.text, width - room - 3)
        made += [
            [(f" {left(key, room)}  ", palette.warn), (text, palette.plain)]
            for key, text in zip_longest(keys, texts, fillvalue="")
        ]
    return made


def _beside(columns: Sequence[list[Line]], widths: Sequence[int]) -> list[Line]:
    made: list[Line] = []
    for row in zip_longest(*columns, fillvalue=[]):
        line: Line = []
        for at, (pieces, width) in enumerate(zip(row, widths, strict=True)):
            line += pieces
            if at + 1 < len(widths):
                used = sum(cell_len(text) for text, _style in pieces)
                line.append((" " * (width - used + _GAP), Style.null()))
        made.append(line)
    return made
