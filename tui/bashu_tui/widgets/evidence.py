"""The evidence of an alert, in sentences made from the rule's own facts."""

from collections.abc import Sequence

from bashu_protocol.messages import Alert
from bashu_protocol.units import format_price
from bashu_tui.cells import wrap
from bashu_tui.state.session import local_time
from bashu_tui.widgets.line_panel import LinePanel, Piece

_PRICE_END = "_price"
"""Facts called so are in fen."""


class Evidence(LinePanel):
    """All that one alert says."""

    title_key = "panel.evidence"
    alert: Alert | None = None

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        texts, palette, alert = self.bashu.texts, self.bashu.palette, self.alert
        if alert is None:
            return [[(texts("sup.choose"), palette.faint)]]
        head = texts(
            "evidence.head",
            id=alert.alert_id,
            severity=texts(f"severity.{alert.severity}"),
            score=alert.score,
            update=alert.update,
        )
        who = texts(
            "evidence.who", owner=alert.owner or "-", members=", ".join(alert.members) or "-"
        )
        where = texts(
            "evidence.where", symbol=alert.symbol or "-", first=alert.first_seq, last=alert.last_seq
        )
        when = texts(
            "evidence.when", first=local_time(alert.first_time), last=local_time(alert.last_time)
        )
        made: list[Sequence[Piece]] = [
            [(texts.get(f"rule.{alert.rule}", alert.rule), palette.mark)],
            *([(line, palette.plain)] for text in (head, who, where) for line in wrap(text, width)),
            [(when, palette.faint)],
            [],
        ]
        for name, value in alert.facts.items():
            is_price = name.endswith(_PRICE_END) and isinstance(value, int)
            shown = format_price(int(value)) if is_price else value
            sentence = texts.get(f"fact.{name}", name + ": {value}").format(value=shown)
            made += [[(line, palette.plain)] for line in wrap(sentence, width)]
        made.append([])
        for key, numbers in (
            ("evidence.orders", alert.order_ids),
            ("evidence.trades", alert.exec_ids),
        ):
            if numbers:
                listed = ", ".join(str(number) for number in numbers)
                name, _, _ = texts(key).partition("{")
                made += [[(line, palette.faint)] for line in wrap(name + listed, width)]
        return made[:height]
