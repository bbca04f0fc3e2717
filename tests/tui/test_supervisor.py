"""Each thing a supervisor does, through the keys, at a real venue."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec import structs
from textual.widgets import Input, Static

from bashu_protocol.messages import Alert, Severity
from bashu_tui.screens.action import ActionScreen
from bashu_tui.widgets.alert_list import AlertList
from bashu_tui.widgets.card_keys import CardKeys
from bashu_tui.widgets.evidence import Evidence

SYMBOL = "CEA25"


def outcome(app: Any) -> str:
    return str(app.screen.query_one("#outcome", Static).content)


async def until(pilot: Any, condition: Callable[[], object]) -> None:
    """Let the app run until a condition holds; the test's own time limit ends it."""
    while not condition():
        await pilot.pause(0.02)


async def open_card(app: Any, pilot: Any, key: str) -> None:
    await pilot.press(key)
    await until(pilot, lambda: isinstance(app.screen, ActionScreen) and app.screen.is_mounted)


def squeezed(text: str) -> str:
    return "".join(text.replace("│", " ").split())


def effect(app: Any) -> str:
    return str(app.screen.query_one("#effect", Static).content)


async def act(app: Any, pilot: Any, key: str, target: str, reason: str) -> None:
    await open_card(app, pilot, key)
    app.screen.query_one("#target", Input).value = target
    app.screen.query_one("#reason", Input).value = reason
    field = app.screen.query_one("#reason", Input)
    field.focus()
    await until(pilot, lambda: app.focused is field)
    await pilot.press("enter")


def alert(alert_id: int, severity: Severity, last_time: int, **facts: int | str) -> Alert:
    return Alert(
        alert_id, 1, "self_trade", 1, severity, SYMBOL, "lushan", ["lushan-a", "lushan-b"],
        10, 20, last_time, last_time, 3, 60, [11, 12], [5], facts,
    )  # fmt: skip


@pytest.mark.acts("supervisor.halt", "supervisor.resume")
@pytest.mark.parametrize(("halt", "resume"), [("f5", "f6"), ("ctrl+o", "ctrl+r")])
async def test_halt_and_resume(
    terminal: Any, market: Any, wait: Any, halt: str, resume: str
) -> None:
    async with terminal("sup") as (app, pilot):
        await act(app, pilot, halt, SYMBOL, "异常波动")
        await wait(pilot, lambda: market.venue.stat(SYMBOL).phase == "halted")
        await wait(pilot, lambda: outcome(app) == "Done: CEA25 is halted.")
        assert market.venue.notices()[-1].body == "异常波动"
        await act(app, pilot, resume, SYMBOL, "restored")
        await wait(pilot, lambda: market.venue.stat(SYMBOL).phase == "continuous")


@pytest.mark.acts("supervisor.suspend", "supervisor.reinstate")
@pytest.mark.parametrize(("suspend", "reinstate"), [("f7", "f8"), ("ctrl+s", "ctrl+e")])
async def test_suspend_withdraws_and_reinstate_lifts(
    terminal: Any, market: Any, wait: Any, suspend: str, reinstate: str
) -> None:
    async with terminal("sup") as (app, pilot), market.client("bob") as bob:
        await bob.place(SYMBOL, "buy", 10, 7_400)
        await bob.place(SYMBOL, "buy", 10, 7_401)
        await act(app, pilot, suspend, "bob-co", "spoofing")
        await wait(pilot, lambda: not market.venue.order_rows("bob-co"))
        await wait(pilot, lambda: "orders withdrawn: 2" in outcome(app))
        refused = await bob.place(SYMBOL, "buy", 10, 7_400)
        assert refused.reject_code == "MEMBER_SUSPENDED"
        await act(app, pilot, reinstate, "bob-co", "case closed")
        await wait(pilot, lambda: outcome(app) == "Done: bob-co may trade again.")
        accepted = await bob.place(SYMBOL, "buy", 10, 7_400)
        assert accepted.exec_type == "new"


