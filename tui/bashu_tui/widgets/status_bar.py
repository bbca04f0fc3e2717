"""The line that says where one stands: instrument, phase, link, user, time."""

from collections.abc import Sequence

from rich.cells import cell_len

from bashu_tui.clock import now_ns
from bashu_tui.state.session import local_time
from bashu_tui.widgets.line_panel import LinePanel, Piece


class StatusBar(LinePanel):
    """One line at the top; the link's state is never quiet when it is not live."""

    def lines(self, width: int, height: int) -> list[Sequence[Piece]]:
        app = self.bashu
        texts, palette, session = app.texts, app.palette, app.session
        if session is None:
            return [[(f" {texts('app.title')} ", palette.mark)]]
        stat = session.stat(app.symbol)
        phase = texts(f"phase.{stat.phase}") if stat is not None else texts("phase.unknown")
        link = texts(f"link.{session.link_face}")
        trip = session.client.link.round_trip_ms
        if session.is_live and trip is not None:
            link = f"{link} {trip:.0f} ms"
        halted = stat is not None and stat.phase == "halted"
        who = f"{session.client.user} {texts('role.' + session.role)}"
        seq = session.status.seq if session.status is not None else 0
        turns = len(session.blocks.my_turns())
        unread = session.notice_marks.unread(session.notices)
        wanted: list[Piece] = [
            (f" {texts('app.title')} ", palette.mark),
            (f" {app.symbol} ", palette.plain),
            (f" {phase} ", palette.alarm if halted else palette.faint),
            (f" {link} ", palette.good if session.is_live else palette.alarm),
            *([(f" {texts('blocks.turns', count=turns)} ", palette.mark)] if turns else []),
            *([(f" {texts('status.unread', count=unread)} ", palette.warn)] if unread else []),
            (f" {local_time(now_ns())} ", palette.faint),
            (f" {who} ", palette.plain),
            (f" #{seq} ", palette.faint),
        ]
        # Where there is no room for all, the last ones are left out, never cut.
        pieces: list[Piece] = []
        for text, style in wanted:
            if cell_len(text) > width:
                break
            pieces.append((text, style))
            width -= cell_len(text)
        return [pieces]
