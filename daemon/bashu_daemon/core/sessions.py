"""Which phase may follow which, and what each allows.

A day goes closed, pre_open, continuous (with pauses), closed; `open_day` and `close_day` make
its first and last step for all instruments. A call auction may come before continuous trading. A
breach of the dynamic collar, and nothing else but the end of a halt, begins a volatility auction.
A halt can begin in any of them, and only `resume` ends it: it outlasts the close and the next
opening.
"""

from typing import Final

from bashu_protocol.messages import InstrumentRules, Phase

_SET_PHASE: Final[dict[Phase, frozenset[Phase]]] = {
    "closed": frozenset(),
    "pre_open": frozenset({"continuous", "pause", "call_auction"}),
    "call_auction": frozenset({"call_auction_no_cancel", "continuous", "pause"}),
    "call_auction_no_cancel": frozenset({"continuous", "pause"}),
    "continuous": frozenset({"pause"}),
    "volatility_auction": frozenset({"continuous", "pause"}),
    "pause": frozenset({"continuous", "call_auction"}),
    "halted": frozenset(),
}
CALL_PHASES: Final[frozenset[Phase]] = frozenset(
    {"call_auction", "call_auction_no_cancel", "volatility_auction"}
)
"""Orders are taken and rest, and only the uncross at the end trades them."""
_DAY: Final[frozenset[Phase]] = frozenset({"pre_open", "continuous", "pause", *CALL_PHASES})
_NIGHT: Final[frozenset[Phase]] = frozenset({"closed"})


def has_phase(phase: Phase, rules: InstrumentRules) -> bool:
    """Whether an instrument's rules provide for a phase at all."""
    if phase == "volatility_auction":
        return rules.volatility is not None
    return phase not in CALL_PHASES or rules.call_auction is not None


def may_set(current: Phase, phase: Phase) -> bool:
    """Whether the registrar's `set_phase` may make this step."""
    return phase in _SET_PHASE[current]


def may_halt(current: Phase, day_open: bool) -> bool:
    """Whether a halt may begin; not twice, and not on a day that the instrument does not trade.

    On an open day only an instrument that was listed after the opening is closed.
    """
    return current != "halted" and not (day_open and current == "closed")


def may_resume_into(phase: Phase, day_open: bool) -> bool:
    """Whether a halt may end in `phase`: one of the day's, or `closed` between days."""
    return phase in (_DAY if day_open else _NIGHT)


def at_open_day(current: Phase) -> Phase:
    return "halted" if current == "halted" else "pre_open"


def at_close_day(current: Phase) -> Phase:
    return "halted" if current == "halted" else "closed"
