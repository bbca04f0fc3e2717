"""What all pages share: settings, logins, texts, templates, and who asks."""

import ipaddress
import re
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bashu_tui.i18n import Language, Texts
from bashu_tui.web.board_state import BoardState
from bashu_tui.web.failures import FailedLogins
from bashu_tui.web.login_check import LoginCheck, TransportOf
from bashu_tui.web.sessions import WebSession, WebSessions
from bashu_tui.web.settings import WebSettings
from bashu_tui.web.terminals import Terminals

TEMPLATES: Final = Path(__file__).parent / "templates"
STATIC: Final = Path(__file__).parent / "static"
LANGUAGES: Final[dict[str, Language]] = {"en": "en", "zh": "zh"}
LANGUAGE_COOKIE: Final = "bashu-lang"
LANGUAGE_SECONDS: Final = 365 * 24 * 3_600
LOCAL_NAMES: Final = ("localhost", "127.0.0.1", "::1")
_RANGE: Final = re.compile(
    r"\s*(zh|en)\b[^;,]*(?:;\s*q=([01](?:\.\d{0,3})?))?", re.ASCII | re.IGNORECASE
)


class Site:
    """One server's parts."""

    def __init__(self, settings: WebSettings, transport_of: TransportOf) -> None:
        self.settings = settings
        self.transport_of = transport_of
        self.sessions = WebSessions(settings.limits)
        self.failures = FailedLogins(settings.limits)
        self.login_check = LoginCheck(transport_of)
        self.terminals = Terminals(settings.limits)
        self.board = BoardState()
        self.templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    @property
    def session_cookie(self) -> str:
        """`__Host-` binds the cookie to this host and to https; browsers refuse it without."""
        return "__Host-bashu" if self.settings.secure else "bashu-session"

    def session(self, request: web.Request) -> WebSession | None:
        """Return the login of the browser that asks."""
        return self.sessions.find(request.cookies.get(self.session_cookie, ""))

    def origin(self, request: web.Request) -> str:
        """The scheme and host that this server's pages have in the browser that asks."""
        if self.settings.public_url:
            return self.settings.public_url
        scheme = "https" if self.settings.secure else "http"
        return f"{scheme}://{request.host}".lower()

    def is_own_origin(self, request: web.Request) -> bool:
        """Whether a request comes from a page of this server.

        Every browser sends `Origin` with what changes something and with a websocket. On the
        loopback address the host must be a local name: a foreign name that is made to point
        there would otherwise be its own origin.
        """
        if not self.settings.public_url and self.settings.host in LOCAL_NAMES:
            try:
                host = urlsplit(f"//{request.host}").hostname
            except ValueError:
                return False
            if host not in LOCAL_NAMES:
                return False
        return request.headers.get("Origin", "").lower() == self.origin(request)

    def address(self, request: web.Request) -> str:
        """The address that asks; a proxy on this machine is believed what it adds."""
        peer = request.remote or ""
        forwarded = request.headers.get("X-Forwarded-For", "")
        if self.settings.public_url and forwarded and peer in LOCAL_NAMES:
            peer = forwarded.rsplit(",", 1)[-1].strip()
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return peer[:64]
        if isinstance(address, ipaddress.IPv6Address):
            # One customer of a provider has a whole network of these.
            return str(ipaddress.ip_network((address, 64), strict=False))
        return str(address)

    def language(self, request: web.Request) -> Language:
        """As asked in the address, else as chosen before, else as the browser prefers."""
        for wanted in (request.query.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
            if wanted in LANGUAGES:
                return LANGUAGES[wanted]
        return preferred_language(request.headers.get("Accept-Language", ""))

    def page(
        self, request: web.Request, template: str, *, status: int = 200, **values: object
    ) -> web.Response:
        """Render a page in the language of the browser that asks."""
        language = self.language(request)
        text = self.templates.get_template(template).render(
            t=Texts(language),
            language=language,
            other_language="en" if language == "zh" else "zh",
            has_board=self.settings.board,
            session=self.session(request),
            path=request.path,
            **values,
        )
        response = web.Response(text=text, content_type="text/html", status=status)
        if request.query.get("lang") == language:
            self.set_cookie(response, LANGUAGE_COOKIE, language, LANGUAGE_SECONDS)
        return response

    def set_cookie(self, response: web.StreamResponse, name: str, value: str, seconds: int) -> None:
        """Set a cookie that no script reads and no other site sends."""
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path="/",
            httponly=True,
            secure=self.settings.secure,
            samesite="Strict",
        )


SITE: Final = web.AppKey("site", Site)


def preferred_language(accepted: str) -> Language:
    """Read `Accept-Language`: the dearer of the two, English where neither is named."""
    found = {"zh": 0.0, "en": 0.0}
    for part in accepted[:500].split(","):
        match = _RANGE.match(part)
        if match is not None:
            name = match.group(1).lower()
            found[name] = max(found[name], float(match.group(2) or "1"))
    return "zh" if found["zh"] > found["en"] else "en"
