"""Commands of supervisors."""

from typing import Annotated

from msgspec import Meta

from bashu_protocol.messages.base import Message, Name, Phase, Sentence


class HaltInstrument(Message, frozen=True, tag="halt_instrument"):
    """Stop matching and order entry; orders stay, cancels are allowed."""

    cl_ord_id: Name
    symbol: Name
    reason: Sentence


class ResumeInstrument(Message, frozen=True, tag="resume_instrument"):
    """End a halt, into the named phase."""

    cl_ord_id: Name
    symbol: Name
    reason: Sentence
    phase: Phase = "continuous"


class SuspendMember(Message, frozen=True, tag="suspend_member"):
    """Block a member's order entry and withdraw its resting orders."""

    cl_ord_id: Name
    member: Name
    reason: Sentence


class ReinstateMember(Message, frozen=True, tag="reinstate_member"):
    """Lift a suspension."""

    cl_ord_id: Name
    member: Name
    reason: Sentence


class PublishNotice(Message, frozen=True, tag="publish_notice"):
    """Put a notice before the whole market."""

    cl_ord_id: Name
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    body: Sentence = ""
    symbol: Name = ""
