"""What a rule hands to the engine, and how rules read their parameters."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from bashu_daemon.errors import OperatorError
from bashu_protocol.messages import Severity


class Finding(Struct, frozen=True, kw_only=True, gc=False):
    """One more observation of an episode.

    `order_ids` is read at once and may change afterwards; `members` may not.

    All findings of one `episode` of a rule grow one alert. `owner` is the control group: the
    beneficial owner, not the account.
    """

    episode: str
    severity: Severity
    score: int
    """0 to 100."""
    symbol: str
    owner: str
    members: Sequence[str]
    seq: int
    transact_time: int
    facts: dict[str, int | str]
    order_ids: Sequence[int] = ()
    exec_ids: Sequence[int] = ()
    count: int = 1
    """How many observations the episode has by now."""
    adds_one_order: bool = False
    """Whether `order_ids` are the last of the episode's, with one that no finding named before."""
    gain: int = 0
    """Fen that the group gained, or kept from losing, in the whole episode so far."""
    is_of_the_day: bool = True
    """Whether the next trading day begins another episode."""


NOTHING: Final[tuple[Finding, ...]] = ()


class WrongParameter(OperatorError):  # noqa: N818  the mistake, in the field's words
    """A rulebook names a parameter or rule that does not exist."""


def read_parameters(
    rule: str, defaults: Mapping[str, int], given: Mapping[str, int]
) -> dict[str, int]:
    """Lay the rulebook's values over the defaults.

    Raises:
        WrongParameter: one is unknown or negative.
    """
    for name, value in given.items():
        if name not in defaults:
            known = ", ".join(sorted(defaults))
            raise WrongParameter(
                f"[surveillance.{rule}] has no parameter {name!r}; it has {known}."
            )
        if value < 0:
            raise WrongParameter(f"[surveillance.{rule}] {name} = {value} is negative.")
    return {**defaults, **given}


def percent(part: int, whole: int) -> int:
    """Return part of whole in percent, rounded down, at most 100; 0 of nothing is 0."""
    return min(100, part * 100 // whole) if whole else 0
