"""Logging in and out."""

import asyncio
import hmac
import logging
import re
import secrets
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import web

from bashu_tui.web.sessions import TOKEN_BYTES, TooManySessions
from bashu_tui.web.site import SITE, Site

logger = logging.getLogger(__name__)

FORM_COOKIE: Final = "bashu-form"
FORM_SECONDS: Final = 3_600
READ_SECONDS: Final = 20.0
"""How long a browser may take to send a form."""
MAX_USER: Final = 64
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
"""What `secrets.token_urlsafe` makes of `TOKEN_BYTES`."""


async def show_login(request: web.Request) -> web.Response:
    """The form; who is logged in already goes to the terminal."""
    site = request.app[SITE]
    if site.session(request) is not None:
        raise web.HTTPSeeOther("/terminal")
    return _form(request, site)


async def log_in(request: web.Request) -> web.Response:
    """Check the form, then the credentials at the venue, then open a session."""
    site = request.app[SITE]
    fields = await _fields(request)
    user = fields.get("user", "").strip()
    password = fields.get("password", "")
    if not _is_own_form(request, site, fields.get("token", "")):
        return _form(request, site, status=403, problem="web.login.old_form", user=user)
    if not user or not password:
        return _form(request, site, status=400, problem="login.missing", user=user)
    address = site.address(request)
    wait = site.failures.attempt(address, user[:MAX_USER])
    if wait:
        logger.warning("Login of %r from %s: too many failures.", user[:MAX_USER], address)
        answer = _form(request, site, status=429, problem="web.login.wait", user=user, wait=wait)
        answer.headers["Retry-After"] = str(wait)
        return answer
    outcome = await site.login_check.check(user, password)
    if outcome != "refused":
        site.failures.forgive(address, user[:MAX_USER])
    if outcome != "accepted":
        logger.warning("Login of %r from %s: %s.", user[:MAX_USER], address, outcome)
        status = 401 if outcome == "refused" else 503
        return _form(request, site, status=status, problem=f"web.login.{outcome}", user=user)
    return _welcome(request, site, user, password)


async def log_out(request: web.Request) -> web.Response:
    """End the session and its terminals."""
    site = request.app[SITE]
    session = site.session(request)
    token = (await _fields(request)).get("token", "")
    # Another site's form comes without the cookie, but the answer could delete it.
    is_own = site.is_own_origin(request)
    if not is_own or (session is not None and not _same(token, session.form_token)):
        raise web.HTTPForbidden(text="This form is not of this login.")
    if session is not None:
        site.sessions.end(session)
        logger.info("Logout of %s.", session.user)
    answer = web.HTTPSeeOther("/login")
    answer.del_cookie(
        site.session_cookie,
        path="/",
        secure=site.settings.secure,
        httponly=True,
        samesite="Strict",
    )
    raise answer


def _welcome(request: web.Request, site: Site, user: str, password: str) -> web.Response:
    before = site.session(request)
    if before is not None:
        site.sessions.end(before)
    try:
        session = site.sessions.begin(user, password)
    except TooManySessions:
        return _form(request, site, status=503, problem="web.login.full", user=user)
    logger.info("Login of %s from %s.", user, site.address(request))
    answer = web.HTTPSeeOther("/terminal")
    seconds = site.settings.limits.session_seconds
    site.set_cookie(answer, site.session_cookie, session.token, seconds)
    raise answer


def _form(
    request: web.Request,
    site: Site,
    *,
    status: int = 200,
    problem: str = "",
    user: str = "",
    wait: int = 0,
) -> web.Response:
    token = request.cookies.get(FORM_COOKIE, "")
    if not _is_token(token):
        token = secrets.token_urlsafe(TOKEN_BYTES)
    answer = site.page(
        request, "login.html", status=status, token=token, problem=problem, user=user, wait=wait
    )
    site.set_cookie(answer, FORM_COOKIE, token, FORM_SECONDS)
    return answer


async def _fields(request: web.Request) -> dict[str, str]:
    """Return what a form of this server sends; what is no such form has no known fields.

    Raises:
        HTTPException: it is too long, or comes too slowly.
    """
    try:
        async with asyncio.timeout(READ_SECONDS):
            body = await request.read()
    except TimeoutError as error:
        raise web.HTTPRequestTimeout from error
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _is_own_form(request: web.Request, site: Site, token: str) -> bool:
    """Whether the form was filled in on this server's page in this browser."""
    kept = request.cookies.get(FORM_COOKIE, "")
    return site.is_own_origin(request) and _is_token(kept) and _same(token, kept)


def _is_token(text: str) -> bool:
    return _TOKEN.fullmatch(text) is not None


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
