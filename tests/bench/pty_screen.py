"""What a terminal would show: enough of one to read the screen of a Textual program."""

import codecs
import re
from typing import Final

from rich.cells import cell_len

_TOKEN: Final = re.compile(
    r"\x1b\[(?P<numbers>[<=>?]?[\d;:]*)[ $]?(?P<final>[@-~])"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1bP[^\x1b]*\x1b\\|\x1b[()][0-9A-B]|\x1b[=>78c]"
    r"|(?P<control>[\r\n\x08\x07])|(?P<text>[^\x1b\r\n\x08\x07]+)"
)


class PtyScreen:
    """Rows of cells; colours are not kept. A wide character is followed by an empty cell."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._columns, self._count = size
        self._cells = self._blank()
        self._x = self._y = 0
        self._rest = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def rows(self) -> list[str]:
        return ["".join(row) for row in self._cells]

    def shows(self, text: str) -> bool:
        """Whether a row holds this text."""
        return any(text in row for row in self.rows())

    def feed(self, data: bytes) -> None:
        """Take what the program wrote; a sequence may be continued in the next piece."""
        text = self._rest + self._decoder.decode(data)
        self._rest = ""
        at = 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:  # an escape sequence that is not complete yet
                self._rest = text[at:]
                return
            at = match.end()
            if match["text"]:
                self._write(match["text"])
            elif match["control"]:
                self._control(match["control"])
            elif match["final"]:
                self._sequence(match["numbers"], match["final"])

    def _blank(self) -> list[list[str]]:
        return [[" "] * self._columns for _ in range(self._count)]

    def _write(self, text: str) -> None:
        if not 0 <= self._y < self._count:
            return
        row = self._cells[self._y]
        if text.isascii():
            text = text[: self._columns - self._x]
            row[self._x : self._x + len(text)] = text
            self._x += len(text)
            return
        for character in text:
            width = cell_len(character)
            if self._x + width <= self._columns and width:
                row[self._x : self._x + width] = [character, *[""] * (width - 1)]
            self._x += width

    def _control(self, control: str) -> None:
        if control == "\r":
            self._x = 0
        elif control == "\n":
            self._x, self._y = 0, self._y + 1
        elif control == "\x08":
            self._x = max(0, self._x - 1)

    def _sequence(self, numbers: str, final: str) -> None:
        if numbers[:1] in ("<", "=", ">", "?"):
            if final in "hl" and "1049" in numbers:
                self._cells = self._blank()
            return
        values = [int(number) if number else 0 for number in numbers.split(";")] + [0, 0]
        if final in "Hf":
            self._y, self._x = max(1, values[0]) - 1, max(1, values[1]) - 1
        elif final == "J" and values[0] == 2:
            self._cells = self._blank()
        elif final == "G":
            self._x = max(1, values[0]) - 1