@pytest.mark.acts("supervisor.notice")
@pytest.mark.parametrize("key", ["f9", "ctrl+n"])
async def test_a_notice_reaches_the_market(terminal: Any, market: Any, wait: Any, key: str) -> None:
    async with terminal("sup") as (app, pilot):
        await act(app, pilot, key, "系统维护", "今日16时起停机维护")
        await wait(pilot, market.venue.notices)
        notice = market.venue.notices()[-1]
        assert (notice.title, notice.body) == ("系统维护", "今日16时起停机维护")


async def test_an_action_needs_a_reason(terminal: Any, market: Any, wait: Any) -> None:
    async with terminal("sup") as (app, pilot):
        await act(app, pilot, "f5", SYMBOL, "   ")
        await wait(pilot, lambda: effect(app) == app.texts("sup.missing"))
        assert isinstance(app.screen, ActionScreen)
        await pilot.press("escape")
        await wait(pilot, lambda: not isinstance(app.screen, ActionScreen))
        assert market.venue.stat(SYMBOL).phase == "continuous"


async def test_a_measure_is_carried_out_or_left_with_the_mouse(
    terminal: Any, market: Any, wait: Any
) -> None:
    async with terminal("sup") as (app, pilot):
        for answer, phase in (("back", "continuous"), ("act", "halted")):
            await open_card(app, pilot, "f5")
            app.screen.query_one("#target", Input).value = SYMBOL
            app.screen.query_one("#reason", Input).value = "news"
            keys = app.screen.query_one(CardKeys)
            await wait(pilot, lambda keys=keys: keys.spans)
            first = next(first for first, _last, run in keys.spans if run == answer)
            await pilot.click(keys, offset=(first + 1, 0))
            await wait(pilot, lambda: not isinstance(app.screen, ActionScreen))
            await wait(pilot, lambda phase=phase: market.venue.stat(SYMBOL).phase == phase)


async def test_a_refused_action_says_why(terminal: Any, wait: Any) -> None:
    async with terminal("sup", language="zh") as (app, pilot):
        await act(app, pilot, "f7", "nobody", "理由")
        await wait(pilot, lambda: app.texts("reject.UNKNOWN_MEMBER") in outcome(app))


async def test_the_card_names_what_it_will_touch(terminal: Any, wait: Any, shown: Any) -> None:
    async with terminal("sup") as (app, pilot):
        await open_card(app, pilot, "f7")
        app.screen.query_one("#target", Input).value = "bob-co"
        await wait(pilot, lambda: "bob-co can enter no orders" in shown(app))


async def test_the_card_counts_the_orders_that_it_will_touch(
    terminal: Any, market: Any, wait: Any
) -> None:
    async with terminal("sup") as (app, pilot), market.client("bob") as bob:
        for price in (7_400, 7_401, 7_402):
            await bob.place(SYMBOL, "buy", 10, price)
        await wait(pilot, lambda: app.session.resting_of("bob-co") == 3)
        await wait(pilot, lambda: app.session.resting_in(SYMBOL) == 3)
        await open_card(app, pilot, "f7")
        app.screen.query_one("#target", Input).value = "bob-co"
        await wait(pilot, lambda: "since this terminal began: 3" in effect(app))
        await pilot.press("escape")
        await wait(pilot, lambda: not isinstance(app.screen, ActionScreen))
        await open_card(app, pilot, "f5")
        await wait(pilot, lambda: "rest there now: 3" in effect(app))


