"""What every rule is: a pure consumer of the stream, with parameters and a state of plain data."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final, Generic, TypeVar

import msgspec
from msgspec import Struct

from bashu_daemon.surveillance.finding import Finding, read_parameters
from bashu_daemon.surveillance.market import Market
from bashu_daemon.surveillance.seen import Seen

Handler = Callable[[Any], Sequence[Finding]]
"""Takes an event of one class; returns what the event makes certain, mostly nothing."""
ENABLED: Final = "enabled"
"""A parameter that every rule has: 0 switches it off, which is an alert of its own."""
EVIDENCE: Final = 50
"""Order numbers that a row remembers."""
State = TypeVar("State", bound=Struct)


class Rule(Generic[State]):
    """A rule. Times never run backwards from one event to the next.

    It sees the market as it is after the event. All that it remembers is in `state`, made of
    what msgspec can write and read again; the order in its dicts and lists is part of it.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    defaults: ClassVar[Mapping[str, int]]
    """Parameters; the rulebook's values are laid over them."""
    state_type: type[State]

    def __init__(self, given: Mapping[str, int], market: Market) -> None:
        known = {ENABLED: 1, **self.defaults}
        self.limits = read_parameters(self.name, known, given)
        self.is_enabled = self.limits.pop(ENABLED) != 0
        self.market = market
        self.state: State = self.state_type()
        self.prepare()

    def prepare(self) -> None:
        """Take what is used often out of the limits; after loading a state, too."""

    def handlers(self) -> Mapping[type[Seen], Handler]:
        """Return the classes of events that the rule wants to see, and what takes them."""
        raise NotImplementedError

    def dump(self) -> bytes:
        """Return the state in canonical bytes."""
        return msgspec.msgpack.encode(self.state)

    def load(self, data: bytes) -> None:
        """Go on from a dumped state."""
        self.state = msgspec.msgpack.decode(data, type=self.state_type)
        self.prepare()


def remember(recent: list[int], number: int) -> None:
    """Keep the last `EVIDENCE` numbers at least, and never more than twice as many."""
    recent.append(number)
    if len(recent) >= 2 * EVIDENCE:
        del recent[:EVIDENCE]
