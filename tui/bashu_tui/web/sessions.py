"""Logins: random, bounded in number and in time, and ended together with their terminals."""

import secrets
import time
from collections.abc import Callable
from typing import Final

from bashu_tui.web.settings import Limits

TOKEN_BYTES: Final = 32


class TooManySessions(Exception):  # noqa: N818  a refusal, not a fault of the program
    """The server holds as many logins as it may."""


class WebSession:
    """One browser's login. The password is kept because each terminal logs on with it."""

    __slots__ = ("begun_at", "endings", "form_token", "heard_at", "password", "token", "user")

    def __init__(self, user: str, password: str, now: float) -> None:
        self.user = user
        self.password = password
        self.token = secrets.token_urlsafe(TOKEN_BYTES)
        """The cookie."""
        self.form_token = secrets.token_urlsafe(TOKEN_BYTES)
        """Stands in the forms of this login, where no other site can read it."""
        self.begun_at = now
        self.heard_at = now
        self.endings: set[Callable[[], None]] = set()
        """Called when the login ends."""


class WebSessions:
    """All logins of this server; they do not outlive it."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._sessions: dict[str, WebSession] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def begin(self, user: str, password: str) -> WebSession:
        """Begin a login; beyond the user's number its oldest ends.

        Raises:
            TooManySessions: the server is full.
        """
        self.sweep()
        own = [session for session in self._sessions.values() if session.user == user]
        for oldest in own[: max(0, len(own) - self._limits.sessions_per_user + 1)]:
            self.end(oldest)
        if len(self._sessions) >= self._limits.sessions:
            raise TooManySessions
        session = WebSession(user, password, self._clock())
        self._sessions[session.token] = session
        return session

    def find(self, token: str) -> WebSession | None:
        """Return the login of a cookie, unless its time is over."""
        session = self._sessions.get(token)
        if session is not None and self._is_over(session):
            self.end(session)
            return None
        return session

    def hear(self, session: WebSession) -> None:
        """Note that a person is there."""
        session.heard_at = self._clock()

    def end(self, session: WebSession) -> None:
        """End a login and what runs under it."""
        if self._sessions.pop(session.token, None) is None:
            return
        for ending in list(session.endings):
            ending()

    def sweep(self) -> None:
        """End what is over."""
        for session in [s for s in self._sessions.values() if self._is_over(s)]:
            self.end(session)

    def end_all(self) -> None:
        for session in list(self._sessions.values()):
            self.end(session)

    def _is_over(self, session: WebSession) -> bool:
        now = self._clock()
        return (
            now - session.begun_at >= self._limits.session_seconds
            or now - session.heard_at >= self._limits.idle_seconds
        )
