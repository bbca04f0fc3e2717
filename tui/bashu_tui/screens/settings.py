"""All that a user may choose; what is chosen holds at once and is kept in the file."""

from typing import Any, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from bashu_tui.screens.base import MarketScreen
from bashu_tui.settings import Settings
from bashu_tui.state.choices import presets_of, read_amount, read_presets
from bashu_tui.widgets.choice import Choice
from bashu_tui.widgets.form_field import FormField
from bashu_tui.widgets.outcome import Outcome
from bashu_tui.widgets.status_bar import StatusBar

_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "language": ("en", "zh"),
    "theme": ("dark", "light", "ansi", "ansi_light"),
    "market_colors": ("red_up", "green_up", "blue_orange"),
    "glyphs": ("unicode", "ascii"),
    "entry_mode": ("armed", "view"),
    "bell": ("on", "off"),
    "desktop_notes": ("off", "osc9", "osc777"),
}
"""Settings with few values; each has the text `setting.<name>`, each value
`setting.<name>.<value>`."""
_FIELDS: Final = ("one_click_max_qty", "quantity_presets")


class SettingsScreen(MarketScreen):
    """A form without a button: every choice holds when it is made."""

    CSS_PATH = "settings.tcss"
    place = "settings"

    def compose_body(self) -> ComposeResult:
        with VerticalScroll(id="settings-form", can_focus=False):
            for name, values in _CHOICES.items():
                options = [(value, f"setting.{name}.{value}") for value in values]
                yield Choice(f"setting.{name}", options, id=name)
            yield FormField(
                "setting.one_click_max_qty", read_amount, self._show_tonnes,
                id="one_click_max_qty",
            )  # fmt: skip
            yield FormField(
                "setting.quantity_presets", read_presets, self._show_presets,
                id="quantity_presets",
            )  # fmt: skip
            yield Static(id="settings-note")
        yield Outcome(id="settings-said")

    def on_mount(self) -> None:
        self.query_one("#language", Choice).focus()

    def apply_changes(self, changed: set[str]) -> None:
        if "all" in changed:
            self.repaint_all()
        if "status" in changed:
            self.query_one(StatusBar).repaint()

    def repaint_all(self) -> None:
        super().repaint_all()
        shown = self._shown()
        for choice in self.query(Choice):
            choice.choose(shown[choice.id or ""])
        for field in self.query(FormField):
            if not field.input.has_focus:
                field.text = shown[field.id or ""]
            field.repaint()
        self.query_one("#settings-form").border_title = self.bashu.texts("screen.settings")
        self._say_where()

    def on_choice_changed(self, event: Choice.Changed) -> None:
        name, value = event.choice.id or "", event.choice.value
        if name == "language":  # colours stay as they are, whatever is usual in the other one
            self._keep(language=value, market_colors=self.bashu.palette.colors)
        else:
            self._keep(**{name: value == "on" if name == "bell" else value})

    def on_form_field_submitted(self, event: FormField.Submitted) -> None:
        self._take(event.field)

    def on_descendant_blur(self) -> None:
        for field in self.query(FormField):
            if field.text != self._shown()[field.id or ""]:
                self._take(field)

    def on_descendant_focus(self) -> None:
        self._say_where()

    def _take(self, field: FormField) -> None:
        """Keep what is in a field, if it can be; the field itself says why not."""
        value = field.value
        if value is None:
            return
        if field.id == "quantity_presets":
            self._keep(quantity_presets=presets_of(field.text))
        else:
            self._keep(one_click_max_qty=value)

    def _keep(self, **chosen: Any) -> None:
        problem = self.bashu.choose(**chosen)
        if problem:
            self.query_one(Outcome).say("text.verbatim", "alarm", text=problem)
        elif self.bashu.preferences.path is None:
            self.query_one(Outcome).say("settings.not_kept", "good")
        else:
            self.query_one(Outcome).say("settings.kept", "good")

    def _shown(self) -> dict[str, str]:
        """Return the settings that hold, as this screen writes them."""
        settings = self.bashu.settings
        return {
            "language": self.bashu.texts.language,
            "theme": settings.theme,
            "market_colors": self.bashu.palette.colors,
            "glyphs": settings.glyphs,
            "entry_mode": settings.entry_mode,
            "bell": "on" if settings.bell else "off",
            "desktop_notes": settings.desktop_notes,
            "one_click_max_qty": str(settings.one_click_max_qty),
            "quantity_presets": " ".join(map(str, settings.quantity_presets)),
        }

    def _show_tonnes(self, quantity: int) -> str:
        return self.bashu.texts("setting.tonnes", qty=f"{quantity:,}")

    def _show_presets(self, _count: int) -> str:
        field = self.query_one("#quantity_presets", FormField)
        return "  ".join(f"{quantity:,}" for quantity in presets_of(field.text))

    def _say_where(self) -> None:
        """Say what the chosen setting does, where all is kept, and what the command line rules."""
        texts, preferences = self.bashu.texts, self.bashu.preferences
        told = []
        focused = self.focused
        name = (focused.id or "").removesuffix("-input") if focused is not None else ""
        if name in _CHOICES or name in _FIELDS:
            told.append(texts(f"setting.about.{name}"))
        if preferences.path is not None:
            told.append(texts("settings.where", file=preferences.path))
        given = [n for n in preferences.overridden if n in Settings.__struct_fields__]
        if given:
            names = ", ".join(texts(f"setting.{name}") for name in given)
            told.append(texts("settings.given", names=names))
        self.query_one("#settings-note", Static).update(Text("\n".join(told)))
