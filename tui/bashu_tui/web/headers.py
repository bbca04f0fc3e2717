"""Headers of every answer: nothing from outside, nothing kept, in no frame, no guessing."""

from typing import Final

from aiohttp import web

from bashu_tui.web.site import SITE

_STRICT: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# The drawing of the terminal (xterm.js) makes style elements; it has no other way.
_TERMINAL: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'; "
    "font-src 'self'; connect-src 'self' {socket}; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # `no-referrer` would also blank the `Origin` of the own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Server": "Bashu",
}
_YEAR_SECONDS: Final = 31_536_000
_STATIC_SECONDS: Final = 3_600


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Called by aiohttp before any answer leaves."""
    site = request.app[SITE]
    response.headers.update(_ALWAYS)
    if site.settings.secure:
        response.headers["Strict-Transport-Security"] = f"max-age={_YEAR_SECONDS}"
    if request.path.startswith("/static/") and response.status < 400:
        response.headers["Cache-Control"] = f"max-age={_STATIC_SECONDS}"
    else:
        response.headers["Cache-Control"] = "no-store"
    if request.path == "/terminal":
        socket = site.origin(request).replace("http", "ws", 1)
        response.headers["Content-Security-Policy"] = _TERMINAL.format(socket=socket)
    else:
        response.headers["Content-Security-Policy"] = _STRICT
