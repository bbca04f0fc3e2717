"""Time and sales of the chosen instrument, newest first."""

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.style import Style
from textual.binding import Binding, BindingType

from bashu_protocol.messages import TradeRow
from bashu_protocol.units import format_price
from bashu_tui.cells import fit_quantity, left, right
from bashu_tui.state.session import local_time
from bashu_tui.widgets.line_panel import LinePanel, Piece

_TIME: Final = 9
_PRICE: Final = 7
_QTY: Final = 8
_SIDE: Final = 5
_MODE: Final = 8


class Tape(LinePanel):
    """A line a trade; the sign and the word tell who came to the other. Arrows scroll."""

    can_focus = True
    title_key = "panel.tape"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll(-1)", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("pagedown", "scroll(10)", show=False),
        Binding("home", "newest", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self._top_exec_id = 0
        """The trade that stays in the first line while older ones are looked at; 0 follows."""

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        app = self.bashu
        texts, palette = app.texts, app.palette
        head = left(texts("column.time"), _TIME) + right(texts("column.price"), _PRICE)
        head += right(texts("column.qty"), _QTY)
        if width >= _TIME + _PRICE + _QTY + 1 + _SIDE + _MODE:
            head += " " + left(texts("column.side"), _SIDE) + texts("column.mode")
        made: list[Sequence[Piece]] = [[(head, palette.head)]]
        trades = self._trades()
        at = self._first(trades)
        made += [self._line(trade, width) for trade in trades[at : at + max(0, height - 1)]]
        if not trades and app.session is not None:
            made.append([(texts("tape.empty"), palette.faint)])
        return made

    def action_scroll(self, rows: int) -> None:
        trades = self._trades()
        at = min(self._first(trades) + rows, len(trades) - 1)
        self._top_exec_id = trades[at].exec_id if at > 0 else 0
        self.repaint()

    def action_newest(self) -> None:
        self._top_exec_id = 0
        self.repaint()

    def on_mouse_scroll_up(self) -> None:
        self.action_scroll(-3)

    def on_mouse_scroll_down(self) -> None:
        self.action_scroll(3)

    def on_click(self) -> None:
        self.focus()

    def _trades(self) -> list[TradeRow]:
        session = self.bashu.session
        return list(session.market_history.trades(self.bashu.symbol)) if session else []

    def _first(self, trades: list[TradeRow]) -> int:
        """Return where the shown trades begin; another instrument's begin with the newest."""
        if not self._top_exec_id:
            return 0
        found = (i for i, trade in enumerate(trades) if trade.exec_id == self._top_exec_id)
        return next(found, 0)

    def _line(self, trade: TradeRow, width: int) -> list[Piece]:
        texts, palette = self.bashu.texts, self.bashu.palette
        bought = trade.aggressor_side == "buy"
        sign, style = ("+", palette.buy) if bought else ("-", palette.sell)
        if trade.mode == "call_auction":
            sign, style = "", palette.plain  # nobody came to the other
        price = trade.standing_px or trade.price
        if trade.correction == "cancel":
            style = palette.faint + Style(strike=True)
        pieces: list[Piece] = [
            (left(local_time(trade.transact_time), _TIME), palette.faint),
            (right(format_price(price), _PRICE), style),
            (right(sign + fit_quantity(trade.qty, _QTY - 2), _QTY), style),
        ]
        room = width - _TIME - _PRICE - _QTY - 1
        mode = f"tape.{trade.correction or trade.mode}"
        if room >= _SIDE + _MODE:
            side = texts(f"side.{trade.aggressor_side}") if sign else ""
            pieces.append((" " + left(side, _SIDE), style))
            pieces.append((left(texts(mode), room - _SIDE), self._mode_style(trade)))
        elif room >= 2 and mode != "tape.listing":
            pieces.append((" " + left(texts(f"{mode}.short"), 2), self._mode_style(trade)))
        return pieces

    def _mode_style(self, trade: TradeRow) -> Style:
        palette = self.bashu.palette
        is_plain = trade.mode == "listing" and not trade.correction
        return palette.faint if is_plain else palette.warn
