"""What surveillance judges by: two supervisors change it, one after the other."""

from textual import work
from textual.app import ComposeResult
from textual.containers import Container

from bashu_protocol.client import CommandRefused
from bashu_protocol.messages import ConfirmParameterChange, ProposeParameterChange
from bashu_protocol.requests import CommandTimeout
from bashu_tui.screens.base import MarketScreen
from bashu_tui.screens.parameter_card import ParameterCard, Wish
from bashu_tui.state.export import readable_time
from bashu_tui.state.parameters import ParameterLine, parameter_lines
from bashu_tui.widgets.action_row import ActionRow
from bashu_tui.widgets.outcome import Outcome
from bashu_tui.widgets.parameter_list import ParameterList, parameter_name
from bashu_tui.widgets.record import Field, Record
from bashu_tui.widgets.status_bar import StatusBar

_PROPOSE, _CONFIRM, _DECLINE = "parameters.propose", "parameters.confirm", "parameters.decline"


class ParametersScreen(MarketScreen):
    """The venue's record, asked for anew whenever a change of it is seen."""

    CSS_PATH = "parameters.tcss"
    place = "parameters"

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[ParameterLine] = []
        self._seen_seq = 0
        """The last change in the audit stream after which the venue was asked."""

    def compose_body(self) -> ComposeResult:
        with Container(id="body"):
            yield ParameterList(lambda: self._lines, id="parameter-list")
            yield Record(self._fields, "panel.parameter", id="parameter-record")
        yield ActionRow([_PROPOSE, _CONFIRM, _DECLINE], self._possible, id="parameter-actions")
        yield Outcome(id="parameters-outcome")

    def on_mount(self) -> None:
        self.query_one(ParameterList).focus()
        self._ask()

    def on_screen_resume(self) -> None:
        if self.is_mounted:
            self._ask()

    def apply_changes(self, changed: set[str]) -> None:
        if "all" in changed:
            self.repaint_all()
        if changed & {"status", "stat"}:
            self.query_one(StatusBar).repaint()
        if "audit" in changed and self._is_outdated():
            self._ask()

    def on_list_panel_moved(self) -> None:
        self._repaint()

    def on_list_panel_taken(self) -> None:
        self.action_propose()

    # Keys

    def action_propose(self) -> None:
        line = self.query_one(ParameterList).chosen
        if line is not None and line.change is None:
            self.app.push_screen(ParameterCard(line), self._wished)

    def action_confirm(self) -> None:
        self._decide(approve=True)

    def action_decline(self) -> None:
        self._decide(approve=False)

    # How

    def _wished(self, wish: Wish | None) -> None:
        session = self.bashu.session
        if wish is None or session is None:
            return
        command = ProposeParameterChange(
            session.client.new_cl_ord_id(), wish.rule, wish.parameter, wish.value, wish.reason,
            wish.symbol, wish.clear,
        )  # fmt: skip
        self._send(command, "parameters.proposed")

    def _decide(self, *, approve: bool) -> None:
        session, line = self.bashu.session, self.query_one(ParameterList).chosen
        if session is None or line is None or line.change is None:
            return
        number = line.change.change_id
        command = ConfirmParameterChange(session.client.new_cl_ord_id(), number, approve)
        self._send(command, "parameters.confirmed" if approve else "parameters.declined")

    @work(group="action")
    async def _send(
        self, command: ProposeParameterChange | ConfirmParameterChange, done: str
    ) -> None:
        """Send it, say what came of it, and show the record as it is then."""
        session, outcome = self.bashu.session, self.query_one(Outcome)
        if session is None:
            return
        try:
            report = await session.client.command(command)
        except CommandTimeout:
            outcome.say("ticket.unknown", "warn")
            return
        except CommandRefused as refused:
            outcome.say("sup.refused", "warn", why=f"reject.{refused.reject.reject_code}")
            return
        if report.accepted:
            outcome.say(done, "good")
        else:
            outcome.say("sup.refused", "warn", why=f"reject.{report.reject_code}")
        self._ask()

    @work(group="parameters", exclusive=True)
    async def _ask(self) -> None:
        """Ask the venue for its record."""
        session = self.bashu.session
        if session is None:
            return
        self._is_outdated()
        try:
            answer = await session.client.query("parameters")
        except (CommandTimeout, CommandRefused):
            self.query_one(Outcome).say("parameters.not_told", "warn")
            return
        self._lines = parameter_lines(answer.rows)
        self._repaint()

    def _is_outdated(self) -> bool:
        """Whether the audit stream has a change that the record may not show yet."""
        session = self.bashu.session
        if session is None:
            return False
        seen = (event.seq for event in session.audit if event.event.startswith("parameter_"))
        last, before = max(seen, default=0), self._seen_seq
        self._seen_seq = last
        return last > before

    def _repaint(self) -> None:
        for kind in (ParameterList, Record, ActionRow):
            self.query_one(kind).repaint()

    def _possible(self) -> list[str]:
        line = self.query_one(ParameterList).chosen
        if line is None:
            return []
        return [_PROPOSE] if line.change is None else [_CONFIRM, _DECLINE]

    def _fields(self) -> list[Field]:
        """Return all about the chosen value, the reason of a change last."""
        line, texts = self.query_one(ParameterList).chosen, self.bashu.texts
        if line is None:
            return []
        found = [
            ("headless.column.rule", texts.get(f"rule.{line.rule}", line.rule)),
            ("headless.column.parameter",
             f"{parameter_name(texts, line.parameter)} ({line.parameter})"),
            ("column.symbol", line.symbol or texts("headless.every_instrument")),
            ("headless.column.value", f"{line.value:,}"),
            ("headless.column.version", str(line.version)),
        ]  # fmt: skip
        change = line.change
        if change is not None:
            found += [
                ("parameters.waits", texts("parameters.to", value=f"{change.value:,}")),
                ("parameters.by", f"{change.author}, {readable_time(change.transact_time)}"),
                ("sup.reason", change.reason),
            ]
        return [(texts(key), value) for key, value in found]
