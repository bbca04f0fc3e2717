"""Who may publish and read what: stated once, for every broker and for the twin in memory.

Identity is the topic: user U publishes only to `cmd/U` and `alive/U` and reads only `rpt/U` of
the private topics. Market data, notices and status are everybody's; `sup/…` is the supervisors'.
The public user reads what is everybody's, and publishes nothing.
"""

from typing import Final, Literal

from bashu_protocol import topics
from bashu_protocol.messages import Role

Action = Literal["publish", "read"]

PUBLIC: Final = (f"{topics.ROOT}/md/#", f"{topics.ROOT}/pub/#", f"{topics.ROOT}/sys/#")
SUPERVISORY: Final = (f"{topics.ROOT}/sup/#",)
EVERYTHING: Final = (f"{topics.ROOT}/#",)


def publishable(user: str) -> tuple[str, ...]:
    """Return the topic filters that a user may publish to."""
    if user == topics.VENUE_USER:
        return EVERYTHING
    if user == topics.PUBLIC_USER:
        return ()
    return topics.command(user), topics.presence(user)


def readable(user: str, role: Role | None) -> tuple[str, ...]:
    """Return the topic filters that a user may read."""
    if user == topics.VENUE_USER:
        return EVERYTHING
    if user == topics.PUBLIC_USER:
        return PUBLIC
    own = (topics.report(user), *PUBLIC)
    return (*own, *SUPERVISORY) if role == "supervisor" else own


def may(user: str, role: Role | None, action: Action, wanted: str) -> bool:
    """Whether a user may publish to a topic, or subscribe to a filter as a whole."""
    allowed = publishable(user) if action == "publish" else readable(user, role)
    return any(covers(pattern, wanted) for pattern in allowed)


def covers(pattern: str, wanted: str) -> bool:
    """Whether everything that matches `wanted` (a topic or a filter) matches `pattern`."""
    parts, asked = pattern.split("/"), wanted.split("/")
    for index, part in enumerate(parts):
        if part == "#":
            return True
        if index >= len(asked) or asked[index] == "#":
            return False
        if part not in ("+", asked[index]):
            return False
    return len(parts) == len(asked)
