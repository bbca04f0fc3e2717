"""The evidence of an alert, in sentences made from the rule's own facts."""

from collections.abc import Sequence

from bashu_protocol.messages import Alert
from bashu_protocol.units import format_money, format_price
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
            *self._story(alert, width),
        ]
        for name, value in alert.facts.items():
            shown = self._shown(name, value)
            sentence = texts.get(f"fact.{name}", name + ": {value}").format(value=shown)
            made += [[(line, palette.plain)] for line in wrap(sentence, width)]
        made += [[], *self._links(alert, width), *self._sources(alert, width)]
        return made[:height]

    def _shown(self, name: str, value: int | str) -> int | str:
        if isinstance(value, int):
            return format_price(value) if name.endswith(_PRICE_END) else value
        return self.bashu.texts.get(f"fact_value.{value}", value)

    def _story(self, alert: Alert, width: int) -> list[Sequence[Piece]]:
        """What happened, in the user's language, and what it brought."""
        texts, palette = self.bashu.texts, self.bashu.palette
        story = alert.stories.get(texts.language, "")
        made: list[Sequence[Piece]] = []
        if story:
            made += [[(line, palette.plain)] for line in wrap(story, width)]
        if alert.gain:
            made.append([(texts("evidence.gain", gain=format_money(alert.gain)), palette.mark)])
        return [*made, []] if made else []

    def _links(self, alert: Alert, width: int) -> list[Sequence[Piece]]:
        """What makes one group of the accounts."""
        texts, palette = self.bashu.texts, self.bashu.palette
        if not alert.links:
            return []
        made: list[Sequence[Piece]] = [[(texts("evidence.links"), palette.plain)]]
        for account, kind, name in alert.links:
            word = texts.get(f"link.{kind}", kind)
            line = texts("evidence.link", account=account, kind=word, name=name)
            made += [[(part, palette.plain)] for part in wrap(line, width)]
        return [*made, []]

    def _sources(self, alert: Alert, width: int) -> list[Sequence[Piece]]:
        """Orders, trades, the part of the journal that shows them, and the rule's parameters."""
        texts = self.bashu.texts
        found = []
        for key, numbers in (
            ("evidence.orders", alert.order_ids),
            ("evidence.trades", alert.exec_ids),
        ):
            if numbers:
                name, _, _ = texts(key).partition("{")
                found.append(name + ", ".join(str(number) for number in numbers))
        if alert.replay_to:
            found.append(texts("evidence.replay", first=alert.replay_from, last=alert.replay_to))
        if alert.parameters:
            listed = ", ".join(
                f"{texts.get(f'param.{name}', name)} {value}"
                for name, value in alert.parameters.items()
            )
            found.append(
                texts("evidence.parameters", version=alert.rule_version, parameters=listed)
            )
        return [[(line, self.bashu.palette.faint)] for text in found for line in wrap(text, width)]
