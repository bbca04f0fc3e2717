"""What became of the last commands, beside the ticket that sent them."""

from typing import Final

from bashu_protocol.reject_codes import RejectCode
from bashu_protocol.units import format_price
from bashu_tui.i18n import Locale
from bashu_tui.state.desk import Desk
from bashu_tui.state.order_life import Life
from bashu_tui.text import left, wrap
from bashu_tui.widgets.lines import Line, LineWidget

_STYLE: Final = {
    "sending": "warn",
    "unanswered": "alarm",
    "rejected": "bad bold",
    "filled": "good bold",
    "partially_filled": "good",
    "working": "good",
}


class LifeList(LineWidget):
    """The newest first; a reject carries the venue's reason in the user's language."""

    def __init__(self, locale: Locale, desk: Desk) -> None:
        super().__init__(locale, id="lives")
        self._desk = desk

    def build(self, width: int, height: int) -> list[Line]:
        lines: list[Line] = [self.head(self.locale.t("life.title"), width)]
        for life in self._desk.lives.newest():
            if len(lines) >= height:
                break
            lines.extend(self._life(life, width))
        return lines

    def _life(self, life: Life, width: int) -> list[Line]:
        t = self.locale.t
        state = t(f"life.{life.state}")
        if life.answered_ms is not None:
            state = f"{state} {life.answered_ms:.0f} ms"
        if life.state == "partially_filled":
            state = f"{state} {life.cum_qty:,}"
        style = _STYLE.get(life.state, "dim")
        lines: list[Line] = [((left(f" {self._what(life)}", width), ""),)]
        lines.append(((left(f"   {state}", width), style),))
        if life.reject_code is not RejectCode.NONE:
            reason = self.locale.t_known(
                f"reject.{life.reject_code}", self._desk.reject_values(life.symbol)
            )
            lines += [((left(f"   {line}", width), style),) for line in wrap(reason, width - 4)]
        return lines

    def _what(self, life: Life) -> str:
        t = self.locale.t
        if life.kind in ("mass_cancel", "supervise"):
            count = f" {life.affected}" if life.state == "done" and life.affected else ""
            return t(f"life.kind.{life.kind}") + count
        price = format_price(life.price) if life.price else t("ticket.market")
        side = t(f"side.{life.side}") if life.side else ""
        verb = "" if life.kind == "place" else t(f"life.kind.{life.kind}") + " "
        return f"{verb}{side} {life.symbol} {life.qty:,} @ {price}"
