"""The line that says where one stands: instrument, phase, link, mode, environment, user, time."""

from collections.abc import Sequence

from msgspec import Struct
from rich.cells import cell_len
from rich.style import Style

from bashu_protocol.messages import InstrumentStat, VenueStatus
from bashu_tui.clock import now_ns
from bashu_tui.state.modes import CALL_PHASES
from bashu_tui.state.outlook import closed_key, countdown
from bashu_tui.state.session import Session, local_time
from bashu_tui.widgets.line_panel import LinePanel, Piece


class Part(Struct, frozen=True):
    """`rank` 1 stays longest where there is no room for all."""

    rank: int
    text: str
    style: Style


class StatusBar(LinePanel):
    """One line at the top; the link's state is never quiet when it is not live.

    Where there is no room, what matters least is left out whole; nothing is cut.
    """

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        app = self.bashu
        session = app.session
        if session is None:
            return [[(f" {app.texts('app.title')} ", app.palette.mark)]]
        return [
            [(f" {part.text} ", part.style) for part in parts_that_fit(self._parts(session), width)]
        ]

    def _parts(self, session: Session) -> list[Part]:
        app = self.bashu
        texts, palette = app.texts, app.palette
        seq = session.status.seq if session.status is not None else 0
        turns = len(session.blocks.my_turns())
        unread = session.notice_marks.unread(session.history.notices)
        return [
            *self._instrument(session),
            *self._phase(session),
            *self._link(session),
            self._environment(session),
            self._mode(session),
            Part(4, texts("blocks.turns", count=turns) if turns else "", palette.mark),
            Part(6, texts("status.unread", count=unread) if unread else "", palette.warn),
            Part(7, local_time(now_ns()), palette.faint),
            Part(8, session.client.user, palette.plain),
            Part(9, texts(f"role.{session.role}"), palette.faint),
            Part(11, f"#{seq}", palette.faint),
        ]

    def _instrument(self, session: Session) -> list[Part]:
        app = self.bashu
        row = session.instruments.get(app.symbol)
        name = ""
        if row is not None:
            name = row.rules.name_zh if app.texts.language == "zh" else row.rules.name_en
        parts = [Part(1, app.symbol or "-", app.palette.mark)]
        if name != app.symbol:
            parts.append(Part(10, name, app.palette.plain))
        return parts

    def _phase(self, session: Session) -> list[Part]:
        app = self.bashu
        texts, palette = app.texts, app.palette
        stat, status = session.stat(app.symbol), session.status
        phase = texts(f"phase.{stat.phase}" if stat is not None else "phase.unknown")
        is_halted = stat is not None and stat.phase == "halted"
        parts = [Part(2, phase, palette.alarm if is_halted else palette.warn)]
        if status is None:
            return parts
        if status.closed_reason:
            parts.append(Part(6, texts(closed_key(status.closed_reason)), palette.faint))
        left = countdown(status, status.transact_time)
        if left and self._comes(session, status, stat):
            coming = texts(f"phase.{status.next_phase}")
            parts.append(Part(6, texts("status.next", phase=coming, time=left), palette.faint))
        return parts

    def _comes(self, session: Session, status: VenueStatus, stat: InstrumentStat | None) -> bool:
        """Tell whether the calendar's next phase is one that the instrument will go to.

        It says nothing of when a halt ends, and call auctions are not for all instruments.
        """
        row, coming = session.instruments.get(self.bashu.symbol), status.next_phase
        if coming in CALL_PHASES and (row is None or row.rules.call_auction is None):
            return False
        return stat is None or stat.phase not in ("halted", coming)

    def _link(self, session: Session) -> list[Part]:
        texts, palette = self.bashu.texts, self.bashu.palette
        link = texts(f"link.{session.link_face}")
        if not session.is_live:
            return [Part(0, link, palette.alarm)]
        trip = session.client.link.round_trip_ms
        took = f"{trip:.0f} ms" if trip is not None else ""
        return [Part(3, link, palette.good), Part(5, took, palette.good)]

    def _environment(self, session: Session) -> Part:
        """Return the badge; one of production looks like no other."""
        texts, palette = self.bashu.texts, self.bashu.palette
        name = session.status.environment if session.status is not None else ""
        if not name:
            return Part(4, "", palette.plain)
        styles = {"demo": palette.good, "test": palette.warn, "production": palette.alarm}
        return Part(4, texts(f"env.{name}"), styles[name])

    def _mode(self, session: Session) -> Part:
        palette = self.bashu.palette
        styles = {"view": palette.warn, "armed": palette.faint, "one_click": palette.alarm}
        return Part(3, self.bashu.texts(f"mode.{session.mode}"), styles[session.mode])


def parts_that_fit(parts: Sequence[Part], width: int) -> list[Part]:
    """Return the parts with something to say that fit, by their rank; one at least."""
    kept = [part for part in parts if part.text]
    while len(kept) > 1 and sum(cell_len(part.text) + 2 for part in kept) > width:
        kept.remove(max(kept, key=lambda part: part.rank))
    return kept
