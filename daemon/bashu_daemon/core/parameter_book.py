"""What is on record of surveillance's parameters, and which changes of them wait.

The core does not know what the numbers mean: it keeps who set what, and when it is in force.
"""

from typing import Final

from msgspec import Struct

MAX_PENDING_CHANGES: Final = 100
MAX_RULES: Final = 200


class RuleRecord(Struct, forbid_unknown_fields=True):
    """A rule's parameters. The tables are replaced and never changed: events refer to them."""

    rule: str
    version: int
    is_per_instrument: bool
    parameters: dict[str, int]
    symbols: dict[str, dict[str, int]]
    """By symbol, what differs there."""

    def in_force(self, symbol: str, parameter: str) -> int:
        """Return the value of a known parameter; `symbol` empty for the rule's own."""
        return self.symbols.get(symbol, {}).get(parameter, self.parameters[parameter])


class ParameterProposal(Struct, frozen=True, forbid_unknown_fields=True):
    """A change that waits for a second supervisor."""

    change_id: int
    rule: str
    symbol: str
    parameter: str
    value: int
    clear: bool
    reason: str
    author: str
    transact_time: int


class ParameterBook:
    """The rules by name, in the order in which they were entered; `pending` by number."""

    __slots__ = ("last_id", "pending", "rules")

    def __init__(self) -> None:
        self.last_id = 0
        self.pending: dict[int, ParameterProposal] = {}
        self.rules: dict[str, RuleRecord] = {}


class DumpedParameters(Struct, forbid_unknown_fields=True):
    """The book as the snapshot has it."""

    last_id: int
    pending: list[ParameterProposal]
    rules: list[RuleRecord]


def dump_parameters(book: ParameterBook) -> DumpedParameters:
    return DumpedParameters(book.last_id, list(book.pending.values()), list(book.rules.values()))


def load_parameters(dumped: DumpedParameters) -> ParameterBook:
    book = ParameterBook()
    book.last_id = dumped.last_id
    book.pending = {proposal.change_id: proposal for proposal in dumped.pending}
    book.rules = {record.rule: record for record in dumped.rules}
    return book
