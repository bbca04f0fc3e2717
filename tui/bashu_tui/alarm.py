"""What happens when a price alert fires: a toast, the bell, and a desktop note if wanted."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from bashu_tui.settings import DesktopNotes
from bashu_tui.state.alert_words import condition, saw
from bashu_tui.state.price_alerts import Firing

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp

TOAST_SECONDS: Final = 12.0
_MOST_TOASTS: Final = 5


def ring(app: "BashuApp", firings: Sequence[Firing]) -> None:
    """Tell of alerts that fired, on whatever screen is in front."""
    if not firings:
        return
    if app.settings.bell:
        app.bell()
    for firing in firings[:_MOST_TOASTS]:
        title, text = in_words(app, firing)
        app.notify(text, title=title, severity="warning", timeout=TOAST_SECONDS, markup=False)
        note(app, f"{title}: {text}")
    if len(firings) > _MOST_TOASTS:
        more = app.texts("alerts.more", count=len(firings) - _MOST_TOASTS)
        app.notify(more, severity="warning", timeout=TOAST_SECONDS, markup=False)


def in_words(app: "BashuApp", firing: Firing) -> tuple[str, str]:
    """Return a toast's title and text."""
    alert, texts = firing.alert, app.texts
    title = texts("alerts.toast", symbol=alert.symbol)
    text = texts("alerts.toast_text", condition=condition(alert, texts), value=saw(alert, texts))
    return title, f"{text}\n{alert.note}" if alert.note else text


def note(app: "BashuApp", text: str) -> None:
    """Ask the terminal for a note on the desktop, if the user wants that."""
    sequence = note_sequence(app.settings.desktop_notes, text)
    driver = app._driver  # noqa: SLF001  Textual has no other way to write a control sequence
    if sequence and driver is not None and not app.is_web:
        driver.write(sequence)
        driver.flush()


def note_sequence(kind: DesktopNotes, text: str) -> str:
    """Return the control sequence of a note; no character of the text can end or begin one."""
    plain = "".join(c if c.isprintable() else " " for c in text).replace(";", ",")
    if kind == "osc9":
        return f"\x1b]9;{plain}\x07"
    return f"\x1b]777;notify;Bashu;{plain}\x07" if kind == "osc777" else ""
