"""What binds accounts beyond their beneficial owner, as supervisors and the registrar declare it.

Not published: who reads it is surveillance, and supervisors in the audit stream.
"""

from typing import Literal

from msgspec import Struct

from bashu_protocol.messages.base import Message, Name, Sentence

DeclaredLinkKind = Literal["control", "operator", "device"]
"""Who decides for an account, who enters its orders, and from what."""


class DeclareLink(Message, frozen=True, tag="declare_link"):
    """Declare who controls or operates an account, or its device: surveillance counts together.

    The futures exchanges' reports of actual control relations (实际控制关系账户). It holds for what
    comes after the command, and is not taken back.
    """

    cl_ord_id: Name
    member: Name
    kind: DeclaredLinkKind
    name: Name
    """Of the controller, the person or the device: accounts with the same one are one group."""
    reason: Sentence
    client_account: Name = ""
    """Of the member; empty for the member's own account."""


class LinkRow(Struct, frozen=True, tag_field="type", tag="link"):
    """A declared link."""

    member: str
    client_account: str
    kind: DeclaredLinkKind
    name: str
    author: str
    transact_time: int
