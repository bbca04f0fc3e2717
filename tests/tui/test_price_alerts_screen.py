"""The screen of price alerts against a real venue: add, change, put to sleep, delete, and ring."""

from typing import Any

import pytest

from bashu_tui.alarm import note_sequence
from bashu_tui.screens.alert_form import AlertForm
from bashu_tui.screens.price_alerts import PriceAlertsScreen
from bashu_tui.screens.trading import TradingScreen
from bashu_tui.state.alert_rules import PriceAlert
from bashu_tui.state.alert_words import read_percent
from bashu_tui.widgets.card_keys import CardKeys
from bashu_tui.widgets.choice import Choice
from bashu_tui.widgets.form_field import FormField
from bashu_tui.widgets.ladder import Ladder

SYMBOL = "CEA25"


async def open_alerts(app: Any, pilot: Any, wait: Any) -> PriceAlertsScreen:
    app.open_screen("price_alerts")
    await wait(pilot, lambda: isinstance(app.screen, PriceAlertsScreen) and app.screen.is_mounted)
    await pilot.pause()
    return app.screen  # type: ignore[no-any-return]


async def form_opened(app: Any, pilot: Any, wait: Any) -> AlertForm:
    await wait(pilot, lambda: isinstance(app.screen, AlertForm) and app.screen.is_mounted)
    field = app.screen.query_one("#alert-value", FormField)
    await wait(pilot, lambda: app.focused is field.input or not field.display)
    return app.screen  # type: ignore[no-any-return]


def told(app: Any) -> list[tuple[str, str]]:
    """Return title and text of the toasts."""
    return [(toast.title, toast.message) for toast in app._notifications]


