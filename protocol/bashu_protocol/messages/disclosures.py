"""What supervisors put on record for surveillance: disclosures, and statements about the market.

Neither is published: who reads them is surveillance, and supervisors in the audit stream.
"""

from typing import Annotated, Literal

from msgspec import Meta

from bashu_protocol.messages.base import Message, Name

DisclosureKind = Literal["allocation", "verification", "project", "penalty", "policy", "other"]
"""Of allowances, a verification's result, a project's registration or credits, a penalty, a rule
or plan of the authority."""
Direction = Literal["up", "down"]
Moment = Annotated[int, Meta(ge=0, le=2**63 - 1)]
"""Ns since 1970; 0 for the time of the command."""
Fact = Annotated[str, Meta(min_length=1, max_length=2000)]


class RegisterDisclosure(Message, frozen=True, tag="register_disclosure"):
    """Record when facts that move prices became known to everybody.

    Interim Regulations (Decree 775) Art. 15 and the MEE Measures ask for their publication; who
    traded before on what others could not know is found by surveillance.
    """

    cl_ord_id: Name
    kind: DisclosureKind
    symbol: Name
    text: Fact
    disclosed_time: Moment = 0
    """When it became public; it may lie before the command, never after it."""
    member: Name = ""
    """Whom the facts are about, where they are about one."""


class RegisterStatement(Message, frozen=True, tag="register_statement"):
    """Record a public statement that a supervisor holds for false or misleading."""

    cl_ord_id: Name
    symbol: Name
    direction: Direction
    """Where it would move the price."""
    poster: Name
    """Who made it: a member, a client account as `member/client`, an owner or another person."""
    text: Fact
    stated_time: Moment = 0
    """When it was made; it may lie before the command, never after it."""