async def test_alerts_are_sorted_and_chosen_with_the_arrows(terminal: Any, wait: Any) -> None:
    async with terminal("sup") as (app, pilot):
        app.session.hear(alert(1, "info", 30 * 10**9))
        app.session.hear(alert(2, "violation", 10 * 10**9))
        app.session.hear(alert(3, "violation", 20 * 10**9))
        alerts = app.screen.query_one(AlertList)
        await wait(pilot, lambda: alerts.chosen is not None)
        assert [a.alert_id for a in alerts.items()] == [3, 2, 1]
        await pilot.press("home", "up", "up", "up")
        await wait(pilot, lambda: alerts.chosen_key == 3)
        await pilot.press("down")
        await wait(pilot, lambda: alerts.chosen_key == 2)
        # A new one above does not change the choice.
        app.session.hear(alert(4, "violation", 40 * 10**9))
        await wait(pilot, lambda: alerts.items()[0].alert_id == 4)
        assert alerts.chosen_key == 2


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "Prevented self-matches today: 4"), ("zh", "4")],
)
async def test_evidence_is_said_in_sentences(
    terminal: Any, wait: Any, shown: Any, language: str, sentence: str
) -> None:
    async with terminal("sup", language=language) as (app, pilot):
        app.session.hear(alert(1, "violation", 10**9, prevented=4, last_price=7_463))
        evidence = app.screen.query_one(Evidence)
        await wait(pilot, lambda: evidence.alert is not None)
        await wait(pilot, lambda: app.texts("fact.prevented", value=4) in shown(app))
        text = shown(app)
        assert sentence in text
        assert "74.63" in text
        for number in ("11", "12", "lushan-a", "lushan-b"):
            assert number in text


async def test_words_among_the_facts_are_the_users(terminal: Any, wait: Any, shown: Any) -> None:
    async with terminal("sup", language="zh") as (app, pilot):
        found = alert(7, "warning", 5, side="buy", why="ValueError: x")
        evidence = app.screen.query_one(Evidence)
        evidence.alert = found
        evidence.repaint()
        await wait(pilot, lambda: "方向：买入" in shown(app))
        assert "ValueError: x" in shown(app)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", [(80, 24), (100, 30)])
async def test_evidence_can_be_read_in_a_small_window(
    terminal: Any, wait: Any, shown: Any, size: Any, language: str
) -> None:
    async with terminal("sup", size=size, language=language) as (app, pilot):
        app.session.hear(alert(1, "violation", 10**9, prevented=4, last_price=7_463))
        await wait(pilot, lambda: app.screen.query_one(Evidence).alert is not None)
        wanted = [app.texts("fact.prevented", value=4), app.texts("fact.last_price", value="74.63")]
        for text in (*wanted, "lushan-b"):
            await wait(pilot, lambda text=text: squeezed(text) in squeezed(shown(app)))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["It was so.", "1,234.56", "device D7", "journal 3 to 9", "violation count 5"]),
        ("zh", ["事情如此。", "1,234.56", "设备 D7", "日志 3 至 9", "违规次数 5"]),
    ],
)
async def test_evidence_tells_the_story_and_where_it_comes_from(
    terminal: Any, wait: Any, shown: Any, language: str, words: list[str]
) -> None:
    async with terminal("sup", size=(160, 50), language=language) as (app, pilot):
        told = structs.replace(
            alert(1, "violation", 10**9, prevented=4),
            stories={"en": "It was so.", "zh": "事情如此。"},
            links=[("lushan-a", "device", "D7"), ("lushan-b", "device", "D7")],
            gain=123_456,
            parameters={"violation_count": 5},
            replay_from=3,
            replay_to=9,
        )
        app.session.hear(told)
        await wait(pilot, lambda: app.screen.query_one(Evidence).alert is not None)
        for text in words:
            await wait(pilot, lambda text=text: squeezed(text) in squeezed(shown(app)))


async def test_the_event_stream_names_the_members(
    terminal: Any, market: Any, wait: Any, shown: Any
) -> None:
    async with terminal("sup") as (app, pilot), market.client("bob") as bob:
        await bob.place(SYMBOL, "buy", 77, 7_400)
        await wait(pilot, lambda: "bob-co" in shown(app))
        (line,) = [line for line in shown(app).split("\n") if "bob-co" in line]
        assert "77" in line
        assert "74.00" in line
