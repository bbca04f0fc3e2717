"""Logging in: what is missing or wrong is said in plain words, and nothing typed is lost."""

from typing import Any

import pytest
from textual.widgets import Input, Static

from bashu_protocol.client import Client, CommandTimeout
from bashu_tui.app import BashuApp
from bashu_tui.screens.login import LoginScreen
from bashu_tui.screens.supervisor import SupervisorScreen
from bashu_tui.screens.trading import TradingScreen
from bashu_tui.widgets.card_keys import CardKeys


def message(app: BashuApp) -> str:
    return str(app.screen.query_one("#login-message", Static).content)


def login_is_up(app: BashuApp) -> bool:
    return isinstance(app.screen, LoginScreen) and app.screen.is_mounted


async def test_the_first_screen_asks_for_what_is_missing(wait: Any) -> None:
    app = BashuApp(broker="mqtt://127.0.0.1:1", user="alice")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot, lambda: login_is_up(app))
        assert app.screen.query_one("#login-user", Input).value == "alice"
        await wait(pilot, lambda: app.focused is app.screen.query_one("#login-password", Input))
        assert app.screen.query_one("#login-password", Input).password
        await pilot.press("enter")
        await wait(pilot, lambda: login_is_up(app) and message(app) == app.texts("login.missing"))


async def test_behind_a_web_server_the_broker_is_not_the_users_to_choose(
    wait: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BashuApp, "is_web", True)
    app = BashuApp(broker="mqtt://127.0.0.1:1", user="alice")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot, lambda: login_is_up(app))
        await pilot.click("#login-broker")
        await pilot.press("shift+tab", "shift+tab", "shift+tab", "9")
        assert app.screen.query_one("#login-broker", Input).value == "mqtt://127.0.0.1:1"


async def test_a_right_password_opens_the_traders_screen(market: Any, wait: Any) -> None:
    app = market.app("alice", password="")
    app._transport = market.hub.transport("alice", "a-secret")
    app._user = ""
    async with app.run_test(size=(100, 30)) as pilot:
        await wait(pilot, lambda: login_is_up(app))
        user, password = (app.screen.query_one(f"#login-{n}", Input) for n in ("user", "password"))
        await wait(pilot, lambda: app.focused is user)
        await pilot.press(*"alice", "tab")
        await wait(pilot, lambda: app.focused is password)
        await pilot.press(*"a-secret")
        await wait(pilot, lambda: (user.value, password.value) == ("alice", "a-secret"))
        await pilot.press("enter")
        await wait(pilot, lambda: isinstance(app.screen, TradingScreen))


async def test_the_answers_of_the_login_are_clickable(market: Any, wait: Any, shown: Any) -> None:
    app = market.app("alice", password="")
    app._transport = market.hub.transport("alice", "a-secret")
    app._user = ""

    async def click(answer: str) -> None:
        keys = app.screen.query_one(CardKeys)
        await wait(pilot, lambda: keys.spans)
        first = next(first for first, _last, run in keys.spans if run == answer)
        await pilot.click(keys, offset=(first + 1, 0))

    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot, lambda: login_is_up(app))
        await click("app.language")
        await wait(pilot, lambda: app.texts("login.user") == "用户名" and "用户名" in shown(app))
        for name, value in (("user", "alice"), ("password", "a-secret")):
            await pilot.click(f"#login-{name}")
            await pilot.press(*value)
        await click("log_in")
        await wait(pilot, lambda: isinstance(app.screen, TradingScreen))


async def test_supervisors_come_to_their_own_screen(market: Any, wait: Any) -> None:
    app = market.app("sup")
    async with app.run_test(size=(100, 30)) as pilot:
        await wait(pilot, lambda: isinstance(app.screen, SupervisorScreen))


async def test_a_wrong_password_comes_back_to_the_filled_form(market: Any, wait: Any) -> None:
    app = market.app("alice", password="wrong")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot, lambda: login_is_up(app) and message(app) == app.texts("login.refused"))
        assert isinstance(app.screen, LoginScreen)
        assert app.screen.query_one("#login-user", Input).value == "alice"
        assert app.screen.query_one("#login-password", Input).value == "wrong"


@pytest.mark.parametrize(
    "broker", ["", "localhost", "http://localhost:1883", "mqtt://", "mqtt://host:abc",
               "mqtt://host:99999", "mqtt://[::1"],
)  # fmt: skip
async def test_an_address_that_is_none_is_said_so(broker: str, wait: Any) -> None:
    app = BashuApp(broker=broker, user="alice", password="x")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(
            pilot, lambda: login_is_up(app) and message(app) == app.texts("login.bad_broker")
        )
        assert isinstance(app.screen, LoginScreen)


async def test_a_venue_out_of_reach_is_said_so(
    market: Any, wait: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bashu_tui.app.LOGON_SECONDS", 0.3)
    market.hub.stop()
    app = market.app("alice")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(
            pilot,
            lambda: login_is_up(app) and message(app).startswith("The venue cannot be reached"),
        )


async def test_the_form_changes_its_language(wait: Any) -> None:
    app = BashuApp(user="alice")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot, lambda: login_is_up(app))
        label = app.screen.query_one("#login-user-label", Static)
        assert str(label.content) == "User"
        await pilot.press("ctrl+l")
        await wait(pilot, lambda: str(label.content) == "用户名")


async def test_a_question_that_the_venue_leaves_unanswered_is_said_on_the_form(
    market: Any, wait: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = Client.query

    async def query_or_fail(self: Client, what: Any, *rest: Any, **more: Any) -> Any:
        if what == "fills":
            raise CommandTimeout("no answer")
        return await query(self, what, *rest, **more)

    monkeypatch.setattr(Client, "query", query_or_fail)
    app = market.app("alice")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot, lambda: login_is_up(app) and message(app) == app.texts("login.silent"))
