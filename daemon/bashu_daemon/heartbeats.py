"""Sessions that asked to be cancelled when nothing is heard of them for a while.

A last will says when a connection ends; it says nothing of a program that hangs while its
connection lives. Anything of the user counts as a sign of life: a command, a query, its presence.
"""

from bashu_protocol.messages import Logon
from bashu_protocol.units import NS_PER_SECOND


class Heartbeats:
    """Who has to be heard how often, and when it was heard last; of this run of the venue only."""

    def __init__(self) -> None:
        self._sessions: dict[str, str] = {}
        self._silence_ns: dict[str, int] = {}
        self._heard_ns: dict[str, int] = {}

    def log_on(self, user: str, logon: Logon, now_ns: int) -> None:
        """Begin to watch a session that asks for it; a later logon of the user replaces it."""
        self.forget(user)
        if logon.cancel_on_disconnect and logon.heartbeat_seconds:
            self._sessions[user] = logon.session
            self._silence_ns[user] = logon.heartbeat_seconds * NS_PER_SECOND
            self._heard_ns[user] = now_ns

    def watches(self, user: str) -> bool:
        return user in self._heard_ns

    def hear(self, user: str, now_ns: int) -> None:
        """Note a sign of life of a watched user."""
        self._heard_ns[user] = now_ns

    def end(self, user: str, session: str) -> None:
        """Watch no more if it is this session; the end of an earlier one may be told late."""
        if self._sessions.get(user) == session:
            self.forget(user)

    def forget(self, user: str) -> None:
        """Watch no more: the session was replaced, or cancelled."""
        self._sessions.pop(user, None)
        self._silence_ns.pop(user, None)
        self._heard_ns.pop(user, None)

    def silent(self, now_ns: int) -> list[str]:
        """Return who was not heard for as long as it had said, in the order of their logons."""
        return [
            user
            for user, heard_ns in self._heard_ns.items()
            if now_ns - heard_ns >= self._silence_ns[user]
        ]
