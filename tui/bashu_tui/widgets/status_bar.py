"""The first line: where one is, what the link does, and the venue's clock."""

from typing import Final

from rich.cells import cell_len

from bashu_tui.i18n import Locale
from bashu_tui.state.desk import Desk
from bashu_tui.text import clock
from bashu_tui.widgets.lines import Line, LineWidget, Part

_LINK_STYLE: Final = {"live": "head good", "connecting": "head warn", "catching_up": "head warn"}


class StatusBar(LineWidget):
    """One line; what does not fit is left out from the least important on."""

    def __init__(self, locale: Locale, desk: Desk, place: str) -> None:
        super().__init__(locale, id="status")
        self._desk = desk
        self._place = place
        self.symbol = ""

    def build(self, width: int, height: int) -> list[Line]:
        desk, t = self._desk, self.locale.t
        link = desk.link
        needed = [self._instrument(), self._link()]
        optional: list[Part] = [
            (f" {clock(link.venue_time_ns)} ", "bold"),
            (f" {t('role.' + desk.role)} {desk.user} ", ""),
            (f" #{link.seq} ", "dim"),
            (f" {desk.member} ", "dim"),
            (f" {self._place} ", "dim"),
        ]
        room = width - sum(cell_len(text) for part in needed for text, _ in part)
        shown: list[Part] = []
        for part in optional:
            if cell_len(part[0]) <= room:
                shown.append(part)
                room -= cell_len(part[0])
        instrument, state = needed
        return [(*instrument, (" " * room, "head"), *_on_bar(shown[::-1]), *state)]

    def _instrument(self) -> list[Part]:
        if not self.symbol:
            return [(" Bashu ", "head bold accent")]
        phase = self._desk.market.quote(self.symbol).phase
        style = {"continuous": "good", "halted": "halt"}.get(phase, "warn")
        name = f" {self.symbol} "
        return [
            (name, "head bold accent"),
            (f"{self.locale.t('phase.' + phase)} ", f"head {style}"),
        ]

    def _link(self) -> list[Part]:
        link = self._desk.link
        text = self.locale.t(f"link.{link.face}")
        if link.face == "live" and link.round_trip_ms is not None:
            text = f"{text} {link.round_trip_ms:.0f} ms"
        return [(f" {text} ", f"{_LINK_STYLE.get(link.face, 'alarm')} bold")]


def _on_bar(parts: list[Part]) -> list[Part]:
    return [(text, f"head {style}".strip()) for text, style in parts]
