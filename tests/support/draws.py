"""What random commands there are: each draw makes one, mostly possible, often not.

A new kind of command is added to `DRAWS` with its weight; a test says which are missing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import off_book_draws
import officer_draws
import order_draws
from random_setting import SUPERVISORS, SYMBOLS, TRADERS, Drawn

from bashu_protocol.messages import CloseDay, OpenDay, Phase, SetPhase
from bashu_protocol.topics import VENUE_USER

if TYPE_CHECKING:
    from random_market import RandomMarket


def draw(market: RandomMarket) -> Drawn:
    """Make one command."""
    if not market.venue.day_is_open and market.chance.one_in(4):
        return _session(market)
    roll = market.chance.below(_TOTAL)
    for weight, make in DRAWS:
        roll -= weight
        if roll < 0:
            return make(market)
    raise AssertionError("the weights add up to their total")


def _wrong_role(market: RandomMarket) -> Drawn:
    """Somebody sends what another role commands."""
    _user, command = draw(market)
    return market.chance.of((*TRADERS, *SUPERVISORS, VENUE_USER, "stranger")), command


def _session(market: RandomMarket) -> Drawn:
    """Take the next step of a trading day."""
    steps = _DAY
    name = market.id()
    step = steps[market.session_step % len(steps)]
    market.session_step += 1
    if step == "open":
        days = market.session_step // len(steps)
        return VENUE_USER, OpenDay(name, _date(days))
    if step == "close":
        return VENUE_USER, CloseDay(name)
    return VENUE_USER, SetPhase(name, step, "")


def _stray_phase(market: RandomMarket) -> Drawn:
    chance = market.chance
    phase: Phase = chance.of(("continuous",) * 6 + (*_CALLS, "pause"))
    return VENUE_USER, SetPhase(market.id(), phase, chance.of(("", *SYMBOLS)))


_CALLS: Final[tuple[Phase, ...]] = ("call_auction", "call_auction_no_cancel")
_DAY: Final[tuple[Any, ...]] = (
    "open",
    *_CALLS,
    "continuous",
    "pause",
    "continuous",
    "close",
)


def _date(days: int) -> int:
    """Return the date of a day of trading as YYYYMMDD; months have 28 days."""
    year, rest = divmod(days, 336)
    month, day = divmod(rest, 28)
    return (2026 + year) * 10_000 + (month + 1) * 100 + day + 1


DRAWS: Final[tuple[tuple[int, Callable[[RandomMarket], Drawn]], ...]] = (
    (1_000, order_draws.limit_order),
    (60, order_draws.market_order),
    (40, order_draws.pick),
    (400, order_draws.featured_order),
    (300, order_draws.cancel),
    (200, order_draws.replace),
    (10, order_draws.mass_cancel),
    (5, officer_draws.halt),
    (100, officer_draws.resume),
    (60, officer_draws.suspension),
    (4, officer_draws.mass_cancel_for),
    (10, officer_draws.limits),
    (3, officer_draws.allocation),
    (5, officer_draws.permissions),
    (10, officer_draws.correction),
    (10, officer_draws.parameter),
    (25, off_book_draws.auction),
    (100, off_book_draws.bid),
    (100, off_book_draws.block),
    (5, officer_draws.deposit),
    (5, officer_draws.admission),
    (6, officer_draws.client),
    (40, order_draws.approval),
    (3, officer_draws.notice),
    (10, _wrong_role),
    (15, _session),
    (50, _stray_phase),
)
_TOTAL: Final = sum(weight for weight, _ in DRAWS)
