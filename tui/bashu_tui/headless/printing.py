"""Output: sentences and aligned tables for people, one JSON object a line for programs."""

import time
from collections.abc import Sequence
from typing import Literal, TextIO

import msgspec
from rich.cells import cell_len

from bashu_protocol.codec import encode
from bashu_protocol.messages import AnyMessage, Message, Row
from bashu_protocol.units import NS_PER_SECOND
from bashu_tui.cells import left, right
from bashu_tui.headless.outcome import Failure, LinkMoved, TradesMissed
from bashu_tui.i18n import Texts

Fact = AnyMessage | Row | Failure | LinkMoved | TradesMissed
Side = Literal["left", "right"]
GAP = "  "


class Printer:
    """Writes each fact as soon as it is known."""

    def __init__(self, out: TextIO, err: TextIO, *, as_json: bool) -> None:
        self.as_json = as_json
        self._out = out
        self._err = err

    def fact(self, sentence: str, fact: Fact) -> None:
        """Write one fact on a line of its own."""
        self._line(as_json(fact) if self.as_json else sentence)

    def refusal(self, sentence: str, fact: Fact) -> None:
        """Write why something was refused; programs get the fact with its code as well."""
        if self.as_json:
            self._line(as_json(fact))
        self.complain(sentence)

    def facts(self, facts: Sequence[Fact]) -> None:
        """Write facts that people are shown as a table; nothing for people."""
        if self.as_json:
            for fact in facts:
                self._line(as_json(fact))

    def text(self, lines: Sequence[str]) -> None:
        """Write lines for people; nothing for programs."""
        if not self.as_json:
            for line in lines:
                self._line(line)

    def complain(self, sentence: str) -> None:
        self._err.write(f"bashu-tui: {sentence}\n")
        self._err.flush()

    def _line(self, line: str) -> None:
        self._out.write(line + "\n")
        self._out.flush()


def as_json(fact: Fact) -> str:
    """Return the object in the protocol's own field names."""
    written = encode(fact, "json") if isinstance(fact, Message) else msgspec.json.encode(fact)
    return written.decode()


def table(head: Sequence[tuple[str, Side]], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return aligned lines, the head first; widths are in cells, so that Chinese lines up."""
    titles = [title for title, _side in head]
    widths = [max(map(cell_len, column)) for column in zip(titles, *rows, strict=True)]
    return [
        GAP.join(
            (right if side == "right" else left)(text, width)
            for text, (_title, side), width in zip(line, head, widths, strict=True)
        ).rstrip()
        for line in (titles, *rows)
    ]


def show_table(
    printer: Printer, texts: Texts, head: str, lines: Sequence[Sequence[str]], empty: str
) -> None:
    """Write a table; `>` in the head stands after the columns of numbers."""
    if not lines:
        printer.text([texts(empty)])
        return
    columns: list[tuple[str, Side]] = [
        (texts(f"headless.column.{name.rstrip('>')}"), "right" if name[-1] == ">" else "left")
        for name in head.split()
    ]
    printer.text(table(columns, lines))


def moment(transact_time: int) -> str:
    """Show when something was, in the user's own zone: the date too where it was not today."""
    then = time.localtime(transact_time // NS_PER_SECOND)
    is_today = time.strftime("%Y%m%d", then) == time.strftime("%Y%m%d")
    return time.strftime("%H:%M:%S" if is_today else "%Y-%m-%d %H:%M:%S", then)
