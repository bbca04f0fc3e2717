"""Logging in; a failure comes back here with its reason and everything still filled in."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from bashu_tui.keymap import first_key
from bashu_tui.screens.card import ExplainedScreen
from bashu_tui.widgets.card_keys import CardKeys


class LoginScreen(ExplainedScreen[None]):
    """Broker, user, password."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4,ctrl+o", "log_in", show=False),
    ]

    def __init__(self, broker: str, user: str, password: str) -> None:
        super().__init__()
        self._values = {"broker": broker, "user": user, "password": password}

    def compose(self) -> ComposeResult:
        with Vertical(id="login", classes="card"):
            for name, value in self._values.items():
                yield Static(id=f"login-{name}-label")
                yield Input(
                    value,
                    id=f"login-{name}",
                    password=name == "password",
                    compact=True,
                    # What a web server may reach is not for its users to choose.
                    disabled=name == "broker" and self.app.is_web,
                )
            yield Static(id="login-message", classes="effect")
            yield CardKeys(self._answers())

    def on_mount(self) -> None:
        self.repaint_all()
        empty = [name for name, value in self._values.items() if not value]
        self.query_one(f"#login-{empty[0] if empty else 'password'}", Input).focus()

    def repaint_all(self) -> None:
        texts = self.bashu.texts
        self.query_one("#login", Vertical).border_title = texts("login.title")
        for name in self._values:
            self.query_one(f"#login-{name}-label", Static).update(texts(f"login.{name}"))
        self.query_one(CardKeys).repaint()

    def _answers(self) -> list[tuple[str, str, str]]:
        overrides = self.bashu.settings.keys
        language, quit_ = first_key("app.language", overrides), first_key("app.quit", overrides)
        return [
            ("Enter", "login.connect", "log_in"),
            (language or "*", "login.language", "app.language"),
            (quit_ or "*", "login.quit", "app.quit"),
        ]

    def say(self, text: str) -> None:
        if self.app.is_running:  # a closing app takes its screens apart
            self.query_one("#login-message", Static).update(text)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input.id == "login-password":
            self.action_log_in()
        else:
            self.focus_next()

    def action_log_in(self) -> None:
        broker, user, password = (
            self.query_one(f"#login-{name}", Input).value for name in self._values
        )
        if not user.strip() or not password:
            self.say(self.bashu.texts("login.missing"))
            return
        self.say(self.bashu.texts("login.connecting"))
        self.bashu.log_in(broker.strip(), user.strip(), password)
