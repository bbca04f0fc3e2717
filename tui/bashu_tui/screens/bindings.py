"""Giving actions other keys: choose one, press a key; it holds at once and is kept."""

from textual.app import ComposeResult

from bashu_tui.keymap import label, problems, remark
from bashu_tui.screens.base import MarketScreen
from bashu_tui.screens.press import PressScreen
from bashu_tui.state.rebinding import with_key, with_usual_keys, without_key
from bashu_tui.widgets.binding_list import BindingList
from bashu_tui.widgets.outcome import Outcome
from bashu_tui.widgets.status_bar import StatusBar


class BindingsScreen(MarketScreen):
    """A list of all actions."""

    CSS_PATH = "settings.tcss"
    place = "bindings"

    def compose_body(self) -> ComposeResult:
        yield BindingList(id="bindings")
        yield Outcome(id="bindings-said")

    def on_mount(self) -> None:
        self.query_one(BindingList).focus()
        self.query_one(Outcome).say("bindings.hint")

    def apply_changes(self, changed: set[str]) -> None:
        if "all" in changed:
            self.repaint_all()
        if "status" in changed:
            self.query_one(StatusBar).repaint()

    def on_list_panel_moved(self) -> None:
        """Say of an action with keys of the user's own what a field or a list does with them."""
        action, said = self.query_one(BindingList).chosen, self.query_one(Outcome)
        keys = self.bashu.settings.keys.get(action.id, ()) if action is not None else ()
        told = [remark(key) for key in keys]
        texts = [problem.say(self.bashu.texts) for problem in told if problem is not None]
        if texts:
            said.say("text.verbatim", "warn", text=" ".join(texts))
        else:
            said.say("bindings.hint")

    def on_list_panel_taken(self) -> None:
        self.action_change()

    def action_change(self) -> None:
        """Wait for a new key for what is chosen."""
        panel = self.query_one(BindingList)
        action, at = panel.chosen, panel.slot
        if action is None:
            return

        def pressed(key: str | None) -> None:
            if key:
                self._keep(with_key(self.bashu.settings.keys, action, at, key), key)

        self.app.push_screen(PressScreen(action, at), pressed)

    def action_remove(self) -> None:
        """Take the chosen key away from its action."""
        panel = self.query_one(BindingList)
        if panel.chosen is not None:
            self._keep(without_key(self.bashu.settings.keys, panel.chosen, panel.slot))

    def action_usual(self) -> None:
        """Give the chosen action its usual keys back."""
        action = self.query_one(BindingList).chosen
        if action is not None:
            self._keep(with_usual_keys(self.bashu.settings.keys, action))

    def _keep(self, overrides: dict[str, tuple[str, ...]], key: str = "") -> None:
        """Let the keys hold, or say why they cannot."""
        texts, said = self.bashu.texts, self.query_one(Outcome)
        found = problems(overrides)
        if found:
            said.say("text.verbatim", "alarm", text=found[0].say(texts))
            return
        problem = self.bashu.choose(keys=overrides)
        if problem:
            said.say("text.verbatim", "alarm", text=problem)
            return
        told = remark(key) if key else None
        values = {"pressed": label(key), "remark": told.say(texts) if told is not None else ""}
        said.say("bindings.taken" if key else "bindings.kept", "good", **values)
