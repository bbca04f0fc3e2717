"""What `bashu-tui --web` needs to know, and the options that say it."""

import argparse
import ipaddress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from bashu_tui.locations import data_folder

DEFAULT_LISTEN: Final = "127.0.0.1:8000"


class WebError(Exception):
    """A setting is wrong; the sentence says which, and what would be right."""


class Limits(Struct, frozen=True, kw_only=True):
    """Bounds of what one server holds. Times in seconds."""

    session_seconds: int = 12 * 3_600
    """A login ends then, whatever happens."""
    idle_seconds: int = 3_600
    """Without a key, a click or a page."""
    sessions: int = 500
    sessions_per_user: int = 5
    """A further login ends the user's oldest."""
    terminals: int = 40
    """Each is a process of 60 to 90 MB."""
    terminals_per_user: int = 4
    failures_per_pair: int = 5
    """Failed logins of one user from one address."""
    failures_per_user: int = 50
    failures_per_address: int = 20
    failure_seconds: int = 300
    """How long a failed login counts."""
    grace_seconds: float = 3.0
    """What a terminal has for logging off, before it is ended."""


class WebSettings(Struct, frozen=True, kw_only=True):
    """Everything the server is told at its start."""

    broker: str
    host: str = "127.0.0.1"
    port: int = 8000
    """0 takes a free one."""
    public_url: str = ""
    """The address that browsers use, as a reverse proxy makes it; empty: the one listened on."""
    certificate: Path | None = None
    key: Path | None = None
    public_password: str = ""
    """Of the venue's public user; without it there is no board."""
    folder: Path = Path("web")
    """Each user's settings and files lie in a folder of their own under this one."""
    terminal_options: tuple[str, ...] = ()
    """Further options for every terminal."""
    limits: Limits = Limits()

    @property
    def secure(self) -> bool:
        """Whether browsers come by https."""
        return self.certificate is not None or self.public_url.startswith("https://")

    @property
    def board(self) -> bool:
        return bool(self.public_password)


def add_web_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `--web`."""
    web = parser.add_argument_group("in a browser")
    web.add_argument(
        "--web", action="store_true", help="serve the terminal and the public board to browsers"
    )
    web.add_argument("--web-listen", default=DEFAULT_LISTEN, metavar="HOST:PORT")
    web.add_argument("--web-cert", type=Path, metavar="FILE", help="certificate chain, PEM")
    web.add_argument("--web-key", type=Path, metavar="FILE", help="its private key, PEM")
    web.add_argument(
        "--web-public-url",
        default="",
        metavar="URL",
        help="the address that browsers use, where a reverse proxy stands in front",
    )
    web.add_argument(
        "--web-insecure",
        action="store_true",
        help="listen beyond this machine without TLS: passwords cross the network readable",
    )
    web.add_argument(
        "--board-password-file",
        type=Path,
        metavar="FILE",
        help="public-password.txt of the venue; without it there is no public board",
    )


def settings_of(options: argparse.Namespace) -> WebSettings:
    """Read the options.

    Raises:
        WebError: they are wrong, or would send passwords over a network in the clear.
    """
    host, port = _listen(options.web_listen)
    public_url = _public_url(options.web_public_url)
    if (options.web_cert is None) != (options.web_key is None):
        raise WebError("--web-cert and --web-key belong together.")
    secure = options.web_cert is not None or public_url.startswith("https://")
    if not (_is_loopback(host) or secure or options.web_insecure):
        raise WebError(
            f"Listening on {host} without TLS would send passwords readable over the network. "
            "Give --web-cert and --web-key, or --web-public-url https://… with a proxy in front, "
            "or accept it with --web-insecure."
        )
    return WebSettings(
        broker=options.broker,
        host=host,
        port=port,
        public_url=public_url,
        certificate=options.web_cert,
        key=options.web_key,
        public_password=_password(options.board_password_file),
        folder=data_folder() / "web",
        terminal_options=_terminal_options(options),
    )


def warning_of(settings: WebSettings) -> str:
    """Say what an operator should know before others come; empty where nothing is amiss."""
    if settings.certificate is not None or _is_loopback(settings.host):
        return ""
    return (
        f"Warning: {settings.host} is reached from other machines, and without TLS passwords "
        "cross that network readable."
    )


def _listen(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise WebError(f"--web-listen {text!r} is not HOST:PORT, such as {DEFAULT_LISTEN}.")
    return host, int(port)


def _public_url(text: str) -> str:
    if not text:
        return ""
    wrong = f"--web-public-url {text!r} is not an address like https://bashu.example.cn."
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise WebError(wrong) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise WebError(wrong)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _password(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise WebError(f"Cannot read {path}: {error.strerror}.") from error


def _terminal_options(options: argparse.Namespace) -> tuple[str, ...]:
    """Pass on what the operator said about all terminals."""
    given = {
        "--market-colors": options.market_colors, "--theme": options.theme,
        "--symbol": options.symbol,
    }  # fmt: skip
    return tuple(part for name, value in given.items() if value for part in (name, value))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
