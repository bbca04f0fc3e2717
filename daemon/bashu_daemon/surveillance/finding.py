"""What a rule hands to the engine."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

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
    began: int = 0
    """When what it is about began, in ns; 0 for at `transact_time`."""
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


def percent(part: int, whole: int) -> int:
    """Return part of whole in percent, rounded down, at most 100; 0 of nothing is 0."""
    return min(100, part * 100 // whole) if whole else 0
