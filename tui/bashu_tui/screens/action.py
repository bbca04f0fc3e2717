"""A supervisor's action: its target, a typed reason, and what it will touch."""

from typing import Final, Literal

from msgspec import Struct
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from bashu_tui.screens.card import Card
from bashu_tui.widgets.card_keys import CardKeys

Kind = Literal["halt", "resume", "suspend", "reinstate", "notice"]
_TARGET: Final[dict[Kind, str]] = {
    "halt": "symbol", "resume": "symbol", "suspend": "member", "reinstate": "member",
    "notice": "title",
}  # fmt: skip


class Decision(Struct, frozen=True):
    """What a supervisor decided."""

    kind: Kind
    target: str
    reason: str


class ActionScreen(Card[Decision]):
    """Two fields and the effect in words; Enter in the last field acts."""

    def __init__(self, kind: Kind, target: str) -> None:
        super().__init__()
        self._kind: Kind = kind
        self._target = target

    def compose(self) -> ComposeResult:
        with Vertical(id="action", classes="card"):
            yield Static(id="target-label")
            yield Input(self._target, id="target", compact=True)
            yield Static(id="reason-label")
            yield Input(id="reason", compact=True)
            yield Static(id="effect", classes="effect")
            yield CardKeys([("Enter", "card.act", "act"), ("Esc", "card.back", "back")])

    def on_mount(self) -> None:
        self.query_one("#reason" if self._target else "#target", Input).focus()
        self.repaint_all()

    def repaint_all(self) -> None:
        texts = self.bashu.texts
        self.query_one("#action", Vertical).border_title = texts(f"sup.{self._kind}")
        for name, key in (
            ("target-label", f"sup.target.{_TARGET[self._kind]}"),
            ("reason-label", "sup.body" if self._kind == "notice" else "sup.reason"),
        ):
            self.query_one(f"#{name}", Static).update(texts(key))
        self.query_one(CardKeys).repaint()
        self._show_effect()

    def on_input_changed(self) -> None:
        self._show_effect()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input.id == "target":
            self.query_one("#reason", Input).focus()
        else:
            self.action_act()

    def action_act(self) -> None:
        """Carry it out, or say that something is missing."""
        target = self.query_one("#target", Input).value.strip()
        reason = self.query_one("#reason", Input).value.strip()
        if target and reason:
            self.dismiss(Decision(self._kind, target, reason))
        else:
            self.query_one("#effect", Static).update(self.bashu.texts("sup.missing"))

    def _show_effect(self) -> None:
        target = self.query_one("#target", Input).value.strip() or "-"
        texts, session = self.bashu.texts, self.bashu.session
        text = texts(f"sup.effect.{self._kind}", target=target)
        if session is not None and self._kind == "halt":
            text += " " + texts("sup.touches.halt", count=session.resting_in(target))
        elif session is not None and self._kind == "suspend":
            row = session.members.get(target)
            name = row.name if row is not None else texts("reject.UNKNOWN_MEMBER")
            count = session.resting_of(target)
            text += " " + texts("sup.touches.suspend", name=name, count=count)
        self.query_one("#effect", Static).update(text)
