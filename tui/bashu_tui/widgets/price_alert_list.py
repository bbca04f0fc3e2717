"""A user's price alerts, by instrument."""

import time
from collections.abc import Callable, Hashable, Sequence

from rich.cells import cell_len
from rich.style import Style

from bashu_protocol.units import NS_PER_SECOND
from bashu_tui.cells import left, right
from bashu_tui.state.alert_rules import PriceAlert
from bashu_tui.state.alert_words import condition_short, present, saw, standing
from bashu_tui.widgets.line_panel import Piece
from bashu_tui.widgets.list_panel import ListPanel

_WIDE = 118
"""Where there is room for what an alert saw and for the note."""


class PriceAlertList(ListPanel[PriceAlert]):
    """A line an alert: whether it is on, its condition, the market now, when it last fired."""

    title_key = "panel.price_alerts"
    empty_key = "alerts.empty"

    def __init__(self, alerts: Callable[[], Sequence[PriceAlert]], *, id: str) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self._alerts = alerts

    def items(self) -> Sequence[PriceAlert]:
        return self._alerts()

    def key_of(self, item: PriceAlert) -> Hashable:
        return item.alert_id

    def head(self, width: int) -> list[Piece]:
        texts = self.bashu.texts
        head = left(texts("column.symbol"), 8) + left(texts("alerts.condition"), _room(width))
        head += right(texts("alerts.now"), _now_room(width)) + "  "
        head += left(texts("alerts.repeat"), 8) + left(texts("alerts.state"), 13)
        head += left(texts("alerts.fired"), 8)
        if width >= _WIDE:
            head += "  " + left(texts("alerts.saw"), 20) + texts("alerts.note")
        return [(head, self.bashu.palette.head)]

    def row(self, item: PriceAlert, width: int) -> list[Piece]:
        texts, palette = self.bashu.texts, self.bashu.palette
        repeat = texts("alerts.repeats" if item.repeats else "alerts.once")
        pieces: list[Piece] = [
            (left(item.symbol, 8), palette.plain),
            (left(condition_short(item, texts), _room(width)), palette.plain),
            (
                right(_fitting(self._now(item), _now_room(width)), _now_room(width)) + "  ",
                palette.plain,
            ),
            (left(repeat, 8), palette.faint),
            (left(standing(item, texts), 13), self._style(item)),
            (left(_when(item.fired_ns) if item.fired_ns else "-", 8), palette.faint),
        ]
        if width >= _WIDE:
            pieces.append(("  " + left(saw(item, texts) or "-", 20), palette.faint))
            pieces.append((item.note, palette.faint))
        return pieces

    def _now(self, item: PriceAlert) -> str:
        session = self.bashu.session
        if session is None or not session.is_live:
            return "-"
        reading = session.price_alerts.reading(item.symbol, session.instruments)
        return present(item, reading, self.bashu.texts)

    def _style(self, item: PriceAlert) -> Style:
        palette = self.bashu.palette
        if item.armed:
            return palette.good
        return palette.warn if item.count else palette.faint


def _room(width: int) -> int:
    """Return how wide the condition may be."""
    return max(12, min(40, width - 39 - _now_room(width)))


def _now_room(width: int) -> int:
    """Return how wide the market's value may be; the longest are names of phases."""
    return 19 if width < 90 else 24


def _fitting(text: str, width: int) -> str:
    """Put a text at the right; where there is no room, without what comes after its comma."""
    if cell_len(text) > width:
        text = text.replace("，", ",").partition(",")[0]
    return right(text, width)


def _when(time_ns: int) -> str:
    """Show the time of day; of another day the date."""
    moment = time.localtime(time_ns // NS_PER_SECOND)
    is_today = moment[:3] == time.localtime()[:3]
    return time.strftime("%H:%M:%S" if is_today else "%Y%m%d", moment)
