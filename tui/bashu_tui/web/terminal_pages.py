"""The terminal's page, its websocket and its downloads."""

import asyncio
import logging
from typing import Any, Final
from urllib.parse import quote

import msgspec
from aiohttp import WSMsgType, web

from bashu_tui.web.sessions import WebSession
from bashu_tui.web.site import SITE, Site
from bashu_tui.web.terminal_process import TerminalProcess

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS: Final = 15.0
"""A browser that does not answer within half of it is gone."""
MAX_MESSAGE_BYTES: Final = 256 * 1024
"""The longest paste."""
MAX_CELLS: Final = 1_000


async def show_terminal(request: web.Request) -> web.Response:
    """The page that draws the terminal, for those who are logged in."""
    site = request.app[SITE]
    session = site.session(request)
    if session is None:
        raise web.HTTPSeeOther("/login")
    site.sessions.hear(session)
    socket = site.origin(request).replace("http", "ws", 1) + "/terminal/socket"
    return site.page(request, "terminal.html", socket=socket)


async def open_terminal(request: web.Request) -> web.StreamResponse:
    """Start a terminal for a browser, and end it when either goes."""
    site = request.app[SITE]
    session = site.session(request)
    if session is None:
        raise web.HTTPForbidden(text="Nobody is logged in.")
    if not site.is_own_origin(request):
        raise web.HTTPForbidden(text="The page is not of this server.")
    if not site.terminals.take_place(session.user):
        raise web.HTTPServiceUnavailable(text="Too many terminals are open.")
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=MAX_MESSAGE_BYTES)
    try:
        await socket.prepare(request)
        process = _process(site, session, socket, site.language(request))
    except BaseException:
        site.terminals.free_place(session.user)
        raise
    site.terminals.add(session.user, process)
    width = _cells(request.query.get("width", ""), 80)
    height = _cells(request.query.get("height", ""), 24)
    await _run(site, session, socket, process, (width, height))
    return socket


async def download(request: web.Request) -> web.StreamResponse:
    """Hand out a file that one of the user's own terminals offers."""
    site = request.app[SITE]
    session = site.session(request)
    key = request.match_info["key"]
    if session is None:
        raise web.HTTPForbidden(text="Nobody is logged in.")
    offering = [p for p in site.terminals.processes(session.user) if key in p.delivery_keys]
    if not offering:
        raise web.HTTPNotFound(text="There is no such file.")
    downloads = offering[0].downloads
    try:
        offered = await downloads.get_download_metadata(key)
    except KeyError as error:
        raise web.HTTPNotFound(text="The file was fetched already.") from error
    response = web.StreamResponse()
    response.headers["Content-Type"] = "application/octet-stream"
    name = quote(offered.file_name, safe="")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    await response.prepare(request)
    async for chunk in downloads.download(key):
        await response.write(chunk)
    await response.write_eof()
    return response


def _process(
    site: Site, session: WebSession, socket: web.WebSocketResponse, language: str
) -> TerminalProcess:
    async def close() -> None:
        await socket.close()

    async def send(data: bytes) -> None:
        if socket.closed:  # aiohttp would send it behind the frame that closes
            raise ConnectionResetError("the browser is gone")
        await socket.send_bytes(data)

    return TerminalProcess(
        site.settings,
        session.user,
        session.password,
        language,
        write_bytes=send,
        write_str=socket.send_str,
        close=close,
    )


async def _run(
    site: Site,
    session: WebSession,
    socket: web.WebSocketResponse,
    process: TerminalProcess,
    size: tuple[int, int],
) -> None:
    closing: set[asyncio.Task[bool]] = set()

    def end() -> None:
        closing.add(asyncio.create_task(socket.close(), name="end of a login"))

    session.endings.add(end)
    try:
        if site.sessions.find(session.token) is not None:  # it may have ended a moment ago
            await process.start(*size)
            logger.info("A terminal of %s began.", session.user)
            await _pass_on(site, session, socket, process)
    finally:
        session.endings.discard(end)
        await site.terminals.end(process)
        logger.info("A terminal of %s ended.", session.user)
        await socket.close()
        await asyncio.gather(*closing)


async def _pass_on(
    site: Site, session: WebSession, socket: web.WebSocketResponse, process: TerminalProcess
) -> None:
    """Pass what the browser sends to the terminal, until either is gone."""
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            continue
        try:
            kind, *values = msgspec.json.decode(message.data, type=list[Any])
        except (msgspec.MsgspecError, ValueError):
            logger.warning("A browser of %s sent what is no message.", session.user)
            return
        value = values[0] if values else None
        if kind == "stdin" and isinstance(value, str):
            site.sessions.hear(session)
            await process.send_bytes(value.encode())
        elif kind == "resize" and isinstance(value, dict):
            width, height = _cells(value.get("width"), 80), _cells(value.get("height"), 24)
            await process.set_terminal_size(width, height)
        elif kind == "ping":
            await socket.send_json(["pong", value])
        elif kind == "blur":
            await process.blur()
        elif kind == "focus":
            await process.focus()


def _cells(value: object, otherwise: int) -> int:
    """Read a width or height that a browser sent."""
    try:
        return min(max(int(str(value)), 1), MAX_CELLS)
    except ValueError:
        return otherwise
