"""Which phase may follow which, and what each allows.

A day goes closed, pre_open, continuous (with pauses), closed; `open_day` and `close_day` make
its first and last step for all instruments. A halt can begin in any of them, and only `resume`
ends it: it outlasts the close and the next opening.
"""

from typing import Final

from bashu_protocol.messages import Phase

_SET_PHASE: Final[dict[Phase, frozenset[Phase]]] = {
    "closed": frozenset(),
    "pre_open": frozenset({"continuous", "pause"}),
    "continuous": frozenset({"pause"}),
    "pause": frozenset({"continuous"}),
    "halted": frozenset(),
}
_DAY: Final[frozenset[Phase]] = frozenset({"pre_open", "continuous", "pause"})
_NIGHT: Final[frozenset[Phase]] = frozenset({"closed"})


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
