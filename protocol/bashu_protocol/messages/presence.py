"""A user's sign of life."""

from bashu_protocol.messages.base import Message


class Presence(Message, frozen=True, tag="presence"):
    """A user's retained sign of life; `online` false is its last will.

    `cancel_on_disconnect` in the will is a mass cancel for the user when the session ends, also
    when the venue itself was down at that moment and reads the will later.
    """

    user: str
    session: str
    online: bool
    cancel_on_disconnect: bool = False