@pytest.mark.acts("price_alerts.add")
async def test_one_is_added_with_the_keyboard_and_rings(
    terminal: Any, market: Any, wait: Any, shown: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bashu_tui.alarm.TOAST_SECONDS", 3_600.0)
    async with terminal(size=(80, 24)) as (app, pilot), market.client("bob") as bob:
        bells: list[int] = []
        monkeypatch.setattr(app, "bell", lambda: bells.append(1))
        await open_alerts(app, pilot, wait)
        await wait(pilot, lambda: "No price alerts" in shown(app))
        await pilot.press("f2")
        form = await form_opened(app, pilot, wait)
        form.query_one("#alert-value", FormField).text = "74.８０"
        await wait(pilot, lambda: "last price at or above 74.80" in shown(app))
        await pilot.press("enter")
        await wait(pilot, lambda: "last >= 74.80" in shown(app))
        assert not bells
        await bob.place(SYMBOL, "sell", 10, 7_480)
        await app.session.client.place(SYMBOL, "buy", 10, 7_480)
        await wait(pilot, lambda: "fired" in shown(app))
        text = "last price at or above 74.80; now 74.80"
        await wait(pilot, lambda: told(app) == [(f"Price alert {SYMBOL}", text)])
        assert len(bells) == 1


async def test_a_wrong_value_is_named_and_nothing_is_kept(
    terminal: Any, wait: Any, shown: Any
) -> None:
    async with terminal() as (app, pilot):
        await open_alerts(app, pilot, wait)
        await pilot.press("1")
        form = await form_opened(app, pilot, wait)
        form.query_one("#alert-value", FormField).text = "74.805"
        await pilot.press("enter")
        await wait(pilot, lambda: "Value: not a price" in shown(app))
        await pilot.press("escape")
        await wait(pilot, lambda: isinstance(app.screen, PriceAlertsScreen))
        assert not app.session.price_alerts.listed()


async def test_what_holds_already_is_said_before(
    terminal: Any, market: Any, wait: Any, shown: Any
) -> None:
    async with terminal() as (app, pilot), market.client("bob") as bob:
        await bob.place(SYMBOL, "buy", 10, 7_450)
        await wait(pilot, lambda: app.session.client.feed.book(SYMBOL).bids)
        await open_alerts(app, pilot, wait)
        await pilot.press("f2")
        form = await form_opened(app, pilot, wait)
        watch = form.query_one("#alert-watch", Choice)
        watch.focus()
        await pilot.press("2")
        await wait(pilot, lambda: watch.value == "bid")
        form.query_one("#alert-value", FormField).text = "74.50"
        await wait(pilot, lambda: "it fires at once" in shown(app))
        watch.focus()
        await pilot.press("6")
        await wait(pilot, lambda: "phase changes" in shown(app))
        assert not form.query_one("#alert-value", FormField).display
        await pilot.press("f5")
        await wait(pilot, lambda: [a.watch for a in app.session.price_alerts.listed()] == ["phase"])


@pytest.mark.acts("price_alerts.edit", "price_alerts.sleep", "price_alerts.delete")
async def test_change_sleep_and_delete(terminal: Any, wait: Any, shown: Any) -> None:
    async with terminal() as (app, pilot):
        alerts = app.session.price_alerts
        kept = alerts.add(PriceAlert(0, SYMBOL, "last", "above", 8_000))
        await open_alerts(app, pilot, wait)
        await wait(pilot, lambda: "last >= 80.00" in shown(app))
        for key in ("enter", "3"):  # the list's own, and the action's
            await pilot.press(key)
            await form_opened(app, pilot, wait)
            await pilot.press("escape")
            await wait(pilot, lambda: isinstance(app.screen, PriceAlertsScreen))
        await pilot.press("f3")
        form = await form_opened(app, pilot, wait)
        assert form.query_one("#alert-value", FormField).text == "80.00"
        form.query_one("#alert-value", FormField).text = "81"
        await pilot.press("f5")
        await wait(pilot, lambda: "last >= 81.00" in shown(app))
        assert [a.alert_id for a in alerts.listed()] == [kept.alert_id]
        await pilot.press("f4")
        await wait(pilot, lambda: "asleep" in shown(app))
        assert not alerts.alerts[kept.alert_id].armed
        await pilot.press("4")
        await wait(pilot, lambda: alerts.alerts[kept.alert_id].armed)
        await pilot.press("f9")
        await wait(pilot, lambda: "Deleted: CEA25 last price at or above 81.00" in shown(app))
        assert not alerts.listed()


async def test_alerts_are_there_in_the_next_session(terminal: Any, wait: Any, shown: Any) -> None:
    async with terminal() as (app, pilot):
        app.session.price_alerts.add(PriceAlert(0, SYMBOL, "last", "above", 8_000))
    async with terminal() as (app, pilot):
        await open_alerts(app, pilot, wait)
        await wait(pilot, lambda: "last >= 80.00" in shown(app))
    async with terminal("bob") as (app, pilot):
        assert not app.session.price_alerts.listed(), "another user has its own"


@pytest.mark.acts("price_alerts.here")
async def test_a_key_on_the_ladder_takes_its_price(terminal: Any, wait: Any, shown: Any) -> None:
    async with terminal() as (app, pilot):
        ladder = app.screen.query_one(Ladder)
        ladder.cursor_price = 7_400
        await pilot.press("ctrl+n")
        form = await form_opened(app, pilot, wait)
        assert form.query_one("#alert-value", FormField).text == "74.00"
        assert form.query_one("#alert-way", Choice).value == "below"
        await pilot.press("enter")
        await wait(pilot, lambda: isinstance(app.screen, TradingScreen))
        (kept,) = app.session.price_alerts.listed()
        assert (kept.symbol, kept.direction, kept.value) == (SYMBOL, "below", 7_400)
        assert not app.session.orders


@pytest.mark.parametrize(
    ("text", "value", "error"),
    [
        ("2.5", 250, ""),
        ("－２．５％", -250, ""),
        ("+10", 1_000, ""),
        ("-0.05 %", -5, ""),
        ("", None, "entry.empty"),
        ("1.234", None, "alerts.not_percent"),
        ("--1", None, "alerts.not_percent"),
        ("1e2", None, "alerts.not_percent"),
    ],
)
def test_percentages_are_read_strictly(text: str, value: int | None, error: str) -> None:
    entry = read_percent(text)
    assert (entry.value, entry.error) == (value, error)


def test_a_desktop_note_is_one_sequence_whatever_its_text() -> None:
    text = "a;b\x07\x1b]0;evil\nc"
    assert note_sequence("off", text) == ""
    for kind in ("osc9", "osc777"):
        sequence = note_sequence(kind, text)  # type: ignore[arg-type]
        assert sequence.count("\x1b") == sequence.count("\x07") == 1
        assert sequence.endswith("\x07")


async def test_with_the_mouse_alone(terminal: Any, wait: Any, shown: Any) -> None:
    async with terminal(size=(100, 30)) as (app, pilot):
        await open_alerts(app, pilot, wait)
        await pilot.click("#alert-actions", offset=(3, 0))
        form = await form_opened(app, pilot, wait)
        watch = form.query_one("#alert-watch", Choice)
        first, value = next((at, v) for _y, at, _last, v in watch.spans if v == "phase")
        line = next(y for y, _at, _last, v in watch.spans if v == "phase")
        await pilot.click("#alert-watch", offset=(first + 1, line))
        await wait(pilot, lambda: watch.value == value)
        await wait(pilot, lambda: "phase changes" in shown(app))
        await pilot.click(CardKeys, offset=(2, 0))
        await wait(pilot, lambda: [a.watch for a in app.session.price_alerts.listed()] == ["phase"])
