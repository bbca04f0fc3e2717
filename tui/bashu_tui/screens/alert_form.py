"""The form of a price alert, a new one or one that is there."""

from typing import TYPE_CHECKING, ClassVar, cast

from msgspec import structs
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from bashu_tui.screens.card import Card
from bashu_tui.state.alert_rules import LONGEST_NOTE, WATCHES, Direction, PriceAlert, Watch
from bashu_tui.state.alert_store import MAX_ALERTS
from bashu_tui.state.alert_words import (
    condition,
    plain_value,
    present,
    read_value,
    rearms,
    show_value,
)
from bashu_tui.state.entry import Entry
from bashu_tui.widgets.card_keys import CardKeys
from bashu_tui.widgets.choice import Choice
from bashu_tui.widgets.form_field import FormField
from bashu_tui.widgets.outcome import Outcome

if TYPE_CHECKING:
    from bashu_tui.app import BashuApp

_MOST_DIGITS = 9


class AlertForm(Card[PriceAlert]):
    """Dismissed with the alert as it is to be, or with None. Enter in a field is the end of it."""

    CSS_PATH = "alert_form.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5,ctrl+s", "keep", show=False, priority=True),
    ]

    def __init__(self, alert: PriceAlert) -> None:
        super().__init__()
        self._alert = alert

    def compose(self) -> ComposeResult:
        session = self.bashu.session
        symbols = session.symbols if session is not None else [self._alert.symbol]
        watches = [(watch, f"alerts.watch.{watch}") for watch in WATCHES]
        directions = [(way, f"alerts.way.{way}") for way in ("above", "below")]
        repeats = [("once", "alerts.once"), ("repeats", "alerts.repeats")]
        with Vertical(classes="card", id="alert-card"):
            yield Choice(
                "alerts.symbol", [(symbol, symbol) for symbol in symbols], self._alert.symbol,
                id="alert-symbol",
            )  # fmt: skip
            yield Choice("alerts.what", watches, self._alert.watch, id="alert-watch")
            yield Choice("alerts.way", directions, self._alert.direction, id="alert-way")
            yield FormField("alerts.value", self.read, self.show, id="alert-value", hint=self.hint)
            yield Choice(
                "alerts.repeat", repeats, "repeats" if self._alert.repeats else "once",
                id="alert-repeat",
            )  # fmt: skip
            yield FormField("alerts.note", id="alert-note", hint=self.note_hint, may_be_empty=True)
            yield Static(id="alert-preview")
            yield Outcome(id="alert-outcome")
            yield Static(id="alert-hint")
            yield CardKeys([("F5", "card.keep", "keep"), ("Esc", "card.back", "back")])

    def on_mount(self) -> None:
        value = self.query_one("#alert-value", FormField)
        if self._alert.value:
            value.text = plain_value(self._alert)
        self.query_one("#alert-note", FormField).text = self._alert.note
        value.input.focus()
        self.repaint_all()
        self.set_interval(0.5, self._preview)

    def repaint_all(self) -> None:
        texts = self.bashu.texts
        title = "alerts.edit" if self._alert.alert_id else "alerts.new"
        self.query_one(".card", Vertical).border_title = texts(title)
        self.query_one("#alert-hint", Static).update(texts("alerts.form_hint"))
        for choice in self.query(Choice):
            choice.repaint()
        for field in self.query(FormField):
            field.repaint()
        self.query_one(Outcome).repaint()
        self.query_one(CardKeys).repaint()
        self._watch_changed()

    # What the form says

    @property
    def symbol(self) -> str:
        return self.query_one("#alert-symbol", Choice).value

    @property
    def watched(self) -> Watch:
        return cast("Watch", self.query_one("#alert-watch", Choice).value)

    def read(self, text: str) -> Entry:
        return read_value(self.watched, text, self._tick())

    def show(self, value: int) -> str:
        return show_value(self.watched, value, self.bashu.texts)

    def hint(self) -> str:
        return self.bashu.texts(f"alerts.hint.{self.watched}")

    def note_hint(self) -> str:
        return self.bashu.texts("alerts.hint.note")

    def alert(self) -> PriceAlert | None:
        """Return what the fields say; None while the value is missing or wrong."""
        value = 0 if self.watched == "phase" else self.query_one("#alert-value", FormField).value
        if value is None:
            return None
        way = "above" if self.watched == "volume" else self.query_one("#alert-way", Choice).value
        return structs.replace(
            self._alert,
            symbol=self.symbol,
            watch=self.watched,
            direction=cast("Direction", way),
            value=value,
            repeats=self.query_one("#alert-repeat", Choice).value == "repeats",
            note=self.query_one("#alert-note", FormField).text[:LONGEST_NOTE],
        )

    # What is done with it

    def action_keep(self) -> None:
        """Keep the alert, or say what is missing."""
        alert = self.alert()
        if alert is not None:
            self.dismiss(alert)
            return
        field = self.query_one("#alert-value", FormField)
        self.query_one(Outcome).say(
            "text.because", "warn", what="alerts.value", why=field.problem or "entry.empty"
        )

    def on_form_field_submitted(self, event: FormField.Submitted) -> None:
        event.stop()
        self.action_keep()

    def on_form_field_changed(self, event: FormField.Changed) -> None:
        event.stop()
        self._preview()

    def on_choice_changed(self, event: Choice.Changed) -> None:
        event.stop()
        self._watch_changed()

    def _watch_changed(self) -> None:
        """Another instrument or quantity to watch reads the value in another way."""
        value = self.query_one("#alert-value", FormField)
        value.display = self.watched != "phase"
        self.query_one("#alert-way", Choice).display = self.watched not in ("phase", "volume")
        value.repaint()
        self._preview()

    def _preview(self) -> None:
        """Say what the alert would do, what the market has now, and if it would fire at once."""
        alert, session, texts = self.alert(), self.bashu.session, self.bashu.texts
        said = []
        if alert is not None and session is not None:
            said.append(f"{alert.symbol} {condition(alert, texts)}")
            reading = session.price_alerts.reading(alert.symbol, session.instruments)
            if session.is_live and reading is not None:
                said.append(texts("alerts.present", value=present(alert, reading, texts)))
            if session.is_live and session.price_alerts.holds_now(alert, session.instruments):
                said.append(texts("alerts.at_once"))
            said.append(rearms(alert, self._tick(), texts))
        self.query_one("#alert-preview", Static).update("\n".join(text for text in said if text))

    def _tick(self) -> int:
        session = self.bashu.session
        row = session.instruments.get(self.symbol) if session is not None else None
        return row.rules.tick if row is not None else 1


def ask_alert(app: "BashuApp", symbol: str, price: int) -> None:
    """Open the form with a price, and keep what comes of it.

    It begins on the side that the price lies on, seen from the last price, so that it fires when
    the market gets there.
    """
    session = app.session
    if session is None:
        return
    stat = session.stat(symbol)
    last = stat.last or stat.reference_price if stat is not None else 0
    way: Direction = "above" if price >= last else "below"

    def keep(alert: PriceAlert | None) -> None:
        if alert is None:
            return
        try:
            kept = session.price_alerts.add(alert)
        except ValueError:
            app.notify(app.texts("alerts.full", limit=MAX_ALERTS), severity="warning")
            return
        session.changed.add("price alerts")
        what = f"{kept.symbol} {condition(kept, app.texts)}"
        app.notify(app.texts("alerts.added", what=what), markup=False)

    app.push_screen(AlertForm(PriceAlert(0, symbol, "last", way, price)), keep)
