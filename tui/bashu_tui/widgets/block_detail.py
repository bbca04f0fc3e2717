"""The chosen offer or negotiation: its terms, the other side, whose turn it is, and the rules."""

from collections.abc import Callable, Sequence

from rich.cells import cell_len

from bashu_protocol.messages import InstrumentRow
from bashu_protocol.units import format_money, format_price
from bashu_tui.cells import left, right, wrap
from bashu_tui.state.blocks import BlockLine, Terms
from bashu_tui.state.session import local_time
from bashu_tui.state.venue_words import in_words
from bashu_tui.widgets.block_list import block_state, needs_me
from bashu_tui.widgets.line_panel import LinePanel, Piece


class BlockDetail(LinePanel):
    """Of the line that `chosen` gives; `distance` words how far a price is from the market."""

    title_key = "panel.block"

    def __init__(
        self,
        chosen: Callable[[], BlockLine | None],
        distance: Callable[[str, int], str],
        *,
        id: str,  # noqa: A002  Textual's own word
    ) -> None:
        super().__init__(id=id)
        self._chosen = chosen
        self._distance = distance

    def title(self) -> str:
        line = self._chosen()
        if line is None:
            return super().title()
        return self.bashu.texts("blocks.number", id=line.block_id)

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        line = self._chosen()
        symbol = line.symbol if line is not None else self.bashu.symbol
        rules = self._rules(symbol, width)
        if line is None:
            hint = wrap(self.bashu.texts("blocks.choose"), width)
            return [*[[(text, self.bashu.palette.faint)] for text in hint], [], *rules][:height]
        made = self._terms(line, width)
        room = height - len(made) - len(rules)
        history = self._history(line, room, width)
        filler: list[Sequence[Piece]] = [[] for _ in range(room - len(history))]
        return [*made, *history, *filler, *rules][:height]

    def _terms(self, line: BlockLine, width: int) -> list[Sequence[Piece]]:
        texts, palette = self.bashu.texts, self.bashu.palette
        side = palette.buy if line.side == "buy" else palette.sell
        what = texts(
            "off_book.terms", side=texts(f"side.{line.side}"), qty=f"{line.order_qty:,}",
            symbol=line.symbol, price=format_price(line.price),
        )  # fmt: skip
        value = texts("off_book.value", value=format_money(line.value))
        percent = self._distance(line.symbol, line.price)
        if percent:
            value += "   " + texts("off_book.distance", percent=percent)
        other = line.counterparty
        if not other:
            key = "blocks.to_all" if line.kind == "own_offer" else "blocks.anonymous"
        else:
            key = "blocks.to" if line.kind == "own_offer" else "blocks.other"
        turn = palette.warn if needs_me(line) else palette.plain
        state = texts(block_state(line))
        if line.text:
            state = texts("text.because", what=state, why=in_words(line.text, texts))
        return [
            [(what, side)],
            [(value, palette.plain)],
            [(left(texts(key, member=other), width), palette.plain)],
            [(left(f"{state}   {local_time(line.transact_time)}", width), turn)],
        ]

    def _history(self, line: BlockLine, room: int, width: int) -> list[Sequence[Piece]]:
        """Show the last steps that there is room for, the newest at the end."""
        session = self.bashu.session
        steps = session.blocks.terms_of(line) if session is not None else []
        if room < 2 or not steps:
            return []
        texts, palette = self.bashu.texts, self.bashu.palette
        head = left(texts("column.time"), 10) + left(texts("blocks.by"), 10)
        head += left(texts("column.event"), 11) + right(texts("column.qty"), 11)
        head += right(texts("column.price"), 9)
        made: list[Sequence[Piece]] = [[(head, palette.head)]]
        made += [[(self._step(step), palette.plain)] for step in steps[-(room - 1) :]]
        return made

    def _step(self, step: Terms) -> str:
        texts = self.bashu.texts
        shown = left(local_time(step.transact_time), 10)
        shown += left(texts(f"blocks.by.{step.by or 'unknown'}"), 10)
        shown += left(texts(f"blocks.event.{step.event}"), 11) + right(f"{step.order_qty:,}", 11)
        return shown + right(format_price(step.price), 9)

    def _rules(self, symbol: str, width: int) -> list[Sequence[Piece]]:
        """Say whether blocks may be traded now, and within what bounds."""
        texts, palette, session = self.bashu.texts, self.bashu.palette, self.bashu.session
        row = session.instruments.get(symbol) if session is not None else None
        if session is None or row is None or row.rules.block is None:
            return [[(left(texts("blocks.none", symbol=symbol), width), palette.faint)]]
        window = session.blocks.window(symbol)
        key = "blocks.session.open" if window.is_open else "blocks.session.closed"
        if window.since:
            key += "_since"
        said = texts(key, symbol=symbol, time=local_time(window.since))
        style = palette.good if window.is_open else palette.warn
        made: list[Sequence[Piece]] = [[(left(said, width), style)]]
        return made + [[(text, palette.faint)] for text in self._bounds(row, width)]

    def _bounds(self, row: InstrumentRow, width: int) -> list[str]:
        """Word the limits of an instrument's blocks."""
        rules = row.rules.block
        if rules is None:
            return []
        sizes = self.bashu.texts(
            "blocks.sizes", low=f"{rules.min_qty:,}", high=f"{rules.max_qty:,}",
            lot=f"{row.rules.lot:,}",
        )  # fmt: skip
        if not row.block_limit_up:
            return [sizes]
        low, high = format_price(row.block_limit_down), format_price(row.block_limit_up)
        prices = self.bashu.texts("off_book.prices", low=low, high=high)
        both = f"{prices}   {sizes}"
        return [both] if cell_len(both) <= width else [prices, sizes]
