"""A browser without JavaScript in front of the web server, for tests of its pages."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, CookieJar
from aiohttp.test_utils import TestClient, TestServer
from bashu_testing import PASSWORDS, Harness
from yarl import URL

from bashu_tui.web.login_check import TransportOf
from bashu_tui.web.server import make_app
from bashu_tui.web.settings import WebSettings

Browser = TestClient[Any, Any]


@asynccontextmanager
async def open_site(transport_of: TransportOf, **settings: Any) -> AsyncIterator[Browser]:
    """Serve in front of a venue, and open a browser there."""
    app = make_app(WebSettings(**{"broker": "mqtt://127.0.0.1:1", **settings}), transport_of)
    async with TestClient(TestServer(app), cookie_jar=CookieJar(unsafe=True)) as browser:
        yield browser


@asynccontextmanager
async def served_venue(directory: Path, **settings: Any) -> AsyncIterator[tuple[Browser, Harness]]:
    """A venue on the embedded broker, and a web server in front of it."""
    harness = Harness("amqtt", directory)
    try:
        await harness.start_bus()
        await harness.start_venue()
        values = {
            "broker": f"mqtt://127.0.0.1:{harness._port}",
            "folder": directory / "web",
            "public_password": PASSWORDS["public"],
            **settings,
        }
        async with open_site(harness.transport, **values) as browser:
            yield browser, harness
    finally:
        await harness.stop()


def origin(browser: Browser) -> str:
    return str(browser.make_url("/")).rstrip("/")


async def log_in(browser: Browser, user: str, password: str, **headers: str) -> ClientResponse:
    """Fill in the form as a browser does; return the answer without following it."""
    page = await (await browser.get("/login")).text()
    found = re.search(r'name="token" value="([^"]+)"', page)
    token = found.group(1) if found else cookie(browser, "bashu-form")
    return await browser.post(
        "/login",
        data={"token": token, "user": user, "password": password},
        headers={"Origin": origin(browser), **headers},
        allow_redirects=False,
    )


def cookie(browser: Browser, name: str) -> str:
    """Return what the browser keeps under a name; nothing is empty."""
    found = browser.session.cookie_jar.filter_cookies(URL(origin(browser)))
    return found[name].value if name in found else ""
