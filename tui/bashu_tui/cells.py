"""Text in columns: widths count terminal cells, so that Chinese lines up."""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size


def signed_percent(part: int, whole: int) -> str:
    """Show a part of a positive whole with sign and two decimals, rounded towards zero."""
    percent, rest = divmod(abs(part) * 10_000 // whole, 100)
    sign = "+" if part > 0 else "-" if part < 0 else ""
    return f"{sign}{percent}.{rest:02d}%"


def left(text: str, width: int) -> str:
    """Pad or cut to a width, text at the left."""
    return set_cell_size(text, width)


def right(text: str, width: int) -> str:
    """Pad or cut to a width, text at the right."""
    length = cell_len(text)
    return " " * (width - length) + text if length <= width else set_cell_size(text, width)


def centre(text: str, width: int) -> str:
    """Pad or cut to a width, text in the middle."""
    length = cell_len(text)
    return left(" " * max(0, (width - length) // 2) + text, width)


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` cells: at blanks, or between wide characters."""
    lines: list[str] = []
    line = ""
    for word in _words(text):
        if line and cell_len(line) + cell_len(word.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += word
    return [*lines, line.rstrip()]


def _words(text: str) -> list[str]:
    words, word = [], ""
    for character in text:
        word += character
        if character == " " or cell_len(character) > 1:
            words.append(word)
            word = ""
    return [*words, word] if word else words


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
