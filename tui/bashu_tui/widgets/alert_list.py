"""The supervisor's queue of alerts, the gravest and newest first."""

from collections.abc import Sequence
from typing import Final

from bashu_protocol.messages import Alert
from bashu_tui.cells import left, right
from bashu_tui.state.session import local_time
from bashu_tui.widgets.line_panel import Piece
from bashu_tui.widgets.list_panel import ListPanel

_RANK: Final = {"violation": 2, "warning": 1, "info": 0}
_MARK: Final = {"violation": "!!", "warning": "! ", "info": "  "}


class AlertList(ListPanel[Alert]):
    """A line an alert."""

    title_key = "panel.alerts"
    empty_key = "sup.no_alerts"

    def items(self) -> Sequence[Alert]:
        session = self.bashu.session
        if session is None:
            return []
        return sorted(
            session.alerts.values(), key=lambda a: (-_RANK[a.severity], -a.last_time, -a.alert_id)
        )

    def key_of(self, item: Alert) -> int:
        return item.alert_id

    def head(self, width: int) -> list[Piece]:
        texts = self.bashu.texts
        head = left(texts("column.severity"), 13) + left(texts("column.rule"), 20)
        head += left(texts("column.owner"), 11) + left(texts("column.symbol"), 8)
        head += right(texts("column.count"), 6) + "  " + texts("column.time")
        return [(head, self.bashu.palette.head)]

    def row(self, item: Alert, width: int) -> list[Piece]:
        texts, palette = self.bashu.texts, self.bashu.palette
        styles = {"violation": palette.down, "warning": palette.warn, "info": palette.faint}
        level = f"{_MARK[item.severity]} {texts('severity.' + item.severity)}"
        rest = left(texts.get(f"rule.{item.rule}", item.rule), 20) + left(item.owner, 11)
        rest += left(item.symbol or "-", 8) + right(str(item.count), 6)
        rest += "  " + local_time(item.last_time)
        return [(left(level, 13), styles[item.severity]), (rest, palette.plain)]
