"""Text in columns: widths count terminal cells, so that Chinese lines up."""

from rich.cells import cell_len, set_cell_size


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
