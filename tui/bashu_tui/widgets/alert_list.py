"""The supervisor's queue of alerts, the gravest and newest first."""

from collections.abc import Sequence
from typing import Final

from textual import events

from bashu_protocol.messages import Alert
from bashu_tui.cells import left, right
from bashu_tui.state.session import local_time
from bashu_tui.widgets.line_panel import LinePanel, Piece

_RANK: Final = {"violation": 2, "warning": 1, "info": 0}
_MARK: Final = {"violation": "!!", "warning": "! ", "info": "  "}


class AlertList(LinePanel):
    """A line an alert; arrows or a click choose one."""

    can_focus = True
    title_key = "panel.alerts"

    def __init__(self, *, id: str) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self.chosen_id = 0

    def alerts(self) -> list[Alert]:
        session = self.bashu.session
        if session is None:
            return []
        return sorted(
            session.alerts.values(), key=lambda a: (-_RANK[a.severity], -a.last_time, -a.alert_id)
        )

    @property
    def chosen(self) -> Alert | None:
        session = self.bashu.session
        return session.alerts.get(self.chosen_id) if session is not None else None

    def move(self, by: int) -> None:
        """Choose the next or the previous alert."""
        alerts = self.alerts()
        if not alerts:
            return
        ids = [alert.alert_id for alert in alerts]
        at = ids.index(self.chosen_id) + by if self.chosen_id in ids else 0
        self.chosen_id = ids[max(0, min(len(ids) - 1, at))]
        self.repaint()

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        texts, palette = self.bashu.texts, self.bashu.palette
        head = left(texts("column.severity"), 12) + left(texts("column.rule"), 20)
        head += left(texts("column.owner"), 12) + left(texts("column.symbol"), 8)
        head += right(texts("column.count"), 6) + "  " + texts("column.time")
        made: list[Sequence[Piece]] = [[(head, palette.head)]]
        alerts = self.alerts()
        if not alerts:
            return [*made, [(texts("sup.no_alerts"), palette.faint)]]
        styles = {"violation": palette.down, "warning": palette.warn, "info": palette.faint}
        for alert in self._visible(alerts, height - 1):
            ground = palette.cursor if alert.alert_id == self.chosen_id else palette.plain
            level = f"{_MARK[alert.severity]} {texts('severity.' + alert.severity)}"
            rest = left(texts.get(f"rule.{alert.rule}", alert.rule), 20) + left(alert.owner, 12)
            rest += left(alert.symbol or "-", 8) + right(str(alert.count), 6)
            rest += "  " + local_time(alert.last_time)
            made.append(
                [
                    (left(level, 12), ground + styles[alert.severity]),
                    (left(rest, width - 12), ground),
                ]
            )
        return made

    def _visible(self, alerts: list[Alert], height: int) -> list[Alert]:
        ids = [alert.alert_id for alert in alerts]
        at = ids.index(self.chosen_id) if self.chosen_id in ids else 0
        start = max(0, min(at - height // 2, len(alerts) - height))
        return alerts[start : start + height]

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        alerts = self._visible(self.alerts(), self.size.height - 1)
        if offset is not None and 1 <= offset.y <= len(alerts):
            self.chosen_id = alerts[offset.y - 1].alert_id
            self.focus()
            self.repaint()
