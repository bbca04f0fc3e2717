"""The supervisor's screen: alerts, their evidence, the event stream, and what can be done."""

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from bashu_protocol.client import CommandRefused
from bashu_protocol.messages import (
    HaltInstrument,
    PublishNotice,
    ReinstateMember,
    ResumeInstrument,
    SupervisorCommand,
    SuspendMember,
)
from bashu_protocol.requests import CommandTimeout
from bashu_tui.screens.action import ActionScreen, Decision, Kind
from bashu_tui.screens.base import MarketScreen
from bashu_tui.widgets.alert_list import AlertList
from bashu_tui.widgets.audit_tail import AuditTail
from bashu_tui.widgets.evidence import Evidence
from bashu_tui.widgets.status_bar import StatusBar
from bashu_tui.widgets.watchlist import Watchlist


class SupervisorScreen(MarketScreen):
    """Five actions, each journaled by the venue with its reason."""

    place = "supervisor"

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="body"):
            with Vertical(id="queue"):
                yield AlertList(id="alerts")
                yield AuditTail(id="audit")
            with Vertical(id="detail"):
                yield Evidence(id="evidence")
                yield Watchlist(id="watchlist")
        yield Static(id="outcome")

    def on_mount(self) -> None:
        self.query_one(AlertList).focus()

    def apply_changes(self, changed: set[str]) -> None:
        if "all" in changed:
            self.repaint_all()
        if changed & {"alerts", "all"}:
            self.query_one(AlertList).repaint()
            self._show_evidence()
        if "audit" in changed:
            self.query_one(AuditTail).repaint()
        if changed & {"stat", "book"}:
            self.query_one(Watchlist).repaint()
        if changed & {"status", "stat"}:
            self.query_one(StatusBar).repaint()

    def symbol_changed(self) -> None:
        self.repaint_all()

    def on_list_panel_moved(self) -> None:
        self._show_evidence()

    def action_act(self, kind: Kind) -> None:
        def decided(decision: Decision | None) -> None:
            if decision is not None:
                self.execute(decision)

        self.app.push_screen(ActionScreen(kind, self._likely_target(kind)), decided)

    @work(group="action")
    async def execute(self, decision: Decision) -> None:
        """Send the command and say what came of it."""
        session, texts = self.bashu.session, self.bashu.texts
        if session is None:
            return
        outcome = self.query_one("#outcome", Static)
        command = _command(decision, session.client.new_cl_ord_id())
        try:
            report = await session.client.command(command)
        except CommandTimeout:
            outcome.update(texts("ticket.unknown"))
            return
        except CommandRefused as refused:
            code = refused.reject.reject_code.value
            outcome.update(texts("sup.refused", why=texts.get(f"reject.{code}", code)))
            return
        if report.accepted:
            key = f"sup.done.{decision.kind}"
            outcome.update(texts(key, target=decision.target, count=report.affected))
        else:
            why = texts.get(f"reject.{report.reject_code.value}", report.reject_code.value)
            outcome.update(texts("sup.refused", why=why))

    def _show_evidence(self) -> None:
        evidence = self.query_one(Evidence)
        evidence.alert = self.query_one(AlertList).chosen
        evidence.repaint()

    def _likely_target(self, kind: Kind) -> str:
        alert = self.query_one(AlertList).chosen
        if kind in ("halt", "resume"):
            return alert.symbol if alert is not None and alert.symbol else self.bashu.symbol
        if kind in ("suspend", "reinstate") and alert is not None and alert.members:
            return alert.members[0]
        return ""


def _command(decision: Decision, cl_ord_id: str) -> SupervisorCommand:
    target, reason = decision.target, decision.reason
    if decision.kind == "halt":
        return HaltInstrument(cl_ord_id, target, reason)
    if decision.kind == "resume":
        return ResumeInstrument(cl_ord_id, target, reason)
    if decision.kind == "suspend":
        return SuspendMember(cl_ord_id, target, reason)
    if decision.kind == "reinstate":
        return ReinstateMember(cl_ord_id, target, reason)
    return PublishNotice(cl_ord_id, target, reason)
