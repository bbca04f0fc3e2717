"""A terminal behind the web server, over a real broker: how it begins, and that it ends."""

import asyncio
import json
from pathlib import Path

import psutil
import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType
from bashu_testing import PASSWORDS, PATIENCE_SECONDS, SYMBOL, eventually
from web_site import Browser, log_in, origin, served_venue

from bashu_tui.screens.registry import open_to
from bashu_tui.web.settings import Limits
from bashu_tui.web.site import SITE

F9, F10 = "\x1b[20~", "\x1b[21~"
BLOTTER = str(1 + [entry.place for entry in open_to("trader")].index("blotter"))
"""Its digit in the menu of screens."""


async def open_terminal(browser: Browser) -> ClientWebSocketResponse:
    return await browser.ws_connect(
        "/terminal/socket?width=100&height=30", headers={"Origin": origin(browser)}
    )


async def until_shown(socket: ClientWebSocketResponse, text: str) -> None:
    """Read what the terminal draws until a text has come."""
    drawn = ""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while text not in drawn:
            message = await socket.receive()
            assert message.type is WSMsgType.BINARY, message
            drawn += message.data.decode("utf-8", "replace")


def processes(browser: Browser) -> list[psutil.Process]:
    found = browser.app[SITE].terminals.processes("anna")
    return [psutil.Process(process.process_id) for process in found]


async def test_the_password_is_in_no_argument_and_no_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BASHU_PASSWORD", "of-the-operator")
    async with served_venue(tmp_path) as (browser, _harness):
        await log_in(browser, "anna", PASSWORDS["anna"])
        async with await open_terminal(browser) as socket:
            await until_shown(socket, SYMBOL)
            (process,) = processes(browser)
            shown = " ".join([*process.cmdline(), *process.environ().values()])
            assert "--password-fd" in shown
            assert PASSWORDS["anna"] not in shown
            assert "of-the-operator" not in shown
            assert process.environ()["TZ"]
            own = str(tmp_path / "web" / "anna")
            assert process.environ()["XDG_CONFIG_HOME"].startswith(own)
            assert process.environ()["XDG_DATA_HOME"].startswith(own)
        await eventually(lambda: not process.is_running())


async def test_a_terminal_ends_with_its_browser_its_user_and_its_time(tmp_path: Path) -> None:
    """The browser goes; the user quits; the user logs out; another login pushes it out."""
    limits = Limits(terminals_per_user=1, sessions_per_user=1)
    async with served_venue(tmp_path, limits=limits) as (browser, _harness):
        site = browser.app[SITE]

        async def fresh() -> tuple[ClientWebSocketResponse, psutil.Process]:
            await eventually(lambda: len(site.terminals) == 0)
            if site.sessions._sessions == {}:
                await log_in(browser, "anna", PASSWORDS["anna"])
            socket = await open_terminal(browser)
            await until_shown(socket, SYMBOL)
            return socket, processes(browser)[0]

        socket, process = await fresh()
        await socket.close()
        await eventually(lambda: not process.is_running())

        socket, process = await fresh()
        await socket.send_json(["stdin", "\x11"])  # ctrl+q
        while not socket.closed:
            await asyncio.wait_for(socket.receive(), PATIENCE_SECONDS)
        await eventually(lambda: not process.is_running())

        socket, process = await fresh()
        site.sessions.end_all()
        while not socket.closed:
            await asyncio.wait_for(socket.receive(), PATIENCE_SECONDS)
        await eventually(lambda: not process.is_running())

        socket, process = await fresh()
        site.sessions.begin("anna", "x")
        while not socket.closed:
            await asyncio.wait_for(socket.receive(), PATIENCE_SECONDS)
        await eventually(lambda: not process.is_running())


async def test_a_terminal_that_hangs_is_ended(tmp_path: Path) -> None:
    async with served_venue(tmp_path, limits=Limits(grace_seconds=0.2)) as (browser, _harness):
        await log_in(browser, "anna", PASSWORDS["anna"])
        socket = await open_terminal(browser)
        await until_shown(socket, SYMBOL)
        (process,) = processes(browser)
        process.suspend()
        await socket.close()
        await eventually(lambda: not process.is_running())
        await eventually(lambda: len(browser.app[SITE].terminals) == 0)


async def test_a_terminal_does_not_outlive_a_server_that_vanishes(tmp_path: Path) -> None:
    """Its input ends then, whatever became of the server."""
    async with served_venue(tmp_path) as (browser, _harness):
        await log_in(browser, "anna", PASSWORDS["anna"])
        async with await open_terminal(browser) as socket:
            await until_shown(socket, SYMBOL)
            (terminal,) = browser.app[SITE].terminals.processes("anna")
            process = psutil.Process(terminal.process_id)
            terminal.stdin.close()
            while not socket.closed:
                await asyncio.wait_for(socket.receive(), PATIENCE_SECONDS)
            await eventually(lambda: not process.is_running())


async def test_the_terminal_takes_the_browsers_size(tmp_path: Path) -> None:
    async with served_venue(tmp_path) as (browser, _harness):
        await log_in(browser, "anna", PASSWORDS["anna"])
        async with await open_terminal(browser) as socket:
            await until_shown(socket, SYMBOL)
            await socket.send_json(["resize", {"width": 40, "height": 10}])
            await until_shown(socket, "60")  # what it needs at least
            await socket.send_json(["ping", "7"])
            while True:
                message = await asyncio.wait_for(socket.receive(), PATIENCE_SECONDS)
                if message.type is WSMsgType.TEXT:
                    assert json.loads(message.data) == ["pong", "7"]
                    break


async def test_a_table_goes_to_the_browser_and_to_no_file_of_the_server(tmp_path: Path) -> None:
    async with served_venue(tmp_path) as (browser, _harness):
        await log_in(browser, "anna", PASSWORDS["anna"])
        async with await open_terminal(browser) as socket:
            await until_shown(socket, SYMBOL)
            await socket.send_json(["stdin", F10])
            await until_shown(socket, "blotter")
            await socket.send_json(["stdin", BLOTTER])
            await until_shown(socket, "logged")
            await socket.send_json(["stdin", F9])
            key = await _offered(socket)
            answer = await browser.get(f"/download/{key}")
            table = (await answer.read()).decode("utf-8-sig")
            await until_shown(socket, "browser")
            assert (await browser.get(f"/download/{key}")).status == 404, "once only"
            assert (await browser.get("/download/x")).status == 404
    assert answer.status == 200
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''blotter-")
    assert "logged on" in table
    assert await asyncio.to_thread(lambda: list(tmp_path.rglob("*.csv"))) == []


async def _offered(socket: ClientWebSocketResponse) -> str:
    """Return the key of the file that the terminal offers."""
    while True:
        message = await asyncio.wait_for(socket.receive(), PATIENCE_SECONDS)
        if message.type is WSMsgType.TEXT:
            kind, key = json.loads(message.data)
            assert kind == "deliver_file_start"
            return str(key)


@pytest.mark.parametrize("rubbish", ["{", "7", "[]", '["stdin"]', '["stdin", 7]', '["resize", 1]'])
async def test_rubbish_from_a_browser_harms_nobody(tmp_path: Path, rubbish: str) -> None:
    async with served_venue(tmp_path) as (browser, _harness):
        await log_in(browser, "anna", PASSWORDS["anna"])
        async with await open_terminal(browser) as socket:
            await socket.send_str(rubbish)
            await socket.send_json(["resize", {"width": "x", "height": 10**9}])
        await eventually(lambda: len(browser.app[SITE].terminals) == 0)
        assert (await browser.get("/login")).status == 200
