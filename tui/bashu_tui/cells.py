"""Text in columns: widths count terminal cells, so that Chinese lines up."""

import re
from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len, set_cell_size

_CONTROLS: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What moves a terminal's cursor, changes its state, or turns the direction of writing."""
_NUMBER: Final = re.compile(r"[-+~]?[\d,.]+%?")


def harmless(text: str) -> str:
    """Replace control characters, which others may have put into a name or a notice, by `?`.

    Ends of lines stay.
    """
    return _CONTROLS.sub("?", text)


def signed_percent(part: int, whole: int) -> str:
    """Show a part of a positive whole with sign and two decimals, rounded towards zero."""
    percent, rest = divmod(abs(part) * 10_000 // whole, 100)
    sign = "+" if part > 0 else "-" if part < 0 else ""
    return f"{sign}{percent}.{rest:02d}%"


def left(text: str, width: int) -> str:
    """Pad or cut to a width, text at the left."""
    return set_cell_size(text, width)


def right(text: str, width: int) -> str:
    """Pad or cut to a width, text at the right.

    Of a number nothing is cut, for what is left would be another one: it loses its separators,
    and where it has no room even so, `#` stands for it.
    """
    length = cell_len(text)
    if length > width and _NUMBER.fullmatch(text):
        text = text.replace(",", "")
        length = cell_len(text)
        if length > width:
            return "#" * width
    return " " * (width - length) + text if length <= width else set_cell_size(text, width)


def centre(text: str, width: int) -> str:
    """Pad or cut to a width, text in the middle."""
    length = cell_len(text)
    return left(" " * max(0, (width - length) // 2) + text, width)


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` cells: at blanks, or between wide characters.

    No line begins with a closing mark such as a full stop or ends with an opening one, as Chinese
    and English are set. What is wider than a line, such as an address, is broken where it must be.
    """
    lines: list[str] = []
    line = ""
    for word in _words(text):
        if line and cell_len(line) + cell_len(word.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += word
        while cell_len(line.rstrip()) > width > 0:
            head = _head(line, width)
            lines.append(head)
            line = line[len(head) :]
    return [*lines, line.rstrip()]


_CLOSING: Final = frozenset("，。、；：？！）》」』】〉’”％…—,.;:?!)]}%")
_OPENING: Final = frozenset("（《「『【〈‘“([{")


def _words(text: str) -> list[str]:
    """Cut a text where a line may end."""
    words, word = [], ""
    for index, character in enumerate(text):
        word += character
        following = text[index + 1 : index + 2]
        if character == " " or (
            following and following != " " and _may_break(character, following)
        ):
            words.append(word)
            word = ""
    return [*words, word] if word else words


def _may_break(before: str, after: str) -> bool:
    if before in _OPENING or after in _CLOSING:
        return False
    return cell_len(before) > 1 or cell_len(after) > 1


def _head(text: str, width: int) -> str:
    """Return as many characters as fit; at least one."""
    used = 0
    for index, character in enumerate(text):
        used += cell_len(character)
        if used > width:
            return text[: max(1, index)]
    return text


def fit_quantity(quantity: int, width: int) -> str:
    """Show tonnes in at most `width` cells: whole, or in thousands (k) or millions (m) cut down."""
    text = f"{quantity:,}"
    for unit, name in ((1_000, "k"), (1_000_000, "m"), (1_000_000_000, "g")):
        if len(text) <= width:
            break
        text = f"{quantity // unit:,}{name}"
    return text


def join_fitting(parts: Sequence[str], width: int) -> str:
    """Put as many parts on a line as have room, two blanks between; none is cut."""
    line = ""
    for part in parts:
        longer = f"{line}  {part}" if line else part
        if cell_len(longer) > width:
            break
        line = longer
    return line
