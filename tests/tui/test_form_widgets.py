"""The widgets of the forms: a labelled strict field, a row of choices, what became of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from bashu_tui.i18n import Language, Texts
from bashu_tui.palette import Palette
from bashu_tui.settings import Settings
from bashu_tui.state.entry import Bounds, Entry, quantity_within
from bashu_tui.widgets.choice import Choice
from bashu_tui.widgets.form_field import FormField
from bashu_tui.widgets.outcome import Outcome


class Form(App[None]):
    """A form without a venue."""

    def __init__(self, language: Language = "en") -> None:
        super().__init__()
        self.texts = Texts(language)
        self.palette = Palette("red_up")
        self.settings = Settings()
        self.heard: list[str] = []

    def compose(self) -> ComposeResult:
        yield Choice("ticket.side", [("buy", "side.buy"), ("sell", "side.sell")], id="side")
        yield FormField(
            "ticket.qty", lambda text: quantity_within(text, Bounds(10, 100, 5_000)),
            lambda qty: f"{qty:,} t", id="qty", hint=lambda: "100-5,000 t",
        )  # fmt: skip
        yield FormField("column.member", id="member", may_be_empty=True)
        yield Outcome(id="said")

    def key_8(self) -> None:
        self.heard.append("8 reached the screen")

    def on_choice_changed(self, event: Choice.Changed) -> None:
        self.heard.append(event.control.value)

    def on_form_field_changed(self, event: FormField.Changed) -> None:
        self.heard.append(f"changed {event.control.id}")

    def on_form_field_submitted(self, event: FormField.Submitted) -> None:
        self.heard.append(f"submitted {event.field.id}")


@asynccontextmanager
async def form(
    size: tuple[int, int] = (80, 10), language: Language = "en"
) -> AsyncIterator[tuple[Form, Pilot[None]]]:
    app = Form(language)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app, pilot


def lines(app: App[Any]) -> list[str]:
    _width, height = app.size
    return [
        "".join(segment.text for segment in strip).rstrip()
        for strip in app.screen._compositor.render_strips()[:height]
    ]


async def test_choices_by_arrow_digit_and_mouse() -> None:
    async with form() as (app, pilot):
        side = app.query_one("#side", Choice)
        assert lines(app)[0] == "Side        [1 Buy] 2 Sell"
        side.focus()
        await pilot.press("right")
        assert side.value == "sell"
        await pilot.press("right", "2", "2", "9")
        assert side.value == "sell"
        await pilot.click(side, offset=(14, 0))
        assert side.value == "buy"
        await pilot.click(side, offset=(2, 0))
        await pilot.pause()
        assert app.heard == ["sell", "buy", "sell", "buy"]
        side.choose("sell")
        await pilot.pause()
        assert lines(app)[0] == "Side         1 Buy [2 Sell]"
        assert len(app.heard) == 4


async def test_other_options_keep_the_value_where_they_can() -> None:
    async with form() as (app, pilot):
        side = app.query_one("#side", Choice)
        side.choose("sell")
        side.set_options([("sell", "side.sell"), ("day", "tif.day")])
        assert side.value == "sell"
        side.set_options([("day", "tif.day"), ("fok", "tif.fok")])
        await pilot.pause()
        assert side.value == "day"
        assert lines(app)[0] == "Side        [1 day] 2 all or none"


async def test_choices_that_do_not_fit_go_on_in_the_next_line(wait: Any) -> None:
    async with form((30, 10)) as (app, pilot):
        side = app.query_one("#side", Choice)
        side.set_options([("day", "tif.day"), ("fok", "tif.fok")])
        expected = ["Side        [1 day]", "             2 all or none"]
        await wait(pilot, lambda: lines(app)[:2] == expected)
        await pilot.click(side, offset=(14, 1))
        assert side.value == "fok"


async def test_a_field_says_what_it_understood_or_why_not(wait: Any) -> None:
    async with form() as (app, pilot):
        field = app.query_one("#qty", FormField)
        await wait(pilot, lambda: lines(app)[1].endswith("100-5,000 t"))
        field.input.focus()
        await pilot.press("1", "0", "0", "5")
        await wait(pilot, lambda: lines(app)[1].endswith("! not a multiple of the lot, 10 t"))
        assert (field.value, field.problem) == (None, "not a multiple of the lot, 10 t")
        field.text = "１０００"
        await wait(pilot, lambda: lines(app)[1].endswith("= 1,000 t"))
        assert field.entry == Entry(1_000)
        await pilot.press("enter")
        await pilot.pause()
        assert app.heard[-1] == "submitted qty"
        assert app.heard.count("changed qty") == 5


async def test_a_field_may_be_empty_and_may_hold_a_name() -> None:
    async with form() as (app, pilot):
        field = app.query_one("#member", FormField)
        assert (field.value, field.problem) == (None, "")
        field.text = " bob-co "
        await pilot.pause()
        assert (field.text, field.problem, field.value) == ("bob-co", "", None)


async def test_the_reading_stands_below_where_there_is_no_room_beside(wait: Any) -> None:
    async with form((40, 12), "zh") as (app, pilot):
        app.query_one("#qty", FormField).text = "7"
        await wait(pilot, lambda: lines(app)[2].strip() == "! 不是交易单位 10 吨的整数倍")
        assert lines(app)[1].startswith("吨数")


async def test_arrows_go_from_field_to_field() -> None:
    async with form() as (app, pilot):
        app.query_one("#side").focus()
        await pilot.press("down")
        assert app.focused is app.query_one("#qty", FormField).input
        await pilot.press("down")
        assert app.focused is app.query_one("#member", FormField).input
        await pilot.press("up", "up")
        assert app.focused is app.query_one("#side")


async def test_what_is_said_is_translated_with_everything_else(wait: Any) -> None:
    async with form() as (app, pilot):
        said = app.query_one(Outcome)
        said.say("ticket.rejected", "warn", why="reject.QTY_TOO_SMALL")
        await wait(pilot, lambda: "Refused: the quantity is below the minimum" in lines(app))
        app.texts.toggle()
        said.repaint()
        await wait(pilot, lambda: "被拒绝：低于最小数量" in lines(app))


async def test_a_digit_without_an_option_is_not_the_screens() -> None:
    """There it would withdraw orders."""
    async with form() as (app, pilot):
        app.query_one(Choice).focus()
        await pilot.press("8", "2")
        await pilot.pause()
        assert app.heard == ["sell"]
        app.set_focus(None)
        await pilot.press("8")
        assert app.heard == ["sell", "8 reached the screen"]
