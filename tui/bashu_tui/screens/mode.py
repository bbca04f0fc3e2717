"""Choosing how orders are sent; one-click asks once more before it is switched on."""

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from bashu_tui.cells import wrap
from bashu_tui.screens.card import TEXT_WIDTH, Card
from bashu_tui.state.modes import IDLE_SECONDS, EntryMode, may_trade
from bashu_tui.widgets.choice_line import Choice, ChoiceLine

_CHOICES: Final[tuple[tuple[str, EntryMode], ...]] = (
    ("1", "view"), ("2", "armed"), ("3", "one_click"),
)  # fmt: skip


class ModeScreen(Card[EntryMode]):
    """The mode that was chosen, or None. Digits choose; so does a click."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"take('{mode}')", show=False) for key, mode in _CHOICES),
        Binding("enter,f4", "confirm", show=False),
        Binding("f12,ctrl+e", "back", show=False),
    ]

    def __init__(self, *, asks_again: bool = False) -> None:
        super().__init__()
        self._asks_again = asks_again
        """Whether one-click was asked for, and waits to be confirmed."""

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="card", can_focus=False):
            for _key, mode in _CHOICES:
                yield ChoiceLine(id=f"mode-{mode}")
            yield Static(id="mode-effect", classes="effect")
            yield ChoiceLine(id="mode-keys", classes="hint")

    def on_mount(self) -> None:
        self.repaint_all()

    def repaint_all(self) -> None:
        texts, palette, session = self.bashu.texts, self.bashu.palette, self.bashu.session
        if session is None:
            return
        self.query_one(VerticalScroll).border_title = texts("mode.title")
        for key, mode in _CHOICES:
            is_it = mode == session.mode
            name, about = texts(f"mode.{mode}"), texts(f"mode.about.{mode}")
            said = f" {key}  {texts('text.because', what=name, why=about)}"
            style = palette.cursor + palette.plain if is_it else palette.plain
            self.query_one(f"#mode-{mode}", ChoiceLine).show(
                [Choice(f"take('{mode}')", said, style)]
            )
        why = may_trade(session)
        effect = texts(why) if why is not None else ""
        if self._asks_again:
            minutes = f"{IDLE_SECONDS // 60:.0f}"
            qty = f"{session.modes.max_qty:,}"
            effect = texts("mode.one_click_effect", qty=qty, minutes=minutes)
        self.query_one("#mode-effect", Static).update("\n".join(wrap(effect, TEXT_WIDTH)))
        keys = [Choice("back", texts("confirm.back"), palette.plain)]
        if self._asks_again:
            keys = [
                Choice("confirm", texts("mode.switch_on"), palette.warn),
                Choice("", "   ", palette.plain),
                *keys,
            ]
        self.query_one("#mode-keys", ChoiceLine).show(keys)

    def action_take(self, mode: EntryMode) -> None:
        session = self.bashu.session
        if session is None or may_trade(session) is not None:
            return
        if mode == "one_click":
            self._asks_again = True
            self.repaint_all()
        else:
            self.dismiss(mode)

    def action_confirm(self) -> None:
        if self._asks_again:
            self.dismiss("one_click")
