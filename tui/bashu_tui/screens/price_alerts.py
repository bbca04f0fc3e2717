"""A user's own price alerts: on this machine, for this venue."""

from textual.app import ComposeResult
from textual.containers import Container

from bashu_tui.screens.alert_form import AlertForm
from bashu_tui.screens.base import MarketScreen
from bashu_tui.state.alert_rules import PriceAlert
from bashu_tui.state.alert_store import MAX_ALERTS
from bashu_tui.state.alert_words import condition
from bashu_tui.widgets.action_row import ActionRow
from bashu_tui.widgets.outcome import Outcome
from bashu_tui.widgets.price_alert_list import PriceAlertList
from bashu_tui.widgets.status_bar import StatusBar


class PriceAlertsScreen(MarketScreen):
    """They fire whatever screen is in front; nothing here reaches the venue."""

    CSS_PATH = "price_alerts.tcss"
    place = "price_alerts"

    def compose_body(self) -> ComposeResult:
        with Container(id="body"):
            yield PriceAlertList(self.alerts, id="alert-list")
        yield ActionRow(
            ["price_alerts.add", "price_alerts.edit", "price_alerts.sleep", "price_alerts.delete"],
            self._possible, id="alert-actions",
        )  # fmt: skip
        yield Outcome(id="alerts-outcome")

    def on_mount(self) -> None:
        self.query_one(PriceAlertList).focus()

    def apply_changes(self, changed: set[str]) -> None:
        if "all" in changed:
            self.repaint_all()
        if changed & {"price alerts", "stat", "book", "status", "all"}:
            self._repaint_list()
        if changed & {"status", "stat"}:
            self.query_one(StatusBar).repaint()

    def repaint_all(self) -> None:
        super().repaint_all()
        session = self.bashu.session
        if session is None:
            return
        problem = session.price_alerts.problem
        if problem is not None and problem.kept is not None:
            self._say("alerts.put_aside", "warn", path=problem.kept)
        elif problem is not None:
            self._say("alerts.not_kept", "warn", why=problem)

    def symbol_changed(self) -> None:
        self.repaint_all()

    def alerts(self) -> list[PriceAlert]:
        session = self.bashu.session
        return session.price_alerts.listed() if session is not None else []

    def on_list_panel_moved(self) -> None:
        self.query_one(ActionRow).repaint()

    def on_list_panel_taken(self) -> None:
        self.action_edit()

    # Keys

    def action_add(self) -> None:
        session = self.bashu.session
        if session is None:
            return
        if session.price_alerts.is_full:
            self._say("alerts.full", "warn", limit=MAX_ALERTS)
            return
        stat = session.stat(self.bashu.symbol)
        last = stat.last or stat.reference_price if stat is not None else 0
        draft = PriceAlert(0, self.bashu.symbol, "last", value=last)
        self.app.push_screen(AlertForm(draft), self._added)

    def action_edit(self) -> None:
        alert = self.query_one(PriceAlertList).chosen
        if alert is not None:
            self.app.push_screen(AlertForm(alert), self._edited)

    def action_sleep(self) -> None:
        """Put the chosen alert to sleep, or arm it again."""
        session, alert = self.bashu.session, self.query_one(PriceAlertList).chosen
        if session is None or alert is None:
            return
        session.price_alerts.arm(alert.alert_id, armed=not alert.armed)
        self._done("alerts.armed" if alert.armed else "alerts.asleep", alert)

    def action_delete(self) -> None:
        """Delete the chosen alert; the line says which, and the key to add brings none back."""
        session, alert = self.bashu.session, self.query_one(PriceAlertList).chosen
        if session is not None and alert is not None:
            session.price_alerts.delete(alert.alert_id)
            self._done("alerts.deleted", alert)

    # How

    def _added(self, alert: PriceAlert | None) -> None:
        session = self.bashu.session
        if session is None or alert is None:
            return
        try:
            kept = session.price_alerts.add(alert)
        except ValueError:
            self._say("alerts.full", "warn", limit=MAX_ALERTS)
            return
        self.query_one(PriceAlertList).choose(kept.alert_id)
        self._done("alerts.added", kept)

    def _edited(self, alert: PriceAlert | None) -> None:
        session = self.bashu.session
        if session is not None and alert is not None:
            session.price_alerts.edit(alert)
            self._done("alerts.changed", alert)

    def _done(self, key: str, alert: PriceAlert) -> None:
        what = f"{alert.symbol} {condition(alert, self.bashu.texts)}"
        self._say(key, "good", what=what)
        session = self.bashu.session
        if session is not None and session.price_alerts.problem is not None:
            self._say("alerts.not_kept", "warn", why=session.price_alerts.problem)
        self._repaint_list()

    def _say(self, key: str, style: str, **values: object) -> None:
        self.query_one(Outcome).say(key, style, **values)

    def _repaint_list(self) -> None:
        self.query_one(PriceAlertList).repaint()
        self.query_one(ActionRow).repaint()

    def _possible(self) -> list[str]:
        if not self.alerts():
            return ["price_alerts.add"]
        return ["price_alerts.add", "price_alerts.edit", "price_alerts.sleep",
                "price_alerts.delete"]  # fmt: skip
