"""What every rule is: a pure consumer of the stream, with parameters and a state of plain data."""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import Any, ClassVar, Final, Generic, TypeVar

import msgspec
from msgspec import Struct

from bashu_daemon.surveillance.finding import Finding
from bashu_daemon.surveillance.market import Market
from bashu_daemon.surveillance.parameters import ENABLED, Given, Parameters, Schema
from bashu_daemon.surveillance.seen import Seen, symbol_of

Handler = Callable[[Any], Sequence[Finding]]
"""Takes an event of one class; returns what the event makes certain, mostly nothing."""
EVIDENCE: Final = 50
"""Order numbers that a row remembers."""
State = TypeVar("State", bound=Struct)


class Rule(Generic[State]):
    """A rule. Times never run backwards from one event to the next.

    It sees the market as it is after the event. All that it remembers is in `state`, made of
    what msgspec can write and read again; the order in its dicts and lists is part of it.

    An instrument may have parameters of its own. Its events then go to a view: the same rule with
    the same state, but with that instrument's `limits`. What judges other instruments than the
    event's, as at the end of a day, asks `limits_of`.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    defaults: ClassVar[Mapping[str, int]]
    """Parameters; the rulebook's values are laid over them."""
    is_per_instrument: ClassVar[bool] = True
    """Whether one instrument may have parameters of its own; not where one count spans them all."""
    state_type: type[State]

    def __init__(self, given: Given, market: Market) -> None:
        self.market = market
        self.state: State = self.state_type()
        self.parameters = self.schema().read(given)
        self._prepare_all()

    @classmethod
    def schema(cls) -> Schema:
        """Return what parameters the rule has."""
        return Schema(cls.name, {ENABLED: 1, **cls.defaults}, cls.is_per_instrument)

    def prepare(self) -> None:
        """Take what is used often out of the limits; after loading a state, too."""

    def handlers(self) -> Mapping[type[Seen], Handler]:
        """Return the classes of events that the rule wants to see, and what takes them."""
        raise NotImplementedError

    def routes(self) -> Mapping[type[Seen], Handler]:
        """Return what takes the events, the views of single instruments included."""
        if not self._views:
            return self.handlers()
        of_views = {symbol: view.handlers() for symbol, view in self._views.items()}
        return {
            kind: _by_symbol(handler, {symbol: of_views[symbol][kind] for symbol in of_views})
            for kind, handler in self.handlers().items()
        }

    def limits_of(self, symbol: str) -> dict[str, int]:
        """Return the parameters by which an instrument is judged."""
        view = self._views.get(symbol)
        return self.limits if view is None else view.limits

    def set_parameters(self, parameters: Parameters) -> None:
        """Judge by other parameters from here on; a rule that was off begins anew."""
        was_on, self.parameters = self.parameters.is_on_anywhere, parameters
        if parameters.is_on_anywhere and not was_on:
            self.begin_anew()
        else:
            self._prepare_all()

    def begin_anew(self) -> None:
        """Forget everything but the parameters."""
        self.state = self.state_type()
        self._prepare_all()

    def dump(self) -> bytes:
        """Return the state in canonical bytes."""
        return msgspec.msgpack.encode(self.state)

    def load(self, data: bytes) -> None:
        """Go on from a dumped state."""
        self.state = msgspec.msgpack.decode(data, type=self.state_type)
        self._prepare_all()

    def _prepare_all(self) -> None:
        self.limits = self.parameters.limits("")
        self._views: dict[str, Rule[State]] = {}
        self.prepare()
        for symbol in self.parameters.symbols:
            view = copy(self)
            view.limits = self.parameters.limits(symbol)
            view.prepare()
            self._views[symbol] = view


def _by_symbol(handler: Handler, views: Mapping[str, Handler]) -> Handler:
    def route(event: Seen) -> Sequence[Finding]:
        return views.get(symbol_of(event), handler)(event)

    return route


def remember(recent: list[int], number: int) -> None:
    """Keep the last `EVIDENCE` numbers at least, and never more than twice as many.

    An order that trades at ten levels is one.
    """
    if recent and recent[-1] == number:
        return
    recent.append(number)
    if len(recent) >= 2 * EVIDENCE:
        del recent[:EVIDENCE]
