"""The parameters of surveillance: on record from the rulebook, changed by two supervisors."""

from typing import Annotated

from msgspec import Meta, Struct, field

from bashu_protocol.messages.base import Int64, Message, Name, Sentence

ParameterValue = Annotated[int, Meta(ge=0, le=2**62)]
ParameterTable = Annotated[dict[Name, ParameterValue], Meta(max_length=100)]
"""Value by parameter. Every rule has `enabled`: 0 switches it off."""
ParameterTables = Annotated[dict[Name, ParameterTable], Meta(max_length=1_000)]
"""By symbol, the values that one instrument has instead of the rule's."""


class EnterSurveillanceRule(Message, frozen=True, tag="enter_surveillance_rule", gc=True):
    """Put a rule's parameters on record, as the rulebook has them.

    What is on record already stays as it is: only supervisors change it.
    """

    cl_ord_id: Name
    rule: Name
    parameters: ParameterTable
    """All that the rule has."""
    symbols: ParameterTables = field(default_factory=dict)
    is_per_instrument: bool = True
    """Whether one instrument may have values of its own; not where one count spans them all."""


class ProposeParameterChange(Message, frozen=True, tag="propose_parameter_change"):
    """Ask that a rule judge by another value: everywhere, or in one instrument.

    With `clear` the instrument's own value goes, so that the rule's counts for it again; `value`
    is 0 then. The command report's text and the audit stream tell the change's number.
    """

    cl_ord_id: Name
    rule: Name
    parameter: Name
    value: ParameterValue
    reason: Sentence
    symbol: Name = ""
    clear: bool = False


class ConfirmParameterChange(Message, frozen=True, tag="confirm_parameter_change"):
    """Carry out a proposed change, as another supervisor than who proposed it.

    It holds from this command on. With `approve` false it is declined, which its author may do as
    well.
    """

    cl_ord_id: Name
    change_id: Int64
    approve: bool = True


class SurveillanceRuleRow(Struct, frozen=True, tag_field="type", tag="surveillance_rule"):
    """The parameters by which a rule judges."""

    rule: str
    version: int
    """Of the parameters: 1 at first, one more with each change."""
    parameters: dict[str, int]
    symbols: dict[str, dict[str, int]]
    """By symbol, what differs there."""
    is_per_instrument: bool


class ParameterChangeRow(Struct, frozen=True, tag_field="type", tag="parameter_change"):
    """A proposed change that waits for another supervisor."""

    change_id: int
    rule: str
    symbol: str
    """Empty for all instruments."""
    parameter: str
    value: int
    """Proposed; where an instrument's own value is to go, the rule's."""
    previous: int
    """In force."""
    clear: bool
    author: str
    reason: str
    transact_time: int
