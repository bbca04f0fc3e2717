"""How a command ends: exit codes, and the JSON objects that the protocol has no message for."""

from enum import IntEnum
from typing import Literal

from msgspec import Struct

from bashu_protocol.link import LinkState


class ExitCode(IntEnum):
    """What a script learns from `$?`."""

    DONE = 0
    REFUSED = 1
    """The venue said no; nothing changed."""
    USAGE = 2
    """The command line cannot be understood; nothing was sent. The number is argparse's."""
    UNKNOWN = 3
    """No connection, or no answer in time; for a command that was sent the outcome is unknown."""
    NOT_FILLED = 4
    """The order was accepted, but not filled as a whole within the time that was waited."""


class UsageError(Exception):
    """What was typed cannot be used; the sentence is in the user's language."""


class NoConnection(Exception):  # noqa: N818  the field's word
    """There is no session, so nothing was sent; the sentence is in the user's language."""

    def __init__(self, reason: "FailureReason", sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


FailureReason = Literal["unreachable", "logon_refused", "venue_silent", "unknown_outcome"]


class Failure(Struct, frozen=True, tag_field="type", tag="failure"):
    """There is no answer. With `unknown_outcome` the command may still be executed."""

    reason: FailureReason
    cl_ord_id: str = ""


class LinkMoved(Struct, frozen=True, tag_field="type", tag="link"):
    """The connection's state changed."""

    state: LinkState


class TradesMissed(Struct, frozen=True, tag_field="type", tag="trades_missed"):
    """Public trades never came, such as those while the link was down; own fills always do."""

    count: int
