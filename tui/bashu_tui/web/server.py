"""Puts the pages together and serves them until told to stop."""

import asyncio
import logging
import signal
import ssl
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import textual_serve
from aiohttp import web

from bashu_protocol import topics
from bashu_tui.web.board_feed import follow
from bashu_tui.web.board_pages import (
    RENDERED,
    board_json,
    new_rendered,
    show_board,
    show_live_part,
)
from bashu_tui.web.headers import add_headers
from bashu_tui.web.login_check import TransportOf, mqtt_transports
from bashu_tui.web.login_pages import log_in, log_out, show_login
from bashu_tui.web.settings import WebError, WebSettings
from bashu_tui.web.site import SITE, STATIC, Site
from bashu_tui.web.terminal_pages import download, open_terminal, show_terminal

logger = logging.getLogger(__name__)

MAX_FORM_BYTES: Final = 16 * 1024
SWEEP_SECONDS: Final = 5.0
_SHUTDOWN_SECONDS: Final = 10.0
_IDLE_SECONDS: Final = 60.0
"""How long a connection may stay without a whole request."""
_XTERM: Final = Path(textual_serve.__file__).parent / "static"
"""textual-serve's own scripts and fonts: xterm.js and the bridge to the websocket."""


def make_app(settings: WebSettings, transport_of: TransportOf) -> web.Application:
    """Return the application; `transport_of` is the way to the venue."""
    app = web.Application(client_max_size=MAX_FORM_BYTES)
    app[SITE] = Site(settings, transport_of)
    app[RENDERED] = new_rendered()
    app.add_routes(
        [
            web.get("/", _first_page),
            web.get("/board", show_board),
            web.get("/board/live", show_live_part),
            web.get("/board.json", board_json),
            web.get("/login", show_login),
            web.post("/login", log_in),
            web.post("/logout", log_out),
            web.get("/terminal", show_terminal),
            web.get("/terminal/socket", open_terminal),
            web.get("/download/{key}", download),
            web.static("/static/own", STATIC),
            web.static("/static/xterm", _XTERM),
        ]
    )
    app.on_response_prepare.append(add_headers)
    app.on_shutdown.append(_end_all)
    app.cleanup_ctx.append(_background)
    return app


async def run(settings: WebSettings) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises:
        WebError: the address or the certificate cannot be used.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    runner = web.AppRunner(
        make_app(settings, mqtt_transports(settings.broker)),
        access_log=None,
        keepalive_timeout=_IDLE_SECONDS,
        shutdown_timeout=_SHUTDOWN_SECONDS,
    )
    await runner.setup()
    try:
        port = await listen(runner, settings)
        _announce(settings, port)
        await stop.wait()
    finally:
        await runner.cleanup()


async def listen(runner: web.AppRunner, settings: WebSettings) -> int:
    """Open the port and return its number. Raises WebError."""
    site = web.TCPSite(runner, settings.host, settings.port, ssl_context=_tls(settings))
    try:
        await site.start()
    except OSError as error:
        raise WebError(
            f"Cannot listen on {settings.host}:{settings.port}: {error.strerror or error}. "
            "Choose another port with --web-listen, or stop the program that uses it."
        ) from error
    return int(runner.addresses[0][1])


async def _first_page(request: web.Request) -> web.Response:
    place = "/board" if request.app[SITE].settings.board else "/terminal"
    raise web.HTTPFound(place)


async def _background(app: web.Application) -> AsyncIterator[None]:
    """Follow the bus for the board, and end logins whose time is over."""
    site = app[SITE]
    tasks = [asyncio.create_task(_sweep(site), name="sweep")]
    if site.settings.board:
        transport = site.transport_of(topics.PUBLIC_USER, site.settings.public_password)
        tasks.append(asyncio.create_task(follow(transport, site.board), name="board"))
    for task in tasks:
        task.add_done_callback(_say_end)
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await site.terminals.wait_ended()


def _say_end(task: asyncio.Task[None]) -> None:
    """The pages go on without it, so nobody else would say it."""
    if not task.cancelled():
        logger.error("The %s has stopped.", task.get_name(), exc_info=task.exception())


async def _sweep(site: Site) -> None:
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        site.sessions.sweep()


async def _end_all(app: web.Application) -> None:
    app[SITE].sessions.end_all()


def _tls(settings: WebSettings) -> ssl.SSLContext | None:
    if settings.certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.certificate, settings.key)
    except (OSError, ssl.SSLError) as error:
        raise WebError(
            f"The certificate {settings.certificate} with the key {settings.key} cannot be used: "
            f"{error.strerror or error}."
        ) from error
    return context


def _announce(settings: WebSettings, port: int) -> None:
    scheme = "https" if settings.certificate is not None else "http"
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    base = settings.public_url or f"{scheme}://{host}:{port}"
    print(f"The terminal: {base}/terminal", flush=True)  # noqa: T201  a command prints
    if settings.board:
        print(f"The public board: {base}/board", flush=True)  # noqa: T201  the same
    else:
        hint = "No public board: give --board-password-file public-password.txt for one."
        print(hint, file=sys.stderr, flush=True)  # noqa: T201  the same
